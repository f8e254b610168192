"""A library's indexes where several servers share one engine: vectors there, words in each server's own folder.

Every server may write what changed into the engine, one at a time: the library says whose turn it is. Should two write
at once after all (one was taken for dead), what they put is the same, and what either removes stays removed: versions
of transcripts never come back, and no turn is told that the library does not hold.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import time
from threading import Lock

import numpy as np

from index.encoder import Vectors
from index.engine import Engine, Standing
from index.remote_meaning import RemoteMeaning
from index.store.database import LOCK_TIMEOUT_S
from index.store.library import Library
from index.store.records import Change, PassageRow, Point, Scope
from index.worded import Words
from rag.errors import EngineError, LibraryMismatchError

_AT_ONCE = 200  # transcripts read from the library in one go
_TURN_S = 120.0  # how long a writer that says nothing keeps its turn
_PATIENCE_S, _LOOK_S = 1.0, 0.1  # how long a search waits for another writer, and how often it looks
_FIRST_S = 600.0  # the same where nothing can be searched before
_BUSY_S = 10.0  # for how long a writer that kept a search waiting is not waited for again


class Remote:
    """Both indexes of one library, the vectors in an engine.

    Args:
        library: The truth.
        engine: Where the vectors are.
        dimension: Length of the encoder's vectors.
        lock_timeout_s: How long to wait for another process that writes the word index.
    """

    def __init__(
        self, library: Library, engine: Engine, *, dimension: int, lock_timeout_s: float = LOCK_TIMEOUT_S
    ) -> None:
        self._library, self._engine, self._dimension = library, engine, dimension
        self._name = name(library)
        self._worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}".replace(" ", "-")
        self._words = Words(library, lock_timeout_s=lock_timeout_s)
        self.lexicon = self._words.lexicon
        self._wording, self._writing = Lock(), Lock()
        self._standing: Standing | None = None
        self._impatient_until = 0.0
        self.count = 0

    def catch_up(self, *, patience_s: float | None = None) -> None:
        """Bring both indexes to the library's present; costs what changed.

        Where another server is writing much into the engine just now, it is not waited for: what is new is found a
        little later; what is gone is not told, whoever proposes it.

        Args:
            patience_s: How long to wait for another that writes, where there is something to search; None for a second.

        Raises:
            EngineError: The engine cannot be reached, or holds nothing of the library yet.
            LibraryMismatchError: The vectors have another length than the encoder's.
        """
        newest = self._library.newest()
        with self._wording:
            self._words.catch_up(newest)
        held = self._standing
        if held is not None and held.point == newest:
            return
        # Another thread of this process may be writing: searches go on with what there is.
        patience = _PATIENCE_S if patience_s is None else patience_s
        if not self._writing.acquire(timeout=_FIRST_S if held is None else patience):
            if self._standing is None:
                raise EngineError("the search engine is being filled; try again in a few minutes")
            return
        try:
            self._level(newest, patience)
        finally:
            self._writing.release()

    def meaning(self, query: Vectors, scope: Scope) -> RemoteMeaning:
        """A question's vector, shape (1, dimension), against the vectors as they are now."""
        return RemoteMeaning(self._engine, self._now, self._library.shared, query, scope)

    def save(self) -> None:
        """Tidy the words up; the engine keeps what it was given."""
        self.lexicon.tidy()

    def renew(self) -> None:
        """Make the vectors in the engine anew; what is there is searched until then."""
        with self._writing:
            while not self._library.shared.claim(self._worker, for_s=_TURN_S):
                time.sleep(_LOOK_S)
            try:
                self._standing = self._made_anew()
            finally:
                self._library.shared.release(self._worker)

    def _now(self, vanished: str | None) -> Standing | None:
        """What is searched; what has taken its place where that has vanished."""
        held = self._standing
        if held is not None and held.name == vanished:
            self._standing = None
            self.catch_up()
        return self._standing

    def _level(self, newest: Point, patience_s: float) -> None:
        began = time.monotonic()
        while True:
            found = self._engine.standing(self._name, strongly=False)
            if found is not None and self._covers(found.point, newest):
                break
            if self._library.shared.claim(self._worker, for_s=_TURN_S):
                try:
                    found = self._write(self._engine.standing(self._name, strongly=found is None))
                finally:
                    self._library.shared.release(self._worker)
                break
            usable = found is not None and self._library.knows(found.point)
            now = time.monotonic()
            if usable and (now - began > patience_s or now < self._impatient_until):
                self._impatient_until = now + _BUSY_S
                break
            if now - began > _FIRST_S:
                raise EngineError("another server is filling the search engine; try again when it has finished")
            time.sleep(_LOOK_S)
        if found is not None and found.dimension != self._dimension:
            raise self._mismatch(found.dimension)
        if found is not None and found != self._standing:
            self.count = self._engine.count(found.name, strongly=False)
        self._standing = found

    def _covers(self, point: Point, newest: Point) -> bool:
        """Whether what is level with `point` is level with `newest`, or ahead of it."""
        return point == newest or (point.generation > newest.generation and self._library.knows(point))

    def _write(self, found: Standing | None) -> Standing | None:
        """What changed, into the engine; all of it anew where that cannot be told."""
        changes = None
        if found is not None and self._library.knows(found.point):
            changes = self._library.changes(found.point.generation)
        if found is None or changes is None or any(change.kind == "reencoded" for change in changes):
            return self._made_anew()
        if not changes:
            return found
        gone, come = _gone_and_come(changes)
        self._engine.remove(found.name, gone)
        self._fill(found.name, come)
        point = changes[-1].point
        return Standing(found.name, point, self._engine.mark(found.name, point), found.dimension)

    def _made_anew(self) -> Standing:
        self._library.check()
        changes = self._library.changes(0)
        fresh = self._engine.make(self._name, self._dimension)
        self._fill(fresh, _gone_and_come(changes)[1])
        point = changes[-1].point if changes else Point()
        floor = self._engine.mark(fresh, point)
        self._engine.switch(self._name, fresh)
        return Standing(fresh, point, floor, self._dimension)

    def _fill(self, into: str, ordinals: list[int]) -> None:
        for at in range(0, len(ordinals), _AT_ONCE):
            if not self._library.shared.claim(self._worker, for_s=_TURN_S):
                raise EngineError("another server has taken over filling the search engine; try again soon")
            if rows := self._library.passage_rows(ordinals[at : at + _AT_ONCE]):
                self._engine.add(into, *self._unpacked(rows))

    def _unpacked(self, rows: list[PassageRow]) -> tuple[np.ndarray, np.ndarray, Vectors]:
        stored = np.frombuffer(b"".join(row.vector for row in rows), dtype=np.float16).reshape(len(rows), -1)
        if stored.shape[1] != self._dimension:
            raise self._mismatch(stored.shape[1])
        ids = np.array([row.passage_id for row in rows], dtype=np.int64)
        return ids, np.array([row.anchor for row in rows], dtype=np.int64), stored.astype(np.float32)

    def _mismatch(self, found: int) -> LibraryMismatchError:
        return LibraryMismatchError(
            f"the library holds vectors of length {found}, the encoder makes {self._dimension};"
            " set TRANSCITE_ENCODER back, or run `transcite reindex`"
        )


def name(library: Library) -> str:
    """What engines call a library: its identity, and a digest of the settings its vectors were made with."""
    made = "\0".join(f"{key}={value}" for key, value in sorted(library.settings.items()))
    return f"{library.shared.identity()}_{hashlib.sha256(made.encode()).hexdigest()[:8]}"


def _gone_and_come(changes: list[Change]) -> tuple[list[int], list[int]]:
    """Versions that went, and versions that came and are still there."""
    gone = {change.ordinal for change in changes if change.kind == "removed"}
    return sorted(gone), sorted({change.ordinal for change in changes if change.kind == "added"} - gone)
