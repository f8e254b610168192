"""The thread that takes in what was handed in for later, one job at a time, and lets questions pass.

Every server process has one. Which files are done stands in the library, so that whoever goes on with a job, after a
restart or in another process, goes on where it was left.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Self

from api.http import problems
from api.http.problems import LOG
from api.http.queueing import PATIENT
from api.http.service import Service
from api.http.spooling import Uploads
from api.http.unpacking import unpack
from index.documents import Upload, read
from index.store.job_files import JobFile, groups
from index.store.job_view import Job
from index.store.jobs import SILENT_S, Jobs
from rag.errors import LibraryError, LibraryLockedError, TransciteError

_LOOK_S = 1.0  # between two looks for what other processes were handed
_TIDY_S = 3600.0
_GRACE_S = 5.0  # for the files in hand when it is told to stop


class _StoppedError(Exception):
    """The work in hand is given up; nothing is lost."""


class Runner:
    """Works off the jobs of a library.

    Args:
        service: Takes files in.
        uploads: What was sent.
    """

    def __init__(self, service: Service, uploads: Uploads) -> None:
        self._service = service
        self._jobs = service.library.jobs
        self._uploads = uploads
        self._name = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._woken, self._stopping = Event(), Event()
        self._last_s = float("inf")  # when it must have stopped
        self._tidied_s = -_TIDY_S
        self._thread = Thread(target=self._loop, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin, with what was left by a process before."""
        self._thread.start()

    def wake(self) -> None:
        """There is something to do."""
        self._woken.set()

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    def quit(self) -> None:
        """Finish the files in hand, if that is soon, and leave the rest to the next start; does not wait for that."""
        self._last_s = min(self._last_s, time.monotonic() + _GRACE_S)
        self._stopping.set()
        self._woken.set()

    def stop(self) -> None:
        """Do the same, and wait for it."""
        self.quit()
        if self._thread.ident is not None:
            self._thread.join()

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                self._tidy()
                while not self._stopping.is_set() and (job := self._jobs.claim(self._name)) is not None:
                    self._run(job)
            except LibraryError as error:
                LOG.warning("jobs wait: %s", error)
            except Exception:
                LOG.exception("a job failed in a way nobody expected")
            self._woken.wait(_LOOK_S)
            self._woken.clear()

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied_s >= _TIDY_S:
            self._jobs.drop_old()
            self._uploads.sweep(self._jobs.unfinished())
            self._tidied_s = time.monotonic()

    def _run(self, job: Job) -> None:
        with _Hold(self._jobs, job.id, self._name) as hold:
            try:
                spoilt = self._take_all(job, hold)
            except _StoppedError:
                self._jobs.release(job.id, self._name)
                return
            except TransciteError as error:
                LOG.error("job %s failed: %s", job.id, error)
                self._jobs.fail(job.id, self._name, problems.told(error))
            else:
                self._end(job, spoilt)
        self._service.save()

    def _end(self, job: Job, spoilt: int) -> None:
        if spoilt:
            reason = f"the server failed on {spoilt:,} of {job.total:,} files; its log says why; retry or cancel them"
            self._jobs.fail(job.id, self._name, reason)
        elif self._jobs.end(job.id, self._name):
            self._uploads.of(job.id).discard()

    def _take_all(self, job: Job, hold: _Hold) -> int:
        """Take in what waits, a group after the other; returns how many files the server failed on.

        Raises:
            _StoppedError: It is time to stop, or the job is not this worker's any more.
            TransciteError: It cannot go on.
        """
        spoilt: set[int] = set()
        while True:
            if self._stopping.is_set() or hold.lost:
                raise _StoppedError
            files = self._jobs.files(job.id)
            waiting = [one for one in files if one.outcome is None]
            if unpack(self._jobs, self._uploads.of(job.id), files, most=self._service.max_bytes):
                continue
            group = next(groups(one for one in waiting if one.receipt.at not in spoilt), None)
            if group is None:
                return len(waiting)
            try:
                spoilt |= self._take(job, group, hold)
            except LibraryLockedError:  # somebody else writes; nothing is lost by waiting
                self._stopping.wait(_LOOK_S)

    def _take(self, job: Job, group: Sequence[JobFile], hold: _Hold) -> set[int]:
        """Take some files in; returns the places of those that the server failed on."""
        spool = self._uploads.of(job.id)

        def go_on(_progress: object) -> None:
            if hold.lost or time.monotonic() > self._last_s:
                raise _StoppedError

        uploads = [Upload(one.name, spool.path(one.receipt.at), read(one.facts), one.receipt) for one in group]
        try:
            report = self._service.ingest(uploads, collection=job.collection, patience=PATIENT, on_progress=go_on)
        except (TransciteError, _StoppedError):
            raise
        except Exception:  # a fault of ours: one file's must not stop the others
            if len(group) == 1:
                LOG.exception("file %d of job %s cannot be taken in", group[0].receipt.at, job.id)
                return {group[0].receipt.at}
            return set().union(*(self._take(job, [one], hold) for one in group))
        for one, told in zip(group, report.files, strict=True):
            if told.outcome == "rejected":  # every other outcome was written down with the transcript
                self._jobs.reject(one.receipt, told.reason or "cannot be read", told.line)
            spool.drop(one.receipt.at)
        return set()


class _Hold:
    """A job in hand: gives signs of life meanwhile.

    Attributes:
        lost: Whether it turned out to be somebody else's, or nobody's, by now.
    """

    def __init__(self, jobs: Jobs, job_id: str, worker: str) -> None:
        self.lost = False
        self._jobs, self._job_id, self._worker = jobs, job_id, worker
        self._ended = Event()
        self._thread = Thread(target=self._live, name="alive", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _live(self) -> None:
        while not self.lost and not self._ended.wait(SILENT_S / 5):
            with suppress(LibraryError):  # the next sign may get through
                self.lost = not self._jobs.alive(self._job_id, self._worker)
