"""Plain text with a label before each speaker's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from rag.formats.base import Format, Origin, assemble
from rag.formats.exported import is_transcript_heading, only_day, plain_title
from rag.formats.inline_times import leading_time, without_times
from rag.formats.lines import LabelLine, find_labels, time_alone
from rag.formats.metadata import (
    LISTS,
    Metadata,
    front_matter,
    header_field,
    leading_fields,
    merged,
    metadata_of,
    titled,
)
from rag.formats.notices import without_notices
from rag.turns import PARAGRAPHS, Piece, is_direction
from rag.values import Transcript

# A few beginnings that look like labels, far apart in long prose, are chance.
_LONGEST_MEAN_TURN = 8000  # characters


def _sniff(text: str) -> bool:
    lines = text.split("\n")
    labels = find_labels(lines)
    if len(labels) >= 2 and len(text) <= _LONGEST_MEAN_TURN * len(labels):
        return True
    _, skip = front_matter(lines)
    content = (n for n in range(skip, len(lines)) if lines[n].strip() and header_field(lines[n]) is None)
    return next(content, -1) in labels


def _read(text: str, name: str) -> Transcript:
    lines = without_notices(text.split("\n"))
    fields, skip = front_matter(lines)
    labels = {n: line for n, line in find_labels(lines).items() if n >= skip}
    first = _time_above(lines, min(labels, default=len(lines)))
    metadata, header = read_header(lines[skip:first], metadata_of(fields))
    pieces = [*_header_pieces(header), *pieces_below(lines, first, labels)]
    return assemble(pieces, Origin(name, "text", metadata), joiner=PARAGRAPHS)


def _time_above(lines: Sequence[str], first: int) -> int:
    """Line `first`, or the line above it that holds nothing but its time."""
    above = next((n for n in range(first - 1, -1, -1) if lines[n].strip()), None)
    return first if above is None or time_alone(lines[above]) is None else above


def read_header(
    lines: Sequence[str], known: Metadata, *, titles: Callable[[str], bool] | None = None
) -> tuple[Metadata, list[str]]:
    """What the lines before the first words say of the file, and those of them that are words after all.

    Args:
        lines: Down to the first words.
        known: What the file has said of itself already.
        titles: Whether a first paragraph of one line is the title; by default, when it reads like a heading.
    """
    metadata = merged(known, metadata_of(leading_fields(lines)))
    lines = ["" if is_transcript_heading(line) else line for line in lines]
    dated = {n: day for n, line in enumerate(lines) if (day := only_day(line)) is not None}
    metadata = merged(metadata, metadata_of({"date": next(iter(dated.values()), "")}))
    listed = _listed(lines)
    rest = [
        "" if n in dated or n in listed else line
        for n, line in enumerate(lines)
        if header_field(line) is None and time_alone(line) is None
    ]
    first = next((n for n, line in enumerate(rest) if line.strip()), None)
    if first is None or metadata.title is not None:
        return metadata, rest
    heading = plain_title(rest[first].lstrip("#").strip())
    stands_alone = first + 1 == len(rest) or not rest[first + 1].strip()
    if rest[first].startswith(("# ", "## ", "### ")) or (stands_alone and (titles or is_heading)(heading)):
        return merged(metadata, titled(heading)), rest[first + 1 :]
    return metadata, rest


def _listed(lines: Sequence[str]) -> frozenset[int]:
    """The lines below "Participants:" and the like, up to the next blank one: who was there, which nobody says."""
    found: set[int] = set()
    inside = False
    for n, line in enumerate(lines):
        field = header_field(line)
        inside = (inside and bool(line.strip())) or (field is not None and field[0] in LISTS and not field[1])
        if inside:
            found.add(n)
    return frozenset(found)


def is_heading(line: str) -> bool:
    """Whether a line reads like a heading: short, begins with a capital, does not end like a sentence."""
    short = len(line) <= 120 and len(line.split()) <= 16
    return bool(line) and short and line[0] == line[0].upper() and line[-1] not in ".,;:" and not is_direction(line)


def _header_pieces(lines: Iterable[str]) -> Iterator[Piece]:
    for paragraph in paragraphs(lines):
        yield Piece(paragraph, kind="direction" if is_direction(paragraph) else "speech")


def paragraphs(lines: Iterable[str]) -> Iterator[str]:
    """Runs of lines between blank ones, each joined with spaces."""
    run: list[str] = []
    for line in lines:
        stripped = line.strip()
        if stripped:
            run.append(stripped)
        elif run:
            yield " ".join(run)
            run = []
    if run:
        yield " ".join(run)


def pieces_below(lines: Sequence[str], first: int, labels: dict[int, LabelLine]) -> Iterator[Piece]:
    """One piece a paragraph; what follows a stage direction without a label is the same speaker going on."""
    now, words = Piece(""), list[str]()
    headings = _has_headings(lines)
    fresh = False  # whether these are the first words below a label
    waiting: float | None = None  # A time alone on its line belongs to what comes after it.
    for n in range(first, len(lines)):
        label, stripped = labels.get(n), lines[n].strip()
        alone = time_alone(lines[n])
        if label is None and alone is None and stripped and not is_direction(stripped):
            if not words and waiting is not None:
                now, waiting = replace(now, start=waiting), None
            words.append(stripped)
            continue
        if words and headings and not fresh and _is_stage_heading(words):
            yield Piece(" ".join(words), kind="direction")
            words = []
        elif words:
            yield _paragraph(words, now)
            now, words, fresh = replace(now, start=None), [], False
        if label is not None:
            now = Piece("", label.label, label.start if label.start is not None else waiting, label.end)
            words, waiting, fresh = [label.rest.strip()] if label.rest.strip() else [], None, True
        elif alone is not None:
            waiting = alone
        elif stripped:
            yield Piece(stripped, kind="direction")
    yield _paragraph(words, now)


def _has_headings(lines: Sequence[str]) -> bool:
    """Whether capitals throughout can mean a heading: not where people's words are written so, too."""
    letters = "".join(filter(str.isalpha, "".join(lines)))
    return 2 * sum(map(str.isupper, letters)) < len(letters)


def _is_stage_heading(words: Sequence[str]) -> bool:
    """Whether a paragraph is a heading between speeches: "ORAL ARGUMENT OF ANN LEE ON BEHALF OF THE PETITIONERS"."""
    text = " ".join(words)
    return text.isupper() and 3 <= len(text.split()) <= 25 and text[-1] not in ".?!,;:…\"'”’"


def _paragraph(words: Sequence[str], now: Piece) -> Piece:
    """Lines of one paragraph, without the times between the words; one before the first word is its own."""
    text = " ".join(words)
    start = now.start if now.start is not None else leading_time(text)
    plain, marks = without_times(text)
    return replace(now, text=plain, start=start, marks=marks)


LABELLED = Format("text", (".txt", ".text"), _sniff, _read)
