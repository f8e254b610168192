"""Times and words without names: what YouTube shows, what whisper prints, Otter where nobody was told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.formats.base import Format, Origin, assemble
from rag.formats.clock import CLOCK, seconds
from rag.formats.exported import read_exported_header
from rag.formats.notices import without_notices
from rag.turns import CAPTIONS, Piece, is_direction
from rag.values import Transcript

_STAMP = re.compile(
    rf"\s*(?P<open>[\[(])?(?P<start>{CLOCK})(?:\s*(?:-->|[-–—]|to)\s*(?P<end>{CLOCK}))?[\])]?(?:\s+|$)[-–—|]?\s*(?P<rest>.*)"
)
_FEWEST = 3
_NEXT_SPEAKER = "[SPEAKER_TURN]"  # whisper.cpp with -tdrz: somebody else speaks after this


@dataclass(frozen=True, slots=True)
class _Stamped:
    line: int
    start: float
    end: float | None
    rest: str


def _stamps(lines: Sequence[str]) -> Iterator[_Stamped]:
    for n, line in enumerate(lines):
        match = _STAMP.match(line) if ":" in line[:12] else None
        # Captions have their times without brackets, and readers of their own.
        if match is not None and not (match["end"] and "-->" in line and not match["open"]):
            end = seconds(match["end"]) if match["end"] else None
            yield _Stamped(n, seconds(match["start"]), end, match["rest"].strip())


def _sniff(text: str) -> bool:
    """Times that never run back, at a third of the lines at least, each with words."""
    lines = [line for line in without_notices(text.split("\n")) if line.strip()]
    found = list(_stamps(lines))
    if (
        (len(found) < _FEWEST and not _printed(lines))
        or not found
        or 3 * len(found) < len(lines) - 6
        or found[0].line > 6
    ):
        return False
    starts = [stamp.start for stamp in found]
    last = found[-1].line
    worded = sum(bool(stamp.rest) or stamp.line < last for stamp in found)
    return (
        starts == sorted(starts)
        and worded >= len(found) - 1
        and len(lines) > len(found) - sum(bool(s.rest) for s in found)
    )


def _printed(lines: Sequence[str]) -> bool:
    """Whether every line is as whisper prints them, "[00:00.000 --> 00:05.000]  Hello.": nothing else looks like it."""
    stamps = [_STAMP.match(line) for line in lines]
    return all(stamp and stamp["open"] and stamp["end"] and stamp["rest"] and "-->" in stamp[0] for stamp in stamps)


def _read(text: str, name: str) -> Transcript:
    lines = without_notices(text.split("\n"))
    found = list(_stamps(lines))
    metadata, _ = read_exported_header(lines[: found[0].line if found else len(lines)])
    return assemble(_pieces(lines, found), Origin(name, "timed", metadata), joiner=CAPTIONS)


def _pieces(lines: Sequence[str], found: Sequence[_Stamped]) -> Iterator[Piece]:
    """One piece a time, ending where the next begins unless its own end is written."""
    begins = False
    for k, stamp in enumerate(found):
        after = found[k + 1] if k + 1 < len(found) else None
        below = lines[stamp.line + 1 : after.line if after else len(lines)]
        found_words = " ".join(" ".join([stamp.rest, *below]).split())
        words = found_words.removesuffix(_NEXT_SPEAKER).rstrip()
        end = stamp.end if stamp.end is not None or after is None else after.start
        yield Piece(words, None, stamp.start, end, "direction" if is_direction(words) else "speech", begins=begins)
        begins = words != found_words


TIMED = Format("timed", (), _sniff, _read)
