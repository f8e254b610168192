"""The files of uploads that are taken in behind the sender's back, and what became of each.

An outcome is written in the transaction that stores the transcript, so that the two never disagree, whenever a process
dies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from index.store.records import Outcome, Receipt, WithdrawnError
from index.store.schema import contents, found_files, job_files, jobs

_GROUP_FILES, _GROUP_BYTES = 16, 250_000  # taken in together: a few seconds' work that fills the encoder's batches


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a command handed over: what it is called where it was found, and what to read it as."""

    source: str
    shown: str
    as_format: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """One file of an upload; `facts` is what was said beside it, as JSON, `found` of what a command handed over."""

    name: str
    size: int
    facts: str
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive that was sent, at its place in the upload; `refused` says why it is not taken in."""

    at: int
    sent: Sent
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class JobFile:
    """One file of a job; `outcome` is None until it was dealt with."""

    receipt: Receipt
    name: str
    size: int
    facts: str
    outcome: Outcome | None
    transcript_id: str | None
    turns: int
    reason: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many files of a job had an outcome, None for those that were not dealt with, and how many turns they have."""

    outcome: Outcome | None
    files: int
    turns: int


def insert(connection: sa.Connection, job_id: str, sent: Sequence[Sent]) -> None:
    """Write down what was sent."""
    rows = [
        {"job_id": job_id, "at": at, "name": one.name, "bytes": one.size, "facts": one.facts}
        for at, one in enumerate(sent)
    ]
    connection.execute(job_files.insert(), rows)
    for at, one in enumerate(sent):
        if one.found is not None:
            told = {"source": one.found.source, "shown": one.found.shown, "as_format": one.found.as_format}
            connection.execute(found_files.insert().values(job_id=job_id, at=at, **told))


def replace(connection: sa.Connection, receipt: Receipt, members: Sequence[Member]) -> bool:
    """Put an archive's members in its place; False when it is gone or was dealt with."""
    its = sa.and_(job_files.c.job_id == receipt.job_id, job_files.c.at == receipt.at, job_files.c.outcome.is_(None))
    if connection.execute(job_files.delete().where(its)).rowcount == 0:
        return False
    for one in members:
        row = {"job_id": receipt.job_id, "at": one.at, "name": one.sent.name, "bytes": one.sent.size}
        told = {"outcome": "rejected", "reason": one.refused} if one.refused is not None else {}
        connection.execute(job_files.insert().values(**row, facts=one.sent.facts, **told))
    return True


def of(connection: sa.Connection, job_id: str) -> list[JobFile]:
    """The files of a job, in the order they were sent."""
    statement = sa.select(job_files).where(job_files.c.job_id == job_id).order_by(job_files.c.at)
    return [_file(row) for row in connection.execute(statement)]


def groups(waiting: Iterable[JobFile]) -> Iterator[list[JobFile]]:
    """The files, in order, in groups that are taken in together; none is empty."""
    group: list[JobFile] = []
    for one in waiting:
        full = len(group) == _GROUP_FILES or sum(each.size for each in group) + one.size > _GROUP_BYTES
        if group and full:
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def counts(connection: sa.Connection, job_ids: Iterable[str]) -> dict[str, list[Count]]:
    """How the files of some jobs stand, by job."""
    found: dict[str, list[Count]] = {one: [] for one in job_ids}
    file = job_files.c
    files, turns = sa.func.count().label("files"), sa.func.sum(sa.func.coalesce(file.turns, 0)).label("spoken")
    statement = sa.select(file.job_id, file.outcome, files, turns).where(file.job_id.in_(found))
    for row in connection.execute(statement.group_by(file.job_id, file.outcome)):
        found[row.job_id].append(Count(row.outcome, row.files, int(row.spoken)))
    return found


def settle(connection: sa.Connection, receipt: Receipt, outcome: Outcome, transcript_id: str, turns: int) -> None:
    """Say what became of a file, in the transaction that does it.

    Raises:
        WithdrawnError: Somebody cancelled it, or another worker has dealt with it: it is not to be done.
    """
    change = {"outcome": outcome, "transcript_id": transcript_id, "turns": turns}
    if not _dealt_with(connection, receipt, change):
        raise WithdrawnError


def reject(connection: sa.Connection, receipt: Receipt, reason: str, line: int | None) -> None:
    """Say that a file cannot be taken in, and why; nothing when it was dealt with meanwhile."""
    _dealt_with(connection, receipt, {"outcome": "rejected", "reason": reason, "line": line})


def cancel(connection: sa.Connection, job_id: str) -> None:
    """Reject all files of a job that were not dealt with."""
    waiting = sa.and_(job_files.c.job_id == job_id, job_files.c.outcome.is_(None))
    change = {"outcome": "rejected", "reason": "cancelled before it was taken in"}
    connection.execute(job_files.update().where(waiting).values(**change))


def move(connection: sa.Connection, receipt: Receipt, transcript_id: str) -> None:
    """Say which transcript a file's content is in now, when another file took the id it was under."""
    its = sa.and_(job_files.c.job_id == receipt.job_id, job_files.c.at == receipt.at)
    connection.execute(job_files.update().where(its).values(transcript_id=transcript_id))


def forget(connection: sa.Connection, job_id: str) -> None:
    """Drop all that is known of a job's files."""
    for table in (job_files, contents, found_files):
        connection.execute(table.delete().where(table.c.job_id == job_id))


def _dealt_with(connection: sa.Connection, receipt: Receipt, change: dict[str, Any]) -> bool:
    """Write down an outcome; False when there is one already."""
    waits = sa.and_(job_files.c.job_id == receipt.job_id, job_files.c.at == receipt.at, job_files.c.outcome.is_(None))
    if connection.execute(job_files.update().where(waits).values(**change)).rowcount == 0:
        return False
    # Whoever died of the job before, it gets on.
    stuck = sa.and_(jobs.c.id == receipt.job_id, jobs.c.lost > 0)
    connection.execute(jobs.update().where(stuck).values(lost=0))
    return True


def _file(row: Any) -> JobFile:
    return JobFile(
        receipt=Receipt(row.job_id, row.at),
        name=row.name,
        size=row.bytes,
        facts=row.facts,
        outcome=row.outcome,
        transcript_id=row.transcript_id,
        turns=row.turns or 0,
        reason=row.reason,
        line=row.line,
    )
