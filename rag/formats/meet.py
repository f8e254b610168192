"""Google Meet's transcript: a document's text of "Name: words" lines with a time alone every few minutes."""

from __future__ import annotations

import re

from rag.formats.base import Format, Origin, assemble
from rag.formats.exported import read_exported_header
from rag.formats.labelled import pieces_below
from rag.formats.lines import find_labels, time_alone
from rag.formats.notices import without_notices
from rag.turns import PARAGRAPHS
from rag.values import Transcript

_SIGN = re.compile(
    r"\W{0,20}(?:(?:meeting|transcription) ended after \d"
    r"|this editable transcript was computer generated|📖 ?transcript)"
    r"|.{1,180}[-–—] ?transcript\s*$",
    re.IGNORECASE,
)
_TAB = re.compile(r"\W{0,20}📖 ?transcript\s*", re.IGNORECASE)


def _sniff(text: str) -> bool:
    lines = text.split("\n")
    if not any(_SIGN.match(line[:200]) for line in lines if "transcript" in line[:200].lower() or "ended" in line[:40]):
        return False
    bold = sum(line.lstrip().startswith(("**", "#")) and ":" in line for line in lines)
    labels = len(find_labels(lines))
    timed = any(time_alone(line) is not None for line in lines)
    ended = text.lower().rfind("transcript was computer generated") >= 0
    return labels >= 1 and 2 * bold <= labels and (timed or ended)


def _read(text: str, name: str) -> Transcript:
    lines = without_notices(text.split("\n"))
    # "Notes by Gemini" put a summary above the transcript.
    lines = lines[next((n for n, line in enumerate(lines) if _TAB.fullmatch(line)), 0) :]
    labels = find_labels(lines)
    above = min(labels, default=len(lines))
    stamps = [n for n in range(above) if time_alone(lines[n]) is not None]
    first = stamps[0] if stamps else above
    metadata, _ = read_exported_header(lines[:first])
    return assemble(pieces_below(lines, first, labels), Origin(name, "google-meet", metadata), joiner=PARAGRAPHS)


MEET = Format("google-meet", (), _sniff, _read)
