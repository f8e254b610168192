"""The rows a damaged SQLite file still holds, read page by page: what SQLite itself refuses to go past.

Only the file format is known here (https://www.sqlite.org/fileformat2.html), no table of ours. Every page of rows
counts that can be read, whether the tree above it can be or not; a row counts when all of it can be read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from index.store.wal import log_frames, page_size

Value = int | float | str | bytes | None
Row = tuple[Value, ...]

_LEAF, _INTERIOR = 0x0D, 0x05  # of tables; indexes have others and are made again
_SCHEMA_PAGE, _HEADER = 1, 100
_DEPTH = 40  # no tree is as deep, no chain of trunks loops
_BAD = (IndexError, ValueError, struct.error)  # what reading beyond what is there, or amid it, comes to


@dataclass(slots=True)
class Found:
    """What a file still holds.

    Attributes:
        tables: Rows by table, as far as the tables' trees lead to them; in front of each row its row id.
        stray: Rows of pages that no tree leads to, page by page: whose they are is to be told from what they are.
        unread: Tables of which some page cannot be read, or that the schema does not name any more.
        whole: Whether the schema and the list of free pages could be read; else, stray rows may be of deleted ones.
        broken_log: Frames of the write-ahead log that were committed and cannot be read.
    """

    tables: dict[str, list[Row]] = field(default_factory=dict)
    stray: list[list[Row]] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    whole: bool = True
    broken_log: int = 0


def read(file: bytes, log: bytes = b"") -> Found:
    """Read everything that can be read.

    Args:
        file: The database (or a memory map of it).
        log: Its write-ahead log; empty where there is none.
    """
    size = page_size(file, log)
    frames, broken = log_frames(log, size)
    image = _Image(file, size, frames)
    found = Found(broken_log=broken)
    seen = {_SCHEMA_PAGE}
    for name, root in _roots(image, found, seen):
        rows, missing = image.walk(root, seen)
        found.tables.setdefault(name, []).extend(rows)
        if missing:
            found.unread.add(name)
    seen |= _free(image, found)
    for number in range(2, image.count + 1):
        if number not in seen and image.kind(number) == _LEAF and (rows := image.rows(number)):
            found.stray.append(rows)
    return found


class _Image:
    """The pages of a database with its log laid over them."""

    def __init__(self, file: bytes, size: int, frames: dict[int, bytes]) -> None:
        self._file, self._size, self._frames = file, size, frames
        self.count = max([-(-len(file) // size), *frames])

    def page(self, number: int) -> bytes:
        """One page, short where the file ends amid it."""
        if number < 1:
            raise ValueError(number)
        return self._frames.get(number) or self._file[(number - 1) * self._size : number * self._size]

    def kind(self, number: int) -> int:
        """What a page says that it is; -1 where it is not there."""
        page, at = self.page(number), _HEADER if number == _SCHEMA_PAGE else 0
        return page[at] if len(page) == self._size else -1

    def walk(self, root: int, seen: set[int], depth: int = 0) -> tuple[list[Row], bool]:
        """The rows under a page, and whether some of them cannot be read."""
        if depth > _DEPTH or root in seen or not 1 < root <= self.count:
            return [], True
        kind = self.kind(root)
        if kind not in {_LEAF, _INTERIOR}:
            return [], True  # not marked as seen: a page that is damaged may still be told to be one
        seen.add(root)
        if kind == _LEAF:
            rows = self.rows(root)
            return rows, len(rows) < struct.unpack_from(">H", self.page(root), 3)[0]
        found: list[Row] = []
        missing = False
        for child in self.children(root):
            rows, lost = self.walk(child, seen, depth + 1)
            found.extend(rows)
            missing |= lost
        return found, missing

    def children(self, number: int) -> list[int]:
        """The pages that an interior page leads to; 0 for one that cannot be read."""
        page, at = self.page(number), _HEADER if number == _SCHEMA_PAGE else 0
        found = []
        for cell in range(struct.unpack_from(">H", page, at + 3)[0]):
            try:
                found.append(
                    int(struct.unpack_from(">I", page, struct.unpack_from(">H", page, at + 12 + 2 * cell)[0])[0])
                )
            except _BAD:
                found.append(0)
        return [*found, int(struct.unpack_from(">I", page, at + 8)[0])]

    def rows(self, number: int) -> list[Row]:
        """The rows of a leaf that can be read."""
        page, at = self.page(number), _HEADER if number == _SCHEMA_PAGE else 0
        found = []
        for cell in range(struct.unpack_from(">H", page, at + 3)[0]):
            with suppress(*_BAD):
                found.append(self._row(page, struct.unpack_from(">H", page, at + 8 + 2 * cell)[0]))
        return found

    def _row(self, page: bytes, at: int) -> Row:
        length, at = _varint(page, at)
        row_id, at = _varint(page, at)
        usable = self._size  # Python's SQLite reserves nothing at the end of pages
        local, least = usable - 35, (usable - 12) * 32 // 255 - 23
        if length <= local:
            data = page[at : at + length]
        else:
            kept = least + (length - least) % (usable - 4)
            kept = kept if kept <= local else least
            data = page[at : at + kept] + self._overflow(struct.unpack_from(">I", page, at + kept)[0], length - kept)
        if len(data) < length:
            raise ValueError(length)
        return (row_id, *_record(data))

    def _overflow(self, number: int, wanted: int) -> bytes:
        found = []
        while wanted > 0:
            page = self.page(number)
            number = struct.unpack_from(">I", page)[0]
            found.append(page[4 : 4 + wanted])
            wanted -= len(found[-1])
            if not found[-1]:
                raise ValueError(number)
        return b"".join(found)


def _roots(image: _Image, found: Found, seen: set[int]) -> Iterator[tuple[str, int]]:
    """Each table and the page its tree begins at."""
    rows: list[Row] = []
    if image.kind(_SCHEMA_PAGE) == _LEAF:
        rows = image.rows(_SCHEMA_PAGE)
    elif image.kind(_SCHEMA_PAGE) == _INTERIOR:
        for child in image.children(_SCHEMA_PAGE):
            if child and image.kind(child) == _LEAF:
                seen.add(child)
                rows.extend(image.rows(child))
    for row in rows:
        if len(row) == 6 and row[1] == "table" and isinstance(row[2], str) and isinstance(row[4], int):
            yield row[2], row[4]
    found.whole = bool(rows)


def _free(image: _Image, found: Found) -> set[int]:
    """The pages on the list of free ones: what lies in them was deleted."""
    free: set[int] = set()
    with suppress(*_BAD):
        trunk, all_told = struct.unpack_from(">II", image.page(_SCHEMA_PAGE), 32)
        while trunk and trunk not in free and trunk <= image.count:
            free.add(trunk)
            page = image.page(trunk)
            following, leaves = struct.unpack_from(">II", page)
            free.update(struct.unpack_from(f">{leaves}I", page, 8))
            trunk = following
        if trunk == 0 and len(free) == all_told and found.whole:
            return free
    found.whole = False
    return free


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for step in range(8):
        byte = data[at + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    value = value << 8 | data[at + 8]
    return (value - (1 << 64) if value >> 63 else value), at + 9


def _record(data: bytes) -> Row:
    end, at = _varint(data, 0)
    values: list[Value] = []
    body = end
    while at < end:
        kind, at = _varint(data, at)
        size = _FIXED[kind] if kind < 12 else (kind - 12) // 2
        values.append(_value(kind, data[body : body + size], size))
        body += size
    if body != len(data) or at != end:
        raise ValueError(kind)
    return tuple(values)


_FIXED = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)


def _value(kind: int, data: bytes, size: int) -> Value:
    if len(data) != size:
        raise ValueError(kind)
    if kind in {0, 8, 9}:
        return None if kind == 0 else kind - 8
    if kind == 7:
        return float(struct.unpack(">d", data)[0])
    if kind < 7:
        return int.from_bytes(data, "big", signed=True)
    return data if kind % 2 == 0 else data.decode("utf-8")
