"""An answer as server-sent events: `sources`, `token` as it is written, then `answer` or `error`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from threading import Event

from fastapi.responses import StreamingResponse

from api import wire
from api.http import problems
from api.http.media import EVENTS
from api.http.sharing import OnHits
from rag.errors import TransciteError
from rag.values import Hit
from rag.writing.page import OnText, Told

PULSE_S = 15.0  # between two signs of life, for proxies that close what is silent
_LAST = frozenset({"answer", "error"})
HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}


Work = Callable[[OnHits, OnText], wire.Answer]
"""Makes an answer; tells what it found, and what it writes."""


class GoneError(Exception):
    """Nobody reads any more: what is being written is given up."""


@dataclass(frozen=True, slots=True)
class _Event:
    name: str
    data: str

    @property
    def text(self) -> str:
        """The event on the wire; JSON has no line breaks of its own."""
        return f"event: {self.name}\ndata: {self.data}\n\n"


def streamed(work: Work, *, pulse_s: float = PULSE_S) -> StreamingResponse:
    """A response that tells how `work` goes.

    Args:
        work: Runs in a thread, and is stopped from there when the reader goes away.
        pulse_s: Seconds of silence after which a comment is sent.
    """
    return StreamingResponse(_events(work, pulse_s), media_type=EVENTS, headers=HEADERS)


async def _events(work: Work, pulse_s: float) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[_Event] = asyncio.Queue()
    gone = Event()

    def put(event: _Event) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, event)

    loop.run_in_executor(None, copy_context().run, lambda: put(_last(work, put, gone)))
    try:
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), pulse_s)
            except TimeoutError:
                yield ": still at it\n\n"
                continue
            yield event.text
            if event.name in _LAST:
                return
    finally:
        gone.set()


def unless(gone: Event, tell: Callable[[Told], None]) -> OnText:
    """`tell`, until the reader is gone: then it stops who writes."""

    def on_text(told: Told) -> None:
        if gone.is_set():
            raise GoneError
        if told.text:
            tell(told)

    return on_text


def _last(work: Work, put: Callable[[_Event], None], gone: Event) -> _Event:
    """Do the work; returns the event that ends the stream."""

    def on_hits(hits: Sequence[Hit]) -> None:
        put(_Event("sources", wire.Hits(hits=[wire.Hit.of(hit) for hit in hits]).model_dump_json()))

    def on_text(told: Told) -> None:
        put(_Event("token", json.dumps({"text": told.text})))

    try:
        return _Event("answer", work(on_hits, unless(gone, on_text)).model_dump_json())
    except GoneError:
        return _Event("error", json.dumps(problems.document(problems.INTERNAL)))  # which nobody reads
    except TransciteError as error:
        problem = problems.noted(error)
        return _Event("error", json.dumps(problems.document(problem, str(error))))
    except Exception:
        problems.LOG.exception("a question failed")
        return _Event("error", json.dumps(problems.document(problems.INTERNAL)))
