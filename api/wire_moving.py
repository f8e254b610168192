"""What `transcite migrate --json` prints."""

from __future__ import annotations

from typing import Self

from api.wire import Wire
from index.store import moving


class Moved(Wire):
    """A library that was moved.

    Attributes:
        source, to: What its database is called before and after; no password in either.
        rows: How many there are in each table.
        generation: Where its history stands, before as after.
    """

    source: str
    to: str
    transcripts: int
    turns: int
    rows: dict[str, int]
    generation: int

    @classmethod
    def of(cls, moved: moving.Moved, source: str, to: str) -> Self:
        """The shape of one."""
        rows = moved.rows
        return cls(
            source=source,
            to=to,
            transcripts=rows["transcripts"],
            turns=rows["turns"],
            rows=rows,
            generation=moved.generation,
        )
