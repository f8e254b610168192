"""What a question may be narrowed to: the choices that the widget offers."""

from __future__ import annotations

from fastapi import APIRouter

from api.http import problems
from api.http.gate import Narrower
from api.http.service import Service
from api.wire import Wire

_MOST = 200  # speakers: more is no choice but a search


class Choices(Wire):
    """Collections by name, and the speakers who are heard in most transcripts, by name."""

    collections: list[str]
    speakers: list[str]


def narrowing_router(service: Service) -> APIRouter:
    """`/v1/filters`."""
    router = APIRouter(prefix="/v1", tags=["asking"], responses=problems.documented())

    @router.get("/filters")
    def filters(caller: Narrower) -> Choices:
        """Tell what a question may be narrowed to: the collections, and up to 200 speakers."""
        return Choices(
            collections=service.holdings.collections(caller), speakers=service.holdings.speakers(caller, _MOST)
        )

    return router
