"""The dates and days of the week that a text gives in writing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.relative_dates import DAYS

MONTHS = "january february march april may june july august september october november december".split()
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"((?:1[6-9]|20|21)\d\d)(?!\d)"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_WRITTEN = re.compile(
    rf"\b(?P<iso>\d{{4}}-\d\d-\d\d)\b"
    rf"|\b{_DAY}\s*(?:of\s+)?(?-i:(?=[A-Z])|(?=\b)){_MONTH}(?:,?\s*{_YEAR})?"
    rf"|\b{_MONTH}\s+{_DAY}(?!\d|:)(?:,?\s*{_YEAR})?"
    rf"|\b{_MONTH},?\s*(?:of\s+)?{_YEAR}"
    rf"|\b(?<![\d,.$€£]){_YEAR}(?![,.]\d)\b",
    re.IGNORECASE,
)
_MONTH_ALONE = re.compile(
    r"\b(?:(?<=in )|(?<=since )|(?<=until )|(?<=last )|(?<=this )|(?<=next )|(?<=of )|(?<=by )|(?<=early )|(?<=late ))"
    r"(January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_WEEKDAY = re.compile(rf"\b({'|'.join(DAYS)})s?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is given.

    Attributes:
        text: As written.
        year, month, day: None where left out.
    """

    text: str
    year: int | None
    month: int | None
    day: int | None


def written_days(text: str) -> list[Day]:
    """The dates that a text gives, in order; weekdays are not among them."""
    days = []
    for match in _WRITTEN.finditer(text):
        if match["iso"]:
            days.append(Day(match.group(), *(int(part) for part in match["iso"].split("-"))))
            continue
        _, d1, m1, y1, m2, d2, y2, m3, y3, y4 = match.groups()
        months, number = m1 or m2 or m3, d1 or d2
        year = y1 or y2 or y3 or y4
        days.append(
            Day(
                match.group().strip(),
                int(year) if year else None,
                _month(months) if months else None,
                int(number) if number else None,
            )
        )
    days.extend(Day(found[1], None, _month(found[1]), None) for found in _MONTH_ALONE.finditer(without_days(text)))
    return days


def without_days(text: str) -> str:
    """The text, written dates blanked out, so that their numbers are not read as amounts."""
    return _WRITTEN.sub(lambda match: " " * len(match.group()), text)


def weekdays(text: str) -> set[str]:
    """The weekdays a text names."""
    return {found.lower() for found in _WEEKDAY.findall(text)}


def _month(name: str) -> int:
    return next(at for at, month in enumerate(MONTHS, start=1) if month.startswith(name.lower().rstrip(".")[:3]))
