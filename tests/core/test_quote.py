from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rag import quote
from rag.evidence import gather
from rag.question import parse
from rag.values import Filters
from tests import fakes

SENTENCES = [
    "We got the grant in March.",
    "Harney County lost the money because the form was late.",
    "Why was it late?",
    "Nobody told us about the deadline, so we missed it.",
    "Yes.",
    "About 500,000 dollars.",
    "😀 That was it!",
    "日本語です。",
    "And then Dr. Smith called.",
    "The road to the coast is closed until Friday",
    "words without any full stop " * 60,
]
LINES = st.lists(
    st.tuples(
        st.sampled_from(["Ann", "Bob", "Greg Allen", ""]), st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6)
    ),
    min_size=1,
    max_size=15,
).map(lambda turns: [f"{who}: {' '.join(said)}" if who else " ".join(said) for who, said in turns])
QUESTIONS = st.sampled_from(
    [
        "Why did Harney County lose the money?",
        "How much was the grant?",
        "Who called?",
        "When did we get the grant?",
        "Which things were late?",
        "日本語",
    ]
)


def extracts(question: str, *lines: str) -> list[quote.Extract]:
    searcher = fakes.MemorySearcher(fakes.transcript(*lines), fakes.transcript("Zoe: Harney County again, in March."))
    evidence = gather(searcher.search(question, filters=Filters(), top_k=10), searcher, Filters())
    return quote.extracts(parse(question), evidence, searcher)


@given(lines=LINES, question=QUESTIONS)
def test_every_extract_is_its_characters_of_its_turn(lines: list[str], question: str) -> None:
    stored = {turn.turn: turn for turn in fakes.transcript(*lines).turns}
    found = extracts(question, *lines)
    assert found
    for one in found:
        turn = stored[one.span.turn] if one.source.transcript_id == "t0" else one.turn
        assert one.turn == turn
        assert one.span.turn == turn.turn
        assert 0 <= one.span.char_start < one.span.char_end <= len(turn.text)
        assert one.text == turn.text[one.span.char_start : one.span.char_end]
        assert one.text == one.text.strip()


EXCHANGES = st.lists(
    st.sampled_from(
        [
            "Ann: How much was the grant for Harney County?",
            "Ann: How much did Harney County lose?",
            "Ann: What was it? How much money was it in the end?",
            "Bob: Five hundred thousand.",
            "Bob: The grant was 500,000 dollars.",
            "Bob: Harney County.",
            "Greg Allen: A million in March.",
        ]
    ),
    min_size=2,
    max_size=14,
)


@given(lines=st.one_of(LINES, EXCHANGES), question=QUESTIONS)
def test_extracts_are_few_and_never_the_same_place_twice(lines: list[str], question: str) -> None:
    found = extracts(question, *lines)
    # One of them perhaps with the question it answers.
    assert len(found) <= (7 if parse(question).several else 4)
    places = sorted((one.source.transcript_id, one.span.turn, one.span.char_start, one.span.char_end) for one in found)
    for one, other in pairwise(places):
        assert one[:2] != other[:2] or one[3] <= other[2]


@given(lines=LINES, question=QUESTIONS)
def test_extracts_together_keep_to_the_word_limit(lines: list[str], question: str) -> None:
    assert sum(len(one.text.split()) for one in extracts(question, *lines)) <= quote.MAX_WORDS


def test_a_question_that_is_an_extract_already_is_not_added_again_with_its_answer() -> None:
    turns = [
        "Ann: How much was the grant for Harney County?",
        "Ann: How much did Harney County lose?",
        "Greg: The March grant of Harney County?",
        "Bob: Harney County got the grant.",
        "Bob: The grant was 500,000 dollars.",
        "Bob: Grant for Harney County: much.",
        "Bob: Five hundred thousand.",
    ]
    chance = random.Random(1)
    for _ in range(300):
        found = extracts(
            "How much was the Harney County grant in March?", *chance.choices(turns, k=chance.randint(2, 7))
        )
        spans = [(one.source.transcript_id, one.span) for one in found]
        assert len(spans) == len(set(spans))


def test_a_turn_without_a_full_stop_keeps_to_the_word_limit_too() -> None:
    found = extracts("Why did Harney County lose the money?", "Harney County lost the money and so on " * 60)
    assert 0 < sum(len(one.text.split()) for one in found) <= quote.MAX_WORDS


def test_the_best_sentence_is_quoted_whole() -> None:
    found = extracts(
        "Why did Harney County lose its grant money?",
        "Ann: Good morning. The weather is fine today.",
        "Bob: Harney County lost its grant money because the form was late. We moved on after that.",
        "Ann: Then there is the road to the coast, which is closed.",
    )
    assert found[0].turn.speaker == "Bob"
    assert "Harney County lost its grant money because the form was late." in found[0].text


