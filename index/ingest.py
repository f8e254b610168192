"""Files into the library: read, cut, encode, store; one transcript a transaction, one bad file in nobody's way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from index import archives, files
from index.documents import Document, Upload
from index.encoder import Encoder
from index.reports import FileReport, Progress, Report
from index.store.library import Library
from index.store.records import Encoded, Origin, Outline, WithdrawnError
from index.store.schema import STRIDE
from rag.errors import ReadError
from rag.formats import read_transcript
from rag.formats.version import RULES_VERSION
from rag.passages import passages
from rag.values import Passage, Transcript

# Passages encoded together: enough to batch well by length, little enough that an interrupted run loses seconds.
_TOGETHER = 1024
# Passages between two reports of progress.
_STEP = 128


@dataclass(slots=True)
class _Pending:
    """A transcript waiting to be encoded with others."""

    at: int  # place in the report
    document: Document
    origin: Origin
    transcript: Transcript
    passages: tuple[Passage, ...]


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
            on_progress: Called after every file and every hundred-odd passages.

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
        run = _Run(self._library, self._encoder, collection, on_progress, len(documents), all_bytes, self._as_format)
        for at, document in enumerate(documents):
            try:
                _take(run, at, document, document.read(self._max_bytes))
            except ReadError as error:
                run.reports[at] = FileReport(document.shown, "rejected", reason=error.reason, line=error.line)
                run.bytes += document.size
            except WithdrawnError:
                _withdrawn(run, at, document)
            if sum(len(one.passages) for one in run.pending) >= _TOGETHER:
                _flush(run)
            _tell(run)
        _flush(run)
        if run.stored:  # what is reported outlives a power cut
            self._library.sync()
        return Report(tuple(replace(run.reports[at], read_as=run.read_as.get(at)) for at in sorted(run.reports)))


@dataclass(slots=True)
class _Run:
    """One ingest under way."""

    library: Library
    encoder: Callable[[], Encoder]
    collection: str
    on_progress: Callable[[Progress], None]
    all_files: int
    all_bytes: int
    as_format: str | None
    reports: dict[int, FileReport] = field(default_factory=dict)
    read_as: dict[int, Outline | None] = field(default_factory=dict)
    pending: list[_Pending] = field(default_factory=list)
    bytes: int = 0
    turns: float = 0.0
    stored: bool = False


def _take(run: _Run, at: int, document: Document, data: bytes) -> None:
    """Settle content that is known already; put any other among the pending."""
    rules = RULES_VERSION if run.as_format is None else f"{RULES_VERSION} as {run.as_format}"
    digest = hashlib.sha256(rules.encode() + b"\0" + data).hexdigest()
    origin = Origin(run.collection, document.source, digest)
    if any(one.origin.content_hash == origin.content_hash for one in run.pending):
        _flush(run)  # the same content is on its way in; with it there, this one is a duplicate
    if _settled(run, at, document, origin):
        return
    transcript = replace(read_transcript(data, document.name, as_format=run.as_format), **document.facts)
    cut = passages(transcript.turns)
    if max(len(transcript.turns), len(cut)) >= STRIDE:
        raise ReadError(f"{len(transcript.turns):,} turns are more than the {STRIDE - 1:,} allowed; split it")
    run.pending.append(_Pending(at, document, origin, transcript, cut))
    run.read_as[at] = Outline.of(transcript)


def _settled(run: _Run, at: int, document: Document, origin: Origin) -> bool:
    """Whether the content is in the library already; then it is reported."""
    if run.library.outcome(origin) not in {"unchanged", "duplicate"}:
        return False
    try:
        outcome, transcript_id = run.library.link(origin, receipt=document.receipt)
        if any(one.origin.transcript_id == transcript_id for one in run.pending):
            _flush(run)  # a new version takes that id; the content it had goes on under this file's
            _, transcript_id = run.library.link(origin)
            if document.receipt is not None:
                run.library.jobs.moved(document.receipt, transcript_id)
    except KeyError:  # taken away by another process since
        return False
    known = run.library.size(transcript_id)
    run.read_as[at] = run.library.outline(transcript_id)
    run.reports[at] = FileReport(document.shown, outcome, transcript_id, known[1] if known else 0)
    run.bytes += document.size
    return True


def _flush(run: _Run) -> None:
    """Encode what is pending, together, and store it, one by one."""
    if not run.pending:
        return
    vectors = _encode(run, [passage.text for one in run.pending for passage in one.passages])
    for one in run.pending:
        own, vectors = vectors[: len(one.passages)], vectors[len(one.passages) :]
        encoded = Encoded(one.transcript, one.passages, tuple(own))
        try:
            outcome, transcript_id = run.library.put(one.origin, encoded, receipt=one.document.receipt)
        except WithdrawnError:
            _withdrawn(run, one.at, one.document)
            continue
        run.stored = True
        run.reports[one.at] = FileReport(one.document.shown, outcome, transcript_id, len(one.transcript.turns))
        run.bytes += one.document.size
    run.turns = round(run.turns)
    run.pending = []
    _tell(run)


def _withdrawn(run: _Run, at: int, document: Document) -> None:
    run.reports[at] = FileReport(document.shown, "rejected", reason="was withdrawn before it was taken in")
    run.bytes += document.size


def _encode(run: _Run, texts: Sequence[str]) -> list[bytes]:
    """The texts' vectors as float16 bytes, encoded shortest first so that batches pad little."""
    encoder = run.encoder()
    encoded: list[bytes] = [b""] * len(texts)
    turns_each = sum(len(one.transcript.turns) for one in run.pending) / len(texts)
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    for start in range(0, len(order), _STEP):
        some = order[start : start + _STEP]
        vectors = encoder.encode_documents([texts[at] for at in some]).astype(np.float16)
        for at, vector in zip(some, vectors, strict=True):
            encoded[at] = vector.tobytes()
        run.turns += turns_each * len(some)
        _tell(run)
    return encoded


def _tell(run: _Run) -> None:
    run.on_progress(Progress(len(run.reports), run.all_files, run.bytes, run.all_bytes, run.turns))
