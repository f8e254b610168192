"""The HTTP service, put together."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api.compose import Parts
from api.http import problems
from api.http.asking import asking_router
from api.http.guard import Guard, Rules
from api.http.health import health_router
from api.http.service import Service
from api.http.transcripts import transcripts_router
from api.http.viewer import viewer_router

PORT = 8300
_NAMES = ("localhost", "127.0.0.1", "[::1]")


def create_app(parts: Parts, *, host: str = "127.0.0.1", port: int = PORT) -> FastAPI:
    """The service on one library.

    Args:
        parts: Of this process.
        host: The name it is reached by, besides this machine's usual ones; requests that name another are refused.
        port: Where it listens.

    Raises:
        LibraryError: The library cannot be opened.
    """
    service = Service(parts)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        loading = threading.Thread(target=service.warm, name="warm")
        loading.start()  # meanwhile what needs neither index nor encoder is served
        yield
        await run_in_threadpool(loading.join)
        await run_in_threadpool(service.close)

    app = FastAPI(
        title="Transcite",
        summary="Transcripts, cited: who said it, in which turn, when, word for word.",
        version="1",
        lifespan=lifespan,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    problems.install(app)
    for router in (asking_router(service), transcripts_router(service), health_router(service)):
        app.include_router(router)
    app.include_router(viewer_router(service.library.transcript))
    app.add_middleware(Guard, rules=Rules(_hosts(host, port), service.max_bytes))
    return app


def _hosts(host: str, port: int) -> frozenset[str]:
    """What a Host header may be: this machine's own names; a browser leaves out the port when it is 80."""
    names = {*_NAMES, host}
    return frozenset({f"{name}:{port}" for name in names} | (names if port == 80 else set()))
