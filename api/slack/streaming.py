"""A message that grows in a thread, by Slack's streaming methods; and the status beside it, which has a stop button.

Always in chunks, never `markdown_text`: a stream takes for all its life what it was begun with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block
from slack_sdk.models.messages.chunk import BlocksChunk, TaskUpdateChunk

from api.slack.blocks import Message, made
from api.slack.ledger import Spot
from api.slack.posting import LOG, TROUBLE, Poster, code, trouble_of
from api.slack.refusals import OPEN, TOO_MUCH, UNABLE

_TRIES = 3  # of ending a stream that is to be written anew
_PAUSE_S = 600.0  # before a workspace that cannot stream is asked again: it may have been set right
_LIMITED_S = 60.0  # where Slack does not say when to come again
_TASK = "search"

Chunk = dict[str, Any]


class Stream:
    """One message, from its beginning to its end.

    Args:
        poster: Whose calls are made.
        spot: The thread, and who asked.
        team: Id of the workspace.

    Attributes:
        ts: What Slack calls the message; None before it has begun.
        session: Whether the thread shows that an answer is being made, with a button to stop it.
    """

    def __init__(self, poster: Poster, spot: Spot, team: str) -> None:
        self.ts: str | None = None
        self.session = False
        self._poster, self._spot, self._team = poster, spot, team

    @classmethod
    def of(cls, poster: Poster, spot: Spot, named: str, *, ts: str | None = None) -> Self:
        """One of which only this is known: `named` is what the thread or the question is called in the ledger."""
        stream = cls(poster, spot, named.partition(":")[0])
        stream.ts, stream.session = ts or None, True
        return stream

    async def working(self) -> None:
        """Show that an answer is being made, and the button that stops it; where Slack will not, it goes without."""
        self.session = await self._status("processing", initiator_user_id=self._spot.user) is None

    async def resting(self) -> None:
        """Show that none is, any more."""
        if self.session:
            self.session = await self._status("active") is not None

    async def begin(self, chunks: Sequence[Chunk]) -> bool:
        """Begin the message with some chunks; False where this cannot be a stream."""
        await self._poster.pace.message(self._spot.channel)
        trouble = await self._begun(chunks, recipient_team_id=self._team, recipient_user_id=self._spot.user)
        if trouble == "invalid_arguments" and self._spot.channel.startswith("D"):
            # Channels have to be told for whom it is; direct messages are said to refuse that.
            trouble = await self._begun(chunks)
        if trouble is not None:
            LOG.warning("an answer is posted rather than streamed in Slack: %s", trouble)
        return trouble is None

    async def find(self) -> None:
        """Look in the thread for one that is open: whoever began it did not hear what it is called."""
        try:
            told = await self._poster.hasty.conversations_replies(channel=self._spot.channel, ts=self._spot.thread)
        except TROUBLE as error:
            LOG.warning("whether half an answer stands in Slack is not known: %s", code(error))
            return
        for one in told.get("messages") or []:
            if one.get("streaming_state") == "in_progress":
                self.ts = str(one["ts"])

    async def append(self, chunks: Sequence[Chunk]) -> str | None:
        """Add chunks; waits where Slack asks to. Returns Slack's word for what went wrong."""
        return await trouble_of(
            lambda: self._poster.careful.chat_appendStream(channel=self._spot.channel, ts=self.ts or "", chunks=chunks)
        )

    async def end(self, chunks: Sequence[Chunk] = (), below: Sequence[Block] = ()) -> str | None:
        """Add the last chunks and the blocks below them, and end it. Returns Slack's word for what went wrong."""
        trouble = await trouble_of(
            lambda: self._poster.client.chat_stopStream(
                channel=self._spot.channel,
                ts=self.ts or "",
                chunks=chunks or None,
                blocks=list(made(below)) or None,
                session_status="active" if self.session else None,
            )
        )
        self.session = self.session and trouble is not None
        return trouble

    async def rewrite(self, message: Message) -> str | None:
        """Put something else in place of all that it shows, which ends it. Returns Slack's word for what went wrong."""
        for _ in range(_TRIES):
            trouble = await self._rewritten(message)
            if trouble != OPEN:
                return trouble
            await self.end()
        return OPEN

    async def _begun(self, chunks: Sequence[Chunk], **recipient: str) -> str | None:
        try:
            told = await self._poster.hasty.chat_startStream(
                channel=self._spot.channel, thread_ts=self._spot.thread, chunks=chunks, **recipient
            )
        except TROUBLE as error:
            self._poster.pace.pause(_pause(error))
            if not isinstance(error, SlackApiError):
                await self.find()  # it may have come through all the same, and would stay open
            return None if self.ts else code(error)
        self.ts = told.get("ts")
        return None if self.ts else "no ts"

    async def _rewritten(self, message: Message) -> str | None:
        async def update(blocks: list[dict[str, Any]]) -> object:
            return await self._poster.client.chat_update(
                channel=self._spot.channel, ts=self.ts or "", text=message.text, blocks=blocks, parse="none"
            )

        await self._poster.pace.message(self._spot.channel)
        trouble = await trouble_of(lambda: update(list(message.blocks)))
        return await trouble_of(lambda: update([])) if trouble in TOO_MUCH else trouble

    async def _status(self, status: str, **more: str) -> str | None:
        trouble = await trouble_of(
            lambda: self._poster.hasty.agents_sessions_setStatus(
                channel_id=self._spot.channel, thread_ts=self._spot.thread, status=status, **more
            )
        )
        if trouble is not None:
            LOG.debug("no status in Slack: %s", trouble)
        return trouble


def text_chunk(blocks: Sequence[Block]) -> list[Chunk]:
    """What is said next, as chunks; none where nothing is."""
    return [BlocksChunk(blocks=made(blocks)).to_dict()] if blocks else []


def task_chunk(title: str, status: str) -> Chunk:
    """How far it is: `status` is "in_progress", "complete" or "error". Each takes the place of the one before."""
    return dict(TaskUpdateChunk(id=_TASK, title=title, status=status).to_dict())


def _pause(error: Exception) -> float:
    """Seconds for which beginning a stream is not worth trying."""
    word = code(error).partition(" ")[0]
    if word == "ratelimited" and isinstance(error, SlackApiError):
        after = str(error.response.headers.get("Retry-After", ""))
        return float(after) if after.isdigit() else _LIMITED_S
    return _PAUSE_S if word in UNABLE else 0.0
