"""One question against the vectors: how near turns are to it, alone and in windows."""

from __future__ import annotations

import numpy as np

from index.encoder import Vectors
from index.segment import Mask
from index.store.records import Scope
from index.store.schema import STRIDE
from index.vectors import VectorIndex
from index.windows import Ids

Nearness = dict[int, tuple[float, float, float]]
"""By turn id: cosine of the nearest passage of the turn, and of the nearest narrow and wide window around one."""

NOWHERE = (0.0, 0.0, 0.0)


class Meaning:
    """A question's vector against one state of the vectors, whatever becomes of the library meanwhile.

    Args:
        vectors: Of the passages.
        query: Of the question, shape (1, dimension).
        scope: Which turns may be found.
    """

    def __init__(self, vectors: VectorIndex, query: Vectors, scope: Scope) -> None:
        self._vectors = vectors
        self._query = query
        self._allowed = mask(vectors, scope)

    def nearest(self, limit: int) -> Nearness:
        """The turns of the `limit` nearest passages and of the passages beside them."""
        rows = self._vectors.beside(self._vectors.nearest(self._query, limit, self._allowed))
        return self.near(rows if self._allowed is None else rows[self._allowed[rows]])

    def of(self, turn_ids: list[int]) -> Nearness:
        """Those of these turns that have a passage."""
        wanted = np.unique(np.array(turn_ids, dtype=np.int64))
        return self.near(self._vectors.standing_for(wanted, wanted + 1))

    def near(self, rows: Ids) -> Nearness:
        """How near the turns of these rows are; rows in order: those of one turn lie side by side."""
        if len(rows) == 0:
            return {}
        turns, first = np.unique(self._vectors.turns(rows), return_index=True)
        best = np.maximum.reduceat(self._vectors.scores(self._query, rows), first, axis=1)
        return dict(zip(turns.tolist(), zip(*best.tolist(), strict=True), strict=True))


def mask(vectors: VectorIndex, scope: Scope) -> Mask | None:
    """One flag a row: whether the turn it stands for may be found. None for all."""
    if scope.everything:
        return None
    allowed = np.ones(vectors.held, dtype=np.bool_)
    if scope.ordinals is not None:
        first = np.array(scope.ordinals, dtype=np.int64) * STRIDE
        allowed = _flags(vectors, first, STRIDE)
    if scope.only is not None:
        allowed &= _flags(vectors, np.array(scope.only, dtype=np.int64), 1)
    if scope.never:
        allowed &= ~_flags(vectors, np.array(scope.never, dtype=np.int64), 1)
    return allowed


def _flags(vectors: VectorIndex, first: Ids, length: int) -> Mask:
    flags = np.zeros(vectors.held, dtype=np.bool_)
    flags[vectors.standing_for(first, first + length)] = True
    return flags
