"""Periods of the calendar, as a question names them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

ONE_DAY = dt.timedelta(days=1)
NEVER = dt.date(9990, 12, 31)  # stands for a today that is not known, until a span has lent its year
Days = tuple[dt.date, dt.date]
"""First and last day; `date.min` and `date.max` stand for no end."""
# Things are told on the day or soon afterwards: in so many days, before and after, what is near falls to a third.
_BEFORE_DAYS, _AFTER_DAYS = 2.0, 7.0
# The longer a period, the less it says: a month or less counts whole, a season or a quarter less, a year hardly.
_MONTH_DAYS, _QUARTER_DAYS = 31, 100
_OF_QUARTER, _OF_YEAR = 0.5, 0.2


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


def nearness(day: dt.date | None, near: Sequence[Days]) -> float:
    """How near a day is to days that were named: 1 for one of them, 0 for none near, or none known.

    Args:
        day: Of a transcript.
        near: Periods; of those without a first or a last day nothing is told.
    """
    if day is None:
        return 0.0
    closed = [(first, last) for first, last in near if first != dt.date.min and last != dt.date.max]
    return max((_weight(first, last) * _fallen(day, first, last) for first, last in closed), default=0.0)


def _weight(first: dt.date, last: dt.date) -> float:
    length = (last - first).days + 1
    return 1.0 if length <= _MONTH_DAYS else _OF_QUARTER if length <= _QUARTER_DAYS else _OF_YEAR


def _fallen(day: dt.date, first: dt.date, last: dt.date) -> float:
    early, late = max((first - day).days, 0), max((day - last).days, 0)
    return math.exp(-early / _BEFORE_DAYS - late / _AFTER_DAYS)


def months(year: int, month: int, count: int = 1) -> tuple[dt.date, dt.date]:
    """First and last day of `count` months."""
    last = month + count - 1
    return dt.date(year, month, 1), month_end(year + (last - 1) // 12, (last - 1) % 12 + 1)


def month_end(year: int, month: int) -> dt.date:
    """The last day of a month."""
    return dt.date(year + month // 12, month % 12 + 1, 1) - ONE_DAY
