"""Days told from today: "last week", "two months ago", "yesterday", "last May"."""

from __future__ import annotations

import datetime as dt
import re

from rag.periods import NEVER, ONE_DAY, Period, months

COUNT = r"(?P<count>\d{1,3}|a couple of|couple of|a few|few|an?|one|two|three|four|five|six|seven|eight|nine|ten)"
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
# Days that have a name of their own, by how far they are from the day it is said on.
NAMED_DAYS = {
    "the day before yesterday": -2,
    "yesterday": -1,
    "last night": -1,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "tomorrow": 1,
    "the day after tomorrow": 2,
}
NUMBERS = {name: n for n, name in enumerate("one two three four five six seven eight nine ten".split(), start=1)}
NUMBERS |= {"a": 1, "an": 1}
_COUNTS = NUMBERS | {"couple of": 2, "a couple of": 2, "few": 3, "a few": 3}


def latest(match: re.Match[str], today: dt.date | None, month: int, count: int) -> Period | None:
    """The last such months that had begun by today."""
    today = today or NEVER
    year = today.year if (today.year, month) <= (today.year, today.month) else today.year - 1
    if match.groupdict().get("which") == "last" and (year, month) == (today.year, today.month):
        year -= 1
    start = match.start() if "which" in match.re.groupindex else match.start("month")
    return Period(start, match.end(), *months(year, month, count), guessed=True)


def a_unit(match: re.Match[str], today: dt.date | None) -> Period | None:
    """Read "this week", "last month": of the calendar; a week begins on Monday."""
    if today is None:
        return None
    last, kind = match["which"].lower() in {"last", "previous"}, match["unit"].lower()
    if kind in {"week", "weekend"}:
        first = today - dt.timedelta(days=today.weekday() + (7 if last else 0))
        days = (first, first + dt.timedelta(days=6))
        days = (first + dt.timedelta(days=5), days[1]) if kind == "weekend" else days
    elif kind == "year":
        days = (dt.date(today.year - last, 1, 1), dt.date(today.year - last, 12, 31))
    else:
        count = 3 if kind == "quarter" else 1
        month = today.year * 12 + (today.month - 1) // count * count - (count if last else 0)
        days = months(month // 12, month % 12 + 1, count)
    return Period(match.start(), match.end(), *days, relative=True)


def some_back(match: re.Match[str], today: dt.date | None) -> Period | None:
    """Read "the last two weeks", up to today, and "two weeks ago": about a week around that day."""
    if today is None:
        return None
    said, kind = (match.groupdict().get("count") or "one").lower(), match["unit"].lower()
    count = _COUNTS.get(said) or int(said)
    days = {"day": 1, "week": 7, "month": 30, "year": 365}[kind] * count
    first = today - dt.timedelta(days=min(days, 36500))
    if match.groupdict().get("ago") is None:
        return Period(match.start(), match.end(), first, today, relative=True)
    slack = dt.timedelta(days={"day": 0, "week": 3, "month": 15, "year": 182}[kind])
    return Period(match.start(), match.end(), first - slack, min(first + slack, today), relative=True)


def a_weekday(match: re.Match[str], today: dt.date | None) -> Period | None:
    """Read "last Monday", "on Monday": the one before today."""
    if today is None:
        return None
    back_to = (today.weekday() - DAYS.index(match["weekday"].lower())) % 7
    day = today - dt.timedelta(days=back_to or 7)
    return Period(match.start(), match.end(), day, day, relative=True)


def a_named_day(match: re.Match[str], today: dt.date | None) -> Period | None:
    """Read "today" and "yesterday"."""
    if today is None:
        return None
    day = today + NAMED_DAYS[match.group().lower()] * ONE_DAY
    return Period(match.start(), match.end(), day, day, relative=True)
