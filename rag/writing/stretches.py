"""The days a turn speaks of, counted from its transcript's date, and whether a claim's dates are among them."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass

from rag.relative_dates import DAYS, NAMED_DAYS, NUMBERS
from rag.spoken_dates import counted_from
from rag.writing.days import MONTHS, Day, written_days

_SHORT_DAY = re.compile(r"\b(?<=last )(mon|tue|wed|thu|fri|sat|sun)(?:s|rs|r)?\b(?!day)\.?", re.IGNORECASE)
_COUNT = NUMBERS | {"couple of": 2, "a couple of": 2, "a couple": 2, "few": 3, "a few": 3}
_AGO = re.compile(
    r"\b(\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|(?:a )?couple of|a couple|a few|few)\s+"
    r"(day|night|week|weekend|month|year)s?\s+(ago|back|earlier|from now|later)\b",
    re.IGNORECASE,
)
_NEAR = re.compile(
    rf"\b(last|past|previous|this|next|coming|on|following)\s+(?:past\s+)?(week(?:end)?|month|year|night|summer|"
    rf"spring|fall|autumn|winter|{'|'.join(DAYS)}|"
    rf"{'|'.join(MONTHS)})\b",
    re.IGNORECASE,
)
_FOR_YEARS = re.compile(
    r"\b(\d{1,3}|two|three|four|five|six|seven|eight|nine|ten)\s+years\b(?!\s+(?:ago|back|old|from now|later))"
)
_PLAIN = NAMED_DAYS | {"just now": 0}
_NARROW = 9  # days within which a spoken date may be meant to the day ("last week")
_YEAR_DAYS = 365.25
_WIDE = 45  # days within which it may be meant to the month ("a year ago")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days that a turn speaks of, first to last inclusive."""

    first: dt.date
    last: dt.date


def stretches(text: str, spoken: dt.date | None) -> list[Stretch]:
    """The days a turn speaks of.

    Args:
        text: The turn.
        spoken: The date of its transcript, which is itself among them; without one only whole dates count.
    """
    found = [] if spoken is None else [Stretch(spoken, spoken)]
    for day in written_days(text):
        year = day.year or (spoken.year if spoken else None)
        if year is not None:
            found.extend(_stretch(year, day.month, day.day))
    if spoken is not None:
        found.extend(_relative(text, spoken))
        for _, meaning in counted_from(spoken, text):  # a model is given these, and quotes are told with them
            found.extend(_from_to(written_days(f"in {meaning}")))
    return found


def _from_to(days: list[Day]) -> list[Stretch]:
    """From the first to the last of some days that are told whole."""
    told = [each for day in days if day.year is not None for each in _stretch(day.year, day.month, day.day)]
    return [Stretch(told[0].first, told[-1].last)] if told else []


def holds(day: Day, supported: list[Stretch]) -> bool:
    """Whether a date of a claim is one of those that turns speak of.

    A claim may be vaguer than what was said; where that was within days, it may name one of them, and where it was
    within weeks, a month that has some of them.
    """
    for one in supported:
        slack = _WIDE if day.month is not None and day.day is None else _NARROW
        for year in {day.year} if day.year is not None else {one.first.year, one.last.year}:
            for each in _stretch(year, day.month, day.day):
                if each.first <= one.first and one.last <= each.last:
                    return True
                if (one.last - one.first).days <= slack and each.first <= one.last and one.first <= each.last:
                    return True
    return False


def weekday_holds(name: str, supported: list[Stretch]) -> bool:
    """Whether one of the days that turns speak of is such a day of the week."""
    return any(
        DAYS[(one.first + dt.timedelta(ahead)).weekday()] == name
        for one in supported
        for ahead in range(min((one.last - one.first).days, 3) + 1)
        if (one.last - one.first).days <= _NARROW
    )


