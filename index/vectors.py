"""Passages by meaning: exact inner products over unit vectors. The only module that imports FAISS.

Rows are kept in order of passage id, so the passages before and after one are its neighbours in the matrix, and the
vector of a window is arithmetic: the passage and, with falling weights, its neighbours. Nothing is encoded twice.
"""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from index.encoder import Vectors

Ids = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float32]

# Weights of the neighbours in a window, the nearest first: docs/experiments.md.
NARROW, WIDE = (0.5,), (1.0, 0.7, 0.4)


class VectorIndex:
    """A matrix of passage vectors with, per row, the passage's id and the id of the turn it stands for.

    Args:
        dimension: Length of the vectors.
    """

    def __init__(self, dimension: int) -> None:
        self._index = faiss.IndexFlat(dimension, faiss.METRIC_INNER_PRODUCT)
        self._mapped = False
        self.ids: Ids = np.empty(0, dtype=np.int64)
        self.anchors: Ids = np.empty(0, dtype=np.int64)

    @classmethod
    def load(cls, folder: Path, stem: str) -> VectorIndex:
        """Read what `save` wrote.

        Raises:
            OSError, RuntimeError, ValueError: It is not there, or not whole.
        """
        with (folder / f"{stem}.npy").open("rb") as file:
            rows = np.lib.format.read_array(file, allow_pickle=False)
        # Mapped, not read: the processes that serve one library share the memory.
        found = faiss.read_index(str(folder / f"{stem}.faiss"), faiss.IO_FLAG_MMAP_IFC)
        if not isinstance(found, faiss.IndexFlat) or rows.shape != (2, found.ntotal):
            raise ValueError(f"{stem}: {rows.shape} ids for {found.ntotal} vectors")
        loaded = cls(found.d)
        loaded._index, loaded._mapped = found, True
        loaded.ids, loaded.anchors = np.ascontiguousarray(rows[0]), np.ascontiguousarray(rows[1])
        return loaded

    def save(self, folder: Path, stem: str) -> None:
        """Write the rows to two files; whole only once both are there."""
        faiss.write_index(self._index, str(folder / f"{stem}.faiss"))
        np.save(folder / f"{stem}.npy", np.stack([self.ids, self.anchors]))

    def copy(self) -> VectorIndex:
        """The same rows, to be changed while the others are searched."""
        other = VectorIndex(self.dimension)
        if len(self):
            other._index.add(self._matrix())
        other.ids, other.anchors = self.ids, self.anchors
        return other

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._index.d)

    def add(self, ids: Ids, anchors: Ids, vectors: Vectors) -> None:
        """Append rows; `ids` ascend and are higher than all that are there."""
        if len(ids) == 0:
            return
        self._own()
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        self.ids = np.concatenate([self.ids, ids])
        self.anchors = np.concatenate([self.anchors, anchors])

    def remove(self, gone: Mask) -> None:
        """Drop the rows where `gone` (one flag a row) is true."""
        if not gone.any():
            return
        self._own()
        self._index.remove_ids(_selector(gone))
        self.ids, self.anchors = self.ids[~gone], self.anchors[~gone]

    def nearest(self, query: Vectors, limit: int, allowed: Mask | None = None) -> Ids:
        """Rows with the highest inner products to `query` (shape (1, dimension)), best first.

        Args:
            query: The question's vector.
            limit: At most this many.
            allowed: One flag a row; rows where it is false do not take part. None for all.
        """
        limit = min(limit, len(self) if allowed is None else int(allowed.sum()))
        if limit == 0:
            return np.empty(0, dtype=np.int64)
        if allowed is None:
            _, rows = self._index.search(query, limit)
        else:
            _, rows = self._index.search(query, limit, params=_only(allowed))
        return np.asarray(rows[0], dtype=np.int64)

    def scores(self, query: Vectors, rows: Ids) -> Scores:
        """How near passages, and the windows around them, are to `query`.

        Args:
            query: The question's vector, shape (1, dimension).
            rows: Which rows.

        Returns:
            Cosines of the passages alone, in narrow and in wide windows: shape (3, n) for n rows. Neighbours are of the
            same transcript.
        """
        matrix = self._matrix()
        alone = matrix[rows]
        narrow, wide = alone.copy(), alone.copy()
        for distance in range(1, len(WIDE) + 1):
            for step in (-distance, distance):
                there = np.clip(rows + step, 0, len(self) - 1)
                adjacent = (there == rows + step) & (self.ids[there] == self.ids[rows] + step)
                beside = matrix[there] * adjacent[:, None]
                wide += np.float32(WIDE[distance - 1]) * beside
                if distance <= len(NARROW):
                    narrow += np.float32(NARROW[distance - 1]) * beside
        found = np.stack([alone @ query[0], narrow @ query[0], wide @ query[0]])
        lengths = np.sqrt(np.stack([np.einsum("ij,ij->i", one, one) for one in (narrow, wide)]))
        found[1:] /= np.maximum(lengths, 1e-12)
        return np.asarray(found, dtype=np.float32)

    def _own(self) -> None:
        """Take what is mapped into memory: FAISS ends the process of who changes it where it lies."""
        if self._mapped:
            self._index, self._mapped = self.copy()._index, False

    def _matrix(self) -> Vectors:
        """The vectors where FAISS keeps them, without a copy."""
        flat = faiss.rev_swig_ptr(self._index.get_xb(), len(self) * self.dimension)
        return np.asarray(flat.reshape(len(self), self.dimension))


# FAISS's Python wrappers take keyword arguments and arrays that its type stubs do not know of.
def _only(flags: Mask) -> faiss.SearchParameters:
    return faiss.SearchParameters(sel=_selector(flags))  # type: ignore[call-arg]


def _selector(flags: Mask) -> faiss.IDSelectorBitmap:
    return faiss.IDSelectorBitmap(np.packbits(flags, bitorder="little"))  # type: ignore[call-arg, arg-type]
