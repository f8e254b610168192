"""Days told from the day of the talk: what "yesterday" is in a transcript of 8 May 2023.

Only what is one day, week, month or year beyond doubt: not "a few weeks ago", "this weekend" or "last summer".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from rag.periods import ONE_DAY, months
from rag.relative_dates import DAYS, NAMED_DAYS, NUMBERS

# Not the calendar module's, which are of the reader's language.
_MONTHS = "January February March April May June July August September October November December".split()
_STEPS = {"last": -1, "this past": -1, "this": 0, "next": 1}
_MOST_BACK = 400  # what was longer ago is told in other words

_Read = Callable[[re.Match[str], dt.date], str | None]


def counted_from(day: dt.date, text: str) -> list[tuple[str, str]]:
    """The days that a text tells from the day it was said, each once, in order: ("yesterday", "7 May 2023").

    Args:
        day: When it was said.
        text: What was said.
    """
    if not dt.MINYEAR < day.year < dt.MAXYEAR:
        return []
    found: list[tuple[int, int, str]] = []
    for pattern, read in _FORMS:
        for match in pattern.finditer(text):
            if not any(match.start() < end and start < match.end() for start, end, _ in found):
                meaning = read(match, day)
                if meaning is not None:
                    found.append((match.start(), match.end(), meaning))
    told: dict[str, tuple[str, str]] = {}
    for start, end, meaning in sorted(found):
        told.setdefault(text[start:end].lower(), (text[start].lower() + text[start + 1 : end], meaning))
    return list(told.values())


def written(day: dt.date) -> str:
    """A day as it is read out: "7 May 2023"."""
    return f"{day.day} {_month(day)}"


def _month(day: dt.date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.year}"


def _days(first: dt.date, last: dt.date) -> str:
    return f"{written(first)} to {written(last)}"


def _a_named_day(match: re.Match[str], day: dt.date) -> str:
    return written(day + NAMED_DAYS[match.group().lower()] * ONE_DAY)


def _a_weekday(match: re.Match[str], day: dt.date) -> str:
    wanted = DAYS.index(match["weekday"].lower())
    if match["which"].lower() == "next":
        return written(day + ((wanted - day.weekday() - 1) % 7 + 1) * ONE_DAY)
    return written(day - ((day.weekday() - wanted - 1) % 7 + 1) * ONE_DAY)


def _a_unit(match: re.Match[str], day: dt.date) -> str:
    step, unit = _STEPS[match["which"].lower()], match["unit"].lower()
    if unit == "year":
        return str(day.year + step)
    if unit == "month":
        at = day.year * 12 + day.month - 1 + step
        return _month(months(at // 12, at % 12 + 1)[0])
    monday = day - day.weekday() * ONE_DAY + 7 * step * ONE_DAY
    return _days(monday + (5 if unit == "weekend" else 0) * ONE_DAY, monday + 6 * ONE_DAY)


def _ago(match: re.Match[str], day: dt.date) -> str | None:
    said, unit = match["count"].lower(), match["unit"].lower()
    count = NUMBERS.get(said) or int(said)
    if count == 0 or count > _MOST_BACK or count > day.year - 1:
        return None
    if unit == "year":
        return f"about {day.year - count}"
    if unit == "month":
        at = day.year * 12 + day.month - 1 - count
        return f"about {_month(months(at // 12, at % 12 + 1)[0])}"
    then = written(day - (7 if unit == "week" else 1) * count * ONE_DAY)
    return f"about {then}" if unit == "week" else then


# In this order: what is found first is not read again as a part of it. "The last week of May" is not last week.
_FORMS: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (re.compile(rf"\b(?:{'|'.join(sorted(NAMED_DAYS, key=len, reverse=True))})\b(?!['’]s)", re.I), _a_named_day),
    (re.compile(rf"(?<!the )\b(?P<which>last|this past|next) (?P<weekday>{'|'.join(DAYS)})\b", re.I), _a_weekday),
    (
        re.compile(
            r"(?<!the )\b(?P<which>last|this past|this(?! weekend)|next) (?P<unit>weekend|week|month|year)\b(?! of\b)",
            re.I,
        ),
        _a_unit,
    ),
    (re.compile(rf"\b(?P<count>\d{{1,3}}|{'|'.join(NUMBERS)}) (?P<unit>day|week|month|year)s? ago\b", re.I), _ago),
)
