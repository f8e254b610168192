"""What every request meets first: it gets a name, is counted, and leaves one line in the log when it is over."""

from __future__ import annotations

import time
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.current import CURRENT, Current, named
from api.http.watch import Watch
from api.logs import log_request

HEADER = "X-Request-ID"
_LONGEST = 300  # of a path, in the log
_GONE = 499  # the client left before there was a response; as nginx has it


@dataclass(slots=True)
class _Sent:
    """What a client got: `whole` is whether it ended as it should."""

    status: int = _GONE
    size: int = 0
    whole: bool = False


class Observed:
    """Middleware.

    Args:
        app: Everything else.
        watch: Counts and traces.
    """

    def __init__(self, app: ASGIApp, watch: Watch) -> None:
        self._app = app
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, sent = time.perf_counter(), _Sent()
        current = Current(named(Headers(scope=scope).get(HEADER)), self._watch.tracing.trace_id())

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent.status = message["status"]
                MutableHeaders(scope=message)[HEADER] = current.request_id
            await send(message)
            if message["type"] == "http.response.body":
                sent.size += len(message.get("body", b""))
                sent.whole = not message.get("more_body", False)

        token = CURRENT.set(current)
        self._watch.metrics.in_flight.inc()
        try:
            await self._app(scope, receive, sending)
        finally:
            self._watch.metrics.in_flight.dec()
            self._over(scope, sent, time.perf_counter() - began)
            CURRENT.reset(token)

    def _over(self, scope: Scope, sent: _Sent, seconds: float) -> None:
        route = _route(scope)
        self._watch.metrics.request(route=route, method=scope["method"], status=sent.status, seconds=seconds)
        caller = scope.get("state", {}).get("caller")
        log_request(
            method=scope["method"][:_LONGEST],
            route=route,
            path=scope["path"][:_LONGEST],
            status=sent.status,
            ms=round(seconds * 1000, 1),
            caller=None if caller is None else caller.id,
            address=(scope.get("client") or (None,))[0],
            bytes=sent.size,
            **({} if sent.whole else {"cut": True}),
        )


def _route(scope: Scope) -> str:
    """The template of the address a request matched; "none" where it was refused before, or there is nothing."""
    route = scope.get("route")
    return str(getattr(route, "path_format", None) or getattr(route, "path", None) or "none")
