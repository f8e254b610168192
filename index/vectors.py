"""Passages by meaning: inner products over unit vectors, in a large part that stays and a small one that changes.

What came since the large part was made is in the small one; what went since is only marked in the large one. So a
change costs what changed, and whoever searches goes on with the state taken before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from index.encoder import Vectors
from index.segment import Mask, Rows, Segment
from index.spans import between, looked_up, of_ordinals
from index.windows import STEPS, Halves, Ids, Scores, mixed, products

_CHANGES = ".changes.npz"
_LOOSE = 50_000  # rows that came or went, and
_LOOSE_SHARE = 10  # one in so many, beyond which all are put into one part again


class VectorIndex:
    """A matrix of passage vectors with, per row, the passage's id and the id of the turn it stands for.

    Args:
        dimension: Length of the vectors.
        base: The rows that stay.
    """

    def __init__(self, dimension: int, base: Segment | None = None) -> None:
        self._base = base or Segment(dimension)
        self._fresh = Segment(dimension)
        self._gone: Mask | None = None  # one flag a row of the base
        self._removed: frozenset[int] = frozenset()  # ordinals that went since the base was made

    @classmethod
    def load(cls, folder: Path, base: str, changes: str) -> VectorIndex:
        """Read what `save` wrote: the base of one name, the changes to it of another.

        Raises:
            OSError, RuntimeError, ValueError, KeyError: They are not there, or not whole.
        """
        kept = Segment.load(folder, base)
        loaded = cls(kept.dimension, kept)
        with np.load(folder / f"{changes}{_CHANGES}", allow_pickle=False) as found:
            fresh = Rows.of(found["ids"], found["anchors"], found["vectors"])
            loaded.remove(found["removed"].tolist())
        loaded._fresh = Segment(kept.dimension, [fresh])
        return loaded

    def save(self, folder: Path, changes: str) -> list[str]:
        """Write down what changed since the base was made, into a file whose name is given back."""
        name = f"{changes}{_CHANGES}"
        fresh, removed = self._fresh, np.array(sorted(self._removed), dtype=np.int64)
        np.savez(folder / name, ids=fresh.ids, anchors=fresh.anchors, vectors=fresh.halves(), removed=removed)
        return [name]

    def copy(self) -> VectorIndex:
        """The same rows, to be changed while the others are searched; costs nothing."""
        other = VectorIndex(self.dimension, self._base)
        other._fresh, other._gone, other._removed = self._fresh, self._gone, self._removed
        return other

    def __len__(self) -> int:
        return self.held - (0 if self._gone is None else int(np.count_nonzero(self._gone)))

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return self._base.dimension

    @property
    def ids(self) -> Ids:
        """Ids of the passages, ascending."""
        return np.concatenate([one.ids for one in self._rows()])

    @property
    def anchors(self) -> Ids:
        """Ids of the turns that the passages stand for, in the same order."""
        return np.concatenate([one.anchors for one in self._rows()])

    def matrix(self) -> Halves:
        """The vectors, in the same order."""
        return np.concatenate([one.vectors for one in self._rows()])

    def add(self, rows: Iterable[Rows]) -> None:
        """Append passages of whole transcripts; their ids ascend and are higher than all that are there."""
        self._fresh = Segment(self.dimension, [*self._fresh.rows(), *rows])

    def remove(self, ordinals: Iterable[int]) -> None:
        """Drop the passages of these versions of transcripts."""
        going = sorted(set(ordinals))
        base, fresh = of_ordinals(self._base.ids, going), of_ordinals(self._fresh.ids, going)
        if len(base):
            self._gone = np.zeros(len(self._base), dtype=np.bool_) if self._gone is None else self._gone.copy()
            self._gone[base] = True
        if len(fresh):
            gone = np.zeros(len(self._fresh), dtype=np.bool_)
            gone[fresh] = True
            self._fresh = Segment(self.dimension, self._fresh.rows(gone))
        self._removed |= frozenset(going)

    @property
    def base(self) -> Segment:
        """The part that stays."""
        return self._base

    @property
    def is_loose(self) -> bool:
        """Whether so much came and went that the parts are better put into one."""
        changed = len(self._fresh) + (0 if self._gone is None else int(np.count_nonzero(self._gone)))
        return changed > min(len(self._base) // _LOOSE_SHARE, _LOOSE)

    def joined(self) -> Segment:
        """All rows in one part."""
        return Segment(self.dimension, self._rows()) if len(self._base) else self._fresh

    def moved(self, base: Segment, since: VectorIndex) -> VectorIndex:
        """The same rows over another base, which holds all rows of `since`: a state before, over the base of now."""
        other = VectorIndex(self.dimension, base)
        known = int(since._fresh.ids[-1]) if len(since._fresh) else -1
        other.add(self._fresh.rows(gone=self._fresh.ids <= known))
        other.remove(self._removed - since._removed)
        return other

    def nearest(self, query: Vectors, limit: int, allowed: Mask | None = None) -> Ids:
        """Rows with the highest inner products to `query` (shape (1, dimension)), best first.

        Args:
            query: The question's vector.
            limit: At most this many.
            allowed: One flag a row; rows where it is false do not take part. None for all.
        """
        border = len(self._base)
        early, late = (None, None) if allowed is None else (allowed[:border], allowed[border:])
        base, scores = self._base.nearest(query, limit, early, self._gone)
        fresh, others = self._fresh.nearest(query, limit, late, None)
        best = np.argsort(-np.concatenate([scores, others]), kind="stable")[:limit]
        return np.concatenate([base, fresh + border])[best]

    def standing_for(self, turns: Ids, after: Ids) -> Ids:
        """Rows of the passages that stand for turns, by ranges of turn ids.

        Args:
            turns: First id of each range; ranges ascend and do not overlap.
            after: The id after the last of each.
        """
        base, fresh = between(self._base.anchors, turns, after), between(self._fresh.anchors, turns, after)
        return np.concatenate([base if self._gone is None else base[~self._gone[base]], fresh + len(self._base)])

    def beside(self, rows: Ids) -> Ids:
        """These rows and the ones before and after them, each once, in order; of other transcripts, too."""
        found = np.unique(np.concatenate([rows - 1, rows, rows + 1]))
        found = found[(found >= 0) & (found < self.held)]
        if self._gone is None:
            return found
        border = int(np.searchsorted(found, len(self._base)))
        return np.concatenate([found[:border][~self._gone[found[:border]]], found[border:]])

    @property
    def held(self) -> int:
        """How many rows there are, those that went included: as many flags has a mask."""
        return len(self._base) + len(self._fresh)

    def turns(self, rows: Ids) -> Ids:
        """Ids of the turns that rows stand for."""
        return looked_up(self._base.anchors, self._fresh.anchors, rows)

    def scores(self, query: Vectors, rows: Ids) -> Scores:
        """How near passages, and the windows around them, are to `query`.

        Args:
            query: The question's vector, shape (1, dimension).
            rows: Which rows.

        Returns:
            Cosines of the passages alone, in narrow and in wide windows: shape (3, n) for n rows. Neighbours are of the
            same transcript.
        """
        there = rows[:, None] + STEPS
        inside = (there >= 0) & (there < self.held)
        there[~inside] = 0
        ids = looked_up(self._base.ids, self._fresh.ids, there)
        inside &= ids - STEPS == ids[:, [len(STEPS) // 2]]
        needed, places = np.unique(there[inside], return_inverse=True)
        border = int(np.searchsorted(needed, len(self._base)))
        found = [
            products(self._base.halves(), needed[:border], query[0]),
            products(self._fresh.halves(), needed[border:] - len(self._base), query[0]),
        ]
        around = np.zeros(there.shape, dtype=np.float32)
        around[inside] = np.concatenate(found)[places]
        base, fresh = self._base.lengths, self._fresh.lengths
        return mixed(around, np.stack([looked_up(base[one], fresh[one], rows) for one in (0, 1)]))

    def _rows(self) -> Iterator[Rows]:
        yield from self._base.rows(self._gone)
        yield from self._fresh.rows()
