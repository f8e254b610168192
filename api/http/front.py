"""The front page: the chat, with the library beside it. What is asked is asked by the widget."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.gate import Asker
from api.http.pages import READ, Pages
from api.http.service import Service
from api.http.widget.policies import CHATS
from index.store.listing import Part
from rag.question import MAX_CHARS

_ROWS = 40  # of the library; the rest is a page away

_Words = Annotated[str, Query()]


def front_router(pages: Pages, service: Service) -> APIRouter:
    """`/`, where `?q=` is a question to ask at once."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=READ)
    def front(caller: Asker, q: _Words = "", collection: _Words = "", speaker: _Words = "") -> Response:
        return pages.page(
            "front.html",
            CHATS,
            caller=caller,
            asked={"q": q.strip()[:MAX_CHARS], "collection": collection.strip(), "speaker": speaker.strip()},
            entries=service.holdings.entries(caller, Part(limit=_ROWS)) if "read" in caller.rights else (),
            counts=service.holdings.counts(caller),
        )

    return router
