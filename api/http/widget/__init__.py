"""The chat widget: its script, a page that shows it, and the calls that only it makes."""

from __future__ import annotations

from fastapi import APIRouter

from api.embedding import built
from api.http.service import Service
from api.http.widget.context import context_router
from api.http.widget.narrowing import narrowing_router
from api.http.widget.script import script_router


def widget_routers(service: Service) -> tuple[APIRouter, ...]:
    """`/widget.js`, `/v1/filters` and `/v1/answers/{id}/citations/{n}`."""
    return script_router(built()), narrowing_router(service), context_router(service)
