"""SubRip (SRT) captions. The one module that calls the srt package."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import srt  # type: ignore[import-untyped]

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.clock import clocked, timing, written
from rag.formats.cues import Cue, pieces_of
from rag.formats.rolling import Shown, said_once
from rag.turns import CAPTIONS
from rag.values import Transcript

_ALMOST_TIMING = re.compile(r"\s*\S{0,4}\d:\S*\d\S*[ \t]*(?:-{1,3}|=|–|—)+>?[ \t]*\d\S*:\S*\d\S*\s*")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,100}>|\{\\[^{}]{0,100}\}")
_EXAMPLE = "00:00:01,000 --> 00:00:04,000"


def _sniff(text: str) -> bool:
    head = [line for line in text[:2000].split("\n") if line.strip()][:2]
    return any(map(clocked, head)) and not head[0].lstrip().startswith("WEBVTT")


def _read(text: str, name: str) -> Transcript:
    mended = _mended(text.split("\n"))
    try:
        captions = [
            Shown(sub.start.total_seconds(), sub.end.total_seconds(), tuple(sub.content.split("\n")))
            for sub in srt.parse("\n".join(mended))
        ]
    except (srt.SRTParseError, OverflowError) as error:
        raise ReadError(f"not SubRip: {str(error)[:120]}; export the captions again") from None
    cues = [Cue(one.start, one.end, "\n".join(map(_words, one.lines))) for one in said_once(captions, _words)]
    return assemble(pieces_of(cues), Origin(name, "srt"), joiner=CAPTIONS)


def _words(line: str) -> str:
    return html.unescape(_TAG.sub("", line)).strip()


def _mended(lines: Sequence[str]) -> list[str]:
    """The lines with every timing written as the library reads it.

    A broken timing line, and words before the first one, are refused: the library takes both as text, or loses them.
    """
    timed = False
    mended = []
    index = 0  # of the cue before
    padded = [(0, ""), (0, ""), *enumerate(lines, start=1)]
    for (_, above), (at, before), (number, line) in zip(padded, padded[1:], padded[2:], strict=False):
        indexed = _is_index(before)
        meant = "-->" in line or (indexed and _ALMOST_TIMING.fullmatch(line) is not None)
        times = timing(line) if meant else None
        if meant and times is None:
            raise ReadError(f'"{line.strip()[:60]}" is not a cue timing; write {_EXAMPLE}', line=number)
        timed = timed or meant
        if line.strip() and not timed and not _is_index(line):
            raise ReadError(f'"{line.strip()[:60]}" has no cue timing before it; write {_EXAMPLE}', line=number)
        if indexed and not meant and line.strip() and not above.strip() and int(before) == index + 1 > 1:
            raise ReadError(f"cue {index + 1} has no timing; write {_EXAMPLE} below its number", line=at)
        index = int(before) if meant and indexed else index
        mended.append(line if times is None else " --> ".join(written(one).replace(".", ",") for one in times))
    return mended


def _is_index(line: str) -> bool:
    return re.fullmatch(r"[ \t]*[0-9]{1,7}[ \t]*", line) is not None


SUBRIP = Format("srt", (".srt",), _sniff, _read)
