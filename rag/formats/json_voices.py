"""What recognisers keep apart from the words: who spoke when, and the text with its spaces and punctuation."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.formats.json_words import Word

_UP_TO_SPACE = re.compile(r"\S*")
_WORDY = re.compile(r"[^\W_]")
# How much punctuation can stand between two words of a text.
_BETWEEN = 40


@dataclass(frozen=True, slots=True)
class Voices:
    """Who speaks when, from a list apart from the words: (start, end, label) in seconds, by start."""

    spans: tuple[tuple[float, float, str], ...]

    def at(self, start: float | None, end: float | None) -> str | None:
        """The label of the span that holds the middle of a word, or of the nearest one."""
        if start is None or not self.spans:
            return None
        middle = start if end is None else (start + end) / 2
        n = bisect_right(self.spans, middle, key=lambda span: span[0])
        near = self.spans[max(n - 1, 0) : n + 1]
        return min(near, key=lambda span: max(span[0] - middle, middle - span[1], 0.0))[2]


def spaced_as(words: Sequence[Word], text: str) -> list[Word]:
    """The words with the spaces and punctuation of the text they were taken from, where it holds them all in order."""
    found: list[Word] = []
    lowered, position = text.lower(), 0
    if len(lowered) != len(text):
        lowered = text
    for word in words:
        bare = word.text.strip()
        begin = lowered.find(bare.lower(), position, position + len(bare) + _BETWEEN)
        if begin < 0 or _WORDY.search(text[position:begin]):
            return list(words)
        # What stands between belongs to the word before up to the space, and to this one after it.
        between = text[position:begin]
        closing = _UP_TO_SPACE.match(between)
        if found and closing is not None:
            found[-1] = replace(found[-1], text=found[-1].text + closing[0])
            between = between[closing.end() :]
        found.append(replace(word, text=between + text[begin : begin + len(bare)], joined=True))
        position = begin + len(bare)
    if _WORDY.search(text[position:]):
        return list(words)
    if found:
        found[-1] = replace(found[-1], text=found[-1].text + text[position:].rstrip())
    return found