def test_a_short_answer_comes_with_its_question() -> None:
    found = extracts(
        "How many dollars was the county grant?",
        "Ann: How many dollars was the county grant?",
        "Bob: Five hundred thousand.",
        "Ann: The road is closed.",
    )
    assert {one.turn.turn for one in found if one.source.transcript_id == "t0"} >= {1, 2}


def test_no_evidence_no_extracts() -> None:
    assert quote.extracts(parse("Why?"), [], fakes.MemorySearcher()) == []


def test_items_are_collected_across_turns_in_few_words() -> None:
    told = {
        "beach": "One place where we camped was the beach, crabs and all.",
        "forest": "Another place where we camped: a forest near Dover.",
        "mountains": "The best place where we camped were mountains above the snow line.",
        "desert": "Then we camped in a place like a desert, under stars.",
        "lake": "That place where we camped last was a lake full of trout.",
    }
    aside = [f"Bob: Nobody asked about the plumbing in room {n} of that hotel." for n in range(20)]
    lines = [f"Ann: {one}" for one in told.values()]
    found = extracts("Which places have we camped at?", *lines, *aside)
    assert {place for place in told for one in found if place in one.text} == set(told)
    assert len(extracts("Where did we find a place?", *lines, *aside)) <= 3


def test_what_answers_by_a_reader_is_quoted_first() -> None:
    lines = [
        "Ann: Harney County lost its grant money, Harney County did. Its grant money was lost.",
        "Bob: I was ill that week. The form lay on my desk until Friday. It was my fault.",
        *(f"Ann: Nobody asked about room {n} of the hotel." for n in range(9)),
    ]
    encoder = fakes.Reading("desk", sure=8.0)
    searcher = fakes.MemorySearcher(fakes.transcript(*lines), encoder=encoder)
    question = "Why did Harney County lose its grant money?"
    evidence = gather(searcher.search(question, filters=Filters(), top_k=10), searcher, Filters())
    told = quote.extracts(parse(question), evidence, searcher)
    assert "The form lay on my desk until Friday." in told[0].text
    assert told[0].answers == encoder.sure
    unread = extracts(question, *lines)
    assert (unread[0].turn.speaker, unread[0].answers) == ("Ann", None)


@given(lines=LINES, question=QUESTIONS)
def test_what_is_read_are_few_stretches_of_whole_sentences(lines: list[str], question: str) -> None:
    encoder = fakes.Reading("late")
    searcher = fakes.MemorySearcher(fakes.transcript(*lines), encoder=encoder)
    evidence = gather(searcher.search(question, filters=Filters(), top_k=10), searcher, Filters())
    found = quote.extracts(parse(question), evidence, searcher)
    said = {turn.text for turn in fakes.transcript(*lines).turns}
    assert 0 < len(encoder.heard) <= 14
    for one in encoder.heard:
        assert any(one.text in text for text in said)
        assert (one.sentences[0][0], one.sentences[-1][1]) == (0, len(one.text))
        assert len(one.text.split()) <= 90 or len(one.sentences) == 1
    assert all(one.answers is not None for one in found)


def test_nothing_more_is_read_once_something_plainly_answers() -> None:
    lines = [f"Ann: Harney County lost its grant money on desk {n}." for n in range(30)]
    read = {}
    for word in ("desk", "nowhere"):
        encoder = fakes.Reading(word)
        searcher = fakes.MemorySearcher(fakes.transcript(*lines), encoder=encoder)
        question = "Why did Harney County lose its grant money?"
        evidence = gather(searcher.search(question, filters=Filters(), top_k=20), searcher, Filters())
        quote.extracts(parse(question), evidence, searcher)
        read[word] = len(encoder.heard)
    assert read == {"desk": 4, "nowhere": 12}


def test_the_rest_of_the_turn_that_answers_best_is_read_too() -> None:
    aside = [f"Of room {n} of that old hotel there is nothing that anybody would want to be told." for n in range(60)]
    lines = [
        f"Ann: {' '.join(aside[:30])} Harney County lost its grant money on my desk. {' '.join(aside[30:])}",
        *(f"Bob: In Harney County there is a hall {n}." for n in range(9)),
    ]
    encoder = fakes.Reading("desk")
    searcher = fakes.MemorySearcher(fakes.transcript(*lines), encoder=encoder)
    question = "Why did Harney County lose its grant money?"
    evidence = gather(searcher.search(question, filters=Filters(), top_k=10), searcher, Filters())
    assert "on my desk" in quote.extracts(parse(question), evidence, searcher)[0].text
    long = lines[0].removeprefix("Ann: ")
    read = sorted(long.index(one.text) for one in encoder.heard[4:])
    first = next(one for one in encoder.heard if "desk" in one.text)
    assert len(read) == 2
    assert read[0] < long.index(first.text) < read[-1]
