"""Days that questions name, and whether they are when the talk was."""

from __future__ import annotations

import datetime as dt

import pytest

from rag.dates import periods
from rag.periods import nearness
from rag.timing import When, days_named, when
from rag.values import Source

TODAY = dt.date(2026, 11, 26)  # a Thursday


def days(text: str) -> tuple[dt.date, dt.date]:
    """Of "2023-05-01 2023-05-31"."""
    first, last = text.split()
    return dt.date.fromisoformat(first), dt.date.fromisoformat(last)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("on 3 March 2021", "2021-03-03 2021-03-03"),
        ("on the 3rd of March, 2021", "2021-03-03 2021-03-03"),
        ("on March 3rd, 2021,", "2021-03-03 2021-03-03"),
        ("on 2021-03-03", "2021-03-03 2021-03-03"),
        ("in May 2023", "2023-05-01 2023-05-31"),
        ("in Feb. 2024", "2024-02-01 2024-02-29"),
        ("in 2023", "2023-01-01 2023-12-31"),
        ("the 2023 episodes", "2023-01-01 2023-12-31"),
        ("Q3 2022", "2022-07-01 2022-09-30"),
        ("the fourth quarter of 2022", "2022-10-01 2022-12-31"),
        ("in the spring of 2022", "2022-03-01 2022-05-31"),
        ("in winter 2022", "2021-12-01 2022-02-28"),
        ("between March and May 2021", "2021-03-01 2021-05-31"),
        ("between December and February 2021", "2020-12-01 2021-02-28"),
        ("from June 2020 to August 2021", "2020-06-01 2021-08-31"),
        ("between 3 and 5 May 2021", "2021-05-03 2021-05-05"),
    ],
)
def test_days_of_the_calendar_need_no_today(text: str, meant: str) -> None:
    [found] = periods(text, None)
    assert (found.since, found.until) == days(meant)
    assert not found.relative


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("last May", "2026-05-01 2026-05-31"),
        ("last November", "2025-11-01 2025-11-30"),
        ("on 3 March", "2026-03-03 2026-03-03"),
        ("on 3 December", "2025-12-03 2025-12-03"),
        ("in March", "2026-03-01 2026-03-31"),
        ("last week", "2026-11-16 2026-11-22"),
        ("this week", "2026-11-23 2026-11-29"),
        ("last month", "2026-10-01 2026-10-31"),
        ("last quarter", "2026-07-01 2026-09-30"),
        ("last year", "2025-01-01 2025-12-31"),
        ("last summer", "2026-06-01 2026-08-31"),
        ("yesterday", "2026-11-25 2026-11-25"),
        ("last Monday", "2026-11-23 2026-11-23"),
        ("in the last two weeks", "2026-11-12 2026-11-26"),
        ("two weeks ago", "2026-11-09 2026-11-15"),
    ],
)
def test_others_are_counted_from_today(text: str, meant: str) -> None:
    [found] = periods(text, TODAY)
    assert (found.since, found.until) == days(meant)
    assert periods(text, None) == []


