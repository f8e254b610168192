"""Whose words what was found is, and names that nobody says."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import pytest

from rag import premise
from rag.question import parse
from rag.values import Filters, Hit, Searched, Source, Turn
from tests.fakes import MemorySearcher, transcript


def hit(speaker: str, text: str, score: float = 1.0, transcript_id: str = "t") -> Hit:
    return Hit(Source(transcript_id, transcript_id, "default"), (Turn(1, text, speaker),), score)


def test_the_share_is_of_the_best_in_conversations_they_take_part_in() -> None:
    hits = [
        hit("Cleo Roe", "Elsewhere.", 3.0, "other"),  # Ann does not speak there
        hit("Bob Ray", "My race was fun.", 1.0),
        hit("Ann Lee", "I saw it.", 0.75),
    ]
    assert premise.own_share("Ann Lee", hits) == pytest.approx(math.exp(-2) / (1 + math.exp(-2)))
    assert premise.own_share("Nobody Here", hits) == premise.own_share("Ann Lee", []) == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "In an interview today Lee did say that the race was fun.",
        "Ann today said the race was fun.",
        "The race was fun, said Ann.",
        "The race was fun, says mayor Lee.",
        "Ann Lee told reporters so.",
    ],
)
def test_what_another_tells_of_their_saying_counts_as_theirs(text: str) -> None:
    assert premise.own_share("Ann Lee", [hit("Bob Ray", text), hit("Ann Lee", "Hello.", -9.0)]) > 0.99


@pytest.mark.parametrize(
    "text",
    [
        "Ann, you said the race was fun.",
        "Wow, Ann! I said so.",
        "I told Ann that the race was fun.",
        "Anna said the race was fun.",
        "My race was fun, Lee.",
    ],
)
def test_being_spoken_to_is_no_saying(text: str) -> None:
    assert premise.own_share("Ann Lee", [hit("Bob Ray", text), hit("Ann Lee", "Hello.", -9.0)]) < 0.01


class Large(MemorySearcher):
    """The same among ten thousand turns, in which every word is rare."""

    def searched(self, filters: Filters) -> Searched:
        return replace(super().searched(filters), turns=10_000)

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        return dict.fromkeys(words, 9.0)


def test_a_name_that_nobody_has_or_says_is_told_where_much_was_said() -> None:
    said = transcript("Ann Lee: The bridge in Portland is closed.", "Bob Ray: It is.")
    question = parse("Why did the mayor of Reykjavik close the bridge in Portland?")
    assert premise.premise(question, (), [], Large(said), Filters()).unheard == {"reykjavik"}
    assert premise.premise(question, (), [], MemorySearcher(said), Filters()).unheard == frozenset()
