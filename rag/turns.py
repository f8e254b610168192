"""Pieces of a file to turns: one speaker until another speaks, empty ones dropped, numbered 1..n."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.speakers import resolve
from rag.values import Speaker, Turn, TurnKind

# Captions without any name: a new turn after a pause this long, at the end of a sentence once a turn has lasted a
# minute, and in any case after a minute and a half.
PAUSE_S = 2.0
SENTENCE_END_AFTER_S = 60.0
LONGEST_S = 90.0
# Times amid a turn are kept this far apart, or where a sentence begins: a quote begins there, and words are many.
MARK_EVERY_S = 2.0

PARAGRAPHS = "\n\n"
CAPTIONS = " "

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_BRACKETED = re.compile(r"\[[^\[\]]{1,300}\]|【[^【】]{1,300}】|♪.{0,300}♪|♪+|\*[^*]{1,80}\*", re.DOTALL)
_IN_PARENTHESES = re.compile(r"[(（]([^()（）]{1,300})[)）]", re.DOTALL)


Marks = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, cue or segment as a reader found it.

    Attributes:
        text: As found; may be empty.
        label: The raw label, None where there is none.
        start, end: Seconds.
        begins: True where the source says that somebody else speaks from here on, named or not.
        role: The speaker's, where the source gives it apart from the label.
        marks: Times amid the text, as `Turn.marks` has them.
    """

    text: str
    label: str | None = None
    start: float | None = None
    end: float | None = None
    kind: TurnKind = "speech"
    begins: bool = False
    role: str | None = None
    marks: Marks = ()


def clean_text(text: str) -> str:
    """NFC, stripped, without characters that no database stores (NUL, half surrogates)."""
    return unicodedata.normalize("NFC", _UNSTORABLE.sub("�", text)).strip()


def is_direction(text: str) -> bool:
    """Whether a whole paragraph is a stage direction: "(APPLAUSE)", "[Music]", "♪ ... ♪".

    A sentence in parentheses is speech: without capitals throughout, only a few words count.
    """
    if _BRACKETED.fullmatch(text):
        return True
    match = _IN_PARENTHESES.fullmatch(text)
    if match is None:
        return False
    short = len(match[1].split()) <= 8 and not match[1].endswith(".")
    return short or match[1].isupper() or match[1].startswith("Whereupon")


def turns_of(pieces: Iterable[Piece], *, joiner: str) -> tuple[tuple[Turn, ...], tuple[Speaker, ...]]:
    """Turns and what is known of their speakers.

    Neighbours with the same speaker and kind become one turn, with the start of the first and the end of the last.
    Timed pieces of which none has a name are cut at pauses and sentence ends instead (see `PAUSE_S`).

    Args:
        pieces: In file order.
        joiner: What stands between merged texts: `PARAGRAPHS` or `CAPTIONS`.
    """
    cleaned = [_cleaned(piece) for piece in pieces]
    kept = [piece for piece in cleaned if piece.text]
    who = resolve(clean_text(piece.label) for piece in kept if piece.label)
    nameless = not who and any(piece.start is not None for piece in kept)
    # A caption shown empty is no pause, so pauses are measured before empty ones go.
    runs = map(_spoken, _paced(cleaned)) if nameless else _by_speaker(kept, who)
    turns = tuple(_merged(n, run, who, joiner) for n, run in enumerate(filter(None, runs), start=1))
    speaking = dict.fromkeys(turn.speaker for turn in turns)
    roles = {_name(piece, who): clean_text(piece.role) for piece in reversed(kept) if piece.role}
    described = (replace(speaker, role=roles.get(speaker.name) or speaker.role) for speaker in who.values())
    known = {speaker.name: speaker for speaker in described if speaker.role or speaker.organisation}
    return turns, tuple(known[name] for name in speaking if name in known)


def _cleaned(piece: Piece) -> Piece:
    text = clean_text(piece.text)
    if piece.marks and text != piece.text:
        moved = ((len(text) - len(clean_text(piece.text[char:])), moment) for char, moment in piece.marks)
        return replace(piece, text=text, marks=tuple(moved))
    return replace(piece, text=text)


def _name(piece: Piece, who: Mapping[str, Speaker]) -> str | None:
    return who[clean_text(piece.label)].name if piece.label else None


def _by_speaker(pieces: Iterable[Piece], who: Mapping[str, Speaker]) -> Iterator[list[Piece]]:
    run: list[Piece] = []
    for piece in pieces:
        name = _name(piece, who)
        # Somebody new without a name is not the nameless one before; the same name is the same person.
        if run and ((piece.begins and name is None) or (_name(run[-1], who), run[-1].kind) != (name, piece.kind)):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _paced(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    run: list[Piece] = []
    for piece in pieces:
        if run and _breaks(run, piece):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _spoken(run: list[Piece]) -> list[Piece]:
    return [piece for piece in run if piece.text]


def _breaks(run: list[Piece], piece: Piece) -> bool:
    """Whether a nameless caption begins a new turn."""
    first, last = run[0], run[-1]
    if piece.begins or piece.kind != last.kind:
        return True
    if first.start is None or piece.start is None:
        return False
    lasted = piece.start - first.start
    paused = piece.start - (last.end if last.end is not None else piece.start)
    ended = _SENTENCE_END.search(last.text) is not None
    return paused >= PAUSE_S or lasted >= LONGEST_S or (lasted >= SENTENCE_END_AFTER_S and ended)


def _merged(n: int, run: list[Piece], who: Mapping[str, Speaker], joiner: str) -> Turn:
    ends = [piece.end for piece in run if piece.end is not None]
    # The longest of overlapping captions may not be the last; a last one without an end leaves the end unknown.
    end = max(ends) if run[-1].end is not None else None
    joined = joiner.join(piece.text for piece in run)
    text = clean_text(joined)
    marks = _marks(run, joiner) if text == joined else ()
    return Turn(n, text, _name(run[0], who), start=run[0].start, end=end, kind=run[0].kind, marks=marks)


def _marks(run: Sequence[Piece], joiner: str) -> Marks:
    """The times amid a turn, a caption or a sentence apart."""
    kept: list[tuple[int, float]] = []
    latest, begin = run[0].start, 0
    for n, piece in enumerate(run):
        own = ((0, piece.start), *piece.marks) if n and piece.start is not None else piece.marks
        for char, moment in own:
            before = piece.text[:char] if char or not n else run[n - 1].text
            grown = latest is None or moment > latest
            if grown and (latest is None or moment - latest >= MARK_EVERY_S or _SENTENCE_END.search(before.rstrip())):
                kept.append((begin + char, moment))
                latest = moment
        begin += len(piece.text) + len(joiner)
    return tuple(kept)
