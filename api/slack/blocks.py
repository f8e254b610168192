"""Answers as Slack's blocks.

What was said, and what people and transcripts are called, only ever goes into text that Slack does not read: the text
elements of rich text, and plain text. Markup holds our own words and addresses of this server alone. So nothing in a
transcript can mention anybody, make a link or be one. Streamed text goes the same way: in blocks, never as Markdown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextActionsBlock,
    ContextBlock,
    FeedbackButtonObject,
    FeedbackButtonsElement,
)

from api import wire
from api.slack.pieces import SECTION, escaped, line, ours, plain, short
from api.slack.saying import Said, words
from api.slack.sources import sources
from api.streams import shown

FEEDBACK, SHARE = "transcite_feedback", "transcite_share"  # what its buttons are called
SAID = 7500  # characters of an answer, before it is cut
_ASKED = 240  # characters of a question that is told
_NOTIFIED = 300  # characters of an answer in a notification
_CUT = "The answer is longer than a message; ask about a part of it to see that."


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: `blocks`, and `text` for notifications and where blocks are not shown."""

    text: str
    blocks: tuple[dict[str, Any], ...] = ()


def note(text: str) -> Message:
    """A few plain words of our own, or of an error."""
    return Message(escaped(short(text, SECTION)), made([words(short(text, SECTION))]))


def message(answer: wire.Answer, base: str, *, shareable: bool = False, asker: str | None = None) -> Message:
    """An answer with its sources, as many as fit, and buttons to say what one thinks of it.

    Args:
        answer: The answer.
        base: Put before the addresses of transcripts: "https://transcripts.example".
        shareable: Whether it is shown to one person, who may share it.
        asker: Id of who asked, where the question is told, too; letters and digits.
    """
    # 1. What is said, cut where it is too long for any message.
    before: list[Block] = [] if asker is None else [_asked(asker, answer.question)]
    before.extend(Said(base).more(said(answer), answer.citations))
    # 2. What it rests on, and buttons.
    return Message(_notified(whole(answer)), made([*before, *ending(answer, before, base, shareable=shareable)]))


def ending(answer: wire.Answer, before: Sequence[Block], base: str, *, shareable: bool = False) -> list[Block]:
    """What stands below an answer: that it is cut, its sources, as many as there is room for, and buttons."""
    cut: list[Block] = [ContextBlock(elements=[plain(_CUT)])] if said(answer) != whole(answer) else []
    return [
        *cut,
        *sources(answer.citations, [*before, *cut], base),
        *_buttons(answer.id, shareable=shareable),
    ]


def broken_off(text: str, citations: Sequence[wire.Citation], why: str, base: str) -> Message:
    """The beginning of an answer that nobody will finish, with its sources and why that is."""
    before = [*Said(base).more(short(text, SAID), citations), words(why)]
    return Message(_notified(why), made([*before, *sources(citations, before, base)]))


def whole(answer: wire.Answer) -> str:
    """All that an answer says, as it may be shown."""
    return shown(answer.text).strip() or "No answer."


def said(answer: wire.Answer) -> str:
    """The same, as far as it fits."""
    return short(whole(answer), SAID)


def made(blocks: Sequence[Block]) -> tuple[dict[str, Any], ...]:
    """Blocks as they are sent. Raises SlackObjectFormationError for one that Slack would refuse."""
    return tuple(one.to_dict() for one in blocks)


def _notified(text: str) -> str:
    return escaped(short(" ".join(text.split()), _NOTIFIED))


def _buttons(answer_id: str, *, shareable: bool) -> list[Block]:
    feedback = FeedbackButtonsElement(
        action_id=FEEDBACK,
        positive_button=FeedbackButtonObject(text="Good answer", value=f"{answer_id}:up"),
        negative_button=FeedbackButtonObject(text="Bad answer", value=f"{answer_id}:down"),
    )
    share = ActionsBlock(elements=[ButtonElement(action_id=SHARE, text=plain("Share"), value=answer_id)])
    return [ContextActionsBlock(elements=[feedback]), *([share] if shareable else [])]


def _asked(asker: str, question: str) -> Block:
    return ContextBlock(elements=[ours(f"<@{asker}> asked:"), plain(line(question, _ASKED))])
