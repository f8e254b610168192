from __future__ import annotations

import numpy as np
import pytest

from index import codes


@pytest.mark.parametrize("dimension", [5, 64, 384])
def test_cosines_are_near_those_of_the_vectors(dimension: int) -> None:
    random = np.random.default_rng(dimension)
    vectors = random.standard_normal((200, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    query = vectors[7]
    packed = codes.packed(vectors)
    assert len(packed) == 200 * codes.size(dimension) == 200 * ((dimension + 1) // 2)
    found = codes.cosines(packed, query)
    assert found.argmax() == 7
    # Each number is off by a tenth of what is usual at random, the cosine by that over the root of how many there are.
    assert np.abs(found - vectors @ query).max() < 0.6 / np.sqrt(dimension)
    assert np.abs(found - vectors @ query).mean() < 0.15 / np.sqrt(dimension)


def test_only_the_direction_counts() -> None:
    vectors = np.array([[3.0, -1.0, 0.5, 0.1]], dtype=np.float32)
    query = np.array([1, 0, 0, 0], dtype=np.float32)
    assert codes.packed(vectors) == codes.packed(vectors * 1000)
    assert codes.cosines(codes.packed(vectors), query)[0] == pytest.approx(
        vectors[0, 0] / np.linalg.norm(vectors), abs=0.1
    )


def test_nothing_is_near_nothing() -> None:
    assert codes.packed(np.empty((0, 8), dtype=np.float32)) == b""
    assert len(codes.cosines(b"", np.ones(8, dtype=np.float32))) == 0
