from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from index.encoder import Vectors
from index.reindex import reindex
from index.store.library import Library
from rag.errors import LibraryLockedError, LibraryMismatchError
from tests import fakes
from tests.fakes import HashingEncoder, derived, found, put, searching

OTHER = "another"
LINES = ("Ann: Which county got the grant?", "Bob: Harney County got the grant.", "Ann: Mm-hm.", "Bob: In March.")


@pytest.fixture
def filled(library: Library) -> Library:
    for n in range(5):
        put(library, f"{n}.txt", *LINES, f"Ann: Number {n}.")
    indexes = derived(library)
    indexes.catch_up()
    indexes.save()
    return library


def stored(library: Library) -> list[bytes]:
    ordinals = [change.ordinal for change in library.changes(0) if change.kind == "added"]
    return [row.vector for row in library.passage_rows(ordinals)]


def test_every_vector_is_the_other_encoder_s_and_everything_else_is_as_before(filled: Library) -> None:
    before, turns, rows = stored(filled), fakes.every_turn(filled), filled.passage_rows([1])
    other = fakes.again(filled, encoder=OTHER)
    told: list[tuple[int, int]] = []
    assert reindex(other, HashingEncoder(OTHER), on_progress=lambda *at: told.append(at)) == len(before)
    assert told[-1] == (5, 5)
    assert all(one < later for one, later in pairwise(told))
    other.check()
    with pytest.raises(LibraryMismatchError):
        filled.check()
    assert fakes.every_turn(other) == turns
    after = other.passage_rows([1])
    assert [(row.passage_id, row.anchor) for row in after] == [(row.passage_id, row.anchor) for row in rows]
    fresh = np.stack([np.frombuffer(row.vector, dtype=np.float16) for row in after])
    texts = ["Ann: Which county got the grant?", "Bob: Harney County got the grant.\nAnn: Mm-hm.", "Bob: In March."]
    expected = HashingEncoder(OTHER).encode_documents([*texts, "Ann: Number 0."]).astype(np.float16)
    np.testing.assert_array_equal(fresh, expected)
    indexes = fakes.Derived(other, dimension=64)
    indexes.catch_up()
    assert [row.tobytes() for row in indexes.vectors.matrix()] == stored(other)
    other.close()


def test_a_library_from_before_there_were_sentences_gets_them(filled: Library) -> None:
    before = fakes.sentences(filled)
    assert len(before) == 5 * 4  # "Mm-hm." joins the turn before
    fakes.sql(filled, "DELETE FROM sentences")
    assert fakes.sentences(filled) == {}
    reindex(filled, HashingEncoder())
    assert fakes.sentences(filled) == before


class Stopped(HashingEncoder):
    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        if self.calls == 1:
            raise KeyboardInterrupt
        return super().encode_documents(texts)


def test_one_that_is_interrupted_changes_nothing(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.reindex._TOGETHER", 4)
    before = stored(filled)
    other = fakes.again(filled, encoder=OTHER)
    with pytest.raises(KeyboardInterrupt):
        reindex(other, Stopped(OTHER))
    assert stored(filled) == before
    filled.check()
    assert found(searching(filled), "Harney")
    other.close()


def test_one_that_was_overtaken_changes_nothing(filled: Library) -> None:
    other = fakes.again(filled, encoder=OTHER)
    with pytest.raises(LibraryLockedError, match="again"):
        reindex(other, HashingEncoder(OTHER), on_progress=lambda done, _: put_one(filled) if done == 3 else None)
    filled.check()
    assert len(filled.entries()) == 6
    other.close()


def put_one(library: Library) -> None:
    put(library, "new.txt", "Ann: Something new.")


def test_a_process_that_was_searching_meanwhile_never_mixes_vectors(filled: Library) -> None:
    indexes = derived(filled)
    searcher = searching(filled, indexes)
    assert found(searcher, "Harney")
    other = fakes.again(filled, encoder=OTHER)
    reindex(other, HashingEncoder(OTHER))
    vectors = HashingEncoder(OTHER)
    other.put(fakes.origin("new.txt"), fakes.encoded(fakes.transcript("Ann: Something new."), vectors))
    try:
        found(searcher, "Harney")
    except LibraryMismatchError:
        return  # refusing is as good as starting over
    finally:
        other.close()
    assert [row.tobytes() for row in indexes.vectors.matrix()] == stored(filled)
