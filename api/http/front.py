"""The front page: a question box, and the answer with who said it, where and when; it needs no JavaScript."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import wire
from api.access import Caller
from api.http import problems
from api.http.gate import Asker
from api.http.pages import FORMS, READ, Pages
from api.http.service import Asked, Service
from rag.ask import TOP_K
from rag.errors import TransciteError
from rag.question import MAX_CHARS
from rag.values import Filters

_Words = Annotated[str, Query()]


def front_router(pages: Pages, service: Service) -> APIRouter:
    """`/`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=READ)
    def front(
        request: Request, caller: Asker, q: _Words = "", collection: _Words = "", speaker: _Words = ""
    ) -> Response:
        answer, trouble, status = None, None, 200
        if q.strip() and request.method == "GET":
            try:
                answer = _answer(service, caller, q, Filters(collections=_one(collection), speakers=_one(speaker)))
            except TransciteError as error:
                problem = problems.of(error)
                trouble, status = problem.detail or str(error), problem.status
        return pages.page(
            "front.html",
            FORMS,
            status=status,
            caller=caller,
            most=MAX_CHARS,
            asked={"q": q, "collection": collection, "speaker": speaker},
            collections=service.holdings.counts(caller).collections,
            answer=answer,
            trouble=trouble,
        )

    return router


def _answer(service: Service, caller: Caller, question: str, filters: Filters) -> wire.Answer:
    return service.ask(caller, Asked(question, filters, (), TOP_K, None), lambda _: None)


def _one(said: str) -> tuple[str, ...]:
    """What a field of the form says, as a filter; an empty field is no rule."""
    return (said.strip(),) if said.strip() else ()
