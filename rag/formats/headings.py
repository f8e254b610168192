"""Lines that hold nothing but a name and a time, in any order, decided over the whole file.

"We left at 10:30" is none: its name is not made like one, nor does a mark between name and time make it a heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.formats.clock import CLOCK, seconds
from rag.formats.lines import is_balanced, is_shaped_like_label

_TIME = rf"[\[(]?(?P<start>{CLOCK})(?:\s*(?:-->|[-–—]|to)\s*(?P<end>{CLOCK}))?[\])]?"
_NAME = r"(?P<name>[^\W_](?:[^:：\t\n]{0,78}[^\s:：\t])?)"
# The mark between name and time, or the brackets, make the line a heading whatever the name looks like.
_SURE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_NAME}(?:[ ]{{2,}}|[ ]*\t\s*|\s+[-–—|•·]\s+){_TIME}\s*:?",
        rf"{_NAME}\s*[\[(](?P<start>{CLOCK})(?:\s*(?:-->|[-–—]|to)\s*(?P<end>{CLOCK}))?[\])]\s*:?",
        rf"{_TIME}(?:\s+[-–—|•·]\s+|[ ]*\t\s*){_NAME}\s*:?",
    )
)
_LIKELY = tuple(
    re.compile(pattern)
    for pattern in (rf"{_NAME} {_TIME}\s*:?", rf"{_TIME}[ ]{{1,4}}{_NAME}\s*:?", rf"{_TIME}{_NAME}\s*:?")
)
_ALONE = re.compile(_TIME)


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that only says who speaks and when.

    Attributes:
        name: None for a time alone.
        start, end: Seconds.
        sure: Whether its form alone makes it a heading; otherwise the name must be shaped like one.
        taken: How many lines it takes: 2 for a name with the time below.
    """

    name: str | None
    start: float
    end: float | None
    sure: bool
    taken: int = 1


def find_headings(lines: Sequence[str]) -> dict[int, Heading]:
    """The headings of a file by 0-based line number; empty where they are too few or have no words below."""
    found = {n: heading for n, line in enumerate(lines) if (heading := _parse(line)) is not None}
    found = {n: h for n, h in found.items() if h.sure or h.name is None or not _is_heading_next(lines, n, found)}
    paired = dict(_names_above(lines, found))
    if sum(h.name is not None for h in found.values()) < len(paired):
        found = {n: h for n, h in found.items() if h.name is None and n - 1 not in paired} | paired
    named = [n for n, h in found.items() if h.name is not None]
    worded = sum(not _is_heading_next(lines, n + found[n].taken - 1, found) for n in named)
    if not named or 2 * worded < len(named):
        return {}
    first = next(n for n, line in enumerate(lines) if line.strip())
    return dict(sorted(found.items())) if len(named) >= 2 or named[0] == first else {}


def _parse(line: str) -> Heading | None:
    bare = line.strip().replace("*", "").strip("# ").removeprefix("@")
    if not 4 <= len(bare) <= 160 or ":" not in bare:
        return None
    alone = _ALONE.fullmatch(bare)
    if alone is not None:
        return _heading(alone, None, sure=False)
    for patterns, sure in ((_SURE, True), (_LIKELY, False)):
        for pattern in patterns:
            match = pattern.fullmatch(bare)
            if match is not None and (_is_short(match["name"]) if sure else is_shaped_like_label(match["name"])):
                return _heading(match, match["name"], sure=sure)
    return None


def _heading(match: re.Match[str], name: str | None, *, sure: bool) -> Heading:
    end = seconds(match["end"]) if match["end"] else None
    return Heading(name, seconds(match["start"]), end, sure)


def _is_short(name: str) -> bool:
    return len(name.split()) <= 8 and name[-1] not in ".?!;," and is_balanced(name)


def _is_heading_next(lines: Sequence[str], n: int, found: dict[int, Heading]) -> bool:
    """Whether no words stand below line `n`."""
    after = next((m for m in range(n + 1, min(n + 6, len(lines))) if lines[m].strip()), None)
    return after is None or after in found


def _names_above(lines: Sequence[str], found: dict[int, Heading]) -> Iterator[tuple[int, Heading]]:
    """Names on the line above a time that stands alone, with a blank line (or nothing) above them."""
    for n, heading in found.items():
        name = lines[n - 1].strip().rstrip(":") if n else ""
        set_off = n <= 1 or not lines[n - 2].strip()
        if (
            heading.name is None
            and heading.end is None
            and name
            and set_off
            and n - 1 not in found
            and _is_name_line(name)
        ):
            yield n - 1, replace(heading, name=name, taken=2)


def _is_name_line(name: str) -> bool:
    return len(name) <= 60 and (name.isdigit() or is_shaped_like_label(name))
