from __future__ import annotations

import pytest

from rag.errors import QuestionError
from rag.followups import standalone as written_out
from rag.people import People
from rag.question import MAX_CHARS, checked, parse
from rag.values import Message


def test_a_question_is_tidied() -> None:
    assert checked("  Which \n\t county?  ") == "Which county?"


@pytest.mark.parametrize("text", ["", " ", "\n\t\u3000", "?!", "😀"])
def test_a_question_of_nothing_is_refused(text: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        checked(text)


def test_the_longest_question_allowed_passes() -> None:
    assert MAX_CHARS == 4000
    assert len(checked("a" * 4000)) == 4000
    assert checked("a" * 4000 + " " * 100) == "a" * 4000


@pytest.mark.parametrize(("length", "said"), [(4001, "4,001"), (20_000, "20,000")])
def test_a_longer_one_is_refused_in_one_line_with_both_numbers(length: int, said: str) -> None:
    with pytest.raises(QuestionError) as refused:
        checked("a" * length)
    assert said in str(refused.value)
    assert "4,000" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_is_refused_is_named() -> None:
    with pytest.raises(QuestionError, match="the query is empty"):
        checked("", what="query")


def standalone(question: str, history: tuple[Message, ...]) -> str:
    return written_out(question, history, People(())).text


HISTORY = (
    Message("user", "Which county got the grant?"),
    Message("assistant", "Harney County [1]"),
)


def test_a_question_that_leans_takes_the_one_before_it_along() -> None:
    assert standalone("And why did they?", HISTORY) == "Which county got the grant? And why did they?"


def test_a_question_that_stands_alone_is_left_alone() -> None:
    assert standalone("Which county got its money?", ()) == "Which county got its money?"
    assert standalone("When did Greg Allen visit Florida?", HISTORY) == "When did Greg Allen visit Florida?"


def test_only_what_a_person_asked_counts() -> None:
    assert standalone("And why?", (Message("assistant", "Hello"),)) == "And why?"


def test_together_they_are_not_longer_than_a_question_can_be() -> None:
    long = "And " + "why " * 900 + "it?"
    together = standalone(long, (Message("user", "county " * 500),))
    assert len(together) <= MAX_CHARS
    assert together.endswith(long)


def test_a_question_is_taken_apart() -> None:
    found = parse("How many counties did Greg Allen visit, and why?")
    assert found.words == tuple(dict.fromkeys(found.words))
    assert {"greg", "allen"} <= found.names
    assert found.wants == {"number", "reason"}


@pytest.mark.parametrize(
    "text",
    [
        "Summarize the discussion about product quotation.",
        "What did the group think of the battery?",
        "What was agreed upon on sample transcripts?",
        "What did Bob say about the budget when discussing the bridge?",
        "What were the problems with the recordings?",
        "What are the drawbacks of the new bridge?",
        "What was the government's policy towards the colleges?",
        "How did the minister respond to the mergers?",
        "What was decided on the microphones?",
        "How did Ann design the evaluation?",
        "Why did Ann disagree with the mayor?",
    ],
)
def test_what_was_discussed_is_a_broad_question(text: str) -> None:
    assert parse(text).broad


@pytest.mark.parametrize(
    "text",
    [
        "When did the council discuss the bridge?",
        "How many members of the group agreed on it?",
        "What did Caroline see at the council meeting for adoption?",
        "Which brand of recorder does Ann use?",
        "Who built the bridge?",
        "What are Ann's plans for the summer?",
        "Why was the bridge closed?",
        "How did Ann get home?",
    ],
)
def test_a_question_for_a_fact_is_not_broad(text: str) -> None:
    assert not parse(text).broad


def test_words_that_only_say_that_talk_is_asked_for_are_not_looked_for() -> None:
    assert parse("Summarize the discussion about battery life").sought == ("batteri", "life")
    assert parse("Please summarize the discussion").sought == parse("Please summarize the discussion").words
    assert parse("Who asked for the discussion group?").sought == ("ask", "discuss", "group")


def test_when_amid_a_question_asks_for_no_time() -> None:
    assert "time" not in parse("What did she say when discussing the bridge?").wants
    assert "time" in parse("Who built the bridge, and when did it open?").wants


@pytest.mark.parametrize(
    "text",
    [
        "What activities does Melanie do with her family?",
        "Which languages did the study use?",
        "What three points in the future does she suggest?",
        "Who have written to Maria?",
        "Where has Melanie camped?",
        "In what ways does Ann help?",
        "Name the counties that lost money.",
    ],
)
def test_what_has_several_answers(text: str) -> None:
    assert parse(text).several


@pytest.mark.parametrize(
    "text",
    [
        "Which county got its grant money and why?",
        "What is this about?",
        "What does Ann think?",
        "Why did Joanna name the dog Tilly?",
        "Which business did Ann start?",
        "Who has it?",
    ],
)
def test_what_has_one_answer(text: str) -> None:
    assert not parse(text).several
