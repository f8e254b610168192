"""Otter's text export: "Name", two spaces and the time above the words."""

from __future__ import annotations

import re

from rag.formats.base import Format, Origin
from rag.formats.headings import find_headings
from rag.formats.notices import without_notices
from rag.formats.stamped import as_found, read_stamped
from rag.values import Transcript

_HEADING = re.compile(r"\S.{0,79}?[^\s:]  \d{1,2}:\d\d(?::\d\d)?[ \t]*")
_FOOTER = re.compile(r"transcribed by https?://otter\.ai", re.IGNORECASE)


def _sniff(text: str) -> bool:
    lines = without_notices(text.split("\n"))
    headings = [n for n, heading in find_headings(lines).items() if heading.name is not None]
    written = sum(_HEADING.fullmatch(lines[n]) is not None for n in headings)
    return bool(headings) and (_FOOTER.search(text) is not None or 2 * written > len(headings))


def _read(text: str, name: str) -> Transcript:
    return read_stamped(text, Origin(name, "otter"), as_found)


OTTER = Format("otter", (), _sniff, _read)
