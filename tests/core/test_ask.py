from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.search import Search
from index.store.library import Library
from prompts import REFUSAL
from rag.ask import ask
from rag.errors import QuestionError
from rag.values import Answer, Filters, Message
from tests import fakes

HARNEY = (
    "Ann Smith: Which county got its grant money?",
    "Bob Jones: Harney County got its grant money in March, because the form was early.",
    "Ann Smith: And who did not?",
    "Bob Jones: Lake County did not. The office there closed before the deadline.",
    "Greg Allen: I was in Lake County, and the grant office there was closed for the winter.",
    "(APPLAUSE)",
)
ROADS = (
    "Ann Smith: The road to the coast is closed until Friday.",
    "Greg Allen: The bridge at the harbor fell into the river during the storm.",
    "Allen Ginsberg: I saw the best minds of the road.",
    "Bob: The bridge cost 500,000 dollars.",
)
QUESTION = "Which county got its grant money and why?"


@pytest.fixture
def small(library: Library) -> Library:
    fakes.put(library, "harney.txt", *HARNEY)
    fakes.put(library, "roads.txt", *ROADS, collection="other")
    return library


@pytest.fixture
def three(small: Library) -> Search:
    fakes.put(small, "third.txt", "Allen: The office closed.", "Bob: The bridge is not closed.", collection="other")
    return fakes.searching(small)


