"""Who is let in. Every address is closed to those without a right to it, but for the few that are named here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Annotated
from urllib.parse import parse_qs, quote

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import LOCAL, Caller, Right
from api.http import problems
from api.http.limiting import Limiter
from api.http.tokens import Tokens
from index.store.keys import Keys
from rag.errors import LibraryError

COOKIE = "transcite_session"
SIGN_IN = "/signin"

_NOBODY = Caller(None, frozenset(), ())
_UNCOUNTED = frozenset({"/healthz", "/readyz", "/slack/events"})  # Slack signs what it sends
_INSTALLING = frozenset({"/slack/install", "/slack/oauth_redirect"})  # which workspaces may, the settings say
_OPEN = _UNCOUNTED | _INSTALLING | {"/openapi.json", SIGN_IN, "/signout"}
_OPEN_BELOW = ("/t/-/", "/widget.", "/v1/sites/")  # what pages load; tokens for the readers of a site
_PAGES_BELOW = "/t/"
_READ_ONLY = frozenset({"GET", "HEAD"})
_MCP = ("Mcp-Protocol-Version", "Mcp-Method", "Mcp-Name")  # what its clients send along
_USED_EVERY_S = 60.0
_JUDGED: ContextVar[dict[str, bool] | None] = ContextVar("judged", default=None)  # origins, in a request


@dataclass(frozen=True, slots=True)
class Doors:
    """What decides who is let in.

    Attributes:
        keys: Of the library.
        tokens: That this server signs.
        limiter: Counts requests.
        local: Whether people on this machine need no key as long as there is none.
        far: Whether the keys are on another machine, so that nobody is to wait while one is asked for.
    """

    keys: Keys
    tokens: Tokens
    limiter: Limiter
    local: bool
    far: bool = False


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a request shows of its right to be let in: a secret or token, a cookie, or a token in its address."""

    bearer: str | None
    cookie: str | None
    token: str | None
    origin: str | None
    own: bool  # it comes from a page of this server

    @property
    def anything(self) -> bool:
        return any((self.bearer, self.cookie, self.token))


