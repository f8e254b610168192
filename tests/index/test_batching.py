from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.batching import by_budget, in_turns, together
from tests.fakes import HashingEncoder

LENGTHS = st.lists(st.integers(0, 400), max_size=60)


@given(LENGTHS, st.integers(1, 2000), st.sampled_from([1, 8, 16]))
def test_every_text_is_in_one_batch_within_the_budget(lengths: list[int], budget: int, round_to: int) -> None:
    batches = by_budget(lengths, budget, round_to=round_to)
    assert sorted(at for batch in batches for at in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = -(-max(lengths[at] for at in batch) // round_to) * round_to
        assert len(batch) == 1 or longest * len(batch) <= budget
    ordered = [lengths[at] for batch in batches for at in batch]
    assert ordered == sorted(lengths, reverse=True)


def test_a_batch_is_as_full_as_the_budget_lets_it() -> None:
    assert by_budget([10] * 10, 40) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert by_budget([5, 100, 5], 20) == [[1], [0, 2]]


def test_however_short_texts_are_there_is_an_end_to_a_batch() -> None:
    assert max(len(batch) for batch in by_budget([0] * 1000, 10)) == 256


def test_vectors_come_back_in_the_order_of_their_texts() -> None:
    texts = [f"word{n} " * (n % 7 + 1) for n in range(30)]
    encoder = HashingEncoder()
    found = together(texts, 60, encoder.encode_documents)
    assert encoder.calls > 5
    np.testing.assert_array_equal(np.stack(found), HashingEncoder().encode_documents(texts))
    seen = {
        at: vector
        for places, rows in in_turns(texts, 60, HashingEncoder().encode_documents)
        for at, vector in zip(places, rows, strict=True)
    }
    np.testing.assert_array_equal(np.stack([seen[at] for at in range(30)]), found)


def test_nothing_is_nothing() -> None:
    assert by_budget([], 10) == []
    assert together([], 10, HashingEncoder().encode_documents) == []
