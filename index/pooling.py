"""Vectors of a text's parts from those of its word pieces: what each part means where it stands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.encoder import Meant, Vectors

Places = npt.NDArray[np.int64]


def part_of(parts: Sequence[tuple[int, int]], pieces: Places) -> Places:
    """The part of a text that each of its word pieces begins in.

    Args:
        parts: Where parts begin and end, in order.
        pieces: Where word pieces begin and end, shape (n, 2); marks and padding end where they begin.

    Returns:
        Shape (n,): 0 for none, 1 for the first part.
    """
    starts = np.array([start for start, _ in parts], dtype=np.int64)
    ends = np.array([0, *(end for _, end in parts)], dtype=np.int64)
    begun = np.searchsorted(starts, pieces[:, 0], side="right")  # how many parts begin there or before
    return np.where((pieces[:, 0] < ends[begun]) & (pieces[:, 0] < pieces[:, 1]), begun, 0)


def means(pieces: Vectors, of: Places) -> Vectors:
    """The mean of the word pieces of each part, scaled to length 1, to the last part that has any.

    Args:
        pieces: Vectors of word pieces, shape (n, dimension).
        of: Which part each is of, as `part_of` has it.

    Returns:
        Shape (parts, dimension); noughts for a part that has none.
    """
    inside = of == np.arange(1, of.max(initial=0) + 1)[:, None]
    return unit(inside.astype(np.float32) @ pieces)


def filled(one: Meant, count: int) -> Meant:
    """The same with vectors of all its parts: one that no word piece was read of is meant as the whole text is."""
    parts = np.concatenate([one.parts, np.zeros((count - len(one.parts), len(one.vector)), dtype=np.float32)])
    return Meant(one.vector, np.where(parts.any(axis=1, keepdims=True), parts, one.vector))


def unit(vectors: npt.ArrayLike) -> Vectors:
    """Rows scaled to length 1 in float32: bfloat16 arithmetic leaves them up to 0.4 % off."""
    array = np.asarray(vectors, dtype=np.float32)
    norms = np.linalg.norm(array, axis=1, keepdims=True)
    return np.asarray(array / np.maximum(norms, 1e-12), dtype=np.float32)
