"""Uploads that are taken in behind the sender's back: what was sent, and who has it in hand.

A worker gives signs of life; the job of one that has fallen silent goes to another.
"""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from index.store import job_files, job_view
from index.store.database import Database
from index.store.job_files import JobFile, Sent
from index.store.job_view import Job, State
from index.store.records import Receipt, today
from index.store.schema import jobs
from rag.errors import InputError, NotFoundError

SILENT_S = 10.0  # after which a worker is taken for dead
LOST = 5  # workers in a row that died of a job, after which it is not tried again by itself
_KEPT = dt.timedelta(days=7)  # what has ended


class Jobs:
    """The jobs of one library.

    Args:
        database: Of the library.
    """

    keeps_files = False  # what is in them, in the database

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        job_id: str,
        sent: Sequence[Sent],
        *,
        asker: str | None,
        collection: str,
        where: Sequence[Path] = (),  # noqa: ARG002 - its own process reads them there
    ) -> None:
        """Put an upload in the queue; when this returns, it outlives a power cut.

        Args:
            job_id: Of the job.
            sent: Its files.
            asker: Id of the key that sent it.
            collection: Which collection they belong to.
            where: Where each file lies.
        """
        row = {"id": job_id, "asker": asker, "collection": collection, "state": "queued", "lost": 0}
        with self._database.writing() as connection:
            connection.execute(jobs.insert().values(**row, created_at=today()))
            job_files.insert(connection, job_id, sent)
        self._database.sync()

    def claim(self, worker: str) -> Job | None:
        """Take the oldest job that nobody has in hand; None when there is none."""
        with self._database.reading() as connection:  # most of the time there is none, and no lock is needed to see it
            if connection.execute(_free()).first() is None:
                return None
        with self._database.writing() as connection:
            row = connection.execute(_free()).first()
            if row is None:
                return None
            lost = row.lost + (row.state == "running")
            if lost < LOST:
                change: dict[str, Any] = {"state": "running", "worker": worker, "seen_at": time.time(), "lost": lost}
            else:
                change = ended("failed", f"{lost} workers in a row died of it; the server's log may say why")
            connection.execute(jobs.update().where(jobs.c.number == row.number).values(**change))
        return self.get(row.id) if lost < LOST else self.claim(worker)

    def alive(self, job_id: str, worker: str) -> bool:
        """Give a sign of life; False when the job is not this worker's any more."""
        return self._change(job_id, worker, {"seen_at": time.time()})

    def release(self, job_id: str, worker: str) -> None:
        """Put a job back in the queue for another worker, or for this one's next start."""
        self._change(job_id, worker, {"state": "queued", "worker": None, "seen_at": None})

    def end(self, job_id: str, worker: str) -> bool:
        """Say that every file was dealt with; False when the job is not this worker's any more."""
        return self._change(job_id, worker, ended("done"))

    def fail(self, job_id: str, worker: str, reason: str) -> None:
        """Say why a job cannot go on; what was taken in stays, and what was not can be tried again."""
        self._change(job_id, worker, ended("failed", reason))

    def retry(self, job_id: str) -> None:
        """Put a job that failed back in the queue; one that is there already stays.

        Raises:
            InputError: It is done.
            NotFoundError: There is none of that id.
        """
        failed = sa.and_(jobs.c.id == job_id, jobs.c.state == "failed")
        change = {"state": "queued", "worker": None, "seen_at": None, "lost": 0, "reason": None, "ended_at": None}
        with self._database.writing() as connection:
            connection.execute(jobs.update().where(failed).values(**change))
        if self.get(job_id).state == "done":
            raise InputError("every file of that job was dealt with; send those again that were rejected")

    def cancel(self, job_id: str) -> None:
        """Reject what is not taken in yet, for good: not even a file that is being read at this moment goes in."""
        with self._database.writing() as connection:
            job_files.cancel(connection, job_id)
            unfinished = sa.and_(jobs.c.id == job_id, jobs.c.state != "done")
            connection.execute(jobs.update().where(unfinished).values(**ended("done")))

    def get(self, job_id: str) -> Job:
        """One job.

        Raises:
            NotFoundError: There is none of that id.
        """
        with self._database.reading() as connection:
            row = connection.execute(sa.select(jobs).where(jobs.c.id == job_id)).first()
            if row is None:
                raise missing(job_id)
            return job_view.of_rows(connection, [row])[0]

    def newest(self, limit: int, *, asker: str | None = None) -> list[Job]:
        """The newest jobs, newest first: those that a key sent, or, without one, everybody's."""
        statement = sa.select(jobs).order_by(jobs.c.number.desc()).limit(limit)
        if asker is not None:
            statement = statement.where(jobs.c.asker == asker)
        with self._database.reading() as connection:
            return job_view.of_rows(connection, connection.execute(statement).all())

    def files(self, job_id: str) -> list[JobFile]:
        """The files of a job, in the order they were sent."""
        with self._database.reading() as connection:
            return job_files.of(connection, job_id)

    def lacking(self, job_id: str, folder: Path) -> list[JobFile]:
        """The files of a job that wait to be taken in and of which nothing is there to take.

        Args:
            job_id: Of which job.
            folder: Where files wait, each job's in a folder of its name, called by their places.
        """
        with self._database.reading() as connection:
            waiting = job_files.of(connection, job_id)
        there = folder / job_id
        return [one for one in waiting if one.outcome is None and not (there / str(one.receipt.at)).exists()]

    def reject(self, receipt: Receipt, reason: str, line: int | None) -> None:
        """Say that a file cannot be taken in, and why; nothing when it was dealt with meanwhile."""
        with self._database.writing() as connection:
            job_files.reject(connection, receipt, reason, line)

    def unpacked(self, receipt: Receipt, members: Sequence[job_files.Member]) -> bool:
        """Put the members of an archive in its place; False when it was dealt with meanwhile."""
        with self._database.writing() as connection:
            return job_files.replace(connection, receipt, members)

    def moved(self, receipt: Receipt, transcript_id: str) -> None:
        """Say which transcript a file's content is in now, when another file took the id it was under."""
        with self._database.writing() as connection:
            job_files.move(connection, receipt, transcript_id)

    def drop_old(self) -> None:
        """Forget what ended more than a week ago."""
        before = (dt.datetime.now(dt.UTC) - _KEPT).isoformat(timespec="seconds")
        old = sa.select(jobs.c.id).where(jobs.c.ended_at < before)
        with self._database.reading() as connection:
            ids = connection.execute(old).scalars().all()
        for one in ids:
            with self._database.writing() as connection:
                job_files.forget(connection, one)
                connection.execute(jobs.delete().where(jobs.c.id == one))

    def unfinished(self) -> set[str]:
        """The ids of all jobs that still need their files."""
        with self._database.reading() as connection:
            return set(connection.execute(sa.select(jobs.c.id).where(jobs.c.state != "done")).scalars())

    def _change(self, job_id: str, worker: str, change: dict[str, Any]) -> bool:
        own = sa.and_(jobs.c.id == job_id, jobs.c.worker == worker, jobs.c.state == "running")
        with self._database.writing() as connection:
            return bool(connection.execute(jobs.update().where(own).values(**change)).rowcount)


def new_id() -> str:
    """The id of a job that is yet to be made; nobody can guess it."""
    return f"job_{secrets.token_hex(12)}"


def missing(job_id: str) -> NotFoundError:
    """What is said of a job that is not there, or not there for who asks."""
    return NotFoundError(f"no job {job_id!r}; a job is forgotten a week after it has ended")


def _free() -> sa.Select[Any]:
    # A sign of life that is yet to come was given before the clock was put back; who lives soon gives another.
    now = time.time()
    silent = sa.and_(jobs.c.state == "running", ~jobs.c.seen_at.between(now - SILENT_S, now + SILENT_S))
    return sa.select(jobs).where(sa.or_(jobs.c.state == "queued", silent)).order_by(jobs.c.number).limit(1)


def ended(state: State, reason: str | None = None) -> dict[str, Any]:
    """What is written down of a job that has ended."""
    return {"state": state, "reason": reason, "worker": None, "seen_at": None, "ended_at": today()}
