"""A group of files that waited in the queue of a shared library, into it: whichever machine has it in hand."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from index import archives
from index.archives import MAX_MEMBERS
from index.documents import Document, Upload, read
from index.reports import FileReport, Progress, Report
from index.store.job_files import Found, JobFile, Member, Sent
from index.store.queue import PutDownError
from index.store.shared_jobs import SharedJobs
from rag.errors import LibraryLockedError, LibraryUnreachableError, NotFoundError, ReadError, TransciteError

_LOG = logging.getLogger("transcite")
_PLACES = 2 * MAX_MEMBERS  # between the places of two archives' members: nobody else's are among them


class Taker(Protocol):
    """Takes files into the library, as `Ingest.take` does."""

    def __call__(
        self,
        uploads: Sequence[Upload],
        *,
        collection: str,
        as_format: str | None,
        on_progress: Callable[[Progress], None],
    ) -> Report:
        """What became of each."""
        ...


@dataclass(frozen=True, slots=True)
class Hooks:
    """What whoever works off a queue decides.

    Attributes:
        is_over: Whether it is time to put down what is in hand.
        explain: What senders are told of an error that is not about their files.
        on_report: Told what became of some files.
    """

    is_over: Callable[[], bool]
    explain: Callable[[TransciteError], str] = str
    on_report: Callable[[FileReport], None] = lambda _: None


class Taking:
    """Takes in groups of files of one library.

    Args:
        jobs: Of the library.
        taker: Takes files in.
        hooks: What else there is to decide.
        max_bytes: How long a transcript may be.
    """

    def __init__(self, jobs: SharedJobs, taker: Taker, hooks: Hooks, *, max_bytes: int) -> None:
        self._jobs = jobs
        self._taker = taker
        self._hooks = hooks
        self._max_bytes = max_bytes

    def take(self, job_id: str, places: tuple[int, ...]) -> None:
        """Take some files of a job in, those of them that still wait.

        Raises:
            PutDownError: It is time to stop; whoever takes the group next goes on with what is left of it.
            LibraryLockedError, LibraryUnreachableError: The database has to be waited for; so it is then.
        """
        try:
            # 1. What still waits, each in a file of its own.
            waiting = self._jobs.begin(job_id, places)
            with TemporaryDirectory(prefix="transcite-") as folder:
                group = [self._laid_out(one, found, Path(folder)) for one, found in waiting]
                # 2. What is in an archive waits for itself; the others go in, together.
                plain = [one for one in group if not self._is_spread(*one, Path(folder))]
                spoilt = self._taken(plain, job_id)
            # 3. What is done needs no keeping.
            if spoilt:
                self.give_up(job_id, f"the server failed on {spoilt:,} files; its log says why; retry or cancel them")
            self._jobs.settle(job_id)
        except (LibraryLockedError, LibraryUnreachableError):
            raise
        except NotFoundError:
            return  # forgotten meanwhile
        except TransciteError as error:
            _LOG.error("job %s failed: %s", job_id, error)
            self.give_up(job_id, self._hooks.explain(error))

    def give_up(self, job_id: str, reason: str) -> None:
        """Say why a job cannot go on."""
        self._jobs.give_up(job_id, reason)

    def _laid_out(self, one: JobFile, found: Found | None, folder: Path) -> tuple[JobFile, Upload, str | None]:
        path = folder / str(one.receipt.at)
        self._jobs.write(one.receipt, path)
        if found is None:
            return one, Upload(one.name, path, read(one.facts), one.receipt), None
        upload = Upload(one.name, path, read(one.facts), one.receipt, source=found.source, shown=found.shown)
        return one, upload, found.as_format

    def _is_spread(self, one: JobFile, upload: Upload, _as_format: str | None, folder: Path) -> bool:
        """Whether it is an archive; then its members are files of the job by now."""
        if upload.source is not None or not archives.is_one(upload):  # who handed it over has taken it apart
            return False
        members: list[Member] = []
        where: list[Path | None] = []
        for n, document in enumerate(archives.of_upload(upload)):
            at = (one.receipt.at + 1) * _PLACES + n
            member, path = self._member(document, at, one.facts, folder)
            members.append(member)
            where.append(path)
        self._jobs.spread(one.receipt, members, where)
        return True

    def _member(self, document: Document, at: int, facts: str, folder: Path) -> tuple[Member, Path | None]:
        try:
            data = document.read(self._max_bytes)
        except ReadError as error:
            return Member(at, Sent(document.shown, document.size, facts), error.reason), None
        path = folder / str(at)
        path.write_bytes(data)
        return Member(at, Sent(document.shown, len(data), facts)), path

    def _taken(self, group: Sequence[tuple[JobFile, Upload, str | None]], job_id: str) -> int:
        """Take files in; returns on how many of them it failed."""
        if not group:
            return 0
        try:
            report = self._taker(
                [upload for _, upload, _ in group],
                collection=self._jobs.get(job_id).collection,
                as_format=group[0][2],  # the same for all that a command handed over
                on_progress=self._go_on,
            )
        except (TransciteError, PutDownError):
            raise
        except Exception:  # a fault of ours: one file's must not stop the others
            if len(group) == 1:
                _LOG.exception("file %d of job %s cannot be taken in", group[0][0].receipt.at, job_id)
                return 1
            return sum(self._taken([one], job_id) for one in group)
        for (one, _, _), told in zip(group, report.files, strict=True):
            if told.outcome == "rejected":  # every other outcome was written down with the transcript
                self._jobs.reject(one.receipt, told.reason or "cannot be read", told.line)
            self._hooks.on_report(told)
        return 0

    def _go_on(self, _progress: Progress) -> None:
        if self._hooks.is_over():
            raise PutDownError
