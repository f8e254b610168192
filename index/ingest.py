"""Files into the library: read, cut, encode, store; one transcript a transaction, one bad file in nobody's way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from index import archives, files, taking
from index.documents import Document, Upload
from index.encoder import Encoder
from index.reports import FileReport, Progress, Report
from index.store.library import Library
from index.store.records import WithdrawnError
from index.taking import Run
from rag.errors import ReadError

# Passages encoded together: enough to batch well by length, little enough that an interrupted run loses seconds.
_TOGETHER = 1024


class Ingest:
    """Reads transcripts into one library.

    Args:
        library: Where to.
        encoder: Called when the first passage has to be encoded, not before: an encoder takes seconds to load.
        max_bytes: Files longer than this are rejected.
        as_format: Read every file as this, one of `rag.formats.NAMES`, whatever it looks like.
    """

    def __init__(
        self,
        library: Library,
        encoder: Callable[[], Encoder],
        *,
        max_bytes: int = files.MAX_BYTES,
        as_format: str | None = None,
    ) -> None:
        self._library = library
        self._encoder = encoder
        self._max_bytes = max_bytes
        self._as_format = as_format

    def run(
        self,
        paths: Sequence[Path],
        *,
        collection: str = "default",
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> Report:
        """Read every transcript under `paths`.

        Args:
            paths: Files and folders; a ZIP archive counts as its members.
            collection: Which collection they belong to.
            on_progress: Called after every file and every few hundred passages.

        Returns:
            What became of every file. Each transcript is there wholly as soon as its turn came, whatever happens later.

        Raises:
            LibraryError: The library cannot be written (locked, full); what was finished before is kept.
            EncoderError: The encoder cannot be loaded.
        """
        skipped: list[files.Skipped] = []
        documents = [one for found in files.find(paths, skipped.append) for one in archives.of_file(found)]
        report = self._run(documents, collection=collection, on_progress=on_progress)
        return replace(report, skipped=tuple(skipped))

    def take(
        self,
        uploads: Sequence[Upload],
        *,
        collection: str = "default",
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> Report:
        """Read transcripts that were sent; the same name in a collection again is a new version.

        Args:
            uploads: What was sent.
            collection: Which collection they belong to.
            on_progress: Called as by `run`; what it raises ends the ingest.

        Returns:
            What became of each, as `run` does.

        Raises:
            LibraryError: The library cannot be written (locked, full); what was finished before is kept.
            EncoderError: The encoder cannot be loaded.
        """
        documents = [one for upload in uploads for one in archives.of_upload(upload)]
        return self._run(documents, collection=collection, on_progress=on_progress)

    def _run(
        self, documents: Sequence[Document], *, collection: str, on_progress: Callable[[Progress], None]
    ) -> Report:
        self._library.check()
        all_bytes = sum(one.size for one in documents)
        run = Run(self._library, self._encoder, collection, on_progress, len(documents), all_bytes, self._as_format)
        for at, document in enumerate(documents):
            try:
                taking.take(run, at, document, document.read(self._max_bytes))
            except ReadError as error:
                run.settle(at, document, FileReport(document.shown, "rejected", reason=error.reason, line=error.line))
            except WithdrawnError:
                run.withdraw(at, document)
            if sum(len(one.passages) for one in run.pending) >= _TOGETHER:
                taking.flush(run)
            run.tell()
        taking.flush(run)
        if run.stored:  # what is reported outlives a power cut
            self._library.sync()
        return run.report()
