"""The sources of an answer, below it: as many as a message has room for."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ContextBlock

from api import wire
from api.markdown import address
from api.render import clock
from api.slack.pieces import BLOCKS, CHARACTERS, line, link, ours, plain, size

_SOURCES = 10
_NAME, _TITLE, _QUOTE = 80, 150, 240  # characters of each in a source


def sources(citations: Sequence[wire.Citation], before: Sequence[Block], base: str) -> list[Block]:
    """A heading, the sources that fit, and how many more there are; the last ones are the least useful.

    Args:
        citations: In order; all of them nearest passages, or none.
        before: What stands above them.
        base: Put before the addresses of transcripts.
    """
    last = _room(citations, before, base)
    made: list[Block] = []
    if last:
        heading = "Sources" if citations[0].role is None else "Nearest passages"
        made.append(ContextBlock(elements=[ours(f"*{heading}*")]))
        made.extend(_source(one, base) for one in citations[:last])
    left = citations[last:]
    return [*made, ContextBlock(elements=[ours(_more(left, base))])] if left else made


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
