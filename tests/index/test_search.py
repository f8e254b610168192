from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import derived, search
from index.lexicon import Lexicon
from index.search import Search
from index.store.library import Library
from rag.errors import LibraryFullError
from rag.evidence import Sentence
from rag.values import Filters, Source, Turn
from tests import fakes
from tests.fakes import every_turn, found, let_through, put, searching
from tests.waiting import PATIENCE_S

SPEAKERS = ["Ann Smith", "Bob", "Greg Allen", "Allen"]
TOPICS = ["the county grant", "a bridge over the lake", "the moon landing", "sourdough bread"]
DATES = [None, dt.date(2024, 1, 1), dt.date(2024, 6, 1)]
NAMES = st.lists(st.sampled_from([*SPEAKERS, "allen", "smith", "nobody"]), max_size=2).map(tuple)


@pytest.fixture
def library(library: Library) -> Library:
    for n in range(9):
        lines = [f"{SPEAKERS[(n + k) % 4]}: {TOPICS[(n * k) % 4]}, as number {k} of {n} goes." for k in range(12)]
        put(library, f"{n}.txt", *lines, "(MUSIC)", collection="ab"[n % 2], date=DATES[n % 3])
    return library


@pytest.fixture
def searcher(library: Library) -> Search:
    return searching(library)


IDS = [fakes.origin(f"{n}.txt", collection="ab"[n % 2]).transcript_id for n in range(9)]


@given(
    query=st.sampled_from([*TOPICS, "county moon", "zebra", "the", "MUSIC", "日本語"]),
    top_k=st.integers(1, 60),
    filters=st.builds(
        Filters,
        collections=st.sampled_from([(), ("a",), ("a", "b"), ("no-such",)]),
        transcripts=st.lists(st.sampled_from([*IDS, "no-such"]), max_size=2).map(tuple),
        speakers=NAMES,
        not_speakers=NAMES,
        since=st.sampled_from(DATES),
        until=st.sampled_from(DATES),
    ),
)
def test_every_hit_is_let_through_by_the_filters(
    library: Library, searcher: Search, query: str, top_k: int, filters: Filters
) -> None:
    turns = every_turn(library)
    allowed = let_through(turns, filters)
    hits = searcher.search(query, filters=filters, top_k=top_k)
    places = [(hit.source.transcript_id, turn.turn) for hit in hits for turn in hit.turns]
    assert set(places) <= allowed
    assert len(places) == len(set(places)) <= top_k
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    stored = {(source.transcript_id, turn.turn): (source, turn) for source, turn in turns}
    assert all((hit.source, turn) == stored[hit.source.transcript_id, turn.turn] for hit in hits for turn in hit.turns)
    if allowed and query in TOPICS:
        assert hits
    searched = searcher.searched(filters)
    assert (searched.turns, searched.filters) == (len(allowed), filters)


@pytest.mark.parametrize("topic", TOPICS[1:])
def test_what_is_asked_for_is_found_first(library: Library, searcher: Search, topic: str) -> None:
    [hit] = searcher.search(topic, filters=Filters(), top_k=1)
    assert topic in hit.turns[0].text


def test_the_same_question_finds_the_same_every_time(searcher: Search) -> None:
    assert found(searcher, "county moon", top_k=40) == found(searcher, "county moon", top_k=40)


def test_nothing_is_found_in_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = fakes.library(tmp_path_factory.mktemp("empty"))
    assert found(searching(empty), "grant") == []
    empty.close()


def test_a_hit_is_widened_to_the_turns_beside_it_and_no_further(searcher: Search) -> None:
    hit = searcher.search("the moon landing", filters=Filters(), top_k=1)[0]
    number = hit.turns[0].turn
    beside = searcher.around(hit, before=1, after=2, filters=Filters())
    assert [turn.turn for turn in beside] == [n for n in range(number - 1, number + 3) if 1 <= n <= 13]


def test_nearness_in_meaning_is_a_cosine(searcher: Search) -> None:
    same, other = searcher.similarity("county grant", ["county grant", "sourdough"])
    assert same == pytest.approx(1, abs=1e-5)
    assert -1 <= other < 0.9
    assert searcher.similarity("county grant", []) == []


def test_sentences_are_compared_as_they_are_stored_and_others_as_they_are_spoken(library: Library) -> None:
    one = put(library, "a.txt", "Ann: The moon is rock. The grant went to Harney County.", "Bob: Mm-hm.")
    searcher = searching(library)
    query = "the grant went to Harney County"

    def near(*asked: Sentence) -> list[float]:
        return searcher.meanings(query, asked)

    stored = [Sentence(one, 1, at, 2, "never read") for at in (0, 1)]
    first, second = near(*stored)
    assert (first < 0.9, second) == (True, pytest.approx(1.25, abs=0.02))
    alone = Sentence(one, 2, 0, 1, query)  # it joins the turn before; its own sentences are not stored
    gone = Sentence(one, 1, 0, 3, query)  # of a version of the turn that is there no more
    elsewhere = Sentence("no such transcript", 1, 0, 1, query)
    found = near(stored[0], alone, stored[1], gone, elsewhere)
    assert found == pytest.approx([first, 1, second, 1, 1], abs=1e-5)
    assert near() == []


