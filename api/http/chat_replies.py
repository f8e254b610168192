"""An answer as OpenAI-compatible clients get it: at once, or as a stream of chunks."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from threading import Event

from fastapi.responses import StreamingResponse

from api import wire
from api.http import chat_shapes as shapes
from api.http import dialect, problems
from api.http.media import EVENTS
from api.http.streaming import HEADERS, PULSE_S, GoneError, unless
from api.markdown import Written, linked, written
from rag.errors import TransciteError
from rag.writing.page import OnText, Told

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
    work: Callable[[OnText], wire.Answer], order: Order, name: str, *, pulse_s: float = PULSE_S
) -> StreamingResponse:
    """A response that gives the reply in chunks.

    Args:
        work: Makes the answer, in a thread, and tells what it writes; stopped from there when the reader goes away.
        order: What else is wanted.
        name: Id of the reply; there is none of the answer when the stream begins.
        pulse_s: Seconds of silence after which a comment is sent.
    """
    return StreamingResponse(_events(work, order, name, pulse_s), media_type=EVENTS, headers=HEADERS)


async def _events(work: Callable[[OnText], wire.Answer], order: Order, name: str, pulse_s: float) -> AsyncIterator[str]:
    event = _Events(order, name)
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Told | wire.Answer | dict[str, object]] = asyncio.Queue()
    gone = Event()

    def put(item: Told | wire.Answer | dict[str, object]) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, item)

    yield event.begun()
    loop.run_in_executor(None, copy_context().run, lambda: put(_outcome(work, unless(gone, put))))
    try:
        while True:
            try:
                item = await asyncio.wait_for(queue.get(), pulse_s)
            except TimeoutError:
                yield ": still at it\n\n"
                continue
            if isinstance(item, Told):
                yield event.more(item)
                continue
            for last in event.last(item):
                yield last
            return
    finally:
        gone.set()


class _Events:
    """The chunks of one reply, as far as it is sent."""

    def __init__(self, order: Order, name: str) -> None:
        self._order, self._name, self._created = order, name, int(time.time())
        self._said, self._sent = "", ""
        self._cited: list[wire.Citation] = []

    def begun(self) -> str:
        """The first chunk."""
        return self._chunk(shapes.Delta(role="assistant", content=""))

    def more(self, told: Told) -> str:
        """A piece of an answer that is being written."""
        self._said += told.text
        self._cited.extend(wire.Citation.of(one) for one in told.citations)
        text = linked(self._said, self._cited, self._order.base).text
        added, self._sent = text[len(self._sent) :], text
        return self._chunk(shapes.Delta(content=added))

    def last(self, outcome: wire.Answer | dict[str, object]) -> Iterator[str]:
        """The rest, with annotations and the answer; or the error."""
        if not isinstance(outcome, wire.Answer):
            yield f"data: {json.dumps({'error': outcome})}\n\n"
            return
        told = written(outcome, self._order.base)
        # What was sent holds, but when its model fails, the answer is another one and follows it.
        before = "" if told.text.startswith(self._sent) else f"{self._sent}\n\n"
        rest = f"\n\n{told.text}" if before else told.text[len(self._sent) :]
        for line in rest.splitlines(keepends=True):
            yield self._chunk(shapes.Delta(content=line))
        yield self._chunk(shapes.Delta(annotations=_annotations(told, after=len(before))), end=outcome)
        if self._order.usage:
            yield self._chunk(None, usage=_usage(self._order, before + told.text))
        yield _DONE

    def _chunk(
        self, delta: shapes.Delta | None, *, usage: shapes.Usage | None = None, end: wire.Answer | None = None
    ) -> str:
        choices = [] if delta is None else [shapes.ChunkChoice(delta=delta, finish_reason="stop" if end else None)]
        chunk = shapes.Chunk(
            id=self._name, created=self._created, model=self._order.model, choices=choices, usage=usage, transcite=end
        )
        return f"data: {chunk.model_dump_json()}\n\n"


def _outcome(work: Callable[[OnText], wire.Answer], on_text: OnText) -> wire.Answer | dict[str, object]:
    """The answer, or the `error` to tell: the stream has begun, and its status with it."""
    try:
        return work(on_text)
    except TransciteError as error:
        problem = problems.document(problems.noted(error), str(error))
    except GoneError:
        problem = problems.document(problems.INTERNAL)  # which nobody reads
    except Exception:
        problems.LOG.exception("a question failed")
        problem = problems.document(problems.INTERNAL)
    return dialect.error_of(problem)


def _annotations(told: Written, *, after: int = 0) -> list[shapes.Annotation]:
    return [
        shapes.Annotation(
            url_citation=shapes.UrlCitation(
                url=link.url, title=link.citation.title, start_index=after + link.start, end_index=after + link.end
            )
        )
        for link in told.links
    ]


def _usage(order: Order, text: str) -> shapes.Usage:
    told = counted(text)
    return shapes.Usage(prompt_tokens=order.asked, completion_tokens=told, total_tokens=order.asked + told)
