"""Questions after everything, and questions that only look like them."""

from __future__ import annotations

import pytest

from rag.exhaustive import exhaustive
from rag.people import People

PEOPLE = People(["Greg Allen", "Ann Smith", "Johnny Boursiquot", "Jerod Santo"])


@pytest.mark.parametrize(
    ("question", "topic", "by"),
    [
        ("Every episode where Rust is compared to Go", "Rust is compared to Go", "transcript"),
        ("Which meetings mention the bike lane?", "bike lane", "transcript"),
        ("In which episodes did Ann Smith talk about the bridge?", "bridge", "transcript"),
        ("What meetings was the library discussed in?", "library", "transcript"),
        ("How many episodes are about Kubernetes?", "Kubernetes", "transcript"),
        ("all episodes about machine learning", "machine learning", "transcript"),
        ("How many times did Johnny Boursiquot mention wait groups?", "wait groups", "transcript"),
        ("How often was climate change mentioned?", "climate change", "transcript"),
        ("How often did the library come up in all meetings?", "library", "transcript"),
        ("How often was Jerod Santo mentioned?", "Jerod Santo", "transcript"),
        ("list all the times that the audit was discussed", "audit", "transcript"),
        ("Show me every mention of overtime", "overtime", "transcript"),
        ("how many mentions of Chicago are there", "Chicago", "transcript"),
        ("Everything Ann Smith said about the bridge", "bridge", "transcript"),
        ("who all spoke about parking on Foundry Street?", "parking on Foundry Street", "speaker"),
        ("How many people mentioned housing?", "housing", "speaker"),
        ('How often does anyone say the word "serverless"?', "serverless", "transcript"),
    ],
)
def test_everything_is_asked_for(question: str, topic: str, by: str) -> None:
    found = exhaustive(question, PEOPLE)
    assert found is not None
    assert (found.topic, found.by) == (topic, by)


@pytest.mark.parametrize(
    "question",
    [
        "How many counties got money?",
        "How many times has Melanie gone to the beach in 2023?",
        "How often does she go running?",
        "How often did he say that he goes running?",
        "Which show did he host?",
        "Which episode had the guest who wrote Shiny?",
        "List all the counties that got money",
        "How many people really walked out of the cannery?",
        "Who spoke about the bridge?",
        "What did the meeting discuss about the research fund?",
        "How many meetings did the council hold?",
        "How many people work in the company he mentioned?",
        "Which company in the episode about open source was described as having only engineers?",
        "How often was it mentioned?",  # nothing to look for
    ],
)
def test_other_questions_are_not(question: str) -> None:
    assert exhaustive(question, PEOPLE) is None


def test_what_belongs_together_is_looked_for_together_first() -> None:
    found = exhaustive("Which meetings mention the bike lane?", PEOPLE)
    assert found is not None
    assert [(one.words, one.together) for one in found.tries] == [(("bike", "lane"), True), (("bike", "lane"), False)]
    found = exhaustive("Which meetings mention parking on Foundry Street?", PEOPLE)
    assert found is not None
    assert [one.together for one in found.tries] == [False]


def test_in_quotation_marks_every_word_counts() -> None:
    found = exhaustive("How often is “state of the art” said?", PEOPLE)
    assert found is not None
    assert [(one.words, one.together) for one in found.tries] == [(("state", "of", "the", "art"), True)]
