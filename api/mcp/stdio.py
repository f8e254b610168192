"""The command that lets an assistant on this machine use the library: it starts us and speaks over our streams."""

from __future__ import annotations

import asyncio
import os

from api.access import LOCAL
from api.compose import Parts
from api.http.metrics import Metrics
from api.http.service import Service
from api.http.tracing import tracing
from api.http.watch import Watch
from api.logs import configure_logging
from api.mcp.server import over_stdio, server_of
from api.mcp.tools import Visit, tools_of


def serve(parts: Parts) -> None:
    """Serve until standard input ends. Index and encoder are loaded when a tool first needs them.

    Raises:
        LibraryError: The library cannot be opened.
    """
    configure_logging()
    visit = Visit(LOCAL, parts.settings.public_url or "")
    service = Service(parts, Watch(Metrics(None), tracing(os.environ), questions=parts.settings.log_questions))
    try:
        asyncio.run(over_stdio(server_of(tools_of(service), lambda _: visit)))
    finally:
        service.close()
