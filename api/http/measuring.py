"""`/metrics`: what Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Response

from api.http import problems
from api.http.gate import Manager
from api.http.metrics import MEDIA_TYPE, Size
from api.http.service import Service
from api.http.watch import Watch
from rag.errors import AccessError, LibraryError
from rag.values import Filters

_TEXT = {"description": "Figures", "content": {"text/plain": {"schema": {"type": "string"}}}}


def metrics_router(service: Service, watch: Watch) -> APIRouter:
    """`/metrics`, for who may see everything: it tells how much there is."""
    router = APIRouter(tags=["health"], responses=problems.documented())

    @router.get("/metrics", response_class=Response, responses={200: _TEXT})
    def metrics(caller: Manager) -> Response:
        """Tell Prometheus how much there is, how much was done, and how long it took."""
        if not caller.keeps_everything:
            raise AccessError("this needs a key that may manage every collection; `transcite keys create` makes one")
        return Response(watch.metrics.text(_sizes(service)), headers={"Content-Type": MEDIA_TYPE})

    return router


def _sizes(service: Service) -> Iterator[Size]:
    yield Size("ready", "Whether the index is loaded and the encoder ready", float(service.is_ready))
    try:
        counts = service.library.counts(service.library.scope(Filters()))
        generation = service.library.generation()
    except LibraryError:  # its own figures are missing; the others say what goes wrong
        yield Size("library_up", "Whether the library can be read", 0)
        return
    yield Size("library_up", "Whether the library can be read", 1)
    yield Size("library_transcripts", "Transcripts in the library", counts.transcripts)
    yield Size("library_turns", "Turns in the library", counts.turns)
    yield Size("library_generation", "Grows with every change of the library", generation)
    yield Size("library_bytes", "The database on disk", service.library.size_on_disk())
    if service.is_ready:
        from index.derived import size  # noqa: PLC0415 - slow to import, unless it is there already

        yield Size("index_vectors", "Vectors in the index of this process", service.vectors)
        yield Size("index_bytes", "The indexes on disk", size(service.library.home))