def check(answer: Answer, library: Library) -> None:
    """What holds for every answer there is."""
    shown = [one for one in answer.citations if not one.nearest]
    for one in answer.citations:
        source, value = library.transcript(one.source.transcript_id)
        assert one.source == source
        stored = value.turns[one.turn.turn - 1]
        assert one.turn == stored
        assert one.span.turn == stored.turn
        assert one.quote == stored.text[one.span.char_start : one.span.char_end] != ""
    assert [one.n for one in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert sorted({int(n) for n in re.findall(r"\[(\d+)\]", answer.text)}) == [one.n for one in shown]
    assert {n for one in answer.sentences for n in one.citations} == {one.n for one in shown}
    assert all(0 <= one.support <= 1 for one in answer.sentences)
    if answer.status == "not_found":
        assert not shown
        assert not answer.sentences
        assert answer.text.startswith(REFUSAL)
    else:
        assert answer.status == "quoted"
        assert len(shown) == len(answer.citations) > 0
        for sentence in answer.sentences:
            cited = answer.citations[sentence.citations[0] - 1]
            assert cited.quote in sentence.text
            assert cited.turn.speaker is None or sentence.text.startswith(cited.turn.speaker)


def test_what_the_transcripts_say_is_quoted(small: Library) -> None:
    answer = ask(QUESTION, searcher=fakes.searching(small))
    check(answer, small)
    assert answer.status == "quoted"
    assert any("Harney County got its grant money in March" in one.quote for one in answer.citations)
    assert answer.question == answer.standalone_question == QUESTION
    assert (answer.searched.collections, answer.searched.transcripts) == (("default", "other"), 2)
    assert answer.searched.turns == len(HARNEY) + len(ROADS)
    assert answer.dropped == ()


@pytest.mark.parametrize("question", ["Who won the chess championship in Reykjavik?", "xyzzy plugh"])
def test_what_they_do_not_say_is_not_found_with_the_nearest_passages(small: Library, question: str) -> None:
    answer = ask(question, searcher=fakes.searching(small))
    check(answer, small)
    assert answer.status == "not_found"
    assert len(answer.citations) <= 3
    assert f"{len(HARNEY) + len(ROADS)} turns of 2 transcripts" in answer.text


def test_an_empty_library_says_how_to_fill_it(library: Library) -> None:
    answer = ask(QUESTION, searcher=fakes.searching(library))
    check(answer, library)
    assert answer.status == "not_found"
    assert answer.citations == ()
    assert "transcite ingest" in answer.text
    assert answer.searched.turns == 0


def test_filters_that_leave_nothing_say_so(small: Library) -> None:
    answer = ask(QUESTION, searcher=fakes.searching(small), filters=Filters(speakers=("Nobody",)))
    check(answer, small)
    assert answer.status == "not_found"
    assert "filters" in answer.text
    assert answer.searched.filters == Filters(speakers=("Nobody",))


def test_quotes_of_one_transcript_stand_in_order_of_speaking(small: Library) -> None:
    answer = ask(
        "Why did Lake County not get the grant money, and was the office closed?", searcher=fakes.searching(small)
    )
    check(answer, small)
    for one, other in pairwise(answer.citations):
        if one.source == other.source:
            assert (one.turn.turn, one.span.char_start) < (other.turn.turn, other.span.char_start)


def test_a_question_that_leans_is_answered_with_the_one_before_it(small: Library) -> None:
    answer = ask(
        "And why did they?", searcher=fakes.searching(small), history=(Message("user", "Which county got its grant?"),)
    )
    check(answer, small)
    assert answer.question == "And why did they?"
    assert answer.standalone_question == "Which county got its grant? And why did they?"


@pytest.mark.parametrize("question", ["", "  ", "?", "why " * 5000])
def test_no_question_is_refused(small: Library, question: str) -> None:
    with pytest.raises(QuestionError):
        ask(question, searcher=fakes.searching(small))


def test_an_inferred_name_is_said_to_be(library: Library) -> None:
    value = fakes.transcript(
        "Ann: Which county got its grant money?", "Bob: Harney County got its grant money in March."
    )
    turns = tuple(fakes.inferred(turn) for turn in value.turns)
    library.put(fakes.origin("a.txt"), fakes.encoded(fakes.with_turns(value, turns)))
    answer = ask(QUESTION, searcher=fakes.searching(library))
    check(answer, library)
    assert any(line.startswith("Bob (name inferred): “") for line in answer.text.splitlines())


@pytest.mark.parametrize("mark", ["[1]", "[2]", "[7]"])
def test_a_number_in_brackets_that_was_in_the_transcript_is_no_marker(library: Library, mark: str) -> None:
    fakes.put(library, "a.txt", f"Ann: Harney County got its grant money {mark} in March.", "Bob: The road is closed.")
    answer = ask("Which county got its grant money?", searcher=fakes.searching(library))
    assert answer.status == "quoted"
    assert any(mark in one.quote for one in answer.citations)
    check(answer, library)


NAMES = st.lists(
    st.sampled_from(
        ["Ann Smith", "Bob Jones", "Greg Allen", "allen", "Bob", "GINSBERG", "Smith Ann", "Nobody", "José", "!"]
    ),
    max_size=3,
    unique=True,
).map(tuple)
QUESTIONS = st.sampled_from(
    [
        QUESTION,
        "What is closed?",
        "What did the bridge cost?",
        "Lake County grant office",
        "What did Allen see on the road?",
    ]
)


@given(
    speakers=NAMES,
    not_speakers=NAMES,
    collections=st.sampled_from([(), ("other",), ("default", "other")]),
    question=QUESTIONS,
)
def test_a_filter_never_quotes_anyone_else(
    three: Search,
    small: Library,
    speakers: tuple[str, ...],
    not_speakers: tuple[str, ...],
    collections: tuple[str, ...],
    question: str,
) -> None:
    filters = Filters(collections=collections, speakers=speakers, not_speakers=not_speakers)
    answer = ask(question, searcher=three, filters=filters)
    check(answer, small)
    allowed = fakes.let_through(fakes.every_turn(small), filters)
    assert answer.searched.turns == len(allowed)
    for one in answer.citations:
        assert (one.source.transcript_id, one.turn.turn) in allowed


def test_names_mean_the_same_when_a_hit_is_widened_as_when_it_is_found(library: Library) -> None:
    """Allen is somebody's whole name in one transcript: then it is not Greg Allen in the other either."""
    fakes.put(library, "a.txt", "Allen: The grant office closed.", "Bob: Good morning to all of you out there.")
    other = fakes.put(
        library, "b.txt", "Bob: What closed early?", "Greg Allen: The harbor bridge closed.", "Bob: The road closed."
    )
    filters = Filters(speakers=("Allen", "Bob"))
    searcher = fakes.searching(library)
    hit = next(
        hit for hit in searcher.search("road closed", filters=filters, top_k=10) if hit.source.transcript_id == other
    )
    assert {turn.speaker for turn in searcher.around(hit, before=5, after=5, filters=filters)} == {"Bob"}
