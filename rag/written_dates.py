"""Days of the calendar as they are written: "3 March 2021", "May 2023", "Q3 2022", "spring of 2022"."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from rag.periods import NEVER, Period, months, shifted
from rag.relative_dates import latest

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
MONTH = rf"(?P<month>(?i:{_MONTHS}))\b\.?"
_NUMBER = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
YEAR = r"(?P<year>(?:19|20)\d\d)\b(?![,.]?\d)"
DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"


def a_day(match: re.Match[str], today: dt.date | None) -> Period | None:
    """Read "3 March 2021", and "3 March" of the last year that had it by today."""
    today = today or NEVER
    try:
        if match["year"] is not None:
            day = dt.date(int(match["year"]), _number(match["month"]), int(match["day"]))
            return Period(match.start(), match.end(), day, day)
        day = dt.date(today.year, _number(match["month"]), int(match["day"]))
    except ValueError:  # 31 February
        return None
    period = Period(match.start(), match.end(), day, day, guessed=True)
    return shifted(period, 1) if day > today else period


def some_days(match: re.Match[str], today: dt.date | None) -> Period | None:
    """Read "between 3 and 5 May 2021": the first is of the same month."""
    last = a_day(match, today)
    if last is None or last.until is None or int(match["first"]) > last.until.day:
        return last
    return replace(last, since=last.until.replace(day=int(match["first"])))


def an_iso_day(match: re.Match[str], _: dt.date | None) -> Period | None:
    """Read "2021-03-03"."""
    try:
        day = dt.date.fromisoformat(match.group())
    except ValueError:
        return None
    return Period(match.start(), match.end(), day, day)


def a_month(match: re.Match[str], today: dt.date | None) -> Period | None:
    """Read "May 2023"."""
    month = _number(match["month"])
    if match["year"] is not None:
        return Period(match.start(), match.end(), *months(int(match["year"]), month))
    return latest(match, today, month, 1)


def a_bare_month(match: re.Match[str], today: dt.date | None) -> Period | None:
    """Read "in May"; "may" and "march" are verbs unless written like names."""
    return latest(match, today, _number(match["month"]), 1) if match["month"][0].isupper() else None


def a_season(match: re.Match[str], today: dt.date | None) -> Period | None:
    """Read "spring of 2022": three whole months; a winter is of the year that it ends in."""
    month, year = _SEASONS[match["season"].lower()], match.groupdict().get("year")
    if year is None:
        return latest(match, today, month, 3)
    return Period(match.start(), match.end(), *months(int(year) - (month == 12), month, 3))


def a_quarter(match: re.Match[str], _: dt.date | None) -> Period:
    """Read "Q3 2022", "the third quarter of 2022"."""
    said = match["quarter"].lower()
    quarter = _ORDINALS.get(said) or int(said)
    return Period(match.start(), match.end(), *months(int(match["year"]), 3 * quarter - 2, 3))


def a_year(match: re.Match[str], _: dt.date | None) -> Period:
    """Read "in 2023"."""
    year = int(match["year"])
    return Period(match.start("year"), match.end("year"), dt.date(year, 1, 1), dt.date(year, 12, 31))


def _number(month: str) -> int:
    return _NUMBER[month[:3].lower()]
