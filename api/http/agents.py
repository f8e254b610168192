"""The tools of `api.mcp` at `/mcp`, for assistants elsewhere: with a key, and what its holder may see."""

from __future__ import annotations

from fastapi import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.http.gate import whoever
from api.http.links import base_of
from api.http.service import Service
from api.mcp.server import OverHttp, server_of
from api.mcp.tools import Visit, tools_of

PATH = "/mcp"


class Agents:
    """The endpoint; whoever uses it needs the right to ask and to read.

    Args:
        service: Does the work.
        public_url: What links begin with; None for the address that a request came to.
    """

    def __init__(self, service: Service, public_url: str | None) -> None:
        def visit(request: Request) -> Visit:
            return Visit(whoever(request), base_of(request, public_url))

        self._over_http = OverHttp(server_of(tools_of(service), visit))
        self.running = self._over_http.running

    @property
    def route(self) -> Route:
        """The only address and method: there are no sessions, and so nothing to listen to or to end."""
        return Route(PATH, self, methods=["POST"], include_in_schema=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request. Raises AccessError when the caller may not do all that the tools do."""
        caller = whoever(Request(scope))
        caller.need("ask")
        caller.need("read")
        await self._over_http(scope, receive, send)
