"""Days, months, quarters and the like named in a question, as periods of the calendar; today is an argument.

No library for dates is used: dateparser takes "Q3 2022" for 22 August and finds dates in "may" and "second".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace

from rag.periods import NEVER, ONE_DAY, Period, shifted
from rag.relative_dates import COUNT, DAYS, a_named_day, a_unit, a_weekday, some_back
from rag.written_dates import (
    DAY,
    MONTH,
    YEAR,
    a_bare_month,
    a_day,
    a_month,
    a_quarter,
    a_season,
    a_year,
    an_iso_day,
    some_days,
)

_UNKNOWN = dt.date(9900, 1, 1)  # days from here on are of no year
_Read = Callable[[re.Match[str], dt.date | None], Period | None]
# In this order: what is found first is not read again as a part of it.
_FORMS: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (re.compile(r"\b(?:19|20)\d\d-\d\d-\d\d\b"), an_iso_day),
    (
        re.compile(
            rf"\b(?:between |from )?(?:the )?(?P<first>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?:-|–| (?:and|to|"
            rf"until) )"
            rf"(?:the )?{DAY}(?: of)? {MONTH}(?:,? {YEAR})?"
        ),
        some_days,
    ),
    (re.compile(rf"\b{DAY}(?: of)? {MONTH}(?:,? {YEAR})?"), a_day),
    (re.compile(rf"\b{MONTH} {DAY}\b(?:,? {YEAR})?"), a_day),
    (re.compile(rf"\b{MONTH},?(?: of)? {YEAR}"), a_month),
    (re.compile(rf"\bq(?P<quarter>[1-4]),?(?: of)? {YEAR}", re.I), a_quarter),
    (re.compile(rf"\b{YEAR} ?q(?P<quarter>[1-4])\b", re.I), a_quarter),
    (
        re.compile(rf"\b(?P<quarter>first|second|third|fourth|[1-4](?:st|nd|rd|th)) quarter(?: of|,)? {YEAR}", re.I),
        a_quarter,
    ),
    (re.compile(rf"\b(?P<season>spring|summer|autumn|fall|winter)(?: of|,)? {YEAR}", re.I), a_season),
    (re.compile(r"\b(?P<which>last|this) (?P<season>spring|summer|autumn|fall|winter)\b", re.I), a_season),
    (re.compile(r"\b(?P<which>last|this|previous) (?P<unit>weekend|week|month|quarter|year)\b", re.I), a_unit),
    (re.compile(rf"\b(?:the )?(?:last|past|previous) {COUNT} (?P<unit>day|week|month|year)s?\b", re.I), some_back),
    (re.compile(r"\b(?:the )?past (?P<unit>week|month|year)\b", re.I), some_back),
    (re.compile(rf"\b{COUNT} (?P<unit>day|week|month|year)s? (?P<ago>ago)\b", re.I), some_back),
    (re.compile(rf"\b(?:last|on|this past) (?P<weekday>{'|'.join(DAYS)})\b", re.I), a_weekday),
    (re.compile(r"\b(?:yesterday|today)\b", re.I), a_named_day),
    (re.compile(rf"\b(?P<which>[Ll]ast|[Tt]his) {MONTH}"), a_bare_month),
    (
        re.compile(rf"\b(?:in|since|during|of|before|after|until|between|from|and|to|the) {MONTH}(?! {DAY}\b)"),
        a_bare_month,
    ),
    (
        re.compile(
            rf"\b(?:in|during|of|from|since|until|till|before|after|by|between|and|to|the|late|early|"
            rf"mid) (?:the year )?{YEAR}",
            re.I,
        ),
        a_year,
    ),
    (
        re.compile(
            rf"\b{YEAR}(?=['’]s\b| (?:episode|meeting|session|hearing|interview|call|show|podcast|transcript)s?\b)",
            re.I,
        ),
        a_year,
    ),
)


def periods(text: str, today: dt.date | None) -> list[Period]:
    """The days, months, years and spans of them that a text names, in order, none inside another.

    Args:
        text: A question.
        today: What "last week" and days without a year are counted from; None leaves them out.
    """
    found: list[Period] = []
    for pattern, read in _FORMS:
        for match in pattern.finditer(text):
            if any(match.start() < one.end and one.start < match.end() for one in found):
                continue
            period = read(match, today)
            if period is not None:
                found.append(period)
    spans = _joined(text, sorted(found, key=lambda one: one.start))
    return [
        one
        for one in spans
        if not (one.guessed and max(one.since or one.until or NEVER, one.until or one.since or NEVER) >= _UNKNOWN)
    ]


def _joined(text: str, found: list[Period]) -> list[Period]:
    """Spans: "between A and B", "from A to B", "since A", "before A"."""
    spans: list[Period] = []
    at = 0
    while at < len(found):
        one = found[at]
        before = text[: one.start].lower()
        other = found[at + 1] if at + 1 < len(found) else None
        if other is not None and re.fullmatch(r",? (?:and|to|until|till|through) |-|–", text[one.end : other.start]):
            opening = re.search(r"\b(?:between|from) (?:the )?$", before)
            first = _as_late_as(one, other)
            if opening is not None and first.since is not None and other.until is not None:
                spans.append(Period(opening.start(), other.end, first.since, other.until, one.relative, other.guessed))
                at += 2
                continue
        spans.append(_open(one, before))
        at += 1
    return spans


def _as_late_as(one: Period, other: Period) -> Period:
    """Make the first of "between March and May 2021" of the same year, or of the one before."""
    if not one.guessed or one.since is None or other.since is None:
        return one
    moved = shifted(one, one.since.year - other.since.year)
    return shifted(moved, 1) if moved.since is not None and moved.since > other.since else moved


def _open(one: Period, before: str) -> Period:
    opening = re.search(r"\b(since|after|before|until|till|up to|prior to) (?:the )?$", before)
    if opening is None or one.since is None or one.until is None:
        return one
    if opening[1] == "since":
        return replace(one, start=opening.start(), until=None)
    if opening[1] == "after":
        return replace(one, start=opening.start(), since=one.until + ONE_DAY, until=None)
    if opening[1] in {"before", "prior to"}:
        return replace(one, start=opening.start(), since=None, until=one.since - ONE_DAY)
    return replace(one, start=opening.start(), since=None)
