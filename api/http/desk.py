"""Where uploads are handed in that are taken in later, and asked after; each by the caller it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from api.access import Caller
from api.http.spooling import Spool, Uploads
from index.documents import Upload, written
from index.store.job_files import JobFile, Sent
from index.store.job_view import Job
from index.store.jobs import Jobs, missing

_NEWEST = 100


class Desk:
    """The jobs of a library as one caller sees them: what is not theirs is not there.

    Args:
        jobs: All of them.
        uploads: Their files.
        wake: Called when there is something to do.
        closing: Whether the server is about to stop.
    """

    def __init__(
        self, jobs: Jobs, uploads: Uploads, wake: Callable[[], None], closing: Callable[[], bool] = lambda: False
    ) -> None:
        self.uploads = uploads
        self.closing = closing
        self._jobs = jobs
        self._wake = wake

    def accept(self, caller: Caller, spool: Spool, uploads: Sequence[Upload], *, collection: str) -> Job:
        """Promise to take in what was sent: from here on it outlives the server.

        Raises:
            LibraryError: The promise cannot be kept (locked, full); then nothing stays of it.
        """
        sent = [Sent(one.filename, spool.size(at), written(one.facts)) for at, one in enumerate(uploads)]
        where = [spool.path(at) for at in range(len(uploads))]

        def create() -> None:
            self._jobs.create(spool.id, sent, asker=caller.id, collection=collection, where=where)

        if self._jobs.keeps_files:  # where every server reads them; the spool goes with the request
            create()
        else:
            spool.keep(create)
        self._wake()
        return self._jobs.get(spool.id)

    def job(self, caller: Caller, job_id: str) -> Job:
        """One job.

        Raises:
            NotFoundError: It is not there, or not theirs: who asks cannot tell which.
        """
        found = self._jobs.get(job_id)
        if found.asker != caller.id and not caller.keeps_everything:
            raise missing(job_id)
        return found

    def whole(self, caller: Caller, job_id: str) -> tuple[Job, list[JobFile]]:
        """One job with its files.

        Raises:
            NotFoundError: It is not there, or not theirs.
        """
        return self.job(caller, job_id), self._jobs.files(job_id)

    def newest(self, caller: Caller) -> list[Job]:
        """The newest ones."""
        return self._jobs.newest(_NEWEST, asker=None if caller.keeps_everything else caller.id or "")

    def retry(self, caller: Caller, job_id: str) -> None:
        """Try a job that failed again.

        Raises:
            InputError: It is done.
            NotFoundError: It is not there, or not theirs.
        """
        self.job(caller, job_id)
        self._jobs.retry(job_id)
        self._wake()

    def cancel(self, caller: Caller, job_id: str) -> None:
        """Take in nothing more of a job.

        Raises:
            NotFoundError: It is not there, or not theirs.
        """
        self.job(caller, job_id)
        self._jobs.cancel(job_id)
        self.uploads.of(job_id).discard()
