"""Periods of the calendar, as a question names them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

ONE_DAY = dt.timedelta(days=1)
NEVER = dt.date(9990, 12, 31)  # stands for a today that is not known, until a span has lent its year


@dataclass(frozen=True, slots=True)
class Period:
    """Days named in a text.

    Attributes:
        start, end: Characters of the text.
        since, until: First and last day, either None for no end.
        relative: Counted from today ("last week").
        guessed: Said without a year: the last such days before today.
    """

    start: int
    end: int
    since: dt.date | None
    until: dt.date | None
    relative: bool = False
    guessed: bool = False


def shifted(period: Period, years: int) -> Period:
    """The same days that many years earlier."""

    def earlier(day: dt.date | None) -> dt.date | None:
        if day is None:
            return None
        return month_end(day.year - years, 2) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - years)

    return replace(period, since=earlier(period.since), until=earlier(period.until))


def months(year: int, month: int, count: int = 1) -> tuple[dt.date, dt.date]:
    """First and last day of `count` months."""
    last = month + count - 1
    return dt.date(year, month, 1), month_end(year + (last - 1) // 12, (last - 1) % 12 + 1)


def month_end(year: int, month: int) -> dt.date:
    """The last day of a month."""
    return dt.date(year + month // 12, month % 12 + 1, 1) - ONE_DAY
