"""Quotation marks in what a model wrote: they may stand only around words that a cited turn has, letter for letter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# Opening and closing marks; an apostrophe is none, so single ones count only around several words.
_QUOTED = re.compile(r"[“„«\"]([^“”„«»\"]{1,1000})[”“»\"]|(?<!\w)[‘']([^‘’']{3,400}\s[^‘’']{1,400})[’'](?!\w)")


def settled(sentence: str, turns: Sequence[str]) -> str:
    """A sentence, its quotation marks taken off wherever no turn has the words between them.

    White space, case and punctuation are forgiven, and an ellipsis stands for words left out.

    Args:
        sentence: As a model wrote it.
        turns: The text of the turns it cites.
    """
    said = [f" {_plain(one)} " for one in turns]

    def kept(match: re.Match[str]) -> str:
        inside = match[1] if match[1] is not None else match[2]
        return match.group() if any(_is_in(inside, one) for one in said) else inside

    return _QUOTED.sub(kept, sentence)


def quotes(sentence: str) -> list[str]:
    """What stands between quotation marks."""
    return [one or other for one, other in _QUOTED.findall(sentence)]


def _is_in(inside: str, turn: str) -> bool:
    parts = [part for one in re.split(r"\.\.\.|…|\[[^\]]*\]", inside) if (part := _plain(one))]
    at = 0
    for part in parts:
        found = turn.find(f" {part} ", max(at - 1, 0))
        if found < 0:
            return False
        at = found + len(part) + 1
    return bool(parts)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    found = re.findall(r"[^\W_]+(?:'[^\W_]+)*", folded)
    return " ".join(found)
