"""What other programs read about uploads that are taken in behind their back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from api.wire import Wire
from index.store import job_files, job_view
from index.store.records import Outcome


class JobFile(Wire):
    """What became of one file; `outcome` is null until it was dealt with."""

    path: str
    outcome: Outcome | None
    transcript_id: str | None
    turns: int
    reason: str | None
    line: int | None

    @classmethod
    def of(cls, value: job_files.JobFile) -> Self:
        """The shape of one file."""
        return cls(
            path=value.name,
            outcome=value.outcome,
            transcript_id=value.transcript_id,
            turns=value.turns,
            reason=value.reason,
            line=value.line,
        )


class Progress(Wire):
    """How far a job is: files dealt with, of how many, and turns they have."""

    state: job_view.State
    done: int
    total: int
    turns: int

    @classmethod
    def of(cls, value: job_view.Job) -> Self:
        """The shape of a job's progress."""
        return cls(state=value.state, done=value.done, total=value.total, turns=value.turns)


class Job(Wire):
    """An upload; `reason` says why it failed."""

    id: str
    state: job_view.State
    reason: str | None
    collection: str
    created_at: str
    ended_at: str | None
    total: int
    done: int
    turns: int
    added: int
    replaced: int
    unchanged: int
    duplicate: int
    rejected: int

    @classmethod
    def of(cls, value: job_view.Job) -> Self:
        """The shape of a job, without its files where it has a place for them."""
        return cls(**_facts(value))


class JobDetail(Job):
    """An upload with its files, in the order they were sent."""

    files: list[JobFile]

    @classmethod
    def whole(cls, value: job_view.Job, files: Sequence[job_files.JobFile]) -> Self:
        """The shape of a job with its files."""
        return cls(**_facts(value), files=[JobFile.of(one) for one in files])


class Jobs(Wire):
    """The newest jobs, newest first."""

    jobs: list[Job]


def _facts(value: job_view.Job) -> dict[str, Any]:
    outcomes: tuple[Outcome, ...] = ("added", "replaced", "unchanged", "duplicate", "rejected")
    counts: dict[str, int] = {outcome: value.outcomes.get(outcome, 0) for outcome in outcomes}
    return {
        "id": value.id,
        "state": value.state,
        "reason": value.reason,
        "collection": value.collection,
        "created_at": value.created_at,
        "ended_at": value.ended_at,
        "total": value.total,
        "done": value.done,
        "turns": value.turns,
        **counts,
    }
