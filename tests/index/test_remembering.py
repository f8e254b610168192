from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.encoder import Vectors
from index.remembering import Remembering
from rag.evidence import Stretch
from tests.fakes import HashingEncoder, Reading


class Counting(HashingEncoder):
    """Writes down what it is asked for."""

    def __init__(self) -> None:
        super().__init__("hashing")
        self.asked: list[str] = []

    def encode_query(self, text: str) -> Vectors:
        self.asked.append(f"{text}?")
        return super().encode_query(text)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return super().encode_documents(texts)


def test_what_is_remembered_is_what_would_have_been_encoded() -> None:
    counting, plain = Counting(), HashingEncoder("hashing")
    remembering = Remembering(counting)
    for texts in (["a b", "c"], ["c", "d", "a b", "d"], [], ["d"]):
        assert np.array_equal(remembering.encode_documents(texts), plain.encode_documents(texts))
    assert counting.asked == ["a b", "c", "d"]
    assert np.array_equal(remembering.encode_query("a"), plain.encode_query("a"))


def test_what_was_not_used_for_longest_is_forgotten() -> None:
    counting = Counting()
    remembering = Remembering(counting, kept=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        remembering.encode_documents([text])
    assert counting.asked == ["a", "b", "c", "b"]


def test_more_than_it_keeps_is_encoded_all_the_same() -> None:
    texts = [f"text {n}" for n in range(10)]
    assert np.array_equal(
        Remembering(Counting(), kept=2).encode_documents(texts), HashingEncoder("hashing").encode_documents(texts)
    )


def test_a_question_asked_again_is_not_encoded_again() -> None:
    counting, plain = Counting(), HashingEncoder("hashing")
    remembering = Remembering(counting)
    for _ in range(3):
        found = remembering.encode_query("a b")
        assert np.array_equal(found, plain.encode_query("a b"))
        found[:] = 0  # whoever got it may do with it what they like
    assert counting.asked == ["a b?"]


def test_a_question_and_a_passage_of_the_same_words_are_two_things() -> None:
    counting = Counting()
    remembering = Remembering(counting)
    remembering.encode_query("a")
    remembering.encode_documents(["a"])
    assert counting.asked == ["a?", "a"]


def test_questions_are_forgotten_too() -> None:
    counting = Counting()
    remembering = Remembering(counting, kept=2)
    for text in ("a", "b", "c", "a"):
        remembering.encode_query(text)
    assert counting.asked == ["a?", "b?", "c?", "a?"]


def test_what_reads_together_is_asked_to() -> None:
    reading = Reading("desk")
    stretch = Stretch("", "On my desk.", ((0, 11),))
    assert Remembering(reading).answering("Where?", [stretch]) == [[5.0]]
    assert reading.heard == [stretch]
