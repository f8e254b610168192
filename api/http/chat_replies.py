"""An answer as OpenAI-compatible clients get it: at once, or as a stream of chunks."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from fastapi.responses import StreamingResponse

from api import wire
from api.http import chat_shapes as shapes
from api.http import dialect, problems
from api.http.media import EVENTS
from api.http.streaming import HEADERS, PULSE_S
from api.markdown import Written, written
from rag.errors import TransciteError

_DONE = "data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Order:
    """What a request wants besides the answer itself.

    Attributes:
        model: As it was asked for.
        base: What the addresses of pages begin with.
        asked: How much was sent, in words and marks.
        usage: Whether a stream is to tell how much was read and written.
    """

    model: str
    base: str
    asked: int
    usage: bool


def counted(text: str) -> int:
    """Words and punctuation marks; stands for tokens, which only language models have."""
    return len(re.findall(r"\w+|[^\w\s]", text))


def completion(answer: wire.Answer, order: Order) -> shapes.Completion:
    """The whole reply."""
    told = written(answer, order.base)
    reply = shapes.Reply(content=told.text, annotations=_annotations(told))
    return shapes.Completion(
        id=f"chatcmpl-{answer.id}",
        created=int(time.time()),
        model=order.model,
        choices=[shapes.Choice(message=reply)],
        usage=_usage(order, told.text),
        transcite=answer,
    )


def streamed(
    work: Callable[[], wire.Answer], order: Order, name: str, *, pulse_s: float = PULSE_S
) -> StreamingResponse:
    """A response that gives the reply in chunks.

    Args:
        work: Makes the answer, in a thread.
        order: What else is wanted.
        name: Id of the reply; there is none of the answer when the stream begins.
        pulse_s: Seconds of silence after which a comment is sent.
    """
    return StreamingResponse(_events(work, order, name, pulse_s), media_type=EVENTS, headers=HEADERS)


async def _events(work: Callable[[], wire.Answer], order: Order, name: str, pulse_s: float) -> AsyncIterator[str]:
    created = int(time.time())

    def event(delta: shapes.Delta | None, *, usage: shapes.Usage | None = None, end: wire.Answer | None = None) -> str:
        choices = [] if delta is None else [shapes.ChunkChoice(delta=delta, finish_reason="stop" if end else None)]
        chunk = shapes.Chunk(id=name, created=created, model=order.model, choices=choices, usage=usage, transcite=end)
        return f"data: {chunk.model_dump_json()}\n\n"

    yield event(shapes.Delta(role="assistant", content=""))
    doing = asyncio.create_task(asyncio.to_thread(_outcome, work))
    while not (await asyncio.wait({doing}, timeout=pulse_s))[0]:
        yield ": still at it\n\n"
    outcome = doing.result()
    if not isinstance(outcome, wire.Answer):
        yield f"data: {json.dumps({'error': outcome})}\n\n"
        return
    told = written(outcome, order.base)
    for line in told.text.splitlines(keepends=True):
        yield event(shapes.Delta(content=line))
    yield event(shapes.Delta(annotations=_annotations(told)), end=outcome)
    if order.usage:
        yield event(None, usage=_usage(order, told.text))
    yield _DONE


def _outcome(work: Callable[[], wire.Answer]) -> wire.Answer | dict[str, object]:
    """The answer, or the `error` to tell: the stream has begun, and its status with it."""
    try:
        return work()
    except TransciteError as error:
        problem = problems.document(problems.noted(error), str(error))
    except Exception:
        problems.LOG.exception("a question failed")
        problem = problems.document(problems.INTERNAL)
    return dialect.error_of(problem)


def _annotations(told: Written) -> list[shapes.Annotation]:
    return [
        shapes.Annotation(
            url_citation=shapes.UrlCitation(
                url=link.url, title=link.citation.title, start_index=link.start, end_index=link.end
            )
        )
        for link in told.links
    ]


def _usage(order: Order, text: str) -> shapes.Usage:
    told = counted(text)
    return shapes.Usage(prompt_tokens=order.asked, completion_tokens=told, total_tokens=order.asked + told)
