from __future__ import annotations

import numpy as np

from index.encoder import Encoder
from index.encoding import encoded
from tests.fakes import HashingEncoder

TEXTS = ["one two", "three", "one two", "four five six", "three", "one two"]


def no_encoder() -> Encoder:
    raise AssertionError("the encoder was loaded for nothing")


def stored(*texts: str) -> list[bytes]:
    return [one.tobytes() for one in HashingEncoder().encode_documents(texts).astype(np.float16)]


def test_each_text_is_encoded_once_and_has_its_vector_everywhere() -> None:
    encoder = HashingEncoder()
    assert encoded(TEXTS, lambda: encoder) == stored(*TEXTS)
    assert sorted(encoder.texts) == ["four five six", "one two", "three"]


def test_known_vectors_are_taken_as_they_are() -> None:
    encoder = HashingEncoder()
    known = {"three": b"known", "never": b"asked for"}
    found = encoded(TEXTS, lambda: encoder, known=known)
    assert [found[at] for at in (1, 4)] == [b"known", b"known"]
    assert sorted(encoder.texts) == ["four five six", "one two"]


def test_the_encoder_is_not_loaded_when_all_is_known_or_nothing_asked() -> None:
    assert encoded([], no_encoder) == []
    assert encoded(["a", "a"], no_encoder, known={"a": b"x"}) == [b"x", b"x"]


def test_progress_adds_up_to_all_texts() -> None:
    told: list[int] = []
    texts = [f"text {n % 700}" for n in range(1000)]
    encoded(texts, HashingEncoder, known={"text 3": b"x"}, on_progress=told.append)
    assert sum(told) == 1000
    assert len(told) > 2
