"""Rows of a table, with its columns known, to pieces."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from rag.formats.clock import CLOCK, seconds
from rag.formats.columns import Columns
from rag.labels import is_unidentified
from rag.turns import Piece, is_direction

# Whole numbers that would mean less than a word in half a minute are milliseconds (whisper writes those).
_SLOWEST_SPEECH = 0.03  # words a second
_FRAMES = re.compile(r"(\d{1,2}:\d{2}:\d{2})[:;]\d{2,3}")


def pieces_of_rows(rows: Sequence[Sequence[str]], columns: Columns) -> Iterator[Piece]:
    """One piece a row; several episodes in one table are parted by a note that names them."""
    milliseconds = columns.unit == "ms" or (columns.unit is None and _are_milliseconds(rows, columns))
    several = len({cell_of(row, columns.group) for row in rows}) > 1
    for episode, own in groupby(rows, key=lambda row: cell_of(row, columns.group)):
        if several and episode:
            yield Piece(episode, kind="direction")
        for row in _in_order(list(own), columns, milliseconds=milliseconds):
            yield _piece(row, columns, milliseconds=milliseconds)


def _in_order(rows: list[Sequence[str]], columns: Columns, *, milliseconds: bool) -> list[Sequence[str]]:
    """By the table's own numbers, else by start, where every row has one; equal ones stay as they are."""
    numbers = [cell_of(row, columns.order) for row in rows]
    if columns.order is not None and all(number.isdecimal() for number in numbers):
        return sorted(rows, key=lambda row: int(cell_of(row, columns.order)))
    starts = [_time(cell_of(row, columns.start), milliseconds=milliseconds) for row in rows]
    if all(start is not None for start in starts):
        return [row for _, row in sorted(zip(starts, rows, strict=True), key=lambda pair: pair[0] or 0.0)]
    return rows


def _piece(row: Sequence[str], columns: Columns, *, milliseconds: bool) -> Piece:
    text, speaker = cell_of(row, columns.text), _speaker(row, columns)
    start = _time(cell_of(row, columns.start), milliseconds=milliseconds)
    end = _time(cell_of(row, columns.end), milliseconds=milliseconds)
    lasted = _time(cell_of(row, columns.duration), milliseconds=milliseconds)
    if end is None and start is not None and lasted is not None:
        end = round(start + lasted, 3)
    if speaker is None and is_direction(text):
        return Piece(text, None, start, end, "direction")
    return Piece(text, speaker, start, end)


def _speaker(row: Sequence[str], columns: Columns) -> str | None:
    """The name, with the role where the table has both; the bare role where it has no name."""
    name, role = cell_of(row, columns.speaker), cell_of(row, columns.role)
    host = cell_of(row, columns.host).lower()
    if not name and host in ("true", "1", "yes", "false", "0", "no"):
        return "Host" if host in ("true", "1", "yes") else "Guest"
    if name.isdecimal():
        return f"Speaker {name}"  # A number alone is not a name; 0 is as good as any.
    return f"{name}, {role}" if name and role and not is_unidentified(name) else name or role or None


def _time(cell: str, *, milliseconds: bool) -> float | None:
    """Seconds of a cell; None for one that holds no time, which the words do not depend on."""
    frames = _FRAMES.fullmatch(cell)
    if re.fullmatch(CLOCK, cell) or frames:
        return seconds(frames[1] if frames else cell)
    clocks = re.match(CLOCK, cell)
    if clocks is not None:
        return seconds(clocks[0])
    try:
        number = float(cell.replace(",", ".").removesuffix("s"))
    except ValueError:
        return None
    if not math.isfinite(number) or number < 0:
        return None
    return round(number / 1000, 3) if milliseconds else number


def _are_milliseconds(rows: Sequence[Sequence[str]], columns: Columns) -> bool:
    starts = [cell_of(row, columns.start) for row in rows]
    numbers = [int(start) for start in starts if start.isdecimal() and len(start) < 16]
    if len(numbers) < len([start for start in starts if start]) or not numbers:
        return False
    ends = [int(end) for end in (cell_of(row, columns.end) for row in rows) if end.isdecimal() and len(end) < 16]
    words = sum(len(cell_of(row, columns.text).split()) for row in rows)
    lasted = max(numbers + ends) - min(numbers)
    return lasted > 0 and words / lasted < _SLOWEST_SPEECH


def cell_of(row: Sequence[str], column: int | None) -> str:
    """A cell without outer white space; "" where the table has no such column, or the row ends before it."""
    return row[column].strip() if column is not None and column < len(row) else ""
