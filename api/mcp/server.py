"""The Model Context Protocol around the tools. The door to its SDK."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp.types import Tool as Shown

from api.http import problems
from api.mcp.shapes import understood
from api.mcp.tools import INSTRUCTIONS, Tool, Visit
from rag.errors import TransciteError

NAME = "transcite"

_HINTS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def server_of(tools: Mapping[str, Tool], visit: Callable[[Any], Visit]) -> Server[Any]:
    """A server of some tools.

    Args:
        tools: By name.
        visit: Who calls, given the HTTP request that a call came by; None where there is none.
    """

    async def list_tools(_ctx: ServerRequestContext[Any], _params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_shown(tool) for tool in tools.values()])

    async def call_tool(ctx: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        tool = tools.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"no tool {params.name!r}; tools/list shows what there is")
        return await asyncio.to_thread(_called, tool, visit(ctx.request), params.arguments or {})

    return Server(
        NAME,
        version=_version(),
        title="Transcite",
        instructions=INSTRUCTIONS,
        get_tool_input_schema=lambda name: _shown(tools[name]).input_schema if name in tools else None,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


class OverHttp:
    """An ASGI application that serves the protocol, every request by itself: any worker can take any of them.

    Host and Origin are looked at by the guard of the application around it.

    Args:
        server: What is served.
    """

    def __init__(self, server: Server[Any]) -> None:
        self._server = server
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve as long as this is entered."""
        self._manager = StreamableHTTPSessionManager(self._server, json_response=True, stateless=True)
        async with self._manager.run():
            yield

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one request."""
        assert self._manager is not None  # noqa: S101 - it runs while the application does
        await self._manager.handle_request(scope, receive, send)


async def over_stdio(server: Server[Any]) -> None:
    """Serve on standard input and output until the input ends; what else is printed goes to standard error."""
    try:
        async with stdio_server() as (incoming, outgoing):
            try:
                await server.run(incoming, outgoing, server.create_initialization_options())
            finally:
                sys.stdout.flush()  # as long as it leads to standard error: what was printed may still be held back
    except* BrokenPipeError:
        pass  # whoever started us is gone


def _shown(tool: Tool) -> Shown:
    return Shown(
        name=tool.name,
        title=tool.title,
        description=tool.about,
        input_schema=tool.takes.model_json_schema(),
        # As read, not as written: what is left out when it says nothing is not required.
        output_schema=tool.gives.model_json_schema(),
        annotations=_HINTS,
    )


def _called(tool: Tool, visit: Visit, arguments: dict[str, Any]) -> CallToolResult:
    """What a tool gives, or in plain words why it does not: an assistant can correct what it asked for."""
    try:
        result = tool.does(visit, understood(tool.takes, arguments))
    except TransciteError as error:
        said = problems.noted(error).detail or str(error)
    except Exception:
        problems.LOG.exception("the tool %s failed", tool.name)
        said = str(problems.INTERNAL.detail)
    else:
        data = result.data.model_dump(mode="json")
        return CallToolResult(content=[TextContent(type="text", text=result.text)], structured_content=data)
    return CallToolResult(content=[TextContent(type="text", text=said)], is_error=True)


def _version() -> str:
    try:
        return version(NAME)
    except PackageNotFoundError:  # run from its source folder
        return ""
