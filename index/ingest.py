"""Files into the library: read, cut, encode, store; one transcript a transaction, one bad file in nobody's way."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from index import files
from index.encoder import Encoder
from index.store.library import Library
from index.store.records import Encoded, Origin, Outcome
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


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file; `reason` and `line` say why it was rejected."""

    path: str
    outcome: Outcome
    transcript_id: str | None = None
    turns: int = 0
    reason: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of all files, in the order they were found."""

    files: tuple[FileReport, ...]

    def count(self, outcome: Outcome) -> int:
        """How many files had this outcome."""
        return Counter(one.outcome for one in self.files)[outcome]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest is: files and bytes of files dealt with, and turns encoded so far."""

    files: int
    all_files: int
    bytes: int
    all_bytes: int
    turns: float


@dataclass(slots=True)
class _Pending:
    """A transcript waiting to be encoded with others."""

    at: int  # place in the report
    path: Path
    size: int
    origin: Origin
    transcript: Transcript
    passages: tuple[Passage, ...]


class Ingest:
    """Reads transcripts into one library.

    Args:
        library: Where to.
        encoder: Called when the first passage has to be encoded, not before: an encoder takes seconds to load.
        max_bytes: Files longer than this are rejected.
    """

    def __init__(self, library: Library, encoder: Callable[[], Encoder], *, max_bytes: int = files.MAX_BYTES) -> None:
        self._library = library
        self._encoder = encoder
        self._max_bytes = max_bytes

    def run(
        self,
        paths: Sequence[Path],
        *,
        collection: str = "default",
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> Report:
        """Read every transcript under `paths`.

        Args:
            paths: Files and folders.
            collection: Which collection they belong to.
            on_progress: Called after every file and every hundred-odd passages.

        Returns:
            What became of every file. Each transcript is there wholly as soon as its turn came, whatever happens later.

        Raises:
            LibraryError: The library cannot be written (locked, full); what was finished before is kept.
            EncoderError: The encoder cannot be loaded.
        """
        self._library.check()
        found = list(files.find(paths))
        run = _Run(self._library, self._encoder, collection, on_progress, len(found), sum(one.size for one in found))
        for at, file in enumerate(found):
            try:
                _take(run, at, file, files.read(file, max_bytes=self._max_bytes))
            except ReadError as error:
                run.reports[at] = FileReport(files.shown(file.path), "rejected", reason=error.reason, line=error.line)
                run.bytes += file.size
            if sum(len(one.passages) for one in run.pending) >= _TOGETHER:
                _flush(run)
            _tell(run)
        _flush(run)
        return Report(tuple(run.reports[at] for at in sorted(run.reports)))


@dataclass(slots=True)
class _Run:
    """One ingest under way."""

    library: Library
    encoder: Callable[[], Encoder]
    collection: str
    on_progress: Callable[[Progress], None]
    all_files: int
    all_bytes: int
    reports: dict[int, FileReport] = field(default_factory=dict)
    pending: list[_Pending] = field(default_factory=list)
    bytes: int = 0
    turns: float = 0.0


def origin_of(path: Path, data: bytes, collection: str) -> Origin:
    """Who a file is: where it lies, and what is in it as today's rules read it."""
    digest = hashlib.sha256(RULES_VERSION.encode() + b"\0" + data).hexdigest()
    return Origin(collection, str(path.resolve()), digest)


def _take(run: _Run, at: int, file: files.Found, data: bytes) -> None:
    """Settle a file that is known already; put any other among the pending."""
    origin = origin_of(file.path, data, run.collection)
    if any(one.origin.content_hash == origin.content_hash for one in run.pending):
        _flush(run)  # the same content is on its way in; with it there, this one is a duplicate
    if _settled(run, at, file, origin):
        return
    transcript = read_transcript(data, file.path.name)
    cut = passages(transcript.turns)
    if max(len(transcript.turns), len(cut)) >= STRIDE:
        raise ReadError(f"{len(transcript.turns):,} turns are more than the {STRIDE - 1:,} allowed; split it")
    run.pending.append(_Pending(at, file.path, file.size, origin, transcript, cut))


def _settled(run: _Run, at: int, file: files.Found, origin: Origin) -> bool:
    """Whether the content is in the library already; then it is reported."""
    if run.library.outcome(origin) not in {"unchanged", "duplicate"}:
        return False
    try:
        outcome, transcript_id = run.library.link(origin)
        if any(one.origin.transcript_id == transcript_id for one in run.pending):
            _flush(run)  # a new version takes that id; the content it had goes on under this file's
            _, transcript_id = run.library.link(origin)
    except KeyError:  # taken away by another process since
        return False
    known = run.library.size(transcript_id)
    run.reports[at] = FileReport(files.shown(file.path), outcome, transcript_id, known[1] if known else 0)
    run.bytes += file.size
    return True


def _flush(run: _Run) -> None:
    """Encode what is pending, together, and store it, one by one."""
    if not run.pending:
        return
    vectors = _encode(run, [passage.text for one in run.pending for passage in one.passages])
    for one in run.pending:
        own, vectors = vectors[: len(one.passages)], vectors[len(one.passages) :]
        outcome, transcript_id = run.library.put(one.origin, Encoded(one.transcript, one.passages, tuple(own)))
        run.reports[one.at] = FileReport(files.shown(one.path), outcome, transcript_id, len(one.transcript.turns))
        run.bytes += one.size
    run.turns = round(run.turns)
    run.pending = []
    _tell(run)


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
