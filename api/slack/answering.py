"""From a question in Slack to its answer in the same thread."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from api import wire
from api.access import Caller
from api.http import problems
from api.http.service import Asked, Service
from api.http.streaming import GoneError
from api.slack.blocks import note
from api.slack.feed import Feed
from api.slack.heard import Heard
from api.slack.ledger import BEGINNING, Ledger, Left, Spot
from api.slack.posting import LOG, Poster
from api.slack.refusals import FOREIGN
from api.slack.rules import Rules
from api.slack.saying import words
from api.slack.streaming import Stream
from api.slack.telling import FAILED, HALTED, Telling
from rag.ask import TOP_K
from rag.errors import TransciteError
from rag.values import Filters

_STOPPED = "The server was stopped before this was answered. Ask again in a minute."
_NOTHING = "Ask a question after my name, such as: what was decided about the bridge?"
# When the server is to stop, for answers under way, and then for telling who gets none; uvicorn waits for 10 in all.
_PATIENCE_S, _PARTING_S = 4.0, 4.0


class Answerer:
    """Answers, each question once, several at a time.

    Args:
        service: Does the work.
        poster: Posts.
        ledger: Of what was taken on.
        base: What links begin with.
        rules: What a channel sees, and how sure an answer there must be.
    """

    def __init__(
        self,
        service: Service,
        poster: Poster,
        ledger: Ledger,
        *,
        base: str,
        rules: Rules,
    ) -> None:
        self.service, self.poster, self.base = service, poster, base
        self._ledger, self.rules = ledger, rules
        self._tasks: set[asyncio.Task[None]] = set()
        self._feeds: dict[Feed, asyncio.Task[None]] = {}

    def caller(self, team: str, channel: str) -> Caller:
        """Who asks: a channel. What it was told, it may see again, and nobody else."""
        ruling = self.rules.ruling(team, channel)
        return Caller(f"slack:{team}:{channel}", frozenset({"ask"}), ruling.collections, caution=ruling.caution)

    def start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Do something behind, until the server stops."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def answer(self, heard: Heard) -> None:
        """Answer a message in its thread, unless that has been taken on before."""
        if await asyncio.to_thread(self._ledger.begin, heard.message, heard.spot) and await self._told(heard):
            await asyncio.to_thread(self._ledger.end, heard.message)

    async def continues(self, heard: Heard) -> bool:
        """Whether a message stands in a thread that has an answer of the bot."""
        caller, answers = self.caller(heard.team, heard.spot.channel), self.service.library.answers
        return bool(await asyncio.to_thread(answers.conversation, _conversation(heard.spot), asker=caller.id, last=1))

    async def made(self, caller: Caller, question: str) -> wire.Answer | str:
        """An answer for one person, or why there is none."""
        feed = Feed()
        self._make(feed, caller, Asked(question, Filters(), (), TOP_K, None))
        return await feed.outcome()

    async def halt(self, place: str, spot: Spot) -> None:
        """Somebody wants no more of what is being answered in a thread.

        Args:
            place: The thread, as `Heard.place` calls it.
            spot: The same, and who wants no more.
        """
        here = [feed for feed in self._feeds if feed.place == place]
        for feed in here:
            feed.stop(HALTED)
        await asyncio.to_thread(self._ledger.halt, place)  # for other workers
        if not here:
            await Stream.of(self.poster, spot, place).resting()

    async def apologise(self) -> None:
        """Tell those whose question an earlier run of the server left without an answer, or with half of one."""
        for left in await asyncio.to_thread(self._ledger.left_over):
            await self._apologise(left)

    async def stop(self) -> None:
        """Wait a little for what is under way; what is not done then is told so."""
        if not self._tasks:
            return
        await asyncio.wait(self._tasks, timeout=_PATIENCE_S)
        for feed, making in list(self._feeds.items()):
            feed.stop(_STOPPED)
            making.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_PARTING_S)
        for task in self._tasks:
            task.cancel()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            LOG.error("something in Slack was not finished", exc_info=error)

    async def _told(self, heard: Heard) -> bool:
        """Answer; False where nobody could be told anything."""
        if heard.foreign or not heard.text:
            return await self.poster.say(heard.spot, note(FOREIGN if heard.foreign else _NOTHING))
        feed, caller = Feed(heard.place), self.caller(heard.team, heard.spot.channel)
        self._make(feed, caller, Asked(heard.text, Filters(), (), TOP_K, _conversation(heard.spot)))
        return await Telling(self.poster, self._ledger, heard, self.base).follow(feed)

    def _make(self, feed: Feed, caller: Caller, asked: Asked) -> None:
        self._feeds[feed] = self.start(self._making(feed, caller, asked))

    async def _making(self, feed: Feed, caller: Caller, asked: Asked) -> None:
        try:
            feed.end(await asyncio.to_thread(self.service.ask, caller, asked, feed.on_hits, feed.on_text))
        except TransciteError as error:
            feed.end(_sentence(problems.noted(error).detail or str(error)))
        except (asyncio.CancelledError, GoneError):
            feed.end(_STOPPED)
        except Exception:
            LOG.exception("a question in Slack failed")
            feed.end(FAILED)
        finally:
            self._feeds.pop(feed, None)

    async def _apologise(self, left: Left) -> None:
        stream = Stream.of(self.poster, left.spot, left.message, ts=left.stream)
        if left.stream == BEGINNING:
            await stream.find()
        if stream.ts is None or (
            # An end that was under way may have come to pass, and then the answer is whole.
            await stream.end(below=[words(_STOPPED)]) is not None
            and not left.ending
            and await stream.rewrite(note(_STOPPED)) is not None
        ):
            await self.poster.say(left.spot, note(_STOPPED))
        await stream.resting()


def _conversation(spot: Spot) -> str:
    return f"slack:{spot.channel}:{spot.thread}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")
