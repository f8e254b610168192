"""Questions that lay down rules themselves, asked of a library: whose turns, which days, everything."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from index.search import Search
from index.store.library import Library
from prompts import REFUSAL
from rag.ask import ask
from rag.values import Answer, Filters, Message
from rag.wording import unmarked
from tests import fakes
from tests.core.test_ask import check

TODAY = dt.date(2024, 6, 20)
COUNCIL = (
    "Ann Smith: What do you think about the harbor bridge?",
    "Bob Jones: The harbor bridge is closed because the harbor bridge fell into the river.",
    "Greg Allen: I think the harbor bridge costs too much money for this town.",
    "Bob Jones: Greg Allen promised that the harbor bridge opens in March.",
)
LATER = (
    "Ann Smith: The harbor bridge is open again.",
    "Greg Allen: The library opens on Sundays, and the bridge is old.",
    "(HARBOR SOUNDS)",
)


@pytest.fixture
def filled(library: Library) -> Library:
    fakes.put(library, "may.txt", *COUNCIL, date=dt.date(2024, 5, 7))
    fakes.put(library, "june.txt", *LATER, date=dt.date(2024, 6, 11), collection="other")
    return library


@pytest.fixture
def searcher(filled: Library) -> Search:
    return fakes.searching(filled)


def speakers(answer: Answer) -> set[str | None]:
    return {one.turn.speaker for one in answer.citations}


def test_what_somebody_said_is_quoted_from_them_alone(searcher: Search, filled: Library) -> None:
    answer = ask("What did Greg Allen say about the harbor bridge?", searcher=searcher)
    check(answer, filled)
    assert answer.searched.filters == Filters(speakers=("Greg Allen",))
    assert answer.searched.turns == 2
    assert speakers(answer) == {"Greg Allen"}
    assert answer.status == "quoted"


def test_where_they_do_not_say_it_the_answer_tells_whose_turns_were_searched(searcher: Search, filled: Library) -> None:
    answer = ask("What did Greg Allen say about sourdough penguins?", searcher=searcher)
    check(answer, filled)
    assert answer.status == "not_found"
    assert "2 turns of 2 transcripts (only what Greg Allen said)" in answer.text
    assert speakers(answer) <= {"Greg Allen"}


def test_a_promise_may_be_told_by_another(searcher: Search) -> None:
    answer = ask("What did Greg Allen promise about the harbor bridge?", searcher=searcher)
    assert answer.searched.filters == Filters()
    assert "Bob Jones" in speakers(answer)


def test_others_are_asked(searcher: Search, filled: Library) -> None:
    answer = ask("What did anyone other than Bob Jones say about the harbor bridge?", searcher=searcher)
    check(answer, filled)
    assert answer.searched.filters == Filters(not_speakers=("Bob Jones",))
    assert "Bob Jones" not in speakers(answer)


def test_a_filter_and_the_question_bind_both(searcher: Search, filled: Library) -> None:
    question = "What did Greg Allen say about the harbor bridge?"
    narrowed = ask(question, searcher=searcher, filters=Filters(speakers=("allen", "Bob Jones")))
    assert narrowed.searched.filters.speakers == ("Greg Allen",)
    assert speakers(narrowed) == {"Greg Allen"}
    nobody = ask(question, searcher=searcher, filters=Filters(speakers=("Bob Jones",)))
    check(nobody, filled)
    assert (nobody.status, nobody.searched.turns, nobody.citations) == ("not_found", 0, ())
    assert "only what Greg Allen said" in nobody.text


def test_a_name_nobody_has_is_no_rule_and_is_told(searcher: Search, filled: Library) -> None:
    answer = ask("What did Gregg Allan say about sourdough penguins?", searcher=searcher)
    check(answer, filled)
    assert answer.searched.filters == Filters()
    assert answer.text.endswith("Nobody named Gregg Allan speaks in them; Greg Allen does.")


def test_days_that_are_asked_about_are_a_rule(searcher: Search, filled: Library) -> None:
    answer = ask("What was discussed last week about the harbor bridge?", searcher=searcher, today=TODAY)
    check(answer, filled)
    assert answer.searched.filters == Filters(since=dt.date(2024, 6, 10), until=dt.date(2024, 6, 16))
    assert {one.source.date for one in answer.citations} == {dt.date(2024, 6, 11)}
    empty = ask("What was discussed in the May 2020 meeting?", searcher=searcher, today=TODAY)
    check(empty, filled)
    assert "only from 2020-05-01 until 2020-05-31" in empty.text
    assert "transcite ingest" not in empty.text


def test_the_clock_is_not_read(searcher: Search) -> None:
    answer = ask("What was discussed last week about the harbor bridge?", searcher=searcher)
    assert answer.searched.filters == Filters()


def test_the_latest_is_found_by_its_date(searcher: Search, filled: Library) -> None:
    answer = ask("What was said about the bridge in the latest meeting?", searcher=searcher)
    check(answer, filled)
    assert answer.searched.transcripts == 1
    assert {one.source.title for one in answer.citations} == {"june.txt"}


def test_a_follow_up_keeps_the_name_it_leans_on(searcher: Search, filled: Library) -> None:
    said = (
        Message("user", "What did Bob Jones say about the harbor bridge?"),
        Message("assistant", "Bob Jones: “It fell.” [1]"),
    )
    answer = ask("And Greg Allen?", searcher=searcher, history=said)
    check(answer, filled)
    assert answer.standalone_question == "What did Greg Allen say about the harbor bridge?"
    assert speakers(answer) == {"Greg Allen"}


def listed(answer: Answer, library: Library) -> list[str]:
    """The lines of a listing, after what holds for every one was checked; the first counts."""
    lines = answer.text.splitlines()
    assert (answer.status, answer.dropped) == ("quoted", ())
    assert [one.n for one in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert sorted({int(n) for n in re.findall(r"\[(\d+)\]", answer.text)}) == [one.n for one in answer.citations]
    for one in answer.citations:
        _, value = library.transcript(one.source.transcript_id)
        assert one.turn == value.turns[one.turn.turn - 1]
        assert one.quote in one.turn.text
        assert unmarked(one.quote) in lines[one.n]
    assert {n for one in answer.sentences for n in one.citations} == {one.n for one in answer.citations}
    assert answer.sentences[0].text == lines[0]
    return lines


def test_how_often_is_counted_over_everything(searcher: Search, filled: Library) -> None:
    answer = ask("How many times was the harbor bridge mentioned?", searcher=searcher)
    lines = listed(answer, filled)
    assert lines[0] == (
        "5 turns of 2 transcripts say “harbor bridge”, in any form of these words. By speaker: Bob Jones 2, Ann Smith"
        " 2, Greg Allen 1. Searched 7 turns of 2 transcripts."
    )
    assert [line[line.index("[") :] for line in lines[1:]] == [
        "[1] (may.txt, 2024-05-07: 4 turns)",
        "[2] (june.txt, 2024-06-11: 1 turn)",
    ]


def test_filters_and_the_question_narrow_what_is_counted(searcher: Search, filled: Library) -> None:
    answer = ask("How many times did Greg Allen mention the bridge?", searcher=searcher)
    lines = listed(answer, filled)
    assert lines[0].startswith("2 turns of 2 transcripts say “bridge”, in any form of the word.")
    assert lines[0].endswith("Searched 2 turns of 2 transcripts (only what Greg Allen said).")
    one = ask("How many times was the bridge mentioned?", searcher=searcher, filters=Filters(collections=("other",)))
    assert listed(one, filled)[0].startswith("2 turns of 1 transcript say “bridge”")


def test_who_spoke_about_it_is_listed_by_speaker(searcher: Search, filled: Library) -> None:
    lines = listed(ask("Who all spoke about the harbor bridge?", searcher=searcher), filled)
    assert [line.split(":")[0] for line in lines[1:]] == ["Bob Jones", "Ann Smith", "Greg Allen"]
    assert lines[2].endswith("(2 turns of 2 transcripts)")


def test_what_nobody_says_is_not_found_anywhere(searcher: Search, filled: Library) -> None:
    answer = ask("Which meetings mention penguins?", searcher=searcher)
    check(answer, filled)
    assert answer.text == (
        f"{REFUSAL} No turn says “penguins”, in any form of the word. Searched 7 turns of 2 transcripts."
    )


def test_a_number_in_brackets_that_is_asked_for_is_no_marker(searcher: Search, filled: Library) -> None:
    check(ask('How often is "[7] penguins" said?', searcher=searcher), filled)


def test_a_long_listing_ends_with_what_is_left_out(library: Library) -> None:
    for n in range(14):
        fakes.put(library, f"{n}.txt", *["Ann: The bridge [2] is closed."] * (15 - n), f"Bob: Number {n}.")
    answer = ask("How often was the bridge mentioned?", searcher=fakes.searching(library))
    lines = listed(answer, library)
    assert lines[0].startswith(f"{sum(range(2, 16))} turns of 14 transcripts say “bridge”")
    assert len(lines) == 12
    assert lines[-1] == "And 4 more transcripts with 14 turns."
    assert "(2) is closed.” [1]" in lines[1]


def test_who_asks_when_is_told_the_day(library: Library) -> None:
    fakes.put(library, "diary.txt", "Ann Lee: The harbor bridge opened yesterday.", date=dt.date(2024, 5, 7))
    fakes.put(library, "undated.txt", "Bob Ray: The museum roof fell yesterday.")
    fakes.put(library, "sure.txt", "Cem Kaya: The swimming pool closed on 3 May.", date=dt.date(2024, 5, 6))
    searcher = fakes.searching(library)
    bridge = ask("When did the harbor bridge open?", searcher=searcher)
    check(bridge, library)
    told = "Ann Lee: “The harbor bridge opened yesterday.” (7 May 2024; yesterday is 6 May 2024)"
    assert told in [one.text for one in bridge.sentences]
    assert f"{told} [1]" in bridge.text
    pool = ask("When did the swimming pool close?", searcher=searcher)
    assert pool.sentences[0].text == "Cem Kaya: “The swimming pool closed on 3 May.” (6 May 2024)"
    assert not ask("When did the museum roof fall?", searcher=searcher).sentences[0].text.endswith(")")
    assert not any("2024" in one.text for one in ask("Where is the harbor bridge?", searcher=searcher).sentences)
