"""Passages and the windows around them, as arithmetic on rows that lie side by side. Nothing is encoded twice.

The vector of a window is the passage and, with falling weights, its neighbours. Its product with a question is the same
sum of the products of its rows, so that each row is looked at once; only its length has to be known beforehand.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from index.encoder import Vectors

Ids = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]
Lengths = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]

# Weights of the neighbours in a window, the nearest first: docs/experiments.md.
NARROW, WIDE = (0.5,), (1.0, 0.7, 0.4)
STEPS = np.arange(-len(WIDE), len(WIDE) + 1)

_BLOCK = 512  # rows in work at a time, so that they stay in the processor's cache
_SHIFT = np.float32(2.0**112)  # what the exponents of halves and singles, set side by side, differ by
_BITS = np.int32(-0x70000001)  # all but the copies of the sign that widening leaves in the exponent


def products(halves: Halves, rows: Ids, query: Vectors) -> Scores:
    """Inner products of some rows with `query` (one vector).

    Numpy widens halves one by one. Their bits, moved to where a single has them, are singles that are 2**-112 as large.
    """
    found, scaled = np.empty(len(rows), dtype=np.float32), query * _SHIFT
    bits = halves.view(np.int16)
    for low in range(0, len(rows), _BLOCK):
        found[low : low + _BLOCK] = _moved(bits[rows[low : low + _BLOCK]]) @ scaled
    return found


def lengths(ids: Ids, halves: Halves) -> Lengths:
    """Lengths of the narrow and the wide window around each row, shape (2, n); of whole transcripts."""
    rows = _moved(halves.view(np.int16)) * _SHIFT
    found = []
    for weights in (NARROW, WIDE):
        window = rows.copy()
        for distance, weight in enumerate(weights, start=1):
            beside = (ids[distance:] == ids[:-distance] + distance) * np.float32(weight)
            window[:-distance] += rows[distance:] * beside[:, None]
            window[distance:] += rows[:-distance] * beside[:, None]
        found.append(np.sqrt(np.einsum("ij,ij->i", window, window)))
    return np.asarray(found, dtype=np.float32).reshape(2, -1)


def mixed(around: Scores, sizes: Lengths) -> Scores:
    """Cosines of passages alone, in narrow and in wide windows.

    Args:
        around: Each row's products with the question, of the row and its neighbours in order: shape (n, 7), 0 for a
            neighbour that is of another transcript.
        sizes: Lengths of the windows, shape (2, n).

    Returns:
        Shape (3, n).
    """
    found = (around @ _WEIGHTS).T
    found[1:] /= np.maximum(sizes, 1e-12)
    return np.asarray(found, dtype=np.float32)


def _moved(bits: npt.NDArray[np.int16]) -> npt.NDArray[np.float32]:
    wide = bits.astype(np.int32)
    wide <<= 13
    wide &= _BITS
    return wide.view(np.float32)


def _weights(beside: tuple[float, ...]) -> list[float]:
    padded = [*beside, *[0.0] * (len(WIDE) - len(beside))]
    return [*reversed(padded), 1.0, *padded]


_WEIGHTS = np.array([_weights(()), _weights(NARROW), _weights(WIDE)], dtype=np.float32).T
