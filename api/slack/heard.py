"""What people say in Slack, as questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.slack.ledger import Spot

_ANGLED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_SPOKEN = frozenset({None, "thread_broadcast", "file_share"})  # subtypes of what a person says; not: edits, joins


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that may be a question.

    Attributes:
        team: Id of the workspace.
        ts: Of the message itself.
        spot: Where its answer belongs.
        text: In plain words.
        direct: Whether it was said to the bot alone.
        threaded: Whether it was said in a thread.
        mentions: Whom it mentions, by id.
        foreign: Whether people of another organisation read along.
    """

    team: str
    ts: str
    spot: Spot
    text: str
    direct: bool
    threaded: bool
    mentions: frozenset[str]
    foreign: bool

    @property
    def message(self) -> str:
        """What the message is called: the same in every delivery, and as a mention and as a message."""
        return f"{self.team}:{self.spot.channel}:{self.ts}"

    @property
    def place(self) -> str:
        """What the thread is called."""
        return place(self.team, self.spot)


def heard(body: Mapping[str, Any]) -> Heard | None:
    """The message an event tells of; None when no person said it."""
    event = body["event"]
    if event.get("subtype") not in _SPOKEN or event.get("bot_id") or event.get("hidden"):
        return None
    names = [event.get(name) for name in ("channel", "user", "ts")]
    if not all(isinstance(one, str) and one for one in names):
        return None
    channel, user, ts = (str(one) for one in names)
    said = str(event.get("text") or "")
    thread = event.get("thread_ts")
    return Heard(
        team=str(body.get("team_id") or ""),
        ts=ts,
        spot=Spot(channel, str(thread or ts), user),
        text=plain(said),
        direct=event.get("channel_type") == "im",
        threaded=bool(thread) and thread != ts,
        mentions=frozenset(re.findall(r"<@(\w+)", said)),
        foreign=body.get("is_ext_shared_channel") is True,
    )


def halted(body: Mapping[str, Any]) -> tuple[str, Spot] | None:
    """The thread in which an event says that somebody pressed *Stop*, by what it is called and where it is."""
    event = body["event"]
    names = [event.get(name) for name in ("channel", "thread_ts", "user")]
    if not all(isinstance(one, str) and one for one in names):
        return None
    spot = Spot(*(str(one) for one in names))
    return place(str(body.get("team_id") or ""), spot), spot


def place(team: str, spot: Spot) -> str:
    """What a thread of a workspace is called."""
    return f"{team}:{spot.channel}:{spot.thread}"


def plain(text: str) -> str:
    """What was typed: without mentions, links by what they are called, and no half characters."""

    def instead(found: re.Match[str]) -> str:
        target, label = found[1], found[2]
        if target.startswith(("@", "!")):
            return " "
        return label or ("" if target.startswith("#") else target)

    said = _ANGLED.sub(instead, text)
    for entity, char in _ENTITIES:
        said = said.replace(entity, char)
    return " ".join(said.encode("utf-8", "replace").decode("utf-8").split())
