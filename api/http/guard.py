"""What every request passes first and every response last: who is spoken to, how much is read, what browsers may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi import Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import problems
from api.http.media import FORM
from rag.errors import TransciteError

# Told to browsers unless a route says otherwise.
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_READ_ONLY = frozenset({"GET", "HEAD", "OPTIONS"})
_BODY_BYTES = 1_000_000  # of anything but transcripts
_BESIDE_BYTES = 1_000_000  # what comes with a transcript: names, boundaries


@dataclass(frozen=True, slots=True)
class Rules:
    """What is let in.

    Attributes:
        hosts: Names the server answers to, with port; None for any. A page that has its own name point here (DNS
            rebinding) has none.
        max_bytes: Largest transcript.
        max_upload_bytes: Largest form of several; those are written to disk as they come.
        elsewhere: Whether pages of an origin, other than the server's own, may send what changes something.
        judge: Finds out about some origins beforehand, where asking takes so long that others would wait for it.
    """

    hosts: frozenset[str] | None
    max_bytes: int
    max_upload_bytes: int
    elsewhere: Callable[[str], bool]
    judge: Callable[[Sequence[str]], Awaitable[None]] | None = None


class Guard:
    """Middleware.

    Args:
        app: Everything else.
        rules: What is let in.
    """

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        allowed = self._allowed(scope)
        try:
            refusal = await self._refused(scope, allowed)
            await (refusal or self._app)(scope, _limited(receive, allowed), sending)
        except TransciteError as error:  # the library cannot say who may
            if started:
                raise
            await problems.response(problems.noted(error), str(error))(scope, receive, sending)
        except Exception:
            problems.LOG.exception("%s %s failed", scope["method"], scope["path"])
            if started:
                raise
            await problems.response(problems.INTERNAL)(scope, receive, sending)

    async def _refused(self, scope: Scope, allowed: int) -> Response | None:
        """The same as `_refusal`; where asking about origins takes long, nobody else waits for it."""
        headers = Headers(scope=scope)
        if self._rules.judge is not None and "origin" in headers:
            await self._rules.judge(headers.getlist("origin"))
        return self._refusal(headers, scope["method"], allowed)

    def _refusal(self, headers: Headers, method: str, allowed: int) -> Response | None:
        """Why a request is not looked at any further; None when it is."""
        hosts, known = headers.getlist("host"), self._rules.hosts
        if len(hosts) != 1 or (known is not None and hosts[0].lower() not in known):
            return problems.response(problems.HOST, f"use one of: {', '.join(sorted(known or ()))}")
        own = {f"{scheme}://{hosts[0].lower()}" for scheme in ("http", "https")}
        others = {one.lower() for one in headers.getlist("origin")} - own
        if method not in _READ_ONLY and not all(self._rules.elsewhere(one) for one in others):
            return problems.response(problems.ORIGIN, "send it from a page of this server, or from no page at all")
        length = headers.get("content-length", "0")
        if length.isascii() and length.isdigit() and int(length[:20]) > allowed:
            return problems.response(problems.TOO_LARGE, _too_large(allowed))
        return None

    def _allowed(self, scope: Scope) -> int:
        """How long the body of a request may be."""
        if scope["path"] == "/v1/transcripts":
            is_form = Headers(scope=scope).get("content-type", "").strip().lower().startswith(FORM)
            return (self._rules.max_upload_bytes if is_form else self._rules.max_bytes) + _BESIDE_BYTES
        return _BODY_BYTES


def _limited(receive: Receive, allowed: int) -> Receive:
    """`receive`, stopping at a body that turns out longer than it may be."""
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > allowed:
            raise HTTPException(413, _too_large(allowed))
        return message

    return limited


def _too_large(allowed: int) -> str:
    return f"a request to this address may have {allowed:,} bytes; send less at a time"
