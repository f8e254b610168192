"""Files handed over to the queue of a shared library, and what becomes of them, wherever they are taken in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from index import archives, files
from index.documents import Document, written
from index.reports import FileReport, Progress, Report
from index.store import shared_jobs
from index.store.job_files import Found, JobFile, Sent
from index.store.jobs import new_id
from index.store.library import Library
from rag.errors import ReadError

_FILES, _BYTES = 64, 8_000_000  # of one job: little enough for one transaction, enough for several machines
_LOOK_S = 0.5  # between two looks at how it goes


@dataclass(frozen=True, slots=True)
class _Handed:
    """A job, and the places of its files among all."""

    job_id: str
    places: tuple[int, ...]


class Handing:
    """Hands files over and follows them.

    Args:
        library: One that several machines share.
        max_bytes: Files longer than this are rejected, and not handed over.
        as_format: Read every file as this, whatever it looks like.

    Raises:
        InputError: The library is in a file of this machine.
    """

    def __init__(self, library: Library, *, max_bytes: int, as_format: str | None = None) -> None:
        self._library = library
        self._jobs = shared_jobs.of(library.jobs)
        self._max_bytes = max_bytes
        self._as_format = as_format

    def run(
        self,
        paths: Sequence[Path],
        *,
        collection: str,
        on_progress: Callable[[Progress], None],
        on_alone: Callable[[], None],
    ) -> Report:
        """Hand over every transcript under `paths` and wait until all are taken in.

        Args:
            paths: Files and folders; a ZIP archive counts as its members.
            collection: Which collection they belong to.
            on_progress: Called every half second.
            on_alone: Called once, when there is no worker to take them in.

        Returns:
            What became of every file, as an ingest on this machine tells it.

        Raises:
            LibraryError: The database cannot be used; what was handed over is taken in all the same.
        """
        self._library.check()
        skipped: list[files.Skipped] = []
        documents = [one for found in files.find(paths, skipped.append) for one in archives.of_file(found)]
        reports: dict[int, FileReport] = {}
        handed = list(self._hand_over(documents, collection, reports))
        for one, found in self._ended(handed, documents, len(reports), on_progress, on_alone):
            for at, file in zip(one.places, found, strict=True):
                reports[at] = self._report(documents[at], file)
        return Report(tuple(reports[at] for at in sorted(reports)), tuple(skipped))

    def _hand_over(
        self, documents: Sequence[Document], collection: str, reports: dict[int, FileReport]
    ) -> Iterator[_Handed]:
        """Jobs of a few files each; what cannot be read here is reported at once."""
        with TemporaryDirectory(prefix="transcite-") as folder:
            group: list[int] = []
            for at, document in enumerate(documents):
                path = Path(folder) / str(at)
                try:
                    path.write_bytes(document.read(self._max_bytes))
                except ReadError as error:
                    reports[at] = FileReport(document.shown, "rejected", reason=error.reason, line=error.line)
                    continue
                group.append(at)
                size = sum(files.size(Path(folder) / str(one)) for one in group)
                if len(group) == _FILES or size >= _BYTES:
                    yield self._job(documents, group, Path(folder), collection)
                    group = []
            if group:
                yield self._job(documents, group, Path(folder), collection)

    def _job(self, documents: Sequence[Document], group: Sequence[int], folder: Path, collection: str) -> _Handed:
        job_id, some = new_id(), [documents[at] for at in group]
        where = [folder / str(at) for at in group]
        sent = [
            Sent(one.name, files.size(path), written(one.facts), Found(one.source, one.shown, self._as_format))
            for one, path in zip(some, where, strict=True)
        ]
        self._jobs.create(job_id, sent, asker=None, collection=collection, where=where)
        for path in where:
            path.unlink()
        return _Handed(job_id, tuple(group))

    def _ended(
        self,
        handed: list[_Handed],
        documents: Sequence[Document],
        done: int,
        on_progress: Callable[[Progress], None],
        on_alone: Callable[[], None],
    ) -> Iterator[tuple[_Handed, list[JobFile]]]:
        """Each job when it has ended, with its files."""
        all_bytes, alone = sum(one.size for one in documents), False
        while handed:
            states = {one.job_id: self._jobs.get(one.job_id) for one in handed}
            for one in list(handed):
                if states[one.job_id].state in {"done", "failed"}:
                    handed.remove(one)
                    done += len(one.places)
                    yield one, self._jobs.files(one.job_id)
            waiting = sum(states[one.job_id].done for one in handed)
            bytes_ = all_bytes * (done + waiting) // max(len(documents), 1)
            on_progress(Progress(done + waiting, len(documents), bytes_, all_bytes, 0.0))
            if handed and not alone and self._jobs.workers() == 0:
                alone = True
                on_alone()
            if handed:
                time.sleep(_LOOK_S)

    def _report(self, document: Document, file: JobFile) -> FileReport:
        if file.outcome is None:
            reason = self._jobs.get(file.receipt.job_id).reason or "was not taken in"
            return FileReport(document.shown, "rejected", reason=reason)
        told = FileReport(
            document.shown, file.outcome, file.transcript_id, file.turns, reason=file.reason, line=file.line
        )
        if file.transcript_id is None:
            return told
        return replace(told, read_as=self._library.outline(file.transcript_id))
