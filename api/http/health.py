"""Is it alive, and can it answer?"""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.http import problems
from api.http.service import Service
from api.wire import Wire


class State(Wire):
    """All is well."""

    status: str


def health_router(service: Service) -> APIRouter:
    """`/healthz` and `/readyz`; neither waits for a thread."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def alive() -> State:
        """Say that the server runs."""
        return State(status="alive")

    @router.get("/readyz", response_model=State, responses=problems.documented())
    async def ready() -> State | Response:
        """Say whether the index is loaded and the encoder ready."""
        if service.is_ready:
            return State(status="ready")
        return problems.response(problems.NOT_READY, service.trouble or "the index and the encoder are being loaded")

    return router