def test_an_encoder_that_does_not_tell_of_sentences_reads_them_alone(tmp_path: Path) -> None:
    library = fakes.library(tmp_path)
    library.put(fakes.origin("a.txt"), fakes.encoded(fakes.transcript("Ann: The moon is rock."), fakes.Mute()))
    assert fakes.sentences(library) == {}
    one = library.entries()[0].source.transcript_id
    assert searching(library).meanings("grant", [Sentence(one, 1, 0, 1, "grant")]) == [pytest.approx(1, abs=1e-5)]
    library.close()


def test_transcripts_of_days_that_are_named_come_forward(library: Library) -> None:
    for n, date in enumerate((None, dt.date(2020, 5, 1), dt.date(2021, 5, 5), dt.date(2021, 5, 9))):
        put(library, f"same-{n}.txt", "Ann: The harbor bridge opened.", f"Bob: Item {n}.", date=date, collection="c")
    searcher, only = searching(library), Filters(collections=("c",))

    def dates(*near: tuple[dt.date, dt.date]) -> list[dt.date | None]:
        hits = searcher.search("harbor bridge", filters=only, top_k=4, near=near)
        return [hit.source.date for hit in hits]

    day = dt.date(2021, 5, 5)
    assert dates((day, day))[:2] == [day, dt.date(2021, 5, 9)]
    assert dates((dt.date(2021, 5, 9), dt.date(2021, 5, 9)))[0] == dt.date(2021, 5, 9)
    assert dates((dt.date(2020, 1, 1), dt.date(2020, 12, 31)))[0] == dt.date(2020, 5, 1)
    assert dates((dt.date.min, dt.date(2020, 12, 31))) == dates()


@given(
    query=st.sampled_from(["What did Ann Smith say of the bridge?", "How many grants were there?", "Who?"]),
    top_k=st.integers(1, 30),
    together=st.integers(1, 40),
)
def test_turns_left_unread_are_not_among_the_best(
    library: Library, searcher: Search, query: str, top_k: int, together: int
) -> None:
    """Reading a few at a time, until no other can be better, finds what reading all of them finds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_TOGETHER", together)
        some = searcher.search(query, filters=Filters(), top_k=top_k)
        patch.setattr(search, "_TOGETHER", 10_000)
        every = searcher.search(query, filters=Filters(), top_k=top_k)
    assert [(hit.turns, hit.score) for hit in some] == [(hit.turns, hit.score) for hit in every]


def test_in_a_large_library_a_search_does_not_wait_for_what_changed(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derived, "_LARGE", 50)
    indexes = fakes.derived(library)
    searcher = Search(library, fakes.HashingEncoder(), indexes, patience_s=0.01)
    indexes.catch_up()
    free, update = Event(), Lexicon.update

    def held_up(self: Lexicon, **more: Any) -> bool:
        assert free.wait(PATIENCE_S)
        return update(self, **more)

    monkeypatch.setattr(Lexicon, "update", held_up)
    gone = found(searcher, "the moon landing", top_k=1)[0]
    library.remove((gone[0],))
    fresh = put(library, "new.txt", "Zoe: A zebra on the moon.")
    left = {one for one, _ in found(searcher, "the moon landing")}
    assert left
    assert gone[0] not in left  # what was deleted is not found all the same
    assert fresh not in left
    free.set()
    indexes.catch_up()
    assert found(searcher, "zebra moon")[0] == (fresh, 1)


def test_what_is_deleted_amid_a_search_makes_room_for_others(
    library: Library, searcher: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, *others = dict.fromkeys(one for one, _ in found(searcher, "the moon landing"))
    before, turns = len(library.entries()), Library.turns

    def deleting(self: Library, turn_ids: Sequence[int]) -> dict[int, tuple[Source, Turn]]:
        if len(library.entries()) == before:
            library.remove((gone,))
        return turns(self, turn_ids)

    monkeypatch.setattr(Library, "turns", deleting)
    assert [one for one, _ in found(searcher, "the moon landing", top_k=1)] == others[:1]


def test_what_goes_wrong_behind_the_readers_back_is_told_at_the_next_search(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derived, "_LARGE", 50)
    indexes = fakes.derived(library)
    searcher = Search(library, fakes.HashingEncoder(), indexes, patience_s=PATIENCE_S)
    indexes.catch_up()

    def broken(self: Lexicon, **more: Any) -> bool:
        raise LibraryFullError("no room left")

    monkeypatch.setattr(Lexicon, "update", broken)
    put(library, "new.txt", "Zoe: A zebra on the moon.")
    with pytest.raises(LibraryFullError):
        searcher.search("zebra", filters=Filters(), top_k=3)
    monkeypatch.undo()
    assert found(searcher, "zebra moon")[0][1] == 1
