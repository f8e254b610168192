from __future__ import annotations

import pytest

from rag.premise import own_share, premise
from rag.question import parse
from rag.values import Filters, Hit, Source, Turn
from tests.fakes import MemorySearcher, transcript


def hits(*lines: str, title: str = "Talk") -> list[Hit]:
    """Turns of one transcript as found, best first; "Name: words" each."""
    source = Source(title.lower(), title, "default")
    parts = [line.partition(": ") for line in lines]
    return [Hit(source, (Turn(n, words, name),), 1.0 - n / 50) for n, (name, _, words) in enumerate(parts, start=1)]


def test_what_another_says_of_himself_is_not_theirs() -> None:
    found = hits(
        "Bob: I realized after my race that I must rest.", "Bob: The race was hard.", "Ann: Ann here. That is great!"
    )
    assert own_share("Bob", found) > 0.6
    assert own_share("Ann", found) < 0.4


def test_what_others_say_of_somebody_by_name_is_theirs_but_not_what_is_said_to_them() -> None:
    told = hits("Greg: Sessions said today that Sessions called it a crime.", "Jeff Sessions: Good evening.")
    assert own_share("Jeff Sessions", told) == pytest.approx(1.0)
    spoken_to = hits("Greg: That is great, Sessions! I ran a race.", "Jeff Sessions: Good evening.")
    assert own_share("Jeff Sessions", spoken_to) < 0.6


def test_only_their_own_conversations_tell() -> None:
    found = [*hits("Zed: the race", "Zed: a race", title="Other"), *hits("Ann: my race", "Bob: hm")]
    assert own_share("Ann", found) > 0.5
    assert own_share("Nobody", found) == 1.0
    assert own_share("Ann", []) == 1.0


def test_several_people_or_a_filter_for_one_leave_nothing_to_check() -> None:
    searcher = MemorySearcher(transcript("Bob: My race was hard.", "Ann: Hm."))
    found = hits("Bob: My race was hard.", "Ann: Hm.")
    asked = parse("How was the race of Ann and Bob?")
    assert premise(asked, ("Ann", "Bob"), found, searcher, Filters()).own == 1.0
    assert premise(asked, ("Ann",), found, searcher, Filters(speakers=("Ann",))).own == 1.0
    assert premise(asked, ("Ann",), found, searcher, Filters()).own < 0.6


def test_words_of_which_none_is_ever_said_have_no_answer() -> None:
    searcher = MemorySearcher(transcript("Bob: My race was hard.", "Ann: The bridge is closed."))
    found = hits("Bob: My race was hard.")
    assert premise(parse("xyzzy plugh"), (), found, searcher, Filters()).unheard == {"xyzzi", "plugh"}
    assert not premise(parse("xyzzy bridge"), (), found, searcher, Filters()).unheard
    # Where little is said, a name that nobody says proves nothing.
    assert not premise(parse("Was the bridge in Barcelona closed?"), (), found, searcher, Filters()).unheard


def test_a_name_that_nobody_says_in_much_talk_has_no_answer() -> None:
    searcher = MemorySearcher(transcript(*(f"Bob: The bridge number {n} is closed in Lisbon." for n in range(10_001))))
    found = hits("Bob: The bridge is closed in Lisbon.", title="Notes of Madrid")
    for question, unheard in (
        ("Was the bridge in Barcelona closed?", {"barcelona"}),
        ("Was the bridge in Lisbon closed?", set()),
        ("Was the bridge in Madrid closed?", set()),  # a title has it
        ("Was the bridge near barcelona closed?", set()),  # no name
    ):
        assert premise(parse(question), (), found, searcher, Filters()).unheard == unheard
