"""One question against the vectors: how near turns are to it, alone and in windows."""

from __future__ import annotations

import numpy as np

from index.encoder import Vectors
from index.store.records import Scope
from index.store.schema import STRIDE
from index.vectors import Ids, Mask, VectorIndex

Nearness = dict[int, tuple[float, float, float]]
"""By turn id: cosine of the nearest passage of the turn, and of the nearest narrow and wide window around one."""

NOWHERE = (0.0, 0.0, 0.0)
_FURTHEST = (-1.0, -1.0, -1.0)


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
        self._allowed = mask(vectors.anchors, scope)

    def nearest(self, limit: int) -> Nearness:
        """The turns of the `limit` nearest passages and of the passages beside them."""
        rows = self._vectors.nearest(self._query, limit, self._allowed)
        beside = np.unique(np.concatenate([rows - 1, rows, rows + 1]))
        beside = beside[(beside >= 0) & (beside < len(self._vectors))]
        return self._near(beside if self._allowed is None else beside[self._allowed[beside]])

    def of(self, turn_ids: list[int]) -> Nearness:
        """Those of these turns that have a passage."""
        anchors = self._vectors.anchors
        wanted = np.array(turn_ids, dtype=np.int64)
        first, last = np.searchsorted(anchors, wanted, "left"), np.searchsorted(anchors, wanted, "right")
        rows = [np.arange(low, high) for low, high in zip(first, last, strict=True) if low < high]
        return self._near(np.concatenate(rows)) if rows else {}

    def _near(self, rows: Ids) -> Nearness:
        return near(self._vectors, self._query, rows)


def near(vectors: VectorIndex, query: Vectors, rows: Ids) -> Nearness:
    """How near the turns are that these rows stand for; `query` has shape (1, dimension)."""
    if len(rows) == 0:
        return {}
    scores = vectors.scores(query, rows).tolist()
    found: Nearness = {}
    for anchor, alone, narrow, wide in zip(vectors.anchors[rows].tolist(), *scores, strict=True):
        known = found.get(anchor, _FURTHEST)
        found[anchor] = (max(known[0], alone), max(known[1], narrow), max(known[2], wide))
    return found


def mask(anchors: Ids, scope: Scope) -> Mask | None:
    """One flag a row: whether the turn it stands for may be found. None for all."""
    if scope.everything:
        return None
    allowed = np.ones(len(anchors), dtype=np.bool_)
    if scope.ordinals is not None:
        allowed &= np.isin(anchors // STRIDE, np.array(scope.ordinals, dtype=np.int64))
    if scope.only is not None:
        allowed &= np.isin(anchors, np.array(scope.only, dtype=np.int64))
    if scope.never:
        allowed &= ~np.isin(anchors, np.array(scope.never, dtype=np.int64))
    return allowed
