"""Who speaks, which transcripts there are, and where words were said: all of it, exactly."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.search import Search
from index.store.library import Library
from rag.known import Sought
from rag.values import Filters
from rag.words import words
from tests import fakes

LINES = (
    "Jerod: The bike lane on Foundry Street is closed, and the lanes for bikes are not.",
    "Ann Smith: Jerod says the lane is for bikes. The bike lane, I mean.",
    "Ann Smith: State of the art, is it? The art of the state.",
    "Bob: Bikes, lanes, streets.",
    "(THE BIKE LANE SONG)",
)


@pytest.fixture
def library(library: Library) -> Library:
    for n in range(6):
        lines = [line for at, line in enumerate(LINES) if (n >> at) % 2 == 0]
        fakes.put(library, f"{n}.txt", *lines, collection="ab"[n % 2], date=dt.date(2024, n + 1, 1) if n else None)
    return library


@pytest.fixture
def searcher(library: Library) -> Search:
    return fakes.searching(library)


@given(
    phrase=st.sampled_from(["bike lane", "lane bike", "state of the art", "Jerod", "street", "zebra", "the", "bikes"]),
    together=st.booleans(),
    filters=st.sampled_from(
        [
            Filters(),
            Filters(speakers=("Ann Smith",)),
            Filters(not_speakers=("Jerod",)),
            Filters(collections=("a",), speakers=("Bob", "Jerod")),
            Filters(since=dt.date(2024, 3, 1)),
            Filters(speakers=("Nobody",)),
        ]
    ),
)
def test_every_turn_that_says_it_is_found_and_no_other(
    searcher: Search, library: Library, phrase: str, together: bool, filters: Filters
) -> None:
    sought = Sought(tuple(words(phrase)), together)
    found = searcher.saying(sought, filters)
    every = fakes.every_turn(library)
    allowed = fakes.let_through(every, filters)
    there = {
        (source.transcript_id, one.turn): one.speaker
        for source, one in every
        if (source.transcript_id, one.turn) in allowed and fakes.says(one.text, sought)
    }
    assert {(one.source.transcript_id, one.turn): one.speaker for one in found} == there
    assert len(found) == len(there)
    assert [(source.transcript_id, turn.turn) for source, turn in searcher.read(found)] == [
        (one.source.transcript_id, one.turn) for one in found
    ]


def test_a_speaker_is_not_mentioned_by_speaking(searcher: Search) -> None:
    assert {one.speaker for one in searcher.saying(Sought(("jerod",)), Filters())} == {"Ann Smith"}


def test_what_is_removed_is_not_counted_any_more(library: Library, searcher: Search) -> None:
    before = searcher.saying(Sought(("bike",)), Filters())
    gone = before[0].source.transcript_id
    library.remove((gone,))
    after = searcher.saying(Sought(("bike",)), Filters())
    left = [one for one in before if one.source.transcript_id != gone]
    assert left
    assert {(one.source, one.turn) for one in after} == {(one.source, one.turn) for one in left}
    assert searcher.read(before[:1]) == ()


def test_who_speaks_is_told_of_what_the_filters_leave(library: Library, searcher: Search) -> None:
    fakes.put(library, "own.txt", "Zoë: Hello there, everyone.", collection="z")
    assert searcher.speakers(Filters(collections=("z",), speakers=("Bob",))) == ("Zoë",)
    assert searcher.speakers(Filters()) == ("Ann Smith", "Bob", "Jerod", "Zoë")
    assert [one.title for one in searcher.sources(Filters(collections=("z",)))] == ["own.txt"]


def test_names_are_those_of_now(library: Library, searcher: Search) -> None:
    own = fakes.put(library, "own.txt", "Zoe: Hello there, everyone.", collection="z")
    inside = Filters(collections=("z",))
    assert searcher.speakers(inside) == ("Zoe",)
    library.rename_speaker(own, "Zoe", "Zoë Ray")
    assert searcher.speakers(inside) == ("Zoë Ray",)
    library.remove((own,))
    assert searcher.speakers(inside) == ()


def test_days_are_those_of_now(library: Library, searcher: Search) -> None:
    own = fakes.put(library, "own.txt", "Zoe: Hello there, everyone.", collection="z")
    later = Filters(collections=("z",), since=dt.date(2025, 1, 1))
    assert searcher.speakers(later) == ()
    library.amend(own, names={}, facts={"date": dt.date(2025, 5, 1)})  # no new generation
    assert searcher.speakers(later) == ("Zoe",)
    assert [one.date for one in searcher.sources(later)] == [dt.date(2025, 5, 1)]
