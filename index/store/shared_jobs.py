"""Uploads to a library that several machines share: any of them takes in any files, a group at a time.

What is in the files lies in the database, and procrastinate's queue says which machine has which group in hand. A
job runs from its first group on, and is done when every file of it was dealt with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import sqlalchemy as sa

from index.store import contents, job_files, queue
from index.store.job_files import Found, JobFile, Member, Sent
from index.store.jobs import LOST, Jobs, ended
from index.store.records import Receipt, today
from index.store.schema import found_files, jobs
from rag.errors import InputError


class SharedJobs(Jobs):
    """The jobs of a library in PostgreSQL."""

    keeps_files = True

    def create(
        self,
        job_id: str,
        sent: Sequence[Sent],
        *,
        asker: str | None,
        collection: str,
        where: Sequence[Path] = (),
    ) -> None:
        """Put an upload in the queue with what is in its files; when this returns, it outlives a power cut.

        Args:
            job_id: Of the job.
            sent: Its files.
            asker: Id of the key that sent it.
            collection: Which collection they belong to.
            where: Where each file lies.
        """
        row = {"id": job_id, "asker": asker, "collection": collection, "state": "queued", "lost": 0}
        # Nobody waits meanwhile, however much there is to send.
        with self._database.writing(turn=False) as connection:
            connection.execute(jobs.insert().values(**row, created_at=today()))
            job_files.insert(connection, job_id, sent)
            for at, path in enumerate(where):
                contents.keep(connection, Receipt(job_id, at), path)
            queue.defer(connection, job_id, list(_groups(job_files.of(connection, job_id))))

    def lacking(self, job_id: str, folder: Path) -> list[JobFile]:  # noqa: ARG002 - they lie in the database
        """The files of a job that wait to be taken in and of which not all that was sent is there.

        Args:
            job_id: Of which job.
            folder: Of no concern: what is in them lies in the database.
        """
        with self._database.reading() as connection:
            there = contents.sizes(connection, job_id)
            waiting = [one for one in job_files.of(connection, job_id) if one.outcome is None]
        return [one for one in waiting if there.get(one.receipt.at) != one.size]

    def begin(self, job_id: str, places: Sequence[int]) -> list[tuple[JobFile, Found | None]]:
        """The files of a group that wait, and what they are called where they were found; none when it is not wanted.

        Raises:
            NotFoundError: There is no such job.
        """
        if self.get(job_id).state not in {"queued", "running"}:
            return []
        with self._database.writing() as connection:
            queued = sa.and_(jobs.c.id == job_id, jobs.c.state == "queued")
            connection.execute(jobs.update().where(queued).values(state="running"))
        with self._database.reading() as connection:
            told = sa.select(found_files).where(found_files.c.job_id == job_id, found_files.c.at.in_(places))
            known = {row.at: Found(row.source, row.shown, row.as_format) for row in connection.execute(told)}
            files = [one for one in job_files.of(connection, job_id) if one.receipt.at in places]
        return [(one, known.get(one.receipt.at)) for one in files if one.outcome is None]

    def write(self, receipt: Receipt, path: Path) -> None:
        """Write what is in a file to where it can be read."""
        with self._database.reading() as connection:
            contents.write(connection, receipt, path)

    def spread(self, receipt: Receipt, members: Sequence[Member], where: Sequence[Path | None]) -> None:
        """Put the members of an archive in its place, as files for any machine; nothing when it was dealt with."""
        with self._database.writing(turn=False) as connection:
            if not job_files.replace(connection, receipt, members):
                return
            for one, path in zip(members, where, strict=True):
                if path is not None:
                    contents.keep(connection, Receipt(receipt.job_id, one.at), path)
            added = {one.at for one in members}
            fresh = [one for one in job_files.of(connection, receipt.job_id) if one.receipt.at in added]
            queue.defer(connection, receipt.job_id, list(_groups(fresh)))

    def settle(self, job_id: str) -> None:
        """Forget what is in files that were dealt with, and end a job when all were."""
        with self._database.writing(turn=False) as connection:
            contents.sweep(connection, job_id)
            left = any(one.outcome is None for one in job_files.counts(connection, [job_id])[job_id])
            if not left:
                running = sa.and_(jobs.c.id == job_id, jobs.c.state.in_(("queued", "running")))
                connection.execute(jobs.update().where(running).values(**ended("done")))

    def give_up(self, job_id: str, reason: str) -> None:
        """Say why a job cannot go on; what was taken in stays, and what was not can be tried again."""
        unfinished = sa.and_(jobs.c.id == job_id, jobs.c.state != "done")
        with self._database.writing() as connection:
            connection.execute(jobs.update().where(unfinished).values(**ended("failed", reason)))

    def lost(self, job_id: str) -> None:
        """A worker fell silent with files of it in hand; of what kills one after the other, none is tried for ever."""
        running = sa.and_(jobs.c.id == job_id, jobs.c.state == "running")
        with self._database.writing() as connection:
            connection.execute(jobs.update().where(running).values(lost=jobs.c.lost + 1))
            dead = connection.execute(sa.select(jobs.c.lost).where(running)).scalar()
        if dead is not None and dead >= LOST:
            self.give_up(job_id, f"{dead} workers in a row died of it; their logs may say why")

    def worker(self, take: queue.Take, *, silent_s: float = queue.SILENT_S) -> queue.Worker:
        """What takes groups from the queue, one after the other, and has them taken in.

        Args:
            take: Takes a group in.
            silent_s: After which another worker is taken for dead.
        """
        return queue.Worker(self._database.address, take, self.lost, silent_s=silent_s)

    def retry(self, job_id: str) -> None:
        """Put what is left of a job that failed back in the queue; one that is there already stays.

        Raises:
            InputError: It is done.
            NotFoundError: There is none of that id.
        """
        failed = sa.and_(jobs.c.id == job_id, jobs.c.state == "failed")
        with self._database.writing() as connection:
            change = {"state": "queued", "reason": None, "ended_at": None, "lost": 0}
            if connection.execute(jobs.update().where(failed).values(**change)).rowcount:
                waiting = [one for one in job_files.of(connection, job_id) if one.outcome is None]
                queue.defer(connection, job_id, list(_groups(waiting)))
        if self.get(job_id).state == "done":
            raise InputError("every file of that job was dealt with; send those again that were rejected")

    def cancel(self, job_id: str) -> None:
        """Reject what is not taken in yet, for good: not even a file that is being read at this moment goes in."""
        super().cancel(job_id)
        with self._database.writing() as connection:
            contents.sweep(connection, job_id)

    def workers(self) -> int:
        """How many workers there are, on all machines."""
        with self._database.reading() as connection:
            return queue.workers(connection)


def of(library_jobs: Jobs) -> SharedJobs:
    """The jobs of a library as those that any machine takes in.

    Raises:
        InputError: Its database is a file of this machine.
    """
    if not isinstance(library_jobs, SharedJobs):
        raise InputError(
            "several machines share a library in PostgreSQL only; set TRANSCITE_DATABASE_URL"
            " (`transcite migrate --to URL` moves this one there)"
        )
    return library_jobs


def _groups(files: Sequence[JobFile]) -> Iterator[list[int]]:
    """The places of files that wait, in groups that are taken in together."""
    for group in job_files.groups(one for one in files if one.outcome is None):
        yield [one.receipt.at for one in group]
