"""A heading of name and time, the words below: Otter, Teams, Riverside, Happy Scribe, Word, Cockatoo and others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from rag.formats.base import Format, Origin, assemble
from rag.formats.exported import read_exported_header
from rag.formats.headings import Heading, find_headings
from rag.formats.inline_times import leading_time, without_times
from rag.formats.lines import find_labels
from rag.formats.metadata import front_matter, metadata_of
from rag.formats.notices import without_notices
from rag.turns import PARAGRAPHS, Piece, is_direction
from rag.values import Transcript

_EVENT = re.compile(
    r".{1,80}\b(?:started|stopped|joined|left|hat die|a (?:démarré|arrêté|commencé)|inició|detuvo|iniciou|interrompeu|"
    r"ha (?:avviato|interrotto)|startade|stoppade)\b.{0,20}\b(?:tran[sk]\w+|recording|Aufzeichnung)\.?",
)


def _sniff(text: str) -> bool:
    lines = without_notices(text.split("\n"))
    headings = find_headings(lines)
    named = [h for h in headings.values() if h.name is not None]
    others = ["" if n in headings else line for n, line in enumerate(lines)]
    return bool(named) and len(find_labels(others)) <= len(named)


def read_stamped(text: str, origin: Origin, split: Callable[[str], Iterator[tuple[str, bool]]]) -> Transcript:
    """Read a text of headings and words.

    Args:
        text: Of a file in which `find_headings` finds some, else all of it is header.
        origin: Its name and format.
        split: A paragraph to (words, whether it is a note nobody says) parts.
    """
    lines = without_notices(text.split("\n"))
    fields, skip = front_matter(lines)
    headings = {n: h for n, h in find_headings(lines).items() if n >= skip}
    first = min(headings, default=len(lines))
    metadata, rest = read_exported_header(lines[skip:first], metadata_of(fields))
    pieces = [Piece(words, kind="direction") for line in rest for words, _ in split(line.strip())]
    pieces.extend(_pieces(lines, headings, split))
    return assemble(pieces, replace(origin, metadata=metadata), joiner=PARAGRAPHS)


def _pieces(
    lines: Sequence[str], headings: dict[int, Heading], split: Callable[[str], Iterator[tuple[str, bool]]]
) -> Iterator[Piece]:
    """One piece a paragraph; only the first below a heading has its times."""
    numbers = [*headings, len(lines)]
    speaker: str | None = None
    for n, end in pairwise(numbers):
        heading = headings[n]
        speaker = heading.name or speaker
        start: float | None = heading.start
        for paragraph in _paragraphs(lines[n + heading.taken : end]):
            own = leading_time(paragraph)
            plain, marks = without_times(paragraph)
            for words, note in split(plain):
                if note or is_direction(words) or _EVENT.fullmatch(words):
                    yield Piece(words, kind="direction")
                    continue
                kept = marks if words == plain else ()
                yield Piece(words, speaker, start if start is not None else own, heading.end, marks=kept)
                start = None


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    run: list[str] = []
    for line in [*lines, ""]:
        bare = line.strip()
        if bare and not _EVENT.fullmatch(bare) and not is_direction(bare):
            run.append(bare)
            continue
        if run:
            yield " ".join(run)
            run = []
        if bare:
            yield bare


def as_found(paragraph: str) -> Iterator[tuple[str, bool]]:
    """A paragraph without notes of the exporter's own."""
    yield paragraph, False


def _read(text: str, name: str) -> Transcript:
    return read_stamped(text, Origin(name, "stamped"), as_found)


STAMPED = Format("stamped", (), _sniff, _read)
