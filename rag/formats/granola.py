"""Granola's transcript: "Me:" is whoever made the notes, "Them:" everyone else, who may be several people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.formats.base import Format, Origin, assemble
from rag.formats.exported import read_exported_header
from rag.formats.inline_times import leading_time, without_times
from rag.formats.metadata import front_matter, metadata_of
from rag.turns import PARAGRAPHS, Piece, is_direction
from rag.values import Transcript

_LABEL = re.compile(
    r"(?:^[ \t]{0,8}|(?<=[.?!…\"”)] )|(?<=  ))(?:[-*][ \t]+)?(?:\*\*)?(Me|Them|Microphone|System|Speaker [A-Z0-9]+)"
    r"(?: \([^()\n]{1,40}\))?(?:\*\*)?:(?:\*\*)?(?=\s)",
    re.MULTILINE,
)


def _sniff(text: str) -> bool:
    if "Them" not in text and "System" not in text:
        return False
    found = {match[1] for match in _LABEL.finditer(text)}
    return {"Me", "Them"} <= found or {"Microphone", "System"} <= found


def _read(text: str, name: str) -> Transcript:
    lines = text.split("\n")
    fields, skip = front_matter(lines)
    body = "\n".join(lines[skip:])
    first = next(_LABEL.finditer(body), None)
    metadata, _ = read_exported_header(body[: first.start() if first else len(body)].split("\n"), metadata_of(fields))
    return assemble(_pieces(body), Origin(name, "granola", metadata), joiner=PARAGRAPHS)


def _pieces(body: str) -> Iterator[Piece]:
    """One piece a paragraph."""
    _, *parts = _LABEL.split(body)
    for label, words in zip(parts[::2], parts[1::2], strict=True):
        for paragraph in re.split(r"\n\s*\n", words):
            text = " ".join(paragraph.split())
            if is_direction(text):
                yield Piece(text, kind="direction")
            else:
                plain, marks = without_times(text)
                yield Piece(plain, label, leading_time(text), marks=marks)


GRANOLA = Format("granola", (), _sniff, _read)
