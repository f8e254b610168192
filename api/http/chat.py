"""The library as a model, for OpenAI-compatible clients: `/v1/chat/completions` and `/v1/models`."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.access import Caller
from api.http import bodies, dialect, examples
from api.http import chat_shapes as shapes
from api.http.chat_replies import Order, completion, counted, streamed
from api.http.gate import Asker
from api.http.links import base_of
from api.http.media import EVENT_STREAM, json_only
from api.http.service import Asked, Service
from rag.ask import TOP_K
from rag.errors import NotFoundError
from rag.question import checked
from rag.values import Filters, Message

MODEL = "transcite"

_LOOKED_BACK = 40  # messages before the question; clients send the whole conversation, however long
_SPOKEN: dict[str, Literal["user", "assistant"]] = {"user": "user", "assistant": "assistant"}
_ChatBody = Annotated[shapes.Chat, Body(openapi_examples=examples.shown(examples.CHAT))]
_STREAM = {
    "description": "An answer; with `stream` as events: chunks, the last with annotations and the answer, then [DONE]",
    "content": EVENT_STREAM,
}


@dataclass(frozen=True, slots=True)
class _Talk:
    """A conversation: its question, and what was said before."""

    question: str
    history: tuple[Message, ...]


def chat_router(service: Service, public_url: str | None) -> APIRouter:
    """The routes.

    Args:
        service: Answers.
        public_url: What links begin with; None for the address that a request came to.
    """
    router = APIRouter(tags=["chat"], responses=dialect.documented())

    @router.post(
        dialect.CHAT,
        dependencies=[Depends(json_only)],
        response_model=shapes.Completion,
        responses={200: _STREAM},
    )
    async def complete(body: _ChatBody, request: Request, caller: Asker) -> shapes.Completion | Response:
        """Answer the last message of the user as a language model would, with links to every source.

        The model is `transcite`, or `transcite/COLLECTION` for one collection. Instructions, sampling parameters and
        tools are accepted and change nothing.
        """
        talk = _talk(body)
        filters = await run_in_threadpool(_filters, service, caller, body.model)
        asked = Asked(talk.question, filters, talk.history, TOP_K, None)
        order = Order(
            model=body.model,
            base=base_of(request, public_url),
            asked=sum(counted(one.content) for one in body.messages),
            usage=bool(body.stream_options and body.stream_options.include_usage),
        )
        if body.stream:
            name = f"chatcmpl-{uuid.uuid4().hex}"
            return streamed(lambda on_text: service.ask(caller, asked, lambda _: None, on_text), order, name)
        return completion(await asyncio.to_thread(service.ask, caller, asked, lambda _: None), order)

    @router.get(dialect.MODELS)
    def models(caller: Asker) -> shapes.Models:
        """List what may be asked: everything together, and each collection."""
        return shapes.Models(data=[shapes.Model(id=one) for one in _models(service, caller)])

    @router.get(dialect.MODELS + "/{model:path}")
    def model(model: str, caller: Asker) -> shapes.Model:
        """Show one of the models."""
        _filters(service, caller, model)
        return shapes.Model(id=model)

    return router


def _models(service: Service, caller: Caller) -> list[str]:
    return [MODEL, *(f"{MODEL}/{one}" for one in service.holdings.collections(caller))]


def _filters(service: Service, caller: Caller, model: str) -> Filters:
    """What a model looks at. Raises NotFoundError when there is none, or none for who asks: they cannot tell which."""
    if model not in _models(service, caller):
        raise NotFoundError(f"no model {model!r}; GET {dialect.MODELS} lists those there are")
    _, _, collection = model.partition("/")
    return Filters(collections=(collection,) if collection else ())


def _talk(body: shapes.Chat) -> _Talk:
    """The question and what was said before it.

    Raises:
        RequestValidationError: The user says nothing.
        QuestionError: The question is empty or too long.
    """
    spoken = [Message(_SPOKEN[one.role], one.content) for one in body.messages if one.role in _SPOKEN]
    last = max((at for at, one in enumerate(spoken) if one.role == "user"), default=None)
    if last is None:
        raise bodies.invalid("messages", "there is no message of the user to answer")
    return _Talk(checked(spoken[last].content), tuple(spoken[max(0, last - _LOOKED_BACK) : last]))
