"""A plain page that embeds the widget, as pages of elsewhere do, with the lines that they need."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.embedding import built
from api.http.gate import Asker
from api.http.links import base_of
from api.http.pages import READ, Pages
from api.http.widget.policies import CHATS

_Site = Annotated[str, Query(max_length=100)]


def demo_router(pages: Pages, public_url: str | None) -> APIRouter:
    """`/demo`.

    Args:
        pages: Those for people.
        public_url: As the settings have it.
    """
    router = APIRouter(include_in_schema=False)

    @router.api_route("/demo", methods=READ)
    def demo(request: Request, caller: Asker, site: _Site = "") -> Response:
        base, widget, shown = base_of(request, public_url), built(), site or "SITE"
        return pages.page(
            "demo.html",
            CHATS,
            caller=caller,
            site=site,
            tag=widget.tag(base, shown),
            pinned=widget.tag(base, shown, pinned=True),
        )

    return router
