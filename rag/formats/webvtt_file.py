"""WebVTT captions. The one module that calls webvtt-py.

The library reads past damage: a broken timing line becomes text of the cue before. Timing lines are therefore checked
first, and what is broken is refused with its line; those that exporters write in their own ways are written anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import webvtt
from webvtt.errors import MalformedFileError

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.clock import seconds, timing, written
from rag.formats.cues import pieces_of
from rag.formats.graph_cues import day_of, spoken_in
from rag.formats.metadata import Metadata, leading_fields, merged, metadata_of
from rag.formats.rolling import Shown, said_once
from rag.formats.webvtt_text import cues_of, plain
from rag.turns import CAPTIONS
from rag.values import Transcript

_NOT_CUES = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s.*)?")
# Webex writes who speaks into the identifier: 1 "Ann Lee" (2387654)
_WEBEX = re.compile(r"\s*\d{1,7}\s+\"(?P<name>[^\"<>\n]{0,120})\"\s*(?:\(\d{1,20}\))?\s*")
_INDEX = re.compile(
    r"\s*(?:\d{1,7}(?: +\"[^\"<>\n]{0,120}\" *(?:\(\d{1,20}\))?)?|"
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:/\d+-\d+)?)\s*",
    re.IGNORECASE,
)
_EXAMPLE = "00:00:01.000 --> 00:00:04.000"


def _sniff(text: str) -> bool:
    return re.match(r"\s*WEBVTT(?:\s|$)", text) is not None


def _read(text: str, name: str) -> Transcript:
    if not _sniff(text):
        raise ReadError('the first line is not "WEBVTT"; add it, or rename the file if it is not WebVTT', line=1)
    said_of_file, mended = _mended(text.split("\n"))
    try:
        captions = webvtt.from_string("\n".join(mended).lstrip()).captions
    except MalformedFileError as error:
        raise ReadError(f"not WebVTT: {error}; export the captions again") from None
    shown = [Shown(seconds(one.start), seconds(one.end), tuple(one.lines)) for one in captions]
    metadata = merged(metadata_of(leading_fields(said_of_file)), Metadata(date=day_of(shown)))
    cues = [cue for caption in said_once(shown, plain) for cue in (spoken_in(caption) or cues_of(caption))]
    return assemble(pieces_of(cues), Origin(name, "vtt", metadata), joiner=CAPTIONS)


def _mended(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines of the header and of comments; and all lines, timings as the library reads them, cues set apart.

    Raises:
        ReadError: A timing that is none, or words that belong to no cue, naming the line.
    """
    said_of_file: list[str] = []
    mended: list[str] = []
    for number, block in _blocks(lines):
        timings = _timings(block, number)
        header = number == 1 or block[0].startswith("WEBVTT")
        beginnings = [n - (n > 0 and _names_cue(block, n, header=header)) for n in timings]
        aside = header or _NOT_CUES.fullmatch(block[0]) is not None
        if aside:
            said_of_file += [line.removeprefix("NOTE").strip() for line in block[: min(beginnings, default=len(block))]]
        elif min(timings, default=2) > 1:
            raise ReadError(f'"{block[0].strip()[:60]}" has no cue timing before it; write {_EXAMPLE}', line=number)
        names = {n + 1: match["name"] for n in beginnings if (match := _WEBEX.fullmatch(block[n])) is not None}
        for n, line in enumerate(block):
            # Some leave out the blank line between cues.
            mended += ([""] if n in beginnings else []) + [timings.get(n, line)]
            mended += [f"<v {names[n]}>"] if n in names and n in timings else []
        mended.append("")
    return said_of_file, mended


def _timings(block: Sequence[str], number: int) -> dict[int, str]:
    """The timing lines of a block, by place in it, written in full."""
    found = {}
    for n, line in enumerate(block):
        if "-->" in line:
            times = timing(line)
            if times is None:
                raise ReadError(f'"{line.strip()[:60]}" is not a cue timing; write {_EXAMPLE}', line=number + n)
            found[n] = f"{written(times[0])} --> {written(times[1])}"
    return found


def _names_cue(block: Sequence[str], n: int, *, header: bool) -> bool:
    """Whether the line before the timing in line `n` is the cue's identifier and not words of the one before."""
    if n == 1:
        return not header and "-->" not in block[0]
    return _INDEX.fullmatch(block[n - 1]) is not None


def _blocks(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Runs of non-blank lines, with the 1-based number of the first of each."""
    run: list[str] = []
    number = 0
    for number, line in enumerate([*lines, ""], start=1):
        # A line of one space is text: YouTube's captions hold such.
        if line.strip() or (line and run):
            run.append(line)
        elif run:
            yield number - len(run), run
            run = []


WEBVTT = Format("vtt", (".vtt", ".webvtt"), _sniff, _read)
