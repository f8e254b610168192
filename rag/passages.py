"""Turns to passages: what the encoder reads, with the exact characters of the exact turns each one stands for.

A passage is a turn; a turn too long for the encoder is cut between sentences, its speaker repeated; a turn that only
agrees or greets ("Mm-hm.") joins the one before it. The passages of a transcript cover each of its characters once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.sentences import bounded_ranges, fits, quotable_ranges
from rag.values import Passage, Span, Turn
from rag.words import is_back_channel

# all-MiniLM-L6-v2 reads 256 word pieces; spoken English runs at about 1.3 a word, a name and marks take the rest.
# Parts shorter than the limit rank better than full ones: see docs/experiments.md.
MAX_WORDS = 150
# Text without spaces (Chinese, Japanese) or of very long words is bounded by characters instead.
MAX_CHARS = 900
# Named in the library's manifest: a library made with other settings is refused, not mixed.
SETTINGS = f"turns/{MAX_WORDS}w/{MAX_CHARS}c/1"

_GAP = re.compile(r"\s+")


@dataclass(slots=True)
class _Open:
    """A passage that a back-channel may still join."""

    spans: list[Span]
    anchor: int
    texts: list[str]
    sentences: list[tuple[int, int]]  # in the anchor's text
    leading: int = 0  # texts before the anchor's

    def closed(self) -> Passage:
        before = sum(len(text) + 1 for text in self.texts[: self.leading])
        sentences = tuple((before + start, before + end) for start, end in self.sentences)
        return Passage(tuple(self.spans), self.anchor, "\n".join(self.texts), sentences)


def passages(turns: tuple[Turn, ...]) -> tuple[Passage, ...]:
    """Cut a transcript into what is encoded.

    Args:
        turns: All turns of one transcript, in order.

    Returns:
        Passages in order; their spans, read one after another, are every character of every turn exactly once.
    """
    built: list[_Open] = []
    leading: list[Turn] = []  # back-channels before anything to join them to
    for turn in turns:
        if is_back_channel(turn.text) and turn.kind == "speech":
            if built:
                _join(built[-1], turn)
            else:
                leading.append(turn)
            continue
        parts = part_ranges(turn.text)
        sentences = quotable_ranges(turn.text)
        built.extend(_opened(turn, part, sentences) for part in parts)
        if leading:
            _lead(built[-len(parts)], leading)
            leading = []
    if leading:  # a transcript of nothing but back-channels
        first, *rest = leading
        only = _opened(first, (0, len(first.text)), quotable_ranges(first.text))
        for turn in rest:
            _join(only, turn)
        built.append(only)
    return tuple(passage.closed() for passage in built)


def part_ranges(text: str) -> list[tuple[int, int]]:
    """Cut `text` between sentences into ranges of at most `MAX_WORDS` words; together they are all of it."""
    if _fits(text):
        return [(0, len(text))]
    cuts = [0]
    for start, end in bounded_ranges(text, max_words=MAX_WORDS, max_chars=MAX_CHARS):
        if start > cuts[-1] and not _fits(text[cuts[-1] : end]):
            cuts.append(start)
    return list(zip(cuts, [*cuts[1:], len(text)], strict=True))


def _fits(text: str) -> bool:
    return fits(text, max_words=MAX_WORDS, max_chars=MAX_CHARS)


def _opened(turn: Turn, part: tuple[int, int], sentences: Iterable[tuple[int, int]]) -> _Open:
    start, end = part
    text = _spoken(turn.speaker, turn.text[start:end])
    moved = len(text) - end  # from places in the turn to places in what is read
    inside = [(first + moved, min(last, end) + moved) for first, last in sentences if start <= first < end]
    return _Open([Span(turn.turn, start, end)], turn.turn, [text], inside)


def _spoken(speaker: str | None, text: str) -> str:
    return text if speaker is None else f"{speaker}: {text}"


def _join(passage: _Open, turn: Turn) -> None:
    passage.spans.append(Span(turn.turn, 0, len(turn.text)))
    passage.texts.append(_spoken(turn.speaker, turn.text))


def _lead(passage: _Open, turns: list[Turn]) -> None:
    passage.leading = len(turns)
    passage.spans[:0] = [Span(turn.turn, 0, len(turn.text)) for turn in turns]
    passage.texts[:0] = [_spoken(turn.speaker, turn.text) for turn in turns]
