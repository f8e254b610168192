"""The measures, on figures worked out by hand."""

from __future__ import annotations

import pytest

from rag import measures
from rag.measures import Refusals

A1, A2, A3, A4, B1 = ("a", 1), ("a", 2), ("a", 3), ("a", 4), ("b", 1)


@pytest.mark.parametrize(
    ("k", "share"),
    [(1, 0.0), (2, 0.5), (3, 0.5), (4, 1.0), (25, 1.0)],
)
def test_turn_recall_is_the_share_of_the_gold_turns_among_the_first_k(k: int, share: float) -> None:
    assert measures.turn_recall([A1, A2, B1, A4], {A2, A4}, k=k) == share


def test_a_turn_of_another_transcript_is_not_the_gold_turn_of_that_number() -> None:
    assert measures.turn_recall([B1], {A1}, k=5) == 0.0


def test_any_turn_that_answers_as_well_stands_for_every_gold_turn() -> None:
    assert measures.turn_recall([B1, A1], {A1, A2, A3}, {B1}, k=1) == 1.0
    assert measures.turn_recall([A1, B1], {A1, A2, A3}, {B1}, k=1) == pytest.approx(1 / 3)


def test_a_turn_found_twice_takes_up_room_twice_and_counts_once() -> None:
    assert measures.turn_recall([A1, A1, A2], {A1, A2}, k=2) == 0.5
    assert measures.words_found([A1, A1], {A1, A2}, {A1: 10, A2: 10}, budget=100) == 0.5


def test_recall_of_no_gold_turn_is_refused() -> None:
    with pytest.raises(ValueError, match="no gold turn"):
        measures.turn_recall([A1], set(), k=5)
    with pytest.raises(ValueError, match="no gold word"):
        measures.words_found([A1], {A2}, {A1: 5, A2: 0}, budget=10)


@pytest.mark.parametrize(
    ("budget", "share"),
    [
        (30, 0.0),  # all of it is read on a turn that is not gold
        (40, 0.2),  # ten of the first gold turn's twenty words still fit
        (50, 0.4),
        (85, 0.8),  # the fourth turn adds nothing, of the last one twenty still fit
        (1000, 1.0),
    ],
)
def test_gold_words_within_a_budget(budget: int, share: float) -> None:
    words = {A1: 30, A2: 20, B1: 15, A3: 30}
    assert measures.words_found([A1, A2, B1, A3], {A2, A3}, words, budget=budget) == pytest.approx(share)


def test_gold_that_is_not_found_counts_in_the_denominator() -> None:
    assert measures.words_found([A1], {A1, A2}, {A1: 10, A2: 30}, budget=800) == 0.25
    assert measures.words_read([A1], {A1: 10, A2: 30}, budget=800) == 10


def test_citations() -> None:
    assert measures.citation_precision([A1, A2, B1], {A1, A4}, {B1}) == pytest.approx(2 / 3)
    assert measures.citation_recall([A1, A2], {A1, A4}) == 0.5
    assert measures.citation_recall([A2, B1], {A1, A4}, {B1}) == 1.0
    assert measures.citation_precision([], {A1}) == measures.citation_recall([], {A1}) == 0.0
    assert measures.citation_precision([A1, A1, A2], {A1}) == 0.5  # two quotes of a turn are one turn


def test_keys_are_found_whatever_the_case_and_white_space() -> None:
    assert measures.has_keys(["Zero Daily", "hackerone"], "the zero\n daily, by HackerOne")
    assert not measures.has_keys(["Zero Daily", "S3"], "the Zero Daily")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The dog's self-care, in 2,500 cafés!", ["dogs", "self", "care", "in", "2500", "cafes"]),
        ("The", ["the"]),
        ("...", []),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert measures.tokens(text) == tokens


def test_token_f1_counts_a_token_as_often_as_both_have_it() -> None:
    # said: very very good dog; answer: very good cat -> 2 shared of 4 and of 3
    assert measures.token_f1("Very, very good: a dog", "a very good cat") == pytest.approx(4 / 7)
    assert measures.token_f1("", "a very good cat") == 0.0


def test_coverage_is_the_share_of_the_answers_tokens_that_are_quoted() -> None:
    assert measures.coverage("the 7 May 2023", "We met on May 7.") == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="no words"):
        measures.coverage("...", "anything")


def test_refusals() -> None:
    counted = Refusals.of([True, True, True, False, False], [True, False, False, True, False])
    assert counted == Refusals(right=1, wrong=2, missed=1)
    assert (counted.precision, counted.recall, counted.f1) == (pytest.approx(1 / 3), 0.5, 0.4)
    nothing = Refusals.of([False, False], [True, False])
    assert (nothing.precision, nothing.recall, nothing.f1) == (0.0, 0.0, 0.0)


def test_refusals_as_the_line_moves() -> None:
    points = measures.refusal_curve([0.5, 0.1, 0.5, 0.9], [True, True, False, False])
    assert points == [(0.1, Refusals(1, 0, 1)), (0.5, Refusals(2, 1, 0)), (0.9, Refusals(2, 2, 0))]
