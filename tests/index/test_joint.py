from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from index import joint
from rag.evidence import Stretch


class Words:
    """A tokeniser whose pieces are words: a piece's number is its length."""

    def __call__(self, texts: Any, *, max_length: int = 9, return_offsets_mapping: bool = False, **_: bool) -> Any:
        if texts == "":
            return {"input_ids": [101, 102]}
        made: dict[str, list[Any]] = {"input_ids": [], "offset_mapping": []}
        for text in texts:
            places, at = [], 0
            for word in text.split():
                start = text.index(word, at)
                at = start + len(word)
                places.append((start, at))
            places = places[:max_length]
            made["input_ids"].append([end - start for start, end in places])
            made["offset_mapping"].append(places)
        return made if return_offsets_mapping else {"input_ids": made["input_ids"]}


def test_pieces_know_whose_they_are() -> None:
    asked = [
        joint.Asked("who got it?", Stretch("Ann: really?", "Yes. Harney County did.", ((0, 4), (5, 23)))),
        joint.Asked("who?", Stretch("", "No.", ((0, 3),))),
    ]
    made = joint.cut_up(Words(), asked)
    assert {one.shape for one in made.values()} == {(2, 16)}
    first = {name: one[0, :13].tolist() for name, one in made.items()}
    assert first["input_ids"] == [101, 3, 3, 3, 102, 4, 7, 102, 4, 6, 6, 4, 102]
    assert first["token_type_ids"] == [0] * 5 + [1] * 8
    assert first["question"] == [0, 1, 1, 1] + [0] * 9
    assert first["sentence"] == [0] * 8 + [1, 2, 2, 2, 0]
    assert made["attention_mask"].sum(1).tolist() == [13, 6]
    assert not made["input_ids"][1, 6:].any()


def test_the_head_is_what_its_formula_says() -> None:
    chance = np.random.default_rng(1)

    def some(*shape: int) -> joint.Numbers:
        return chance.standard_normal(shape).astype(np.float32)

    given = {
        "cos": np.float32(8),
        "none": np.float32(0.5),
        **{name: some(4) for name in ("sentence", "first", "product")},
        "inner": some(3, 12),
        "bias": some(3),
        "outer": some(3),
    }
    pieces = some(7, 4)
    told = joint.Head(given)(pieces, np.array([0, 1, 1, 0, 0, 0, 0]), np.array([0, 0, 0, 0, 1, 1, 2]))
    asked = (pieces[1] + pieces[2]) / 2
    for at, said in enumerate([(pieces[4] + pieces[5]) / 2, pieces[6]]):
        near = said @ asked / math.sqrt((said @ said) * (asked @ asked))
        inner = given["inner"] @ np.concatenate([said, said * asked, pieces[0]]) + given["bias"]
        hidden = [0.5 * one * (1 + math.erf(one / math.sqrt(2))) for one in inner]
        plain = said @ given["sentence"] + pieces[0] @ given["first"] + (said * asked) @ given["product"]
        assert told[at] == pytest.approx(8 * near + plain + np.dot(hidden, given["outer"]) - 0.5, abs=1e-3)


def test_sentences_beyond_what_is_read_are_as_bad_as_the_worst() -> None:
    assert joint.filled([1.0, -2.0], 4) == [1.0, -2.0, -2.0, -2.0]
    assert joint.filled([1.0], 1) == [1.0]
    assert joint.filled([], 1) == [0.0]
