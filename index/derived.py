"""The two indexes made from the library, kept level with it: FAISS by meaning, tantivy by words.

Both can be thrown away at any time. The manifest beside the vectors is written last and names the files it means, so
that a file half written is never read.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

import numpy as np

from index import worded
from index.encoder import Vectors
from index.meaning import Meaning
from index.store.database import LOCK_TIMEOUT_S
from index.store.library import Library
from index.store.records import PassageRow, Point, Scope
from index.store.schema import STRIDE
from index.vectors import VectorIndex
from index.worded import Words
from rag.errors import LibraryFullError, LibraryMismatchError

_VECTORS, _MANIFEST = "vectors", "manifest.json"
_AT_ONCE = 200  # transcripts read from the database in one go
_ORPHANED_S = 3600.0  # age at which files that no manifest names are left over from a process that died


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the vectors on disk were made from.

    Attributes:
        stem: Name of the files, without their endings.
        generation, stamp: The point of the library's history.
        settings: Encoder and passage settings.
        dimension, count: Of the vectors.
    """

    stem: str
    generation: int
    stamp: int
    settings: dict[str, str]
    dimension: int
    count: int


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
        self._folder = library.home / _VECTORS
        self._lock = Lock()
        self.vectors, self._point = self._loaded(dimension)
        self._saved = self._point
        self._words = Words(library, lock_timeout_s=lock_timeout_s)
        self.lexicon = self._words.lexicon

    def catch_up(self) -> None:
        """Bring both indexes to the library's present; costs what changed.

        `vectors` is another object afterwards when they did: who searches goes on with the one that was taken before.
        """
        with self._lock:
            newest = self._library.newest()
            if self._point != newest:
                self.vectors, self._point = self._caught_up()
            self._words.catch_up(newest)

    def meaning(self, query: Vectors, scope: Scope) -> Meaning:
        """A question's vector, shape (1, dimension), against the vectors as they are now."""
        return Meaning(self.vectors, query, scope)

    @property
    def count(self) -> int:
        """How many passages the vectors are of."""
        return len(self.vectors)

    def save(self) -> None:
        """Write the vectors to disk, if they changed since they were read or written."""
        with self._lock:
            if self._saved == self._point:
                return
            try:
                self._write()
            except (OSError, RuntimeError) as error:
                raise LibraryFullError(
                    f"{self._folder} cannot be written ({error}); free some space (nothing is lost)"
                ) from error
            self._saved = self._point

    def _write(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        point, stem = self._point, f"{self._point.generation}-{os.getpid()}"
        self.vectors.save(self._folder, stem)
        manifest = Manifest(
            stem, point.generation, point.stamp, self._library.settings, self.vectors.dimension, len(self.vectors)
        )
        fresh = self._folder / f"{stem}.json"
        fresh.write_text(json.dumps(asdict(manifest)), encoding="utf-8")
        before = self._named()
        fresh.replace(self._folder / _MANIFEST)
        for old in self._folder.iterdir():
            # Other young files may be those that another process is about to name in its manifest.
            orphaned = old.stem == before or time.time() - old.stat().st_mtime > _ORPHANED_S
            if orphaned and old.name != _MANIFEST and old.stem != stem:
                old.unlink(missing_ok=True)

    def _named(self) -> str | None:
        """The stem that the manifest on disk names."""
        try:
            return str(json.loads((self._folder / _MANIFEST).read_text(encoding="utf-8"))["stem"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _loaded(self, dimension: int) -> tuple[VectorIndex, Point]:
        """The vectors on disk if they are of this library and encoder, else none, at the beginning of its history."""
        try:
            found = Manifest(**json.loads((self._folder / _MANIFEST).read_text(encoding="utf-8")))
            point = Point(found.generation, found.stamp)
            if found.settings == self._library.settings and self._library.knows(point):
                vectors = VectorIndex.load(self._folder, found.stem)
                if vectors.dimension == dimension and len(vectors) == found.count:
                    return vectors, point
        except Exception:  # noqa: S110 - derived: whatever is wrong with it, it is made again from the library
            pass
        return VectorIndex(dimension), Point()

    def _caught_up(self) -> tuple[VectorIndex, Point]:
        """The vectors with what changed since they were made; all of them anew where that cannot be told."""
        changes = self._library.changes(self._point.generation) if self._library.knows(self._point) else None
        if changes is None or any(change.kind == "reencoded" for change in changes):
            self._library.check()
            changes, vectors = self._library.changes(0), VectorIndex(self.vectors.dimension)
        else:
            vectors = self.vectors.copy()
        gone = {change.ordinal for change in changes if change.kind == "removed"}
        come = sorted({change.ordinal for change in changes if change.kind == "added"} - gone)
        vectors.remove(np.isin(vectors.ids // STRIDE, list(gone)))
        for at in range(0, len(come), _AT_ONCE):
            self._add(vectors, self._library.passage_rows(come[at : at + _AT_ONCE]))
        return vectors, changes[-1].point if changes else Point()

    @staticmethod
    def _add(vectors: VectorIndex, rows: list[PassageRow]) -> None:
        if not rows:
            return
        stored = np.frombuffer(b"".join(row.vector for row in rows), dtype=np.float16).reshape(len(rows), -1)
        if stored.shape[1] != vectors.dimension:
            raise LibraryMismatchError(
                f"the library holds vectors of length {stored.shape[1]}, the encoder makes {vectors.dimension};"
                " set TRANSCITE_ENCODER back, or run `transcite reindex`"
            )
        ids = np.array([row.passage_id for row in rows], dtype=np.int64)
        vectors.add(ids, np.array([row.anchor for row in rows], dtype=np.int64), stored.astype(np.float32))


def is_level(library: Library) -> bool:
    """Whether both indexes on disk are where the library's history stands."""
    try:
        found = Manifest(**json.loads((library.home / _VECTORS / _MANIFEST).read_text(encoding="utf-8")))
        vectors = Point(found.generation, found.stamp)
    except (OSError, ValueError, TypeError):
        vectors = Point()
    return vectors == worded.point(library) == library.newest()


def size(home: Path) -> int:
    """How many bytes both indexes take on disk."""
    found = 0
    for path in (path for name in (_VECTORS, worded.FOLDER) for path in (home / name).glob("*")):
        with suppress(OSError):  # files come and go
            found += path.stat().st_size
    return found


def discard(home: Path) -> None:
    """Throw both indexes away; they are made again from the library when next needed."""
    for name in (_VECTORS, worded.FOLDER):
        shutil.rmtree(home / name, ignore_errors=True)
