from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import ranking, stretches
from index.lexicon import Matches
from index.store.records import TurnRow
from index.store.schema import STRIDE
from rag.question import parse

NOTHING = Matches({}, {}, {}, {})


def turns(*texts: str) -> dict[int, TurnRow]:
    """Turns 1.. of transcript 1, "Name: words" each."""
    split = (text.partition(": ") for text in texts)
    return {STRIDE + n: TurnRow(STRIDE + n, name, words) for n, (name, _, words) in enumerate(split, start=1)}


def worth(question: str, *texts: str, found: float = 0.5) -> list[float]:
    """What equally well found turns are worth once they are read, in order."""
    there = turns(*texts)
    known = dict.fromkeys(there, found)
    return list(ranking.read(parse(question), known, there, known).values())


def test_what_is_best_in_every_channel_is_worth_one_and_what_is_worst_nothing() -> None:
    near = {1: (0.9, 0.8, 0.7), 2: (0.1, 0.1, 0.1)}
    found = {1: 7.0, 2: 1.0}
    scores = ranking.found([1, 2], near, Matches(found, found, found, {0: 3.0}))
    # Both are of one transcript, which tells nothing apart.
    assert scores == pytest.approx({1: 0.95, 2: 0.0})
    other = ranking.found(
        [1, STRIDE + 1], {1: near[1], STRIDE + 1: near[2]}, Matches(*[{1: 7.0}] * 3, {0: 3.0, 1: 1.0})
    )
    assert other == pytest.approx({1: 1.0, STRIDE + 1: 0.0})


def test_a_turn_that_no_channel_found_is_worth_nothing() -> None:
    scores = ranking.found([1, 2, 3], {1: (0.5, 0.5, 0.5)}, Matches({2: 3.0}, {}, {}, {}))
    assert scores[3] == 0.0
    assert ranking.found([], {}, NOTHING) == {}


def test_what_the_named_person_says_is_worth_more() -> None:
    ann, bob = worth(
        "What colour did Ann choose?", "Ann Lee: Blue it was, in the end.", "Bob: Blue it was, in the end."
    )
    assert ann - bob == pytest.approx(0.08)


@pytest.mark.parametrize(
    ("question", "holds", "lacks"),
    [
        ("When did the bridge open?", "A: The bridge opened in May 1931.", "A: The bridge opened to all of us."),
        ("How many came?", "A: Some four hundred people came.", "A: So many of the people came."),
        ("Who built it?", "A: It was the work of Maria Lopez.", "A: It was the work of my friend."),
    ],
)
def test_a_turn_that_holds_the_kind_of_thing_asked_for_is_worth_more(question: str, holds: str, lacks: str) -> None:
    assert worth(question, holds)[0] > worth(question, lacks)[0] + 0.05
    assert worth("What of the bridge?", holds)[0] == pytest.approx(worth("What of the bridge?", lacks)[0], abs=0.05)


def test_the_answer_to_a_question_that_was_found_is_worth_more_than_the_question() -> None:
    question, answer = "Ann: And what does the county do with the grant?", "Bob: It pays for the new road, mostly."
    asked, answered = worth("What does the county do with the grant?", question, answer, found=0.9)
    assert answered > asked
    # After a question about something else a turn is worth less than after none.
    assert worth("x y", question, answer, found=0.1)[1] < worth("x y", "Ann: No.", answer, found=0.1)[1]


def test_longer_turns_are_worth_more_up_to_a_limit() -> None:
    short, long, longer = worth("x y", *(f"A: {'word ' * n}" for n in (5, 120, 900)))
    assert short < long == longer


def test_turns_that_are_gone_are_not_ranked() -> None:
    there = turns("A: one", "B: two")
    known = dict.fromkeys([*there, STRIDE + 3], 0.5)
    assert set(ranking.read(parse("x y"), known, there, known)) == set(there)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 300)), min_size=1, max_size=40))
def test_density_in_two_passes_is_the_sum_over_all_pairs(talk: list[tuple[float, int]]) -> None:
    mass = np.array([value for value, _ in talk])
    words = np.array([float(n) for _, n in talk])
    places = np.cumsum(words) - words / 2
    far = np.abs(places[:, None] - places[None, :])
    np.testing.assert_allclose(stretches._spread(mass, places), np.exp(-far / 400.0) @ mass, rtol=1e-9)


def test_where_much_was_found_lies_above_a_single_good_turn() -> None:
    there = turns(*["A: the lake and the bridge over it"] * 40)
    ids = list(there)
    known = {ids[2]: 0.6, **dict.fromkeys(ids[20:26], 0.55)}
    worth = stretches.dense(parse("Summarize the discussion about the bridge"), known, known, there)
    assert max(worth, key=worth.__getitem__) in ids[20:26]
    assert worth[ids[23]] > worth[ids[2]] > worth[ids[39]]
    assert set(worth) == set(ids)


def test_among_many_transcripts_a_turn_that_answers_by_itself_counts_for_more() -> None:
    there = turns(*["A: the lake and the bridge over it"] * 40)
    ids = list(there)
    found = {ids[2]: 0.8, **dict.fromkeys(ids[20:26], 0.55)}
    question = parse("Summarize the discussion about the bridge")
    within = stretches.dense(question, found, found, there)
    among = stretches.dense(question, found | {STRIDE * 99 + 1: 0.1}, found, there)
    assert within[ids[23]] > within[ids[2]]
    assert among[ids[2]] > among[ids[23]]


def test_what_the_person_asked_about_says_lies_above_what_others_say() -> None:
    there = turns("Marketing: the lake is deep", "Designer: the lake is deep")
    found = dict.fromkeys(there, 0.5)
    marketing, designer = stretches.dense(
        parse("What did the marketing think about the lake?"), found, found, there
    ).values()
    assert marketing > designer


def test_a_stretch_goes_from_the_first_to_the_last_turn_found_in_the_best_transcripts() -> None:
    best = [n * STRIDE + at for n in range(1, 8) for at in (5, 3)]
    assert stretches.around(best) == [n * STRIDE + at for n in range(1, stretches.TRANSCRIPTS + 1) for at in (3, 4, 5)]
    assert stretches.around([]) == []
    assert stretches.dense(parse("x"), {}, {}, {}) == {}
