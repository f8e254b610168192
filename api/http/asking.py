"""Asking, searching, and answers given before."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request, Response

from api import wire
from api.http import bodies, examples, problems
from api.http.gate import Asker, Reader
from api.http.media import EVENT_STREAM, JSON, json_only, wants_events
from api.http.service import Asked, Service
from api.http.sharing import OnHits
from api.http.streaming import streamed
from rag.values import Message
from rag.writing.page import OnText

_AskBody = Annotated[bodies.Ask, Body(openapi_examples=examples.shown(examples.ASK))]
_SearchBody = Annotated[bodies.Search, Body(openapi_examples=examples.shown(examples.SEARCH))]
_FeedbackBody = Annotated[bodies.Feedback, Body(openapi_examples=examples.shown(examples.FEEDBACK))]
_STREAM = {
    "description": "An answer; as events: `sources` with hits, `token` with checked text as a model writes it, then"
    " `answer`, or `error` with a problem document",
    "content": EVENT_STREAM,
}


def asking_router(service: Service) -> APIRouter:
    """`/v1/ask`, `/v1/search` and `/v1/answers`."""
    router = APIRouter(prefix="/v1", tags=["asking"], responses=problems.documented())

    @router.post("/ask", dependencies=[Depends(json_only)], response_model=wire.Answer, responses={200: _STREAM})
    async def ask(body: _AskBody, request: Request, caller: Asker) -> wire.Answer | Response:
        """Answer a question: who said it, in which turn, when, word for word.

        With `conversation_id` and no `history`, it is read as a follow-up to the last six answers of that conversation.
        """
        asked = _asked(body)

        def work(on_hits: OnHits, on_text: OnText) -> wire.Answer:
            return service.ask(caller, asked, on_hits, on_text)

        if wants_events(request):
            return streamed(work)
        return await asyncio.to_thread(work, lambda _: None, lambda _: None)

    @router.post("/search", dependencies=[Depends(json_only)])
    def search(body: _SearchBody, caller: Reader) -> wire.Hits:
        """Find the turns that best match some words, best first."""
        hits = service.find(caller, body.query, body.filters.value(), top_k=body.top_k)
        return wire.Hits(hits=[wire.Hit.of(hit) for hit in hits])

    @router.get("/answers/{answer_id}", response_model=wire.Answer)
    def answer(answer_id: str, caller: Asker) -> Response:
        """Give an answer again, as it was given.

        The newest 10,000 are kept, each until a transcript that it quotes is removed.
        """
        return Response(service.holdings.answer(caller, answer_id), media_type=JSON)

    @router.post("/answers/{answer_id}/feedback", dependencies=[Depends(json_only)])
    def feedback(answer_id: str, body: _FeedbackBody, caller: Asker) -> bodies.Feedback:
        """Keep what a reader thought of an answer; the last vote on an answer counts."""
        service.holdings.vote(caller, answer_id, body.vote, body.comment)
        service.watch.metrics.vote(body.vote)
        return body

    return router


def _asked(body: bodies.Ask) -> Asked:
    return Asked(
        question=body.question,
        filters=body.filters.value(),
        history=tuple(Message(one.role, one.content) for one in body.history),
        top_k=body.top_k,
        conversation_id=body.conversation_id,
    )
