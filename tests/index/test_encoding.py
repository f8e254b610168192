from __future__ import annotations

import numpy as np

from index import codes
from index.encoder import Encoder, Parted
from index.encoding import encoded
from index.store.records import Embedding
from rag.values import Passage
from tests.fakes import HashingEncoder, Mute

TEXTS = ["one two", "three", "one two", "four five six", "three", "one two"]
KNOWN = Embedding(b"known", b"too")


def no_encoder() -> Encoder:
    raise AssertionError("the encoder was loaded for nothing")


def of(*texts: str) -> list[Passage]:
    return [Passage((), 1, text) for text in texts]


def stored(*texts: str) -> list[Embedding]:
    return [Embedding(one.tobytes()) for one in HashingEncoder().encode_documents(texts).astype(np.float16)]


def test_each_text_is_encoded_once_and_has_its_vector_everywhere() -> None:
    encoder = HashingEncoder()
    assert encoded(of(*TEXTS), lambda: encoder) == stored(*TEXTS)
    assert sorted(encoder.texts) == ["four five six", "one two", "three"]


def test_known_vectors_are_taken_as_they_are() -> None:
    encoder = HashingEncoder()
    known = {Parted("three"): KNOWN, Parted("never"): Embedding(b"asked for")}
    found = encoded(of(*TEXTS), lambda: encoder, known=known)
    assert [found[at] for at in (1, 4)] == [KNOWN, KNOWN]
    assert sorted(encoder.texts) == ["four five six", "one two"]


def test_the_encoder_is_not_loaded_when_all_is_known_or_nothing_asked() -> None:
    assert encoded([], no_encoder) == []
    assert encoded(of("a", "a"), no_encoder, known={Parted("a"): KNOWN}) == [KNOWN, KNOWN]


def test_progress_adds_up_to_all_texts() -> None:
    told: list[int] = []
    texts = of(*(f"text {n % 700}" for n in range(1000)))
    encoded(texts, HashingEncoder, known={Parted("text 3"): KNOWN}, on_progress=told.append)
    assert sum(told) == 1000
    assert len(told) > 2


def test_sentences_are_stored_one_after_another() -> None:
    first, second = "The grant went to Harney County.", "The moon is made of rock."
    passage = Passage((), 1, f"Ann: {first} {second}", ((5, 37), (38, 63)))
    [made] = encoded([passage], HashingEncoder)
    near = codes.cosines(made.sentences, HashingEncoder().encode_query(second)[0])
    assert near[1] > 0.98 > 0.5 > near[0]


def test_the_same_words_parted_otherwise_are_another_text() -> None:
    one, other = Passage((), 1, "Yes. No.", ((0, 4), (5, 8))), Passage((), 1, "Yes. No.", ((0, 8),))
    made = encoded([one, other, one], HashingEncoder)
    assert made[0] == made[2]
    assert [len(each.sentences) for each in made] == [64, 32, 64]


def test_of_an_encoder_that_does_not_tell_no_sentence_is_stored() -> None:
    [made] = encoded([Passage((), 1, "Yes. No.", ((0, 4), (5, 8)))], Mute)
    assert made == stored("Yes. No.")[0]
