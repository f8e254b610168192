"""The two indexes made from the library, kept level with it: FAISS by meaning, tantivy by words.

Both can be thrown away at any time: they are made again from the library, and nothing is encoded for it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Lock

import numpy as np

from index import saved, worded
from index.encoder import Vectors
from index.meaning import Meaning
from index.segment import Rows
from index.store.database import LOCK_TIMEOUT_S
from index.store.library import Library
from index.store.records import PassageRow, Point, Scope
from index.vectors import VectorIndex
from index.worded import Words
from rag.errors import LibraryFullError, LibraryMismatchError

_AT_ONCE = 200  # transcripts read from the database in one go
_LARGE = 50_000  # passages from which on a search need not wait for what changed


class Derived:
    """Both indexes of one library, in this process.

    Args:
        library: The truth.
        dimension: Length of the encoder's vectors.
        lock_timeout_s: How long to wait for another process that writes the word index.

    Raises:
        LibraryMismatchError: The stored vectors have another length.
    """

    def __init__(self, library: Library, *, dimension: int, lock_timeout_s: float = LOCK_TIMEOUT_S) -> None:
        self._library = library
        self._changing, self._saving, self._asking = Lock(), Lock(), Lock()
        self.vectors, self._point = saved.load(library, dimension)
        self._saved = self._point
        self._worded = Words(library, lock_timeout_s=lock_timeout_s)
        self.lexicon = self._worded.lexicon
        self._words: Point | None = None  # the point that the words this process reads are at; None before a look
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="catching-up")
        self._running: Future[None] | None = None

    def catch_up(self, *, patience_s: float | None = None) -> None:
        """Bring both indexes to the library's present; costs what changed.

        `vectors` is another object afterwards when they did: who searches goes on with the one that was taken before.

        Args:
            patience_s: Where there is much to search, go on after so long with what there is, while the indexes are
                brought level behind the reader's back. None to wait.
        """
        if self._library.newest() == self._point == self._words:
            return
        if patience_s is None or len(self.vectors) < _LARGE:
            self._level()
            return
        with self._asking:
            if self._running is None or self._running.done():
                self._running = self._worker.submit(self._level)
            running = self._running
        with suppress(TimeoutError):
            running.result(patience_s)

    def meaning(self, query: Vectors, scope: Scope) -> Meaning:
        """A question's vector, shape (1, dimension), against the vectors as they are now."""
        return Meaning(self.vectors, query, scope)

    @property
    def count(self) -> int:
        """How many passages the vectors are of."""
        return len(self.vectors)

    def save(self) -> None:
        """Write the vectors to disk, if they changed since they were read or written, and tidy the words up."""
        with self._saving:
            with self._changing:
                vectors, point = self.vectors, self._point
            if self._saved != point:
                try:
                    base = saved.save(self._library, vectors, point)
                except (OSError, RuntimeError) as error:
                    raise LibraryFullError(
                        f"{self._library.home / saved.FOLDER} cannot be written ({error});"
                        " free some space (nothing is lost)"
                    ) from error
                with self._changing:
                    if base is not None and self.vectors.base is vectors.base:
                        self.vectors = self.vectors.moved(base, since=vectors)
                self._saved = point
            self.lexicon.tidy()

    def _level(self) -> None:
        with self._changing:
            newest = self._library.newest()
            if self._point != newest:
                self.vectors, self._point = self._caught_up()
            self._worded.catch_up(newest)
            self._words = newest

    def _caught_up(self) -> tuple[VectorIndex, Point]:
        """The vectors with what changed since they were made; all of them anew where that cannot be told."""
        vectors, since = self._newer() if self.vectors.is_loose else (self.vectors, self._point)
        changes = self._library.changes(since.generation) if self._library.knows(since) else None
        if changes is None or any(change.kind == "reencoded" for change in changes):
            self._library.check()
            changes, vectors = self._library.changes(0), VectorIndex(self.vectors.dimension)
        else:
            vectors = vectors.copy()
        gone = {change.ordinal for change in changes if change.kind == "removed"}
        come = sorted({change.ordinal for change in changes if change.kind == "added"} - gone)
        vectors.remove(gone)
        vectors.add(self._rows(come, vectors.dimension))
        return vectors, changes[-1].point if changes else Point()

    def _newer(self) -> tuple[VectorIndex, Point]:
        """The vectors on disk, when another process put them into one part: the memory is shared with it."""
        known = saved.manifest(self._library.home)
        if known is not None and known.base != self.vectors.base.stem:
            vectors, point = saved.load(self._library, self.vectors.dimension)
            if point.generation >= self._point.generation:
                self._saved = point
                return vectors, point
        return self.vectors, self._point

    def _rows(self, ordinals: list[int], dimension: int) -> Iterator[Rows]:
        for at in range(0, len(ordinals), _AT_ONCE):
            rows = self._library.passage_rows(ordinals[at : at + _AT_ONCE])
            if rows:
                yield _read(rows, dimension)


def _read(rows: list[PassageRow], dimension: int) -> Rows:
    stored = np.frombuffer(b"".join(row.vector for row in rows), dtype=np.float16).reshape(len(rows), -1)
    if stored.shape[1] != dimension:
        raise LibraryMismatchError(
            f"the library holds vectors of length {stored.shape[1]}, the encoder makes {dimension};"
            " set TRANSCITE_ENCODER back, or run `transcite reindex`"
        )
    ids = np.array([row.passage_id for row in rows], dtype=np.int64)
    return Rows.of(ids, np.array([row.anchor for row in rows], dtype=np.int64), stored)


def is_level(library: Library) -> bool:
    """Whether both indexes on disk are where the library's history stands."""
    found = saved.manifest(library.home)
    vectors = Point() if found is None else found.point
    return vectors == worded.point(library) == library.newest()


def size(home: Path) -> int:
    """How many bytes both indexes take on disk."""
    found = 0
    for path in (path for name in (saved.FOLDER, worded.FOLDER) for path in (home / name).glob("*")):
        with suppress(OSError):  # files come and go
            found += path.stat().st_size
    return found


def discard(home: Path) -> None:
    """Throw both indexes away; they are made again from the library when next needed."""
    for name in (saved.FOLDER, worded.FOLDER):
        shutil.rmtree(home / name, ignore_errors=True)