def _relative(text: str, spoken: dt.date) -> list[Stretch]:
    found: list[Stretch] = []
    lower = _SHORT_DAY.sub(lambda one: next(day for day in DAYS if day.startswith(one[1].lower())), text)
    lower = lower.lower().replace("’", "'")
    for words, ahead in _PLAIN.items():
        if re.search(rf"\b{words}\b", lower):
            day = spoken + dt.timedelta(ahead)
            found.append(Stretch(day, day))
    for count, unit, way in _AGO.findall(lower):
        number = int(count) if count.isdigit() else _COUNT.get(count, 1)
        sign = 1 if way in {"from now", "later"} else -1
        found.extend(_ahead(spoken, unit, sign * number))
        if unit == "year":
            found.extend(_ahead(spoken, "day", sign * round(number * _YEAR_DAYS), slack=_WIDE // 2))
    for which, unit in _NEAR.findall(lower):
        found.extend(_near(spoken, which, unit))
    for count in _FOR_YEARS.findall(lower):
        found.extend(_ahead(spoken, "year", -(int(count) if count.isdigit() else _COUNT.get(count, 1))))
    if re.search(r"\brecently|\bthe other day|\bjust\b", lower):
        found.append(Stretch(spoken - dt.timedelta(7), spoken))
    return found


def _ahead(spoken: dt.date, unit: str, number: int, *, slack: int = 0) -> list[Stretch]:
    try:
        if unit == "year":
            return _stretch(spoken.year + number, None, None)
        if unit == "month":
            months = spoken.year * 12 + spoken.month - 1 + number
            return _stretch(months // 12, months % 12 + 1, None)
        if unit == "weekend":
            saturday = spoken - dt.timedelta((spoken.weekday() - 5) % 7) + dt.timedelta(7 * (number + (number < 0)))
            return [Stretch(saturday, saturday + dt.timedelta(1))]
        slack = slack if unit in {"day", "night"} else 3
        day = spoken + dt.timedelta(number * (1 if unit in {"day", "night"} else 7))
        return [Stretch(day - dt.timedelta(slack), day + dt.timedelta(slack))]
    except (OverflowError, ValueError):
        return []


def _near(spoken: dt.date, which: str, unit: str) -> list[Stretch]:  # noqa: PLR0911 - one for each unit
    """Days such as "last Friday", "next month" or "this year"."""
    before, after = which in {"last", "past", "previous"}, which in {"next", "coming", "following"}
    sign = -1 if before else 1 if after else 0
    if unit in DAYS:
        back = (spoken.weekday() - DAYS.index(unit)) % 7 or (7 if before else 0)
        day = spoken + dt.timedelta(7 - back if after else -back)
        ahead = spoken + dt.timedelta((DAYS.index(unit) - spoken.weekday()) % 7)
        return [Stretch(day, day)] + ([] if before else [Stretch(ahead, ahead)])
    if unit in MONTHS:
        month = MONTHS.index(unit) + 1
        year = spoken.year - (before and month >= spoken.month) + (after and month <= spoken.month)
        return _stretch(year, month, None) if which != "on" else []
    if unit == "night":
        return _ahead(spoken, "day", sign)
    if unit in {"month", "year"}:
        return _ahead(spoken, unit, sign) if which != "on" else []
    if unit == "week":
        return (
            [Stretch(spoken + dt.timedelta(7 * sign - 6), spoken + dt.timedelta(7 * sign + 6))]
            if sign == 0
            else [Stretch(spoken + dt.timedelta(-9 if before else 1), spoken + dt.timedelta(-1 if before else 10))]
        )
    if unit == "weekend":
        saturday = spoken + dt.timedelta((5 - spoken.weekday()) % 7)
        if sign <= 0:
            past = spoken - dt.timedelta((spoken.weekday() - 5) % 7 or (7 if before else 0))
            return [Stretch(past, past + dt.timedelta(1))] + ([] if before else [Stretch(saturday, saturday)])
        return [Stretch(saturday, saturday + dt.timedelta(8))]
    return _stretch(spoken.year + (sign if sign else 0), None, None)


def _stretch(year: int, month: int | None, day: int | None) -> list[Stretch]:
    """From the first to the last day of a year, month or day; empty for one that there is not."""
    try:
        if month is None:
            return [Stretch(dt.date(year, 1, 1), dt.date(year, 12, 31))]
        if day is None:
            return [Stretch(dt.date(year, month, 1), dt.date(year, month, monthrange(year, month)[1]))]
        return [Stretch(dt.date(year, month, day), dt.date(year, month, day))]
    except ValueError:
        return []
