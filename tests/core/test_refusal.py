from __future__ import annotations

from dataclasses import replace

from rag.premise import Premise
from rag.refusal import Grounds, answerable, worth

GOOD = Grounds(score=1.1, answers=3.0, covered=0.6, names=1.0, speaker=1.0, kind=1.0, premise=Premise(1.0, frozenset()))


def test_what_is_read_to_answer_is_answered_and_what_is_not_is_refused() -> None:
    assert answerable(GOOD)
    assert not answerable(replace(GOOD, answers=-2.0))
    # Without anybody who reads, the same evidence looks like an answer.
    assert answerable(replace(GOOD, answers=None))
    assert worth(replace(GOOD, answers=2.0)) >= worth(replace(GOOD, answers=0.0))


def test_caution_moves_the_line_of_what_is_read() -> None:
    doubtful = replace(GOOD, answers=-1.5)
    assert [answerable(doubtful, caution) for caution in ("strict", "balanced", "eager")] == [False, True, True]
    assert answerable(replace(GOOD, answers=-2.5), "eager")


def test_what_has_nothing_to_do_with_the_question_is_no_answer_however_it_reads() -> None:
    far = replace(GOOD, answers=6.0, score=0.4, covered=0.05)
    assert not answerable(far)


def test_what_others_said_must_be_read_the_more_surely_to_answer() -> None:
    assert not answerable(replace(GOOD, premise=Premise(0.5, frozenset())))
    theirs = replace(GOOD, premise=Premise(0.66, frozenset()))
    assert answerable(theirs)
    assert not answerable(replace(theirs, answers=0.5))


def test_who_is_never_spoken_of_is_not_asked_about_in_vain() -> None:
    assert not answerable(replace(GOOD, premise=Premise(1.0, frozenset({"zork"}))), "eager")
