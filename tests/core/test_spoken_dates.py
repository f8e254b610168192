from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.spoken_dates import counted_from, written

DAY = dt.date(2023, 5, 8)  # a Monday


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("I went to a support group yesterday.", [("yesterday", "7 May 2023")]),
        ("We met the day before yesterday", [("the day before yesterday", "6 May 2023")]),
        ("Last night it rained, today it does not", [("last night", "7 May 2023"), ("today", "8 May 2023")]),
        ("See you tomorrow!", [("tomorrow", "9 May 2023")]),
        ("last Friday", [("last Friday", "5 May 2023")]),
        ("last Monday", [("last Monday", "1 May 2023")]),
        ("next Monday", [("next Monday", "15 May 2023")]),
        ("this past Sunday", [("this past Sunday", "7 May 2023")]),
        ("last week", [("last week", "1 May 2023 to 7 May 2023")]),
        ("last weekend", [("last weekend", "6 May 2023 to 7 May 2023")]),
        ("this past weekend", [("this past weekend", "6 May 2023 to 7 May 2023")]),
        ("this month, this year", [("this month", "May 2023"), ("this year", "2023")]),
        ("next month", [("next month", "June 2023")]),
        ("last month", [("last month", "April 2023")]),
        ("Last year's race", [("last year", "2022")]),
        ("two weeks ago", [("two weeks ago", "about 24 April 2023")]),
        ("10 days ago", [("10 days ago", "28 April 2023")]),
        ("six months ago", [("six months ago", "about November 2022")]),
        ("three years ago", [("three years ago", "about 2020")]),
        ("yesterday and Yesterday", [("yesterday", "7 May 2023")]),
        ("the last week of May", []),
        ("the last year was hard", []),
        ("in today's market", []),
        ("a few weeks ago, this Friday, this weekend, last summer, 0 days ago", []),
        ("3000 years ago, 999 years ago", []),
    ],
)
def test_days_are_counted_from_the_day_of_the_talk(text: str, meant: list[tuple[str, str]]) -> None:
    assert counted_from(DAY, text) == meant


def test_over_the_turn_of_the_year() -> None:
    assert counted_from(dt.date(2022, 1, 1), "last month, next month, yesterday") == [
        ("last month", "December 2021"),
        ("next month", "February 2022"),
        ("yesterday", "31 December 2021"),
    ]


@given(st.dates(dt.date(1000, 1, 1), dt.date(9000, 1, 1)), st.integers(1, 400))
def test_days_ago_are_days_ago(day: dt.date, count: int) -> None:
    assert counted_from(day, f"{count} days ago") == [(f"{count} days ago", written(day - dt.timedelta(days=count)))]
