"""Batches over threads, with a model that counts letters: its word pieces are letters, its arithmetic their sum."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event, Lock, get_ident

import numpy as np
import pytest

from index.batched import Batched, Features, Plan
from index.encoder import Vectors
from tests.waiting import PATIENCE_S

PLAN = Plan(workers=2, budget=64, round_to=8)
TEXTS = ["a" * (n * 7 % 41 + 1) for n in range(300)]


class Model:
    """Tells each text's letters apart; writes down the batches it calculates."""

    def __init__(self, *, left: bool = False) -> None:
        self.left = left
        self.batches: list[tuple[int, int]] = []
        self.cut_up: list[int] = []
        self.threads: set[int] = set()
        self.lock = Lock()

    def pieces(self, texts: Sequence[str]) -> Features:
        self.cut_up.append(len(texts))
        width = -(-max(len(text) for text in texts) // 8) * 8
        ids, mask = np.zeros((2, len(texts), width), dtype=np.int64)
        for row, text in enumerate(texts):
            there = slice(width - len(text), width) if self.left else slice(len(text))
            ids[row, there], mask[row, there] = [ord(one) for one in text], 1
        return {"input_ids": ids, "attention_mask": mask, "modality": "text"}

    def arithmetic(self, features: Features) -> Vectors:
        assert features["modality"] == "text"
        ids, mask = features["input_ids"], features["attention_mask"]
        with self.lock:
            self.batches.append(ids.shape)
            self.threads.add(get_ident())
        return np.stack([(ids * mask).sum(1), mask.sum(1)], axis=1).astype(np.float32)


def expected(texts: Sequence[str]) -> Vectors:
    return np.array([[sum(map(ord, text)), len(text)] for text in texts], dtype=np.float32)


def test_every_text_gets_its_own_vector_whatever_the_batches() -> None:
    model = Model()
    np.testing.assert_array_equal(Batched(model.pieces, model.arithmetic, PLAN)(TEXTS), expected(TEXTS))
    assert all(rows * width <= 64 or rows == 1 for rows, width in model.batches)
    assert all(width % 8 == 0 for _, width in model.batches)
    assert get_ident() not in model.threads


def test_little_is_padded() -> None:
    model = Model()
    Batched(model.pieces, model.arithmetic, Plan(2, 512, 8))(TEXTS)
    assert sum(rows * width for rows, width in model.batches) < 1.3 * sum(len(text) for text in TEXTS)


def test_one_text_is_as_among_many() -> None:
    model = Model()
    one = Batched(model.pieces, model.arithmetic, PLAN)
    np.testing.assert_array_equal(np.concatenate([one([text]) for text in TEXTS[:20]]), one(TEXTS)[:20])


def test_few_texts_are_shared_out_among_the_threads() -> None:
    model = Model()
    Batched(model.pieces, model.arithmetic, Plan(4, 100_000, 8))(["a" * 96] * 40)
    assert len(model.batches) == 8


def test_batches_padded_on_the_left_are_not_cut_out_of_larger_ones() -> None:
    model = Model(left=True)
    texts = [*TEXTS[:40], "a"]
    np.testing.assert_array_equal(Batched(model.pieces, model.arithmetic, PLAN)(texts), expected(texts))
    assert model.cut_up == [41, 16, 16, 9]
    assert [rows for rows, _ in model.batches] == [16, 16, 9]


def test_texts_are_cut_up_while_others_are_calculated() -> None:
    model, second, calculated = Model(), Event(), []

    def pieces(texts: Sequence[str]) -> Features:
        if model.cut_up:
            second.set()
        return model.pieces(texts)

    def arithmetic(features: Features) -> Vectors:
        calculated.append(second.wait(PATIENCE_S))  # only once the second slice is being cut up
        return model.arithmetic(features)

    Batched(pieces, arithmetic, Plan(2, 100_000, 8))(TEXTS)
    assert len(model.cut_up) == 2
    assert all(calculated)


def test_what_goes_wrong_in_a_batch_is_told_and_what_waited_is_not_calculated() -> None:
    model, told = Model(), Event()

    def broken(features: Features) -> Vectors:
        assert not model.batches or told.wait(PATIENCE_S)  # one may have begun when the first is told of
        model.arithmetic(features)
        raise ValueError("no memory")

    one = Batched(model.pieces, broken, Plan(1, 8, 8))
    with pytest.raises(ValueError, match="no memory"):
        one(TEXTS)
    told.set()
    one._workers.shutdown()
    assert len(model.batches) <= 2
