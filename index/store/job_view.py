"""An upload that is taken in behind the sender's back, as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from index.store import job_files
from index.store.records import Outcome

State = Literal["queued", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Job:
    """An upload.

    Attributes:
        asker: Id of the key that sent it; None where none was needed.
        reason: Why it failed.
        total: How many files it has.
        turns: Of the transcripts its files are now in.
        outcomes: How many files had which.
    """

    id: str
    asker: str | None
    collection: str
    state: State
    reason: str | None
    created_at: str
    ended_at: str | None
    total: int
    turns: int
    outcomes: dict[Outcome, int]

    @property
    def done(self) -> int:
        """How many files were dealt with."""
        return sum(self.outcomes.values())


def of_rows(connection: sa.Connection, rows: Sequence[Any]) -> list[Job]:
    """Jobs by their rows, with how their files stand."""
    counts = job_files.counts(connection, [row.id for row in rows])
    return [
        Job(
            id=row.id,
            asker=row.asker,
            collection=row.collection,
            state=row.state,
            reason=row.reason,
            created_at=row.created_at,
            ended_at=row.ended_at,
            total=sum(one.files for one in counts[row.id]),
            turns=sum(one.turns for one in counts[row.id]),
            outcomes={one.outcome: one.files for one in counts[row.id] if one.outcome is not None},
        )
        for row in rows
    ]