class Gate:
    """Middleware: finds out who asks, counts, and lets in; who it is stands in `request.state.caller`.

    Args:
        app: Everything else.
        doors: What decides.
    """

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self._app = app
        self._doors = doors
        self._noted: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        far = self._doors.far
        caller, refusal = await run_in_threadpool(self._caller, scope) if far else self._caller(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        if caller.id is not None:
            self._note(caller.id)
        await self._app(scope, receive, send)

    def _caller(self, scope: Scope) -> tuple[Caller, Response | None]:
        """Who asks, and why they are not let in; None when they are."""
        if scope["path"] in _UNCOUNTED:
            return _NOBODY, None
        if self._doors.local and not self._doors.keys.guard():
            return LOCAL, None
        shown = _shown(scope)
        caller = self._known(scope, shown)
        for kind, who in _counted(scope, caller):
            wait_s = self._doors.limiter.wait_s(kind, who)
            if wait_s is not None:
                return caller, problems.response(
                    problems.TOO_MANY, f"this {kind} has made too many requests", after_s=wait_s
                )
        if caller.id is None and not _is_open(scope["path"]):
            return caller, _closed(scope, shown)
        return caller, None

    def _known(self, scope: Scope, shown: _Shown) -> Caller:
        """The holder of what is shown; nobody when it is worth nothing."""
        doors, key = self._doors, None
        if shown.bearer is not None:
            key = doors.keys.verified(shown.bearer)
            if key is None and (site := doors.tokens.site(shown.bearer)) is not None and site[1] == shown.origin:
                key = doors.keys.valid(site[0])
        elif shown.token is not None:  # a page that a site links to; browsers send no origin on the way there
            site = doors.tokens.site(shown.token)
            key = doors.keys.valid(site[0]) if site is not None else None
        elif shown.cookie is not None and (scope["method"] in _READ_ONLY or shown.own):
            # A browser sends the cookie along from pages of others, too, and those of sites get past the guard.
            session = doors.tokens.session(shown.cookie)
            key = doors.keys.valid(session) if session is not None else None
        return _NOBODY if key is None else Caller.of(key)

    def _note(self, key_id: str) -> None:
        """Write down that a key is in use, every minute; nobody waits for that."""
        now = time.monotonic()
        if now - self._noted.get(key_id, -_USED_EVERY_S) >= _USED_EVERY_S:
            self._noted[key_id] = now

            def note() -> None:
                with suppress(LibraryError):  # the next use is as good
                    self._doors.keys.used(key_id)

            asyncio.get_running_loop().run_in_executor(None, note)


class Origins:
    """The pages that may call the server from elsewhere.

    Args:
        settled: Origins from the settings, whose pages need a key.
        keys: Of the library; its sites have origins of their own.
    """

    def __init__(self, settled: tuple[str, ...], keys: Keys) -> None:
        self._settled = frozenset(settled)
        self._keys = keys

    async def judge(self, origins: Sequence[str]) -> None:
        """Find out about some origins, so that `allows` knows in the rest of this request; nobody waits for it."""
        known = {one for origin in origins for one in (origin, origin.lower())}
        _JUDGED.set({one: await run_in_threadpool(self._allows, one) for one in known})

    def allows(self, origin: str) -> bool:
        """Whether an origin, as a browser writes it, is one of them; none is while no key is needed."""
        judged = _JUDGED.get()
        return self._allows(origin) if judged is None or origin not in judged else judged[origin]

    def _allows(self, origin: str) -> bool:
        return self._keys.guard() and (origin in self._settled or origin in self._keys.origins())


class Cors(CORSMiddleware):
    """Tells browsers which pages of elsewhere may read what the server says: exact origins, never cookies.

    Args:
        app: Everything else.
        origins: Which ones.
    """

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        super().__init__(
            app,
            allow_methods=("GET", "POST", "PATCH", "DELETE"),
            allow_headers=("Authorization", "Content-Type", "Accept", "Prefer", "X-Request-ID", *_MCP),
            expose_headers=("Location", "Retry-After", "X-Request-ID"),
            max_age=600,
        )
        self._origins = origins

    def is_allowed_origin(self, origin: str) -> bool:
        """Whether pages of an origin may."""
        return self._origins.allows(origin)


def whoever(request: Request) -> Caller:
    """Who asks, whatever they may do."""
    caller: Caller = request.state.caller
    return caller


def _asker(request: Request) -> Caller:
    return _with(request, "ask")


def _narrower(request: Request) -> Caller:
    return _with(request, "narrow")


def _reader(request: Request) -> Caller:
    return _with(request, "read")


def _manager(request: Request) -> Caller:
    return _with(request, "manage")


Asker = Annotated[Caller, Depends(_asker)]
Narrower = Annotated[Caller, Depends(_narrower)]
Reader = Annotated[Caller, Depends(_reader)]
Manager = Annotated[Caller, Depends(_manager)]


def _with(request: Request, right: Right) -> Caller:
    """Who asks. Raises AccessError when they do not have the right."""
    caller = whoever(request)
    caller.need(right)
    return caller


def _counted(scope: Scope, caller: Caller) -> list[tuple[str, str]]:
    """Whom a request is counted for: a key, or where it comes from and the site it comes by."""
    if caller.id is None:
        return [("address", _address(scope))]
    if caller.is_site:
        return [("address", _address(scope)), ("site", caller.id)]
    return [("key", caller.id)]


def _shown(scope: Scope) -> _Shown:
    headers = Headers(scope=scope)
    origin = headers.get("origin") or _same(scope, headers)
    kind, _, value = headers.get("authorization", "").partition(" ")
    bearer = value.strip() if kind.lower() == "bearer" else None
    token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [None])[0]
    return _Shown(
        bearer=bearer or None,
        cookie=cookie_parser(headers.get("cookie", "")).get(COOKIE),
        token=token if scope["path"].startswith(_PAGES_BELOW) and scope["method"] in _READ_ONLY else None,
        origin=origin,
        own=origin is not None and origin.partition("://")[2].lower() == headers.get("host", "").lower(),
    )


def _same(scope: Scope, headers: Headers) -> str | None:
    """The origin of a page of this server that reads from it: browsers leave it out and say "same-origin" instead."""
    if headers.get("sec-fetch-site") != "same-origin" or scope["method"] not in _READ_ONLY:
        return None
    return f"{scope['scheme']}://{headers.get('host', '').lower()}"


def _is_open(path: str) -> bool:
    return path in _OPEN or path.startswith(_OPEN_BELOW)


def _closed(scope: Scope, shown: _Shown) -> Response:
    """What those get who are not let in: browsers a page to sign in at, programs a problem document."""
    wants_page = "text/html" in Headers(scope=scope).get("accept", "")
    if wants_page and scope["method"] in _READ_ONLY:
        query = scope["query_string"].decode("latin-1")
        wanted = f"{scope['path']}?{query}" if query else scope["path"]
        return Response(status_code=303, headers={"Location": f"{SIGN_IN}?next={quote(wanted)}"})
    detail = (
        "the key or token is unknown, revoked or too old" if shown.anything else "send a key: Authorization: Bearer"
    )
    return problems.response(problems.NO_KEY, detail)


def _address(scope: Scope) -> str:
    """Whom to count requests of: an address, or the /64 network that a subscriber of IPv6 has."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ip_address(host)
    except ValueError:  # a test's client has a name
        return str(host)
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or (int(address) >> 64))
    return str(address)
