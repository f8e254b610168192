"""The thread that takes in, beside those of other servers and workers, what any of them was handed for later.

It stands in the place of `api.http.running.Runner` where several machines share the library.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Event, Thread

from api.http import problems
from api.http.queueing import PATIENT
from api.http.service import Service
from index.documents import Upload
from index.queued import Hooks, Taking
from index.reports import Progress, Report
from index.store import shared_jobs
from rag.errors import LibraryError

_GRACE_S = 5.0  # for the files in hand when it is told to stop
_TIDY_S, _SAVE_S = 3600.0, 60.0


class Hands:
    """Takes in what waits, a group of files at a time, and lets questions pass.

    Args:
        service: Takes files in.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jobs = shared_jobs.of(service.library.jobs)
        self._stopping = Event()
        self._last_s = float("inf")  # when it must have stopped
        hooks = Hooks(lambda: time.monotonic() > self._last_s, problems.told)
        self._taking = Taking(self._jobs, self._take, hooks, max_bytes=service.max_bytes)
        self._worker = self._jobs.worker(self._group)
        self._tidied_s, self._saved_s = -_TIDY_S, time.monotonic()
        self._thread = Thread(target=self._worker.run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """There is something to do: the database has told every worker so."""

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    def quit(self) -> None:
        """Finish the files in hand, if that is soon, and leave the rest to others; does not wait for that."""
        self._last_s = min(self._last_s, time.monotonic() + _GRACE_S)
        self._stopping.set()
        self._worker.stop()

    def stop(self) -> None:
        """Do the same, and wait for it."""
        self.quit()
        if self._thread.ident is not None:
            self._thread.join()

    def _group(self, job_id: str, places: tuple[int, ...]) -> None:
        if time.monotonic() - self._tidied_s >= _TIDY_S:
            self._tidied_s = time.monotonic()
            try:
                self._jobs.drop_old()
            except LibraryError as error:
                problems.LOG.warning("what has ended is kept for now: %s", error)
        self._taking.take(job_id, places)
        if time.monotonic() - self._saved_s >= _SAVE_S:  # all vectors, however few came; at its end the server does it
            self._saved_s = time.monotonic()
            self._service.save()

    def _take(
        self,
        uploads: Sequence[Upload],
        *,
        collection: str,
        as_format: str | None,
        on_progress: Callable[[Progress], None],
    ) -> Report:
        return self._service.ingest(
            uploads, collection=collection, patience=PATIENT, on_progress=on_progress, as_format=as_format
        )
