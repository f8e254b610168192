"""Recognised words to pieces: runs by speaker, with punctuation and spaces put where they belong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.formats.json_scripts import SPACELESS
from rag.turns import Piece, is_direction

# Where a voice is cut into phrases: after a sentence, at a pause, and in any case after so many words.
PAUSE_S = 1.0
LONGEST_WORDS = 40

_ENDS_SPACELESS = re.compile(rf"[{SPACELESS}]$")
_BEGINS_SPACELESS = re.compile(rf"[{SPACELESS}]")
_HAN = re.compile(f"[{SPACELESS}]")
_LONGEST_HAN = 6
_WORDS_AT_LEAST = 8
_CLOSING = re.compile(r"[.,!?;:…%)\]}»”’。，、！？；：）】」』]+")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*\s*$")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a mark of punctuation, as recognised.

    Attributes:
        text: Without the space before it, unless `joined`.
        label: Its speaker's label.
        start, end: Seconds.
        joined: True when nothing may be put between the word before and this one.
        begins: True where the source marks a change of speaker before this word without naming anybody.
    """

    text: str
    label: str | None = None
    start: float | None = None
    end: float | None = None
    joined: bool = False
    begins: bool = False


def spoken(words: Sequence[Word]) -> list[Piece]:
    """One piece a run of words by one speaker; phrases where no word has a speaker."""
    if all(word.label is None for word in words):
        return phrases(words)
    return [_piece(run) for run in _runs(carried(words))]


def are_words(texts: Sequence[str]) -> bool:
    """Whether texts are single words or parts of words, as recognisers write them, rather than captions."""
    short = sum(len(text.split()) <= 1 and len(text) <= (_LONGEST_HAN if _HAN.search(text) else 40) for text in texts)
    return len(texts) >= _WORDS_AT_LEAST and short >= 0.95 * len(texts)


def tokens(words: Sequence[Word]) -> list[Piece]:
    """As `spoken`, for words that may carry the space before them (" re", "new", "al")."""
    spaced = sum(word.text[:1].isspace() for word in words)
    return spoken([replace(word, joined=True) for word in words] if 2 * spaced > len(words) else words)


def phrases(words: Sequence[Word]) -> list[Piece]:
    """Runs by one speaker, cut further at sentence ends and pauses, so that voices can be put in order of time."""
    return [_piece(part) for run in _runs(carried(words)) for part in _parts(run)]


def together(tracks: Iterable[Sequence[Word]]) -> list[Piece]:
    """Pieces of voices that were recorded apart, phrase by phrase in order of time."""
    heard = [track for track in tracks if track]
    if len(heard) == 1:
        return spoken(heard[0])
    return in_order([piece for track in heard for piece in phrases(track)])


def carried(words: Iterable[Word]) -> list[Word]:
    """The same words; one without a speaker is the speaker's before it (at the beginning, the first one's)."""
    found = list(words)
    label = next((word.label for word in found if word.label is not None), None)
    for n, word in enumerate(found):
        label = label if word.label is None else word.label
        found[n] = word if word.label == label else replace(word, label=label)
    return found


def in_order(pieces: Iterable[Piece]) -> list[Piece]:
    """Pieces by their start; one without a time stays behind the one before it."""
    found = list(pieces)
    keys, latest = [], 0.0
    for piece in found:
        latest = latest if piece.start is None else piece.start
        keys.append(latest)
    return [found[n] for n in sorted(range(len(found)), key=keys.__getitem__)]


def in_order_if_overlapping(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces by their start where each speaker's own are in order; else as they are, as in a file of two recordings."""
    latest: dict[str | None, float] = {}
    for piece in pieces:
        if piece.start is None or piece.start < latest.get(piece.label, 0.0):
            return list(pieces)
        latest[piece.label] = piece.start
    return in_order(pieces)


def stage(piece: Piece) -> Piece:
    """The piece; a whole "[Music]" or "(applause)" is nobody's."""
    return replace(piece, label=None, kind="direction") if is_direction(piece.text.strip()) else piece


def _runs(words: Iterable[Word]) -> list[list[Word]]:
    runs: list[list[Word]] = []
    for word in words:
        if runs and runs[-1][-1].label == word.label and not word.begins:
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _parts(run: Sequence[Word]) -> list[list[Word]]:
    parts: list[list[Word]] = []
    for word in run:
        tied = word.joined and not word.text[:1].isspace() and _BEGINS_SPACELESS.match(word.text) is None
        if parts and (tied or not _ends(parts[-1], word)):
            parts[-1].append(word)
        else:
            parts.append([word])
    return parts


def _ends(part: Sequence[Word], following: Word) -> bool:
    last = part[-1]
    if _CLOSING.fullmatch(following.text.strip()):
        return False
    paused = None not in (last.end, following.start) and (following.start or 0.0) - (last.end or 0.0) >= PAUSE_S
    return paused or len(part) >= LONGEST_WORDS or _SENTENCE_END.search(last.text) is not None


def _piece(run: Sequence[Word]) -> Piece:
    texts: list[str] = []
    marks: list[tuple[int, float]] = []
    length = 0
    for word in run:
        apart = bool(texts) and not word.joined and not _touching(texts[-1], word.text)
        if texts and word.start is not None and _SENTENCE_END.search(texts[-1]):
            marks.append((length + apart, word.start))
        texts.append(f" {word.text}" if apart else word.text)
        length += len(texts[-1])
    starts = (word.start for word in run if word.start is not None)
    ends = [word.end for word in run if word.end is not None]
    start, end = next(starts, None), max(ends, default=None)
    return stage(Piece("".join(texts), run[0].label, start, end, begins=run[0].begins, marks=tuple(marks)))


def _touching(before: str, after: str) -> bool:
    """Whether no space stands between two words."""
    if _CLOSING.fullmatch(after.strip()) or before[-1:].isspace() or after[:1].isspace():
        return True
    return _ENDS_SPACELESS.search(before) is not None and _BEGINS_SPACELESS.match(after) is not None