@pytest.mark.parametrize(
    "text",
    [
        "what may happen",
        "the march to the sea",
        "May I ask?",
        "2000 people",
        "the second half",
        "about 1,995 pages",
        "on 31 June",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert periods(text, TODAY) == []


def test_open_ends() -> None:
    [since], [before], [after] = (periods(f"{word} 2020", None) for word in ("since", "before", "after"))
    assert (since.since, since.until) == (dt.date(2020, 1, 1), None)
    assert (before.since, before.until) == (None, dt.date(2019, 12, 31))
    assert (after.since, after.until) == (dt.date(2021, 1, 1), None)


SOURCES = (
    Source("a", "Council meeting", "council", dt.date(2023, 5, 9)),
    Source("b", "Council meeting", "council", dt.date(2024, 3, 12)),
    Source("c", "Go Time 3", "podcasts", dt.date(2022, 7, 1)),
    Source("d", "Go Time 4", "podcasts", dt.date(2022, 8, 1)),
    Source("e", "Undated", "podcasts"),
)


def read(question: str) -> When:
    return when(question, today=TODAY, sources=lambda: SOURCES)


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("What was decided in the May 2023 meeting?", "2023-05-01 2023-05-31"),
        ("What was decided in the May 2023 council meeting?", "2023-05-01 2023-05-31"),
        ("Who spoke at last week's meeting?", "2026-11-16 2026-11-22"),
        ("In the meeting of 12 March 2024, who spoke?", "2024-03-12 2024-03-12"),
        ("What came up in the episodes from 2022?", "2022-01-01 2022-12-31"),
        ("What was discussed last week?", "2026-11-16 2026-11-22"),
        ("What did Ann say about the bridge last week?", "2026-11-16 2026-11-22"),
        ("What did Ann say in March 2024 about the bridge?", "2024-03-01 2024-03-31"),
        ("In 2023, what did the council say about parking?", "2023-01-01 2023-12-31"),
        ("In the March meeting, who voted?", "2024-03-01 2024-03-31"),  # the last one that there was
    ],
)
def test_when_the_talk_was_is_a_rule(question: str, meant: str) -> None:
    found = read(question)
    assert (found.since, found.until) == days(meant)
    assert found.transcripts == ()


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("What did Ann say about the elections in 2020?", "2020-01-01 2020-12-31"),
        ("In 2023, how many people were killed?", "2023-01-01 2023-12-31"),
        ("What did Lee say the county will do in 2025?", "2025-01-01 2025-12-31"),
        ("When did Caroline go to a parade in August 2023?", "2023-08-01 2023-08-31"),
        ("In today's market, what did Ann say about houses?", "2026-11-26 2026-11-26"),
        ("Was it in 2020 that the meeting was cancelled?", "2020-01-01 2020-12-31"),
    ],
)
def test_when_something_else_was_is_a_hint(question: str, meant: str) -> None:
    assert read(question) == When(near=(days(meant),))


def test_two_times_are_compared() -> None:
    found = read("How does the May 2023 meeting compare with the March 2024 meeting?")
    assert (found.since, found.until, len(found.near)) == (None, None, 2)


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("What is the latest Go Time episode about?", "d"),
        ("What was said in the most recent meeting?", "b"),
        ("What happened in the first episode?", "c"),
        ("Who spoke in the last council meeting?", "b"),
        ("What came up in the last two Go Time episodes?", "cd"),
    ],
)
def test_the_latest_and_the_first(question: str, meant: str) -> None:
    assert read(question) == When(transcripts=tuple(meant))


@pytest.mark.parametrize(
    "question",
    [
        "What did he say in the last meeting with Trump?",
        "Was that the first meeting?",
        "What was the first budget meeting about?",
        "What was said in the last hearing about ambulances that failed?",
    ],
)
def test_another_first_or_last(question: str) -> None:
    assert read(question) == When()


def test_without_dates_there_is_no_latest() -> None:
    undated = (Source("e", "Undated", "podcasts"),)
    assert when("What is the latest episode about?", today=TODAY, sources=lambda: undated) == When()


@pytest.mark.parametrize(
    ("first", "last", "least", "most"),
    [
        ("2024-05-09", "2024-05-09", 1.0, 1.0),
        ("2024-05-01", "2024-05-31", 1.0, 1.0),
        ("2024-05-06", "2024-05-06", 0.5, 0.9),  # told three days later
        ("2024-05-12", "2024-05-12", 0.1, 0.4),  # three days before it happened
        ("2024-04-01", "2024-06-30", 0.5, 0.5),
        ("2024-01-01", "2024-12-31", 0.2, 0.2),
        ("2020-05-09", "2020-05-09", 0.0, 1e-9),
    ],
)
def test_how_near_a_day_is(first: str, last: str, least: float, most: float) -> None:
    period = (dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert least <= nearness(dt.date(2024, 5, 9), (period,)) <= most
    assert nearness(None, (period,)) == 0
    assert nearness(dt.date(2024, 5, 9), ((dt.date.min, dt.date.max),)) == 0


def test_the_days_that_words_name() -> None:
    words = "the bridge, 9 May 2023 and last Monday"
    assert days_named(words, today=TODAY, sources=lambda: SOURCES) == (
        (dt.date(2023, 5, 9), dt.date(2023, 5, 9)),
        (dt.date(2026, 11, 23), dt.date(2026, 11, 23)),
    )
    assert days_named("the bridge", today=TODAY, sources=lambda: SOURCES) == ()
