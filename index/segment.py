"""Vectors of passages that stay as they are: searched exactly, or through codes of one bit a number and then exactly.

The only module that imports FAISS. Rows are kept as the library stores them, as float16, in order of passage id: the
passages before and after one are its neighbours (`index.windows`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np
import numpy.typing as npt

from index.encoder import Vectors
from index.windows import Halves, Ids, Lengths, Scores, lengths, products

Mask = npt.NDArray[np.bool_]

COARSE_FROM = 100_000  # rows from which codes are looked through first: the exact pass takes 4 ms there, codes 2
CODED = 1000  # rows the codes propose, at most 1024: beyond, FAISS takes ten times as long
_SPARE = 4  # times as many as are asked for have to be proposed, or every row is looked at
_SAMPLE = 20_000  # rows whose mean the codes are taken around
_BLOCK = 8192  # rows worked on together: 6 MB at 384 numbers, a few ms in which no other thread runs
_EXACT, _IDS, _LENGTHS, _CODES = ".faiss", ".npy", ".lengths.npy", ".codes.faiss"


@dataclass(frozen=True, slots=True)
class Rows:
    """Passages: their ids, ascending, the ids of their turns, their unit vectors and the lengths of their windows."""

    ids: Ids
    anchors: Ids
    vectors: Halves
    lengths: Lengths

    @classmethod
    def of(cls, ids: Ids, anchors: Ids, vectors: Vectors | Halves) -> Self:
        """Passages of whole transcripts."""
        halves = np.ascontiguousarray(vectors, dtype=np.float16)
        return cls(ids, anchors, halves, lengths(ids, halves))


class Segment:
    """A matrix of vectors with, per row, the passage's id, its turn's and how long the windows around it are.

    Args:
        dimension: Length of the vectors.
        rows: What is in it, in order of id; none by default.
    """

    def __init__(self, dimension: int, rows: Iterable[Rows] = ()) -> None:
        self._exact: Any = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        self._codes: Any = None
        self.stem = ""  # of its files, once they are read
        ids, anchors, sizes = (
            [np.empty(0, dtype=np.int64)],
            [np.empty(0, dtype=np.int64)],
            [np.empty((2, 0), np.float32)],
        )
        for one in rows:
            if len(one.ids):
                self._exact.add_sa_codes(one.vectors.view(np.uint8))
                ids.append(one.ids)
                anchors.append(one.anchors)
                sizes.append(one.lengths)
        self.ids: Ids = np.concatenate(ids)
        self.anchors: Ids = np.concatenate(anchors)
        self.lengths: Lengths = np.concatenate(sizes, axis=1)

    @classmethod
    def load(cls, folder: Path, stem: str) -> Segment:
        """Map what `save` wrote: the processes that serve one library share the memory.

        Raises:
            OSError, RuntimeError, ValueError: It is not there, or not whole.
        """
        places = np.load(folder / f"{stem}{_IDS}", mmap_mode="r", allow_pickle=False)
        sizes = np.load(folder / f"{stem}{_LENGTHS}", mmap_mode="r", allow_pickle=False)
        found = faiss.read_index(str(folder / f"{stem}{_EXACT}"), faiss.IO_FLAG_MMAP_IFC)
        if not isinstance(found, faiss.IndexScalarQuantizer) or {places.shape, sizes.shape} != {(2, found.ntotal)}:
            raise ValueError(f"{stem}: {places.shape} ids for {found.ntotal} vectors")
        loaded = cls(found.d)
        loaded._exact, loaded.stem = found, stem
        loaded.ids, loaded.anchors, loaded.lengths = np.asarray(places[0]), np.asarray(places[1]), np.asarray(sizes)
        if len(loaded) >= COARSE_FROM:
            loaded._codes = faiss.read_index(str(folder / f"{stem}{_CODES}"))
        return loaded

    def save(self, folder: Path, stem: str) -> list[str]:
        """Write the rows down; whole only once every file is there, whose names are given back."""
        faiss.write_index(self._exact, str(folder / f"{stem}{_EXACT}"))
        np.save(folder / f"{stem}{_IDS}", np.stack([self.ids, self.anchors]))
        np.save(folder / f"{stem}{_LENGTHS}", self.lengths)
        written = [_EXACT, _IDS, _LENGTHS]
        if len(self) >= COARSE_FROM:
            faiss.write_index(self._codes or self._coded(), str(folder / f"{stem}{_CODES}"))
            written.append(_CODES)
        return [f"{stem}{ending}" for ending in written]

    def __len__(self) -> int:
        return int(self._exact.ntotal)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._exact.d)

    def halves(self) -> Halves:
        """The vectors where FAISS keeps them, without a copy."""
        if len(self) == 0:
            return np.empty((0, self.dimension), dtype=np.float16)
        codes = self._exact.codes
        flat = faiss.rev_swig_ptr(codes.data(), codes.size())
        return np.asarray(flat.view(np.float16).reshape(len(self), self.dimension))

    def rows(self, gone: Mask | None = None) -> Iterator[Rows]:
        """What is in it, but rows where `gone` is true, some thousands at a time."""
        halves = self.halves()
        for low in range(0, max(len(self), 1), _BLOCK):
            kept = np.arange(low, min(low + _BLOCK, len(self)))
            if gone is not None:
                kept = kept[~gone[kept]]
            yield Rows(self.ids[kept], self.anchors[kept], halves[kept], self.lengths[:, kept])

    def nearest(self, query: Vectors, limit: int, allowed: Mask | None, gone: Mask | None) -> tuple[Ids, Scores]:
        """Rows with the highest inner products to `query` (shape (1, dimension)) and what these are, best first.

        Args:
            query: The question's vector.
            limit: At most this many.
            allowed: One flag a row; rows where it is false do not take part. None for all.
            gone: Rows where it is true do not take part either. None for none.
        """
        if allowed is None and self._codes is not None and limit * _SPARE <= CODED:
            proposed = np.sort(self._codes.search(query, CODED)[1][0])
            kept = proposed if gone is None else proposed[~gone[proposed]]
            if len(kept) >= limit * 2:  # fewer: most of what is near was deleted
                scores = products(self.halves(), kept, query[0])
                best = np.argsort(-scores, kind="stable")[:limit]
                return kept[best], scores[best]
        flags = allowed if gone is None else ~gone if allowed is None else allowed & ~gone
        limit = min(limit, len(self) if flags is None else int(np.count_nonzero(flags)))
        if limit == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        only = None if flags is None else _only(flags)
        scores, rows = self._exact.search(query, limit, params=only)
        return rows[0], scores[0]

    def _coded(self) -> Any:
        """Codes of one bit a number (RaBitQ): what they propose is looked at exactly (docs/experiments.md)."""
        codes = faiss.IndexRaBitQFastScan(self.dimension, faiss.METRIC_INNER_PRODUCT)
        halves = self.halves()
        codes.train(halves[:: max(1, len(self) // _SAMPLE)].astype(np.float32))
        for low in range(0, len(self), _BLOCK):
            codes.add(halves[low : low + _BLOCK].astype(np.float32))
        return codes


# FAISS's Python wrappers take keyword arguments and arrays that its type stubs do not know of.
def _only(flags: Mask) -> faiss.SearchParameters:
    bitmap = faiss.IDSelectorBitmap(np.packbits(flags, bitorder="little"))  # type: ignore[call-arg, arg-type]
    return faiss.SearchParameters(sel=bitmap)  # type: ignore[call-arg]
