"""An answer told in its thread: streamed while it is made where Slack takes that, else posted when it is whole."""

from __future__ import annotations

import asyncio
import time

from api import wire
from api.slack.blocks import SAID, Message, broken_off, ending, message, note, said, whole
from api.slack.feed import Feed
from api.slack.heard import Heard
from api.slack.ledger import BEGINNING, Ledger
from api.slack.posting import LOG, Poster
from api.slack.refusals import NOWHERE, REVOKED, STOPPED
from api.slack.saying import Said, words
from api.slack.sources import sources
from api.slack.streaming import Chunk, Stream, task_chunk, text_chunk
from api.streams import shown
from rag.wording import counted

FAILED = "The transcripts could not be asked: the server failed on this question, and its log says why. Try again."
HALTED = "Stopped, as one of you wished."
_QUIET_S = 2.0  # after which something is shown, though nothing is written yet
_SPACING_S = 2.0  # between two pieces of one answer
_STREAMED = SAID - 500  # characters that are told as they are written; the rest may have to be cut
_PIECES = 24  # blocks of them: so many that the sources always have room


class Telling:
    """One answer on its way.

    Args:
        poster: Says it.
        ledger: Keeps what must be known after a restart.
        heard: What was asked, and where.
        base: What links begin with.
    """

    def __init__(self, poster: Poster, ledger: Ledger, heard: Heard, base: str) -> None:
        self._poster, self._ledger, self._heard, self._base = poster, ledger, heard, base
        self._stream, self._said = Stream(poster, heard.spot, heard.team), Said(base)
        self._told = ""  # what is in the stream
        self._task: str | None = None  # what is shown while nothing is written
        self._appended_at = 0.0
        self._streams = False
        self._trouble: str | None = None

    async def follow(self, feed: Feed) -> bool:
        """Tell what becomes of it, to the end. False where nobody could be told anything."""
        self._streams = taken = self._poster.pace.take_stream()
        try:
            # 1. That it is being made.
            await asyncio.gather(self._poster.looking(self._heard.spot), *([self._stream.working()] if taken else []))
            # 2. What is written, as it comes, for as long as Slack takes it.
            while feed.ended is None:
                await feed.change(_QUIET_S if self._streams and self._stream.ts is None else None)
                if self._streams and feed.ended is None:
                    await self._more(feed)
            # 3. The end of it, whatever that is.
            return await self._end(feed)
        except Exception:  # whatever it is, who asked is not left with half an answer
            LOG.exception("an answer in Slack could not be told")
            feed.stop(FAILED)
            if self._stream.ts is not None and await self._stream.rewrite(note(FAILED)) is None:
                return True
            return await self._poster.say(self._heard.spot, note(FAILED))
        finally:
            await self._stream.resting()
            if taken:
                self._poster.pace.give_back(used=self._stream.ts is not None)

    async def _more(self, feed: Feed) -> None:
        """Put what is new into the stream, at the pace that Slack allows."""
        if self._stream.ts is None:
            text, chunks = self._new(feed)
            if chunks or (chunks := self._found(feed)):
                await self._begin(feed, chunks, text)
            return
        if not self._has_news(feed) or not await self._turn(feed):
            return
        text, chunks = self._new(feed)
        self._trouble = await self._stream.append(chunks)
        self._appended_at = time.monotonic()
        if self._trouble is None:
            self._told = text
            return
        self._streams = False
        if self._trouble != STOPPED:
            LOG.warning("an answer cannot be streamed on in Slack: %s", self._trouble)
        if self._trouble in {STOPPED, *NOWHERE, *REVOKED}:  # then nobody sees the rest, and it need not be written
            feed.stop(HALTED)

    async def _begin(self, feed: Feed, chunks: list[Chunk], text: str) -> None:
        """Begin the stream, unless it was stopped and only another worker was told so; `text` is what it then says."""
        if await self._halted(feed):
            feed.stop(HALTED)
            return
        await asyncio.to_thread(self._ledger.streaming, self._heard.message, BEGINNING)
        self._streams = await self._stream.begin(chunks)
        self._appended_at = time.monotonic()
        if self._stream.ts is None:
            await asyncio.to_thread(self._ledger.posting, self._heard.message)
        else:
            self._told = text
            await asyncio.to_thread(self._ledger.streaming, self._heard.message, self._stream.ts)

    async def _halted(self, feed: Feed) -> bool:
        return await asyncio.to_thread(self._ledger.halted, self._heard.place, feed.began)

    async def _turn(self, feed: Feed) -> bool:
        """Wait until a piece may be appended; False when it is over before that."""
        wait = self._appended_at + _SPACING_S - time.monotonic()
        while wait > 0 or (wait := self._poster.pace.append()) > 0:
            if await feed.over(wait):
                return False
            wait = 0.0
        return feed.ended is None

    def _has_news(self, feed: Feed) -> bool:
        """Whether something is written that is not told yet, and there is room for it whatever comes after."""
        return len(self._told) < len(feed.text) <= _STREAMED and len(self._said.blocks) < _PIECES

    def _new(self, feed: Feed) -> tuple[str, list[Chunk]]:
        """What is written and not told yet, after all that will be told then."""
        if not self._has_news(feed):
            return self._told, []
        text = shown(feed.text)
        chunks = text_chunk(self._said.more(text[len(self._told) :], feed.citations))
        return text, [*self._done(), *chunks] if chunks else []

    def _found(self, feed: Feed) -> list[Chunk]:
        """That there is something to write of, where writing takes long."""
        if feed.found is None or feed.found[0] == 0 or time.time() - feed.began < _QUIET_S:
            return []
        passages, transcripts = feed.found
        self._task = f"Found {counted(passages, 'passage')} in {counted(transcripts, 'transcript')}"
        return [task_chunk(f"{self._task}; writing the answer", "in_progress")]

    def _done(self) -> list[Chunk]:
        """That what is shown as under way is done, where something is."""
        title, self._task = self._task, None
        return [] if title is None else [task_chunk(title, "complete")]

    async def _end(self, feed: Feed) -> bool:
        spot, outcome = self._heard.spot, await feed.outcome()
        # 1. What is there in whole is streamed, too, where that can be: then all answers look alike.
        if self._stream.ts is None:
            outcome = HALTED if await self._halted(feed) else outcome
            if self._streams and isinstance(outcome, wire.Answer):
                text = said(outcome)
                await self._begin(feed, text_chunk(self._said.more(text, outcome.citations)), text)
        if self._stream.ts is None:
            return await self._poster.say(spot, self._whole(feed, outcome))
        # 2. The last of it, with the sources.
        if self._trouble is None and outcome != HALTED and await self._closed(feed, outcome):
            return True
        # 3. Where nobody can be told there, or nowhere. Otherwise, what was stopped, or broke, is written anew.
        if self._trouble in NOWHERE:
            return await self._poster.excuse(spot, self._trouble, "I was answering you")
        if self._trouble in REVOKED:
            return False
        outcome = HALTED if self._trouble == STOPPED else outcome
        written = self._whole(feed, outcome)
        if await self._stream.rewrite(written) is None:
            return True
        return await self._poster.say(spot, note(HALTED) if outcome == HALTED else written)

    async def _closed(self, feed: Feed, outcome: wire.Answer | str) -> bool:
        """End the stream with what is left to say; False where that is not what it begins with, or Slack refuses."""
        if isinstance(outcome, wire.Answer):
            if not whole(outcome).startswith(self._told) and said(outcome) != self._told:
                return False
            chunks = text_chunk(self._said.more(said(outcome)[len(self._told) :], outcome.citations))
            below = ending(outcome, self._said.blocks, self._base)
        else:
            self._told, chunks = self._new(feed)
            below = [words(outcome)]
            below += sources(self._cited(feed, self._told), [*self._said.blocks, *below], self._base)
        await asyncio.to_thread(self._ledger.ending, self._heard.message)
        self._trouble = await self._stream.end([*self._done(), *chunks], below)
        if self._trouble is not None:
            LOG.warning("the stream of an answer cannot be ended in Slack: %s", self._trouble)
        return self._trouble is None

    def _whole(self, feed: Feed, outcome: wire.Answer | str) -> Message:
        """All of it in one message; of what was stopped, what had been told."""
        if isinstance(outcome, wire.Answer):
            return message(outcome, self._base)
        text = shown(feed.text)
        if outcome == HALTED:
            text = self._told if self._stream.ts else ""
        return broken_off(text, self._cited(feed, text), outcome, self._base) if text else note(outcome)

    @staticmethod
    def _cited(feed: Feed, text: str) -> list[wire.Citation]:
        return [one for one in feed.citations if f"[{one.n}]" in text]
