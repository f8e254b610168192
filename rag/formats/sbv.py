"""SBV captions, which YouTube exports: "0:00:00.378,0:00:11.378", the words below, a blank line."""

from __future__ import annotations

import html
import re

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.clock import seconds
from rag.formats.cues import Cue, pieces_of
from rag.formats.rolling import Shown, said_once
from rag.turns import CAPTIONS
from rag.values import Transcript

_CLOCK = r"\d{1,4}:[0-5]?\d:[0-5]?\d\.\d{1,3}"
_TIMING = re.compile(rf"[ \t]*({_CLOCK})[ \t]*,[ \t]*({_CLOCK})[ \t]*")
_MEANT = re.compile(r"[ \t]*\d{1,4}:[^\s,]{1,20}\.[^\s,]{1,20},[ \t]*\d{1,4}:\S{1,20}[ \t]*")
_BREAK = re.compile(r"[ \t]*\[br\][ \t]*", re.IGNORECASE)
_EXAMPLE = "0:00:01.000,0:00:04.000"


def _sniff(text: str) -> bool:
    first = next((line for line in text[:2000].split("\n") if line.strip()), "")
    return _TIMING.fullmatch(first) is not None


def _read(text: str, name: str) -> Transcript:
    found: list[tuple[float, float, list[str]]] = []
    above = ""
    for number, line in enumerate(text.split("\n"), start=1):
        timing = _TIMING.fullmatch(line)
        if timing is not None:
            found.append((seconds(timing[1]), seconds(timing[2]), []))
        elif line.strip():
            _check(line, number, follows=bool(found) and (bool(above.strip()) or not found[-1][2]))
            found[-1][2].extend(_BREAK.sub("\n", html.unescape(line)).split("\n"))
        above = line
    shown = [Shown(start, end, tuple(lines)) for start, end, lines in found]
    cues = [Cue(one.start, one.end, "\n".join(one.lines)) for one in said_once(shown, str)]
    return assemble(pieces_of(cues), Origin(name, "sbv"), joiner=CAPTIONS)


def _check(line: str, number: int, *, follows: bool) -> None:
    """Refuse a broken timing, and words that stand below none."""
    if _MEANT.fullmatch(line) is not None:
        raise ReadError(f'"{line.strip()[:60]}" is not a cue timing; write {_EXAMPLE}', line=number)
    if not follows:
        raise ReadError(f'"{line.strip()[:60]}" has no cue timing before it; write {_EXAMPLE}', line=number)


SBV = Format("sbv", (".sbv",), _sniff, _read)
