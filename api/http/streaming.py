"""An answer as server-sent events: `sources`, then `answer` or `error`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass

from fastapi.responses import StreamingResponse

from api import wire
from api.http import problems
from api.http.media import EVENTS
from api.http.sharing import OnHits
from rag.errors import TransciteError
from rag.values import Hit

PULSE_S = 15.0  # between two signs of life, for proxies that close what is silent
HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, slots=True)
class _Event:
    name: str
    data: str

    @property
    def text(self) -> str:
        """The event on the wire; JSON has no line breaks of its own."""
        return f"event: {self.name}\ndata: {self.data}\n\n"


def streamed(work: Callable[[OnHits], wire.Answer], *, pulse_s: float = PULSE_S) -> StreamingResponse:
    """A response that tells how `work` goes.

    Args:
        work: Runs in a thread; tells what it found, and returns the answer.
        pulse_s: Seconds of silence after which a comment is sent.
    """
    return StreamingResponse(_events(work, pulse_s), media_type=EVENTS, headers=HEADERS)


async def _events(work: Callable[[OnHits], wire.Answer], pulse_s: float) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[_Event] = asyncio.Queue()

    def put(event: _Event) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, event)

    loop.run_in_executor(None, copy_context().run, lambda: put(_last(work, put)))
    while True:
        try:
            event = await asyncio.wait_for(queue.get(), pulse_s)
        except TimeoutError:
            yield ": still at it\n\n"
            continue
        yield event.text
        if event.name != "sources":
            return


def _last(work: Callable[[OnHits], wire.Answer], put: Callable[[_Event], None]) -> _Event:
    """Do the work; returns the event that ends the stream."""

    def on_hits(hits: Sequence[Hit]) -> None:
        put(_Event("sources", wire.Hits(hits=[wire.Hit.of(hit) for hit in hits]).model_dump_json()))

    try:
        return _Event("answer", work(on_hits).model_dump_json())
    except TransciteError as error:
        problem = problems.noted(error)
        return _Event("error", json.dumps(problems.document(problem, str(error))))
    except Exception:
        problems.LOG.exception("a question failed")
        return _Event("error", json.dumps(problems.document(problems.INTERNAL)))
