"""One question against the vectors in an engine: it proposes, the library's own vectors say how near.

The vectors of the proposed passages and of their neighbours are read from the library, so that windows are made and
scores worked out exactly as on one machine; the engine is asked once a question.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from index import rules
from index.encoder import Vectors
from index.engine import Engine, Found, Ids, Rule, Standing, VanishedError
from index.meaning import Meaning, Nearness
from index.segment import Rows
from index.store.records import Scope
from index.store.shared import Shared
from index.vectors import VectorIndex
from index.windows import WIDE

_MORE = 4_000  # asked for where what may not be seen is sorted out here
_REACH = len(WIDE)  # passages on either side that a window holds


class RemoteMeaning:
    """A question's vector against what an engine holds.

    Args:
        engine: That proposes.
        standing: Gives what of the library it holds now, in place of the set of that name, which has vanished.
        shared: The library's passages.
        query: The question's vector, shape (1, dimension).
        scope: Which turns may be found.
    """

    def __init__(
        self,
        engine: Engine,
        standing: Callable[[str | None], Standing | None],
        shared: Shared,
        query: Vectors,
        scope: Scope,
    ) -> None:
        self._engine = engine
        self._standing = standing
        self._shared = shared
        self._query = query
        self._scope = scope

    def nearest(self, limit: int) -> Nearness:
        """The turns of the `limit` nearest passages and of the passages beside them.

        Raises:
            EngineError: The engine cannot be reached.
        """
        standing = self._standing(None)
        if standing is None:
            return {}
        try:
            found = self._found(standing, limit)
        except VanishedError:
            again = self._standing(standing.name)
            if again is None:
                raise
            found = self._found(again, limit)
        vectors = self._read(found.ids, _REACH + 1)
        beside = np.isin(vectors.ids, _around(found.ids, 1))
        return self._near(vectors, np.flatnonzero(beside & rules.allowed(vectors.anchors, self._scope)))

    def of(self, turn_ids: list[int]) -> Nearness:
        """Those of these turns that have a passage."""
        wanted = np.array(self._shared.passages_of(turn_ids), dtype=np.int64)
        vectors = self._read(wanted, _REACH)
        return self._near(vectors, np.flatnonzero(np.isin(vectors.ids, wanted)))

    def _near(self, vectors: VectorIndex, rows: Ids) -> Nearness:
        return Meaning(vectors, self._query, Scope()).near(rows)

    def _found(self, standing: Standing, limit: int) -> Found:
        """The nearest passages in scope."""
        wider = rules.loose(self._scope)
        if wider is not None:
            found = self._engine.nearest(standing, self._query, _MORE, wider)
            flags = rules.allowed(found.anchors, self._scope)
            if flags.sum() >= limit or len(found.ids) < _MORE:
                return _best([Found(found.ids[flags], found.anchors[flags], found.scores[flags])], limit)
        return _best([self._ask(standing, limit, rule) for rule in rules.exact(self._scope)], limit)

    def _ask(self, standing: Standing, limit: int, rule: Rule) -> Found:
        return self._engine.nearest(standing, self._query, limit, rule)

    def _read(self, ids: Ids, reach: int) -> VectorIndex:
        """The vectors of these passages and of so many on either side, as the library holds them now."""
        rows = self._shared.rows(_around(ids, reach).tolist())
        vectors = VectorIndex(self._query.shape[1])
        if rows:
            stored = np.frombuffer(b"".join(row.vector for row in rows), dtype=np.float16).reshape(len(rows), -1)
            held, anchors = (np.array([getattr(row, of) for row in rows], np.int64) for of in ("passage_id", "anchor"))
            vectors.add([Rows.of(held, anchors, stored)])
        return vectors


def _around(ids: Ids, reach: int) -> Ids:
    return np.unique(ids[:, None] + np.arange(-reach, reach + 1))


def _best(found: list[Found], limit: int) -> Found:
    """The best of several lists, best first."""
    if not found:
        return Found(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
    ids, anchors = (np.concatenate([getattr(one, of) for one in found]) for of in ("ids", "anchors"))
    scores = np.concatenate([one.scores for one in found])
    order = np.lexsort((ids, -scores))[:limit]
    return Found(ids[order], anchors[order], scores[order])
