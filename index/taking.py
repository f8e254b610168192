"""What becomes of one file after another in an ingest: known already, or waiting to be encoded with others; stored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from index.documents import Document
from index.encoder import Encoder
from index.encoding import encoded
from index.reports import FileReport, Progress, Report
from index.reusing import known_vectors
from index.store.library import Library
from index.store.records import Embedding, Encoded, Origin, Outline, WithdrawnError
from index.store.schema import STRIDE
from rag.errors import ReadError
from rag.formats import read_transcript
from rag.formats.version import RULES_VERSION
from rag.passages import passages
from rag.values import Passage, Transcript


@dataclass(slots=True)
class Pending:
    """A transcript waiting to be encoded with others."""

    at: int  # place in the report
    document: Document
    origin: Origin
    transcript: Transcript
    passages: tuple[Passage, ...]


@dataclass(slots=True)
class Run:
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
    pending: list[Pending] = field(default_factory=list)
    bytes: int = 0
    turns: float = 0.0
    stored: bool = False

    def settle(self, at: int, document: Document, report: FileReport) -> None:
        """Write down what became of a file."""
        self.reports[at] = report
        self.bytes += document.size

    def withdraw(self, at: int, document: Document) -> None:
        """Write down that a file is not wanted any more."""
        reason = "was withdrawn before it was taken in"
        self.settle(at, document, FileReport(document.shown, "rejected", reason=reason))

    def tell(self) -> None:
        """Tell how far it is."""
        self.on_progress(Progress(len(self.reports), self.all_files, self.bytes, self.all_bytes, self.turns))

    def report(self) -> Report:
        """What became of all files, once none is pending."""
        found = (replace(self.reports[at], read_as=self.read_as.get(at)) for at in sorted(self.reports))
        return Report(tuple(found))


def take(run: Run, at: int, document: Document, data: bytes) -> None:
    """Settle content that is known already; put any other among the pending.

    Raises:
        ReadError: It cannot be read as a transcript.
        WithdrawnError: Its job does not want it any more.
    """
    rules = RULES_VERSION if run.as_format is None else f"{RULES_VERSION} as {run.as_format}"
    digest = hashlib.sha256(rules.encode() + b"\0" + data).hexdigest()
    origin = Origin(run.collection, document.source, digest)
    if any(one.origin.content_hash == origin.content_hash for one in run.pending):
        flush(run)  # the same content is on its way in; with it there, this one is a duplicate
    if _settled(run, at, document, origin):
        return
    transcript = replace(read_transcript(data, document.name, as_format=run.as_format), **document.facts)
    cut = passages(transcript.turns)
    if max(len(transcript.turns), len(cut)) >= STRIDE:
        raise ReadError(f"{len(transcript.turns):,} turns are more than the {STRIDE - 1:,} allowed; split it")
    run.pending.append(Pending(at, document, origin, transcript, cut))
    run.read_as[at] = Outline.of(transcript)


def _settled(run: Run, at: int, document: Document, origin: Origin) -> bool:
    """Whether the content is in the library already; then it is reported."""
    if run.library.outcome(origin) not in {"unchanged", "duplicate"}:
        return False
    try:
        outcome, transcript_id = run.library.link(origin, receipt=document.receipt)
        if any(one.origin.transcript_id == transcript_id for one in run.pending):
            flush(run)  # a new version takes that id; the content it had goes on under this file's
            _, transcript_id = run.library.link(origin)
            if document.receipt is not None:
                run.library.jobs.moved(document.receipt, transcript_id)
    except KeyError:  # taken away by another process since
        return False
    known = run.library.size(transcript_id)
    run.read_as[at] = run.library.outline(transcript_id)
    run.settle(at, document, FileReport(document.shown, outcome, transcript_id, known[1] if known else 0))
    return True


def flush(run: Run) -> None:
    """Encode what is pending, together, and store it, one by one.

    Raises:
        LibraryError: The library cannot be written; what was stored before is kept.
        EncoderError: The encoder cannot be loaded.
    """
    if not run.pending:
        return
    vectors = _vectors(run)
    for one in run.pending:
        own, vectors = vectors[: len(one.passages)], vectors[len(one.passages) :]
        try:
            outcome, transcript_id = run.library.put(
                one.origin, Encoded(one.transcript, one.passages, tuple(own)), receipt=one.document.receipt
            )
        except WithdrawnError:
            run.withdraw(one.at, one.document)
            continue
        run.stored = True
        turns = len(one.transcript.turns)
        run.settle(one.at, one.document, FileReport(one.document.shown, outcome, transcript_id, turns))
    run.turns = round(run.turns)
    run.pending = []
    run.tell()


def _vectors(run: Run) -> list[Embedding]:
    """What is made of all that is pending; of text that an earlier version had it is taken from there."""
    cut = [passage for one in run.pending for passage in one.passages]
    turns_each = sum(len(one.transcript.turns) for one in run.pending) / len(cut)
    known = {text: made for one in run.pending for text, made in known_vectors(run.library, one.origin).items()}

    def told(passages: int) -> None:
        run.turns += turns_each * passages
        run.tell()

    return encoded(cut, run.encoder, known=known, on_progress=told)
