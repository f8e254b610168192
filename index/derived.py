"""The two indexes made from the library, kept level with it: FAISS by meaning, tantivy by words.

Both can be thrown away at any time. The manifest beside the vectors is written last and names the files it means, so
that a file half written is never read.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

import numpy as np

from index.lexicon import Lexicon, TurnWords
from index.store.database import LOCK_TIMEOUT_S
from index.store.library import Library
from index.store.records import TurnRow
from index.store.schema import STRIDE
from index.vectors import VectorIndex
from rag.errors import LibraryFullError, LibraryMismatchError
from rag.words import content_words

_VECTORS, _WORDS, _MANIFEST = "vectors", "words", "manifest.json"
_AT_ONCE = 200  # transcripts read from the database in one go


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the vectors on disk were made from.

    Attributes:
        stem: Name of the files, without their endings.
        generation: Of the library.
        settings: Encoder and passage settings.
        dimension, count: Of the vectors.
    """

    stem: str
    generation: int
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
        self.vectors, self._generation = self._loaded(dimension)
        self._saved = self._generation
        self.lexicon = Lexicon(library.home / _WORDS, lock_timeout_s=lock_timeout_s)

    def catch_up(self) -> None:
        """Bring both indexes to the library's generation; costs what changed."""
        with self._lock:
            newest = self._library.generation()
            if self._generation < newest:
                self._catch_up_vectors()
            while (since := self.lexicon.generation()) < newest:
                self._catch_up_words(since)

    def save(self) -> None:
        """Write the vectors to disk, if they changed since they were read or written."""
        with self._lock:
            if self._saved == self._generation:
                return
            try:
                self._write()
            except (OSError, RuntimeError) as error:
                raise LibraryFullError(
                    f"{self._folder} cannot be written ({error}); free some space (nothing is lost)"
                ) from error
            self._saved = self._generation

    def _write(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        stem = f"{self._generation}-{os.getpid()}"
        self.vectors.save(self._folder, stem)
        manifest = Manifest(stem, self._generation, self._library.settings, self.vectors.dimension, len(self.vectors))
        fresh = self._folder / f"{stem}.json"
        fresh.write_text(json.dumps(asdict(manifest)), encoding="utf-8")
        fresh.replace(self._folder / _MANIFEST)
        for old in self._folder.iterdir():
            if old.name != _MANIFEST and old.stem != stem:
                old.unlink(missing_ok=True)

    def _loaded(self, dimension: int) -> tuple[VectorIndex, int]:
        """The vectors on disk if they are of this library and encoder, else none at generation 0."""
        newest = self._library.generation()
        try:
            found = Manifest(**json.loads((self._folder / _MANIFEST).read_text(encoding="utf-8")))
            if found.settings == self._library.settings and found.generation <= newest:
                vectors = VectorIndex.load(self._folder, found.stem)
                if vectors.dimension == dimension and len(vectors) == found.count:
                    return vectors, found.generation
        except Exception:  # noqa: S110 - derived: whatever is wrong with it, it is made again from the library
            pass
        return VectorIndex(dimension), 0

    def _catch_up_vectors(self) -> None:
        changes = self._library.changes(self._generation)
        gone = {change.ordinal for change in changes if change.kind == "removed"}
        # What an interrupted attempt added is there already; ordinals only ever grow.
        there = int(self.vectors.ids[-1]) // STRIDE if len(self.vectors) else 0
        come = sorted({c.ordinal for c in changes if c.kind == "added" and c.ordinal > there} - gone)
        self.vectors.remove(np.isin(self.vectors.ids // STRIDE, list(gone)))
        for at in range(0, len(come), _AT_ONCE):
            rows = self._library.passage_rows(come[at : at + _AT_ONCE])
            if not rows:
                continue
            vectors = np.frombuffer(b"".join(row.vector for row in rows), dtype=np.float16).reshape(len(rows), -1)
            if vectors.shape[1] != self.vectors.dimension:
                raise LibraryMismatchError(
                    f"the library holds vectors of length {vectors.shape[1]}, the encoder makes"
                    f" {self.vectors.dimension}; set TRANSCITE_ENCODER back, or run `transcite reindex`"
                )
            self.vectors.add(
                np.array([row.passage_id for row in rows], dtype=np.int64),
                np.array([row.anchor for row in rows], dtype=np.int64),
                vectors.astype(np.float32),
            )
        self._generation = changes[-1].generation

    def _catch_up_words(self, since: int) -> None:
        changes = self._library.changes(since)
        touched = sorted({change.ordinal for change in changes})
        self.lexicon.update(
            since=since,
            generation=changes[-1].generation,
            gone=touched,
            come=((ordinal, _turn_words(self._library.turn_rows([ordinal]))) for ordinal in touched),
        )


def discard(home: Path) -> None:
    """Throw both indexes away; they are made again from the library when next needed."""
    for name in (_VECTORS, _WORDS):
        shutil.rmtree(home / name, ignore_errors=True)


def _turn_words(rows: list[TurnRow]) -> Iterator[TurnWords]:
    """Each turn's words with its speaker's name, alone and with the turns before and after."""
    spoken = [content_words(f"{row.speaker or ''} {row.text}") for row in rows]
    for at, row in enumerate(rows):
        window = [word for beside in spoken[max(at - 1, 0) : at + 2] for word in beside]
        yield TurnWords(row.turn_id, spoken[at], window)
