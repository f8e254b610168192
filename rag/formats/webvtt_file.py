"""WebVTT captions. The one module that calls webvtt-py.

The library reads past damage: a broken timing line becomes text of the cue before. Timing lines are therefore checked
first, and what is broken is refused with its line.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

import webvtt
from webvtt.errors import MalformedFileError

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.clock import seconds
from rag.formats.cues import Cue, one_line, pieces_of
from rag.formats.metadata import leading_fields, metadata_of
from rag.turns import CAPTIONS
from rag.values import Transcript

_CLOCK = r"(?:\d{1,4}:)?\d{1,2}:[0-5]?\d\.\d{1,3}"
_TIMING = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?")
_NOT_CUES = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG = re.compile(r"</?(?:[a-z]+(?:[.\s][^<>]*)?|[\d:.]+)>")


def _sniff(text: str) -> bool:
    return re.match(r"\s*WEBVTT(?:\s|$)", text) is not None


def _read(text: str, name: str) -> Transcript:
    if not _sniff(text):
        raise ReadError('the first line is not "WEBVTT"; add it, or rename the file if it is not WebVTT', line=1)
    lines = text.split("\n")
    fields = leading_fields(_check(lines))
    try:
        captions = webvtt.from_string(text.lstrip())
    except MalformedFileError as error:
        raise ReadError(f"not WebVTT: {error}; export the captions again") from None
    cues = [cue for caption in captions.captions for cue in _cues(caption)]
    return assemble(pieces_of(cues), Origin(name, "vtt", metadata_of(fields)), joiner=CAPTIONS)


def _cues(caption: webvtt.Caption) -> Iterator[Cue]:
    """One cue a voice: a caption may hold several, and what stands before the first has none of its own."""
    start, end = seconds(caption.start), seconds(caption.end)
    parts = _VOICE.split(one_line(caption.lines))
    yield Cue(start, end, _words(parts[0]))
    for voice, words in zip(parts[1::2], parts[2::2], strict=True):
        yield Cue(start, end, _words(words), html.unescape(voice).strip())


def _words(text: str) -> str:
    """Tags first, entities after: "a &lt; b" is speech."""
    return html.unescape(_TAG.sub("", text)).strip()


def _check(lines: Sequence[str]) -> list[str]:
    """Refuse a broken cue, naming its line; give back the lines of the header and of the comments."""
    said_of_file: list[str] = []
    for number, block in _blocks(lines):
        timings = [n for n, line in enumerate(block) if "-->" in line]
        for n in timings:
            if _TIMING.fullmatch(block[n]) is None:
                raise ReadError(f'"{block[n].strip()[:60]}" is not a cue timing; write {_EXAMPLE}', line=number + n)
        header = number == 1 or block[0].startswith("WEBVTT")
        if header or _NOT_CUES.fullmatch(block[0]):
            said_of_file += [line.removeprefix("NOTE").strip() for line in block]
        elif not timings or timings[0] > 1:
            raise ReadError(f'"{block[0].strip()[:60]}" has no cue timing before it; write {_EXAMPLE}', line=number)
    return said_of_file


_EXAMPLE = "00:00:01.000 --> 00:00:04.000"


def _blocks(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Runs of non-blank lines, with the 1-based number of the first of each."""
    run: list[str] = []
    number = 0
    for number, line in enumerate([*lines, ""], start=1):
        # A line of one space is text: YouTube's captions hold such.
        if line:
            run.append(line)
        elif run:
            yield number - len(run), run
            run = []


WEBVTT = Format("vtt", (".vtt", ".webvtt"), _sniff, _read)
