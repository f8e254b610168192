"""What is becoming of a question: told from the thread that answers it, followed on the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event

from api import wire
from api.http.streaming import GoneError, unless
from rag.values import Hit
from rag.writing.page import Told


class Feed:
    """The making of one answer. To be made on the event loop, and followed by one there.

    Args:
        place: The thread that its answer belongs in; empty where one person alone sees it.

    Attributes:
        began: When it was asked, in seconds since 1970.
        text: What is written so far; all of it holds.
        citations: Those that the text brought in.
        found: Passages and transcripts that were found; None until then.
        ended: The answer, or why there is none, in plain words; None while it is being made.
        stopped: Whether somebody wanted no more of it.
    """

    def __init__(self, place: str = "") -> None:
        self.place = place
        self.began = time.time()
        self.text = ""
        self.citations: list[wire.Citation] = []
        self.found: tuple[int, int] | None = None
        self.ended: wire.Answer | str | None = None
        self.stopped = False
        self._gone = Event()
        self._loop = asyncio.get_running_loop()
        self._changed, self._over = asyncio.Event(), asyncio.Event()
        self.on_text = unless(self._gone, self._written)

    def on_hits(self, hits: Sequence[Hit]) -> None:
        """Something was found. Called from another thread; raises GoneError when nobody waits for more."""
        if self._gone.is_set():
            raise GoneError
        found = (len(hits), len({one.source.transcript_id for one in hits}))
        self._tell(lambda: setattr(self, "found", found))

    def end(self, outcome: wire.Answer | str) -> None:
        """It is over; what comes later does not count."""
        if self.ended is None:
            self.ended = outcome
            self._over.set()
            self._changed.set()

    def stop(self, why: str) -> None:
        """Nobody wants more of it: whoever makes it hangs up on the model at its next sign of life."""
        self._gone.set()
        if self.ended is None:
            self.stopped = True
            self.end(why)

    async def change(self, within: float | None = None) -> None:
        """Wait until something has happened since the last time, at most so many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), within)
        self._changed.clear()

    async def over(self, within: float) -> bool:
        """Wait until it is over, at most so many seconds; whether it is."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), within)
        return self.ended is not None

    async def outcome(self) -> wire.Answer | str:
        """What came of it, once it is over."""
        while self.ended is None:
            await self._over.wait()
        return self.ended

    def _written(self, told: Told) -> None:
        cited = [wire.Citation.of(one) for one in told.citations]

        def add() -> None:
            self.text += told.text
            self.citations.extend(cited)

        self._tell(add)

    def _tell(self, change: Callable[[], None]) -> None:
        """Change something on the event loop, in order."""

        def apply() -> None:
            if self.ended is None:
                change()
                self._changed.set()

        self._loop.call_soon_threadsafe(apply)
