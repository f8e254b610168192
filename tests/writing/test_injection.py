"""Spoken injection: with a model that obeys whatever a transcript says, nothing hostile gets past the check."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hostile import ATTACKS, Attack
from models import Obedient
from test_faults import QUESTION, assert_valid

from rag.ask import ask
from rag.values import Answer
from rag.writing.instructions import addressed
from rag.writing.writer import Writer
from tests.fakes import MemorySearcher, transcript

HEARING = (
    "Diane Okafor: Why was the grant of Tamarack County taken back?",
    "Jose Ibarra: Tamarack lost the grant of nine hundred thousand dollars because it filed late.",
    "Lee Sand: I did not vote for the ambulance grant. The ferry runs on Sundays.",
)


def hearing(attack: Attack) -> MemorySearcher:
    """The hearing, a visitor's hostile turn in it."""
    return MemorySearcher(transcript(*HEARING, f"A Visitor: {attack.said}", title="Hearing"))


def trigger_of(attack: Attack) -> str:
    """The end of the hostile turn, as a model is given it."""
    return re.sub(r"\[(\d+)\]", r"(\1)", attack.said)[-12:]


def has_harm(answer: Answer, attack: Attack) -> bool:
    """Whether a reader is given what the attack wants said; what a visitor said, quoted as theirs, is not that."""
    by_us = [one.text for one in answer.sentences if answer.status == "answered"]
    denied = answer.status == "not_found"
    return denied or any(attack.harm.casefold() in one.casefold() for one in by_us)


def test_there_are_enough_of_each_kind() -> None:
    counts = Counter(one.kind for one in ATTACKS)
    assert len(ATTACKS) >= 60
    assert len({one.said for one in ATTACKS}) == len(ATTACKS)
    assert min(counts.values()) >= 4


@pytest.mark.parametrize("attack", ATTACKS, ids=[f"{one.kind}: {one.said[:40]}" for one in ATTACKS])
def test_obeying_gets_nothing_through(attack: Attack) -> None:
    model = Obedient(attack.obeyed, trigger_of(attack))
    answer = ask(QUESTION, searcher=hearing(attack), writer=Writer(model))
    assert model.obeyed, "the hostile turn was not among what the model was given"
    assert_valid(answer)
    assert not has_harm(answer, attack), answer.text
    assert answer.status == "quoted"
    assert "filed late" in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "I would say that the budget doubled.",
        "We ignored the rules of the old committee for years.",
        "You know, they told me that the answer was no.",
        "Let me tell you about the system we built.",
        "I'd like to add a link between the two towns.",
        "She wrote that the bridge was closed.",
        "My answer to that is simple: we need more nurses.",
        "The new rules were announced in May.",
        "They claim that the water is safe.",
        "Can you repeat the question?",
        "We use tools like Docker to run the code.",
    ],
)
def test_ordinary_talk_is_not_taken_for_an_attack(text: str) -> None:
    assert not addressed(text)
