"""Questions that lean on the conversation, and questions that do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.followups import standalone
from rag.leaning import leans
from rag.people import People
from rag.question import MAX_CHARS
from rag.values import Message

SEEDS = Path(__file__).parents[2] / "seeds" / "questions.jsonl"
PEOPLE = People(["Greg Allen", "Robert Siegel", "Ann Smith", "Bob Jones", "Diane Okafor", "Minh Nguyễn", "Suz Hinton"])
GRANT = (
    "Which county got its grant money and why?",
    "Greg Allen (name inferred): “Miami-Dade County would get it.” [1]",
)
BRIDGE = ("What did Ann Smith say about the bridge?", "Ann Smith: “The bridge is closed.” [1]")
LANE = ("What did the council decide about the bike lane?", "Diane Okafor: “Yes.” [1]\nMinh Nguyễn: “No.” [2]")
CHICAGO = ("How did Chicago respond to the threat?", "It sued.")
MAYOR = ("Which party is Miami-Dade mayor Carlos Gimenez from?", "He is a Republican.")


def history(*said: str) -> tuple[Message, ...]:
    return tuple(Message("assistant" if at % 2 else "user", one) for at, one in enumerate(said))


@pytest.mark.parametrize(
    ("before", "question", "written"),
    [
        (GRANT, "and why?", f"{GRANT[0]} and why?"),
        (GRANT, "When was that?", f"{GRANT[0]} When was that?"),
        (GRANT, "what did he say about that?", f"{GRANT[0]} what did Greg Allen say about that?"),
        (LANE, "What did she say about it?", f"{LANE[0]} What did Diane Okafor say about it?"),
        (
            MAYOR,
            "Did anyone in his family work for Trump?",
            f"{MAYOR[0]} Did anyone in Carlos Gimenez's family work for Trump?",
        ),
        (LANE, "Why did they do that?", f"{LANE[0]} Why did they do that?"),
        (LANE, "How much would it cost the city?", f"{LANE[0]} How much would it cost the city?"),
        (LANE, "How many streets was it for?", f"{LANE[0]} How many streets was it for?"),
        (LANE, "Which streets did it help?", f"{LANE[0]} Which streets did it help?"),
        (CHICAGO, "What about Portland?", "How did Portland respond to the threat?"),
        (CHICAGO, "and Portland?", "How did Portland respond to the threat?"),
        (LANE, "What about the library?", "What did the council decide about the library?"),
        (BRIDGE, "And Bob?", "What did Bob say about the bridge?"),
        (BRIDGE, "What about Bob Jones?", "What did Bob Jones say about the bridge?"),
        (BRIDGE, "Who else?", "What did anyone other than Ann Smith say about the bridge?"),
        (BRIDGE, "Did anyone else mention it?", "What did anyone other than Ann Smith say about the bridge?"),
        (
            ("What did Ann Smith say about the bridge in 2022?", ""),
            "And in 2023?",
            "What did Ann Smith say about the bridge in 2023?",
        ),
    ],
)
def test_what_leans_is_written_out(before: tuple[str, str], question: str, written: str) -> None:
    assert standalone(question, history(*before), PEOPLE).text == written


@pytest.mark.parametrize(
    "question",
    [
        "How much does a ferry ticket cost?",
        "Who is drawing the new coverage map?",
        "When did Greg Allen visit Florida?",
        "Which county got its money?",
        "If it was not a log, what made the turbine blade break?",
        "After closing his business, which field did Jeremy Fuksa move to?",
        "What did Ann Smith say she would do?",
        "What was the reason that the bridge closed?",
        "Is there a bridge over the lake?",
        "What happened this year in Chicago?",
        "What does it take to build a bridge?",
        "How many years did it take the city to build the bridge?",
        "Which bridge was it that Ann Smith closed?",
        "Which languages show that stories affect people the same way?",
    ],
)
def test_what_does_not_lean_is_left_as_it_is(question: str) -> None:
    found = standalone(question, history(*BRIDGE), PEOPLE)
    assert found.text == found.own == question


def test_no_other_question_of_the_seeds_leans() -> None:
    asked = [json.loads(line) for line in SEEDS.read_text(encoding="utf-8").splitlines()]
    assert [one["id"] for one in asked if leans(one["question"]) != (one["type"] == "followup")] == []


def test_a_chain_of_questions_is_followed_to_its_beginning() -> None:
    said = history(
        "What led to Suz Hinton's burnout?", "Long nights.", "How did she get out of it?", "A friend helped."
    )
    found = standalone("How long did it take her to get over it?", said, PEOPLE)
    assert found.text.startswith("What led to Suz Hinton's burnout? How did Suz Hinton get out of it?")
    assert found.own == "How long did it take Suz Hinton to get over it?"


def test_only_what_is_asked_now_is_a_rule() -> None:
    found = standalone(
        "How does it differ from that?", history("What inspired Streamlit, according to Ann Smith?", ""), PEOPLE
    )
    assert "Ann Smith" in found.text
    assert "Ann Smith" not in found.own


def test_why_asks_the_same_people_again() -> None:
    assert "Ann Smith" in standalone("And why?", history(*BRIDGE), PEOPLE).own


def test_whoever_fits_the_pronoun_is_meant() -> None:
    said = history("Who spoke about the bridge?", "Ann Smith: “Closed.” [1]\nRobert Siegel: “Open.” [2]")
    assert "Robert Siegel" in standalone("What did he say?", said, PEOPLE).own
    assert "Ann Smith" in standalone("What did she say?", said, PEOPLE).own


@pytest.mark.parametrize("before", [(), (Message("assistant", "Hello"),), (Message("user", "  "),)])
def test_without_a_question_before_there_is_nothing_to_lean_on(before: tuple[Message, ...]) -> None:
    assert standalone("And why?", before, PEOPLE).text == "And why?"


def test_it_is_never_longer_than_a_question_may_be() -> None:
    long = "And " + "why " * 900 + "it?"
    found = standalone(long, history("county " * 500, "", "county " * 500, ""), PEOPLE)
    assert len(found.text) <= MAX_CHARS
    assert found.text.endswith(long)
