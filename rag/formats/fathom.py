"""Fathom's text export: "0:55 - Name (Company)" above the words, and notes of its own between them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.formats.base import Format, Origin
from rag.formats.headings import find_headings
from rag.formats.stamped import read_stamped
from rag.values import Transcript

_HEADING = re.compile(r"^@?\d{1,2}:\d\d(?::\d\d)? - \S", re.MULTILINE)
_MARKS = ("fathom.video", "VIEW RECORDING - ", "SCREEN SHARING: ")
# "SCREEN SHARING: Ann started screen sharing - WATCH: https://fathom.video/..." and then her words, on the same line.
_NOTE = re.compile(
    r"(?:SCREEN SHARING|ACTION ITEM|HIGHLIGHT|BOOKMARK|"
    r"QUESTION)S?: (?:.{0,1000}? - WATCH(?: \([^()]{0,30}\))?: \S+|.*$)"
    r"|VIEW RECORDING - .{0,200}?(?:https?://\S+|:?$)"
)


def _sniff(text: str) -> bool:
    return (
        any(mark in text for mark in _MARKS)
        and _HEADING.search(text) is not None
        and bool(find_headings(text.split("\n")))
    )


def _read(text: str, name: str) -> Transcript:
    return read_stamped(text, Origin(name, "fathom"), _split)


def _split(paragraph: str) -> Iterator[tuple[str, bool]]:
    """Words and notes, in turn."""
    begin = 0
    for note in _NOTE.finditer(paragraph):
        yield paragraph[begin : note.start()].strip(), False
        if not note[0].startswith("VIEW RECORDING"):
            yield note[0], True
        begin = note.end()
    yield paragraph[begin:].strip(), False


FATHOM = Format("fathom", (), _sniff, _read)
