"""Teams' earlier transcript (.docx, or text copied from it): the times, the name and the words each on a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.formats.base import Format, Origin, assemble
from rag.formats.clock import timing
from rag.formats.exported import read_exported_header
from rag.formats.lines import is_shaped_like_label
from rag.turns import CAPTIONS, Piece, is_direction
from rag.values import Transcript


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, tuple[float, float], list[str]]]:
    """(line number, times, the lines below that hold something) of each."""
    timings = [(n, times) for n, line in enumerate(lines) if (times := timing(line)) is not None]
    numbers = [n for n, _ in timings] + [len(lines)]
    for (n, times), (_, end) in zip(timings, pairwise(numbers), strict=True):
        yield n, times, [line.strip() for line in lines[n + 1 : end] if line.strip()]


def _sniff(text: str) -> bool:
    """No numbers between the cues as in SubRip, and below each time a name, which recurs or is shaped like one."""
    if "-->" not in text or text.lstrip().startswith("WEBVTT"):
        return False
    lines = text.split("\n")
    found = list(_blocks(lines))
    numbered = sum(lines[n - 1].strip().isdigit() for n, _, _ in found if n)
    blocks = [words for _, _, words in found if words]
    names = Counter(words[0] for words in blocks if len(words) >= 2 and len(words[0]) <= 80)
    named = sum(count for name, count in names.items() if count > 1 or is_shaped_like_label(name))
    return bool(blocks) and 2 * numbered < len(blocks) and named >= 0.8 * len(blocks)


def _read(text: str, name: str) -> Transcript:
    lines = text.split("\n")
    blocks = list(_blocks(lines))
    metadata, _ = read_exported_header(lines[: blocks[0][0] if blocks else len(lines)])
    pieces = [_piece(times, words) for _, times, words in blocks if words]
    return assemble(pieces, Origin(name, "teams", metadata), joiner=CAPTIONS)


def _piece(times: tuple[float, float], words: Sequence[str]) -> Piece:
    text = " ".join(words[1:])
    if is_direction(text):
        return Piece(text, None, *times, "direction")
    return Piece(text, words[0], *times)


TEAMS = Format("teams", (), _sniff, _read)
