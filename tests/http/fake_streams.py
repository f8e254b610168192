"""What Slack does with messages that are streamed, as its reference and those who measured it say."""

from __future__ import annotations

import json
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.messages.chunk import Chunk

from api.slack.pieces import size

_LONGEST = 13_200  # characters of the blocks of a message
_MOST = 50  # blocks


@dataclass
class Streamed:
    """A message that was begun as a stream.

    Attributes:
        ended: Slack's word for what appending meets; None while it is open.
        chunks: All that came, unless it was written anew.
        blocks: Below them, or instead of them.
    """

    channel: str
    thread: str
    user: str | None
    ended: str | None = None
    chunks: list[dict[str, Any]] = field(default_factory=list)
    blocks: list[dict[str, Any]] = field(default_factory=list)
    status: str | None = None

    @property
    def shown(self) -> str:
        """All that it shows, as JSON."""
        return json.dumps([*self.chunks, *self.blocks], ensure_ascii=False)

    @property
    def text(self) -> str:
        """What is said in it, sources and notes aside."""
        rich = [one for one in self.all_blocks if one["type"] == "rich_text"]
        return "\n".join(_plain(one) for one in rich)

    @property
    def all_blocks(self) -> list[dict[str, Any]]:
        """Its blocks, those of its chunks first."""
        return [one for chunk in self.chunks for one in chunk.get("blocks", [])] + self.blocks


class Streams:
    """The streamed messages of a workspace.

    Attributes:
        messages: By `ts`.
        invalid: What did not pass Slack's own validators, or was more than it takes.
        rates: By method, how many calls in how many seconds.
        limited: How many calls came too soon.
    """

    def __init__(self) -> None:
        self.messages: dict[str, Streamed] = {}
        self.invalid: list[str] = []
        self.rates: dict[str, tuple[int, float]] = {}
        self.limited = 0
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    def too_soon(self, method: str) -> bool:
        """Whether a call comes before it may."""
        most, seconds = self.rates.get(method, (10**9, 1.0))
        now, times = time.monotonic(), self._calls[method]
        while times and times[0] <= now - seconds:
            times.popleft()
        if len(times) >= most:
            self.limited += 1
            return True
        times.append(now)
        return False

    def take(self, method: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """What a call of a streaming method, or of one with blocks, gets; None for what is not refused."""
        if trouble := self._invalid(method, body):
            return {"ok": False, "error": trouble}
        if method == "chat.startStream":
            return self._begin(body)
        if method in {"chat.appendStream", "chat.stopStream", "chat.update"}:
            found = self.messages.get(str(body["ts"]))
            return {"ok": False, "error": "message_not_found"} if found is None else self._changed(found, method, body)
        if method == "agents.sessions.setStatus":
            for one in self.messages.values():
                if (one.channel, one.thread) == (body["channel_id"], body["thread_ts"]):
                    one.status = body["status"]
        return None

    def _changed(self, one: Streamed, method: str, body: dict[str, Any]) -> dict[str, Any] | None:
        if method == "chat.update":
            if one.ended is None:
                return {"ok": False, "error": "streaming_state_conflict"}
            one.chunks, one.blocks = [], body["blocks"]
            return None
        if one.ended is not None:
            return {"ok": False, "error": one.ended}
        one.chunks += body.get("chunks") or []
        if method == "chat.stopStream":
            one.ended, one.blocks = "message_not_in_streaming_state", body.get("blocks") or []
            one.status = body.get("session_status", one.status)
        self._too_much(one)
        return None

    def end(self, ts: str, error: str) -> None:
        """Slack ends a stream of its own accord: because a reader wants it, or its time is over."""
        self.messages[ts].ended = error

    def _begin(self, body: dict[str, Any]) -> dict[str, Any]:
        for name in ("recipient_team_id", "recipient_user_id"):
            if not body["channel"].startswith("D") and not body.get(name):
                return {"ok": False, "error": f"missing_{name}"}
        if not body.get("thread_ts"):
            return {"ok": False, "error": "invalid_arguments"}
        ts = f"1800000000.{len(self.messages):06}"
        chunks = list(body["chunks"])
        self.messages[ts] = Streamed(body["channel"], body["thread_ts"], body.get("recipient_user_id"), chunks=chunks)
        self._too_much(self.messages[ts])
        return {"ok": True, "channel": body["channel"], "ts": ts}

    def _invalid(self, method: str, body: dict[str, Any]) -> str | None:
        chunks, blocks = body.get("chunks") or [], body.get("blocks") or []
        if not isinstance(blocks, list):
            return None
        for chunk in chunks:
            parsed = Chunk.parse(chunk)
            if parsed is None or parsed.to_dict() != chunk:
                self.invalid.append(f"{method}: {chunk}")
            blocks = [*blocks, *chunk.get("blocks", [])]
            if len(chunk.get("title", "")) > 256:
                self.invalid.append(f"{method}: {chunk['title']}")
        if [one.to_dict() for one in Block.parse_all(blocks)] != blocks:
            self.invalid.append(f"{method}: {blocks}")
        if len(blocks) > _MOST or sum(size(one) for one in blocks) > _LONGEST:
            return "msg_blocks_too_long"
        return None

    def _too_much(self, one: Streamed) -> None:
        blocks, characters = len(one.all_blocks), sum(size(block) for block in one.all_blocks)
        if blocks > _MOST or characters > _LONGEST:
            self.invalid.append(f"{blocks} blocks, {characters} characters")


def _plain(block: dict[str, Any]) -> str:
    return "".join(part["text"] for section in block["elements"] for part in section["elements"])
