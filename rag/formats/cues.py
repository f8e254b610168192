"""What WebVTT and SRT share: "Name: " prefixes, decided over the whole file, and cues that inherit the last voice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.formats.lines import find_labels
from rag.turns import Piece, is_direction


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: when, the words with line ends as spaces, and the voice the format itself names."""

    start: float
    end: float
    text: str
    voice: str | None = None


def pieces_of(cues: Iterable[Cue]) -> Iterator[Piece]:
    """Pieces in file order. A cue without a name goes on with the one before, as both formats intend."""
    kept = list(cues)
    voiced = any(cue.voice for cue in kept)
    labels = {} if voiced else find_labels([cue.text for cue in kept])
    speaker: str | None = None
    for n, cue in enumerate(kept):
        text = cue.text
        if n in labels:
            speaker, text = labels[n].label, labels[n].rest
        speaker = cue.voice or speaker
        if is_direction(text):
            yield Piece(text, None, cue.start, cue.end, "direction")
        else:
            yield Piece(text, speaker, cue.start, cue.end)


def one_line(lines: Sequence[str]) -> str:
    """Lines of a cue as one, single spaces between words."""
    return " ".join(" ".join(lines).split())
