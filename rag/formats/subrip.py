"""SubRip (SRT) captions. The one module that calls the srt package."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from itertools import pairwise

import srt  # type: ignore[import-untyped]

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.cues import Cue, one_line, pieces_of
from rag.turns import CAPTIONS
from rag.values import Transcript

_CLOCK = r"\d{1,4}:[0-5]?\d:[0-5]?\d[,.]\d{1,3}"
_TIMING = re.compile(rf"\s*{_CLOCK} *--> *{_CLOCK}(?:\s.*)?")
_ALMOST_TIMING = re.compile(r"\s*\S{0,4}\d:\S*\d\S*[ \t]*(?:-{1,3}|=|–|—)+>?[ \t]*\d\S*:\S*\d\S*\s*")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,100}>|\{\\[^{}]{0,100}\}")
_EXAMPLE = "00:00:01,000 --> 00:00:04,000"


def _sniff(text: str) -> bool:
    head = [line for line in text[:2000].split("\n") if line.strip()][:2]
    return any(_TIMING.fullmatch(line) for line in head)


def _read(text: str, name: str) -> Transcript:
    _check(text.split("\n"))
    try:
        cues = [Cue(sub.start.total_seconds(), sub.end.total_seconds(), _words(sub.content)) for sub in srt.parse(text)]
    except (srt.SRTParseError, OverflowError) as error:
        raise ReadError(f"not SubRip: {str(error)[:120]}; export the captions again") from None
    return assemble(pieces_of(cues), Origin(name, "srt"), joiner=CAPTIONS)


def _words(content: str) -> str:
    return html.unescape(_TAG.sub("", one_line(content.split("\n"))))


def _check(lines: Iterable[str]) -> None:
    """Refuse a broken timing line and words before the first one: srt takes both as text, or loses them."""
    timed = False
    numbered = [(0, ""), *enumerate(lines, start=1)]
    for (_, before), (number, line) in pairwise(numbered):
        meant = "-->" in line or (_is_index(before) and _ALMOST_TIMING.fullmatch(line) is not None)
        if meant and _TIMING.fullmatch(line) is None:
            raise ReadError(f'"{line.strip()[:60]}" is not a cue timing; write {_EXAMPLE}', line=number)
        timed = timed or meant
        if line.strip() and not timed and not _is_index(line):
            raise ReadError(f'"{line.strip()[:60]}" has no cue timing before it; write {_EXAMPLE}', line=number)


def _is_index(line: str) -> bool:
    return line.strip().isdigit()


SUBRIP = Format("srt", (".srt",), _sniff, _read)
