"""Answers as Slack's blocks.

What was said, and what people and transcripts are called, only ever goes into text that Slack does not read: the text
elements of rich text, and plain text. Markup holds our own words and addresses of this server alone. So nothing in a
transcript can mention anybody, make a link or be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
    RichTextBlock,
    RichTextElementParts,
    RichTextSectionElement,
)

from api import wire
from api.markdown import address
from api.render import clock
from api.slack.pieces import escaped, line, link, ours, plain, short, size
from api.streams import shown

FEEDBACK, SHARE = "transcite_feedback", "transcite_share"  # what its buttons are called
CHARACTERS, BLOCKS = 12_000, 45  # of a message; Slack's own limits, with room
SECTION = 3000  # characters of a block
_SAID = 7500  # characters of an answer, before it is cut
_LINKED = 2000  # characters of addresses in an answer; markers past them are not links, their sources are
_SOURCES = 10
_NAME, _TITLE, _QUOTE = 80, 150, 240  # characters of each in a source
_NOTIFIED = 300  # characters of an answer in a notification
_MARKER = re.compile(r"\[(\d+)\]")
_CUT = "The answer is longer than a message; ask about a part of it to see that."


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: `blocks`, and `text` for notifications and where blocks are not shown."""

    text: str
    blocks: tuple[dict[str, Any], ...] = ()


def note(text: str) -> Message:
    """A few plain words of our own, or of an error."""
    return Message(escaped(short(text, SECTION)), _made([_words(short(text, SECTION))]))


def message(answer: wire.Answer, base: str, *, shareable: bool = False, asker: str | None = None) -> Message:
    """An answer with its sources, as many as fit, and buttons to say what one thinks of it.

    Args:
        answer: The answer.
        base: Put before the addresses of transcripts: "https://transcripts.example".
        shareable: Whether it is shown to one person, who may share it.
        asker: Id of who asked, where the question is told, too; letters and digits.
    """
    # 1. What is said, cut where it is too long for any message.
    whole = shown(answer.text).strip() or "No answer."
    said = short(whole, _SAID)
    blocks: list[Block] = [] if asker is None else [_asked(asker, answer.question)]
    blocks.extend(_said(said, answer.citations, base))
    if said != whole:
        blocks.append(ContextBlock(elements=[plain(_CUT)]))
    # 2. Buttons, which always fit.
    buttons = _buttons(answer.id, shareable=shareable)
    # 3. As many sources as there is room for; the last ones are the least useful.
    last = _room(answer.citations, blocks, base)
    heading = "Nearest passages" if answer.status == "not_found" else "Sources"
    if last:
        blocks.append(ContextBlock(elements=[ours(f"*{heading}*")]))
        blocks.extend(_source(one, base) for one in answer.citations[:last])
    left = answer.citations[last:]
    if left:
        blocks.append(ContextBlock(elements=[ours(_more(left, base))]))
    return Message(escaped(short(" ".join(whole.split()), _NOTIFIED)), _made([*blocks, *buttons]))


def _room(citations: Sequence[wire.Citation], before: Sequence[Block], base: str) -> int:
    """How many sources fit."""
    free = CHARACTERS - sum(size(one.to_dict()) for one in before) - _beside(citations, base)
    fitting = 0
    for one in citations[:_SOURCES]:
        free -= size(_source(one, base).to_dict())
        if free < 0 or len(before) + fitting + 5 > BLOCKS:  # heading, the rest, two rows of buttons, and this
            break
        fitting += 1
    return fitting


def _beside(citations: Sequence[wire.Citation], base: str) -> int:
    """Characters kept free for what else there may be."""
    return 500 + max((len(_more(citations[at:], base)) for at in range(min(len(citations), _SOURCES + 1))), default=0)


def _said(text: str, citations: Sequence[wire.Citation], base: str) -> Iterator[Block]:
    """What is said, every marker of a citation a link to its turn; a block for every 3,000 characters."""
    cited = {one.n: address(base, one.url) for one in citations if one.role is None}
    parts: list[Any] = []
    held, room = 0, _LINKED
    for piece in _pieces(text):
        found = _MARKER.fullmatch(piece)
        url = cited.get(int(found[1])) if found and len(found[1]) < 6 else None
        if url is not None and (room := room - len(url)) < 0:
            url = None
        length = len(piece) + len(url or "")
        if parts and held + length > SECTION:
            yield RichTextBlock(elements=[RichTextSectionElement(elements=parts)])
            parts, held = [], 0
        parts.append(RichTextElementParts.Link(url=url, text=piece) if url else RichTextElementParts.Text(text=piece))
        held += length
    if parts:
        yield RichTextBlock(elements=[RichTextSectionElement(elements=parts)])


def _pieces(text: str) -> Iterator[str]:
    """`text` in order: markers by themselves, and what is between them in pieces of at most a block."""
    at = 0
    for found in _MARKER.finditer(text):
        yield from _sliced(text[at : found.start()])
        yield found[0]
        at = found.end()
    yield from _sliced(text[at:])


def _sliced(text: str) -> Iterator[str]:
    while len(text) > SECTION:
        end = text.rfind(" ", SECTION // 2, SECTION) + 1 or SECTION
        yield text[:end]
        text = text[end:]
    if text:
        yield text


def _source(one: wire.Citation, base: str) -> Block:
    """A source: the link to its turn, and then in plain text who said it, where, when, and what."""
    label = f"turn {one.turn}" if one.role is not None else f"[{one.n}] turn {one.turn}"
    speaker = line(one.speaker or "Unknown speaker", _NAME) + (" (name inferred)" if one.speaker_inferred else "")
    facts = [speaker, line(one.title, _TITLE)]
    facts += [str(one.date)] if one.date is not None else []
    facts += [clock(one.start)] if one.start is not None else []
    told = f"{' · '.join(facts)}: “{line(one.quote, _QUOTE)}”"
    return ContextBlock(elements=[ours(link(address(base, one.url), label)), plain(told)])


def _more(left: Sequence[wire.Citation], base: str) -> str:
    first = left[0]
    count = "1 more source" if len(left) == 1 else f"{len(left)} more sources, the first of them"
    return f"{count}: {link(address(base, first.url), f'[{first.n}] turn {first.turn}')}"


def _buttons(answer_id: str, *, shareable: bool) -> list[Block]:
    feedback = FeedbackButtonsElement(
        action_id=FEEDBACK,
        positive_button=FeedbackButtonObject(text="Good answer", value=f"{answer_id}:up"),
        negative_button=FeedbackButtonObject(text="Bad answer", value=f"{answer_id}:down"),
    )
    share = ActionsBlock(elements=[ButtonElement(action_id=SHARE, text=plain("Share"), value=answer_id)])
    return [ContextActionsBlock(elements=[feedback]), *([share] if shareable else [])]


def _asked(asker: str, question: str) -> Block:
    return ContextBlock(elements=[ours(f"<@{asker}> asked:"), plain(line(question, _QUOTE))])


def _words(text: str) -> Block:
    return RichTextBlock(elements=[RichTextSectionElement(elements=[RichTextElementParts.Text(text=text)])])


def _made(blocks: Sequence[Block]) -> tuple[dict[str, Any], ...]:
    """The blocks as they are sent. Raises SlackObjectFormationError for one that Slack would refuse."""
    return tuple(one.to_dict() for one in blocks)
