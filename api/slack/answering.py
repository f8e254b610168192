"""From a question in Slack to its answer in the same thread."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from threading import Event

from api import wire
from api.access import Caller
from api.http import problems
from api.http.service import Asked, Service
from api.http.streaming import GoneError, unless
from api.slack.blocks import Message, message, note
from api.slack.heard import Heard
from api.slack.ledger import Ledger, Spot
from api.slack.posting import LOG, Poster
from api.slack.rules import Rules
from rag.ask import TOP_K
from rag.errors import TransciteError
from rag.values import Filters

_FAILED = "The transcripts could not be asked: the server failed on this question, and its log says why. Try again."
_STOPPED = "The server was stopped before this was answered. Ask again in a minute."
_FOREIGN = "People of another organisation read along in this channel, so the transcripts are not quoted in it."
_NOTHING = "Ask a question after my name, such as: what was decided about the bridge?"
_PATIENCE_S = 4.0  # for answers under way when the server is to stop; uvicorn waits for 10 in all


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
        self._gone = Event()

    def caller(self, team: str, channel: str) -> Caller:
        """Who asks: a channel. What it was told, it may see again, and nobody else."""
        ruling = self.rules.ruling(team, channel)
        return Caller(f"slack:{team}:{channel}", frozenset({"ask"}), ruling.collections, caution=ruling.caution)

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Do something behind, until the server stops."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def answer(self, heard: Heard) -> None:
        """Answer a message in its thread, unless that has been taken on before."""
        if not await asyncio.to_thread(self._ledger.begin, heard.message, heard.spot):
            return
        await self.poster.looking(heard.spot)
        await self.poster.say(heard.spot, await self._reply(heard))
        await asyncio.to_thread(self._ledger.end, heard.message)

    async def continues(self, heard: Heard) -> bool:
        """Whether a message stands in a thread that has an answer of the bot."""
        caller, answers = self.caller(heard.team, heard.spot.channel), self.service.library.answers
        return bool(await asyncio.to_thread(answers.conversation, _conversation(heard.spot), asker=caller.id, last=1))

    async def made(self, caller: Caller, question: str, conversation: str | None) -> wire.Answer | Message:
        """An answer, or why there is none."""
        asked = Asked(question, Filters(), (), TOP_K, conversation)
        on_text = unless(self._gone, lambda _: None)
        try:
            return await asyncio.to_thread(self.service.ask, caller, asked, lambda _: None, on_text)
        except TransciteError as error:
            return note(_sentence(problems.noted(error).detail or str(error)))
        except (asyncio.CancelledError, GoneError):
            return note(_STOPPED)
        except Exception:
            LOG.exception("a question in Slack failed")
            return note(_FAILED)

    async def apologise(self) -> None:
        """Tell those whose question an earlier run of the server left without an answer."""
        for spot in await asyncio.to_thread(self._ledger.left_over):
            await self.poster.say(spot, note(_STOPPED))

    async def stop(self) -> None:
        """Wait a little for what is under way; what is not done then is told so."""
        if not self._tasks:
            return
        await asyncio.wait(self._tasks, timeout=_PATIENCE_S)
        self._gone.set()
        left = list(self._tasks)
        for task in left:
            task.cancel()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*left, return_exceptions=True), _PATIENCE_S)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            LOG.error("something in Slack was not finished", exc_info=error)

    async def _reply(self, heard: Heard) -> Message:
        if heard.foreign:
            return note(_FOREIGN)
        if not heard.text:
            return note(_NOTHING)
        caller = self.caller(heard.team, heard.spot.channel)
        found = await self.made(caller, heard.text, _conversation(heard.spot))
        return message(found, self.base) if isinstance(found, wire.Answer) else found


def _conversation(spot: Spot) -> str:
    return f"slack:{spot.channel}:{spot.thread}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")
