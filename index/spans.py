"""Where ids lie in sorted arrays of them, and values of rows that lie in two arrays which stand for one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from index.store.schema import STRIDE
from index.windows import Ids


def between(sorted_ids: Ids, first: Ids, after: Ids) -> Ids:
    """Places of the ids in any of the ranges.

    Args:
        sorted_ids: Ascending.
        first: First id of each range; ranges ascend and do not overlap.
        after: The id after the last of each.
    """
    low, high = np.searchsorted(sorted_ids, first, "left"), np.searchsorted(sorted_ids, after, "left")
    counts = high - low
    return np.repeat(high - np.cumsum(counts), counts) + np.arange(int(counts.sum()))


def of_ordinals(sorted_ids: Ids, ordinals: list[int]) -> Ids:
    """Places of the ids that are of these versions of transcripts, ascending."""
    first = np.array(ordinals, dtype=np.int64) * STRIDE
    return between(sorted_ids, first, first + STRIDE)


def looked_up(base: npt.NDArray[Any], fresh: npt.NDArray[Any], rows: Ids) -> npt.NDArray[Any]:
    """Values of rows, of any shape, numbered through both arrays."""
    if len(fresh) == 0:
        return np.asarray(base[rows])
    late = rows >= len(base)
    found = np.empty(rows.shape, dtype=fresh.dtype)
    found[late], found[~late] = fresh[rows[late] - len(base)], base[rows[~late]]
    return found
