from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.encoder import Meant
from index.pooling import filled, means, part_of, unit

PARTS = ((5, 9), (10, 12), (14, 20))


def test_word_pieces_are_of_the_part_that_they_begin_in() -> None:
    pieces = np.array([(0, 0), (0, 5), (5, 7), (7, 9), (9, 10), (10, 16), (13, 14), (19, 25), (20, 21), (0, 0)])
    assert part_of(PARTS, pieces).tolist() == [0, 0, 1, 1, 0, 2, 0, 3, 0, 0]
    assert part_of((), pieces).tolist() == [0] * 10
    assert part_of(((0, 3),), np.array([(0, 0), (0, 3), (0, 0)])).tolist() == [0, 1, 0]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.integers(0, 99))
def test_a_part_is_the_mean_of_its_pieces(of: list[int], seed: int) -> None:
    pieces = np.random.default_rng(seed).standard_normal((len(of), 4)).astype(np.float32)
    found = means(pieces, np.array(of))
    assert len(found) == max(of)
    for part, vector in enumerate(found, start=1):
        own = [pieces[at] for at, one in enumerate(of) if one == part]
        expected = np.mean(own, axis=0) / np.linalg.norm(np.mean(own, axis=0)) if own else np.zeros(4)
        np.testing.assert_allclose(vector, expected, atol=1e-5)


def test_a_part_that_was_not_read_is_meant_as_the_whole_is() -> None:
    vector, known = unit([[1.0, 2.0]])[0], unit([[3.0, 1.0], [0.0, 0.0]])
    found = filled(Meant(vector, known), 3)
    np.testing.assert_array_equal(found.parts, np.stack([known[0], vector, vector]))
    assert filled(Meant(vector, known[:0]), 0).parts.shape == (0, 2)
