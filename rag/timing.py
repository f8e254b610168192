"""When the talk took place that a question asks about, and which was the latest: rules where it says so, else hints.

"In the May 2023 meeting" is about the meeting; "what did she say about the elections of 2020" is not.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from rag.dates import periods
from rag.periods import Days, Period, shifted
from rag.values import Source
from rag.words import STOP_WORDS, words

TALK = (
    r"(?:meeting|episode|session|hearing|interview|call|conversation|show|podcast|recording|transcript|discussion|"
    r"broadcast|stand-?up|sync|sitting|debate|panel|webinar|lecture|briefing|talk|chat)"
)
_UNTIL_TALK = re.compile(rf"(?:['’]s?)?((?: [\w'’-]+){{0,3}}) {TALK}s?\b", re.I)
_AFTER_TALK = re.compile(
    rf"\b{TALK}s? (?:that (?:was|were|took place|happened) |which (?:was|were) )?(?:we had |held |recorded |"
    rf"dated |aired |"
    r"published |released )?(?:(?:from|of|in|on|during) )?(?:the )?(?:early |mid |late )?$",
    re.I,
)
_AFTER_SAID = re.compile(
    r"\b(?:discuss(?:ed)?|said|say|mention(?:ed)?|talk(?:ed)?(?: about)?|covered|debated?|br(?:ing|ought) up|"
    r"c[ao]me up|"
    r"raised|spoken|speak|spoke)(?: (?:in|on|during|back in))?(?: the)? $",
    re.I,
)
_SAID_ANYWHERE = re.compile(
    r"\b(?:discuss(?:ed)?|said|say|mention(?:ed)?|talk(?:ed|ing)?|covered|debated?|spoke)\b", re.I
)
_AT_THE_START = re.compile(r"^(?:(?:back )?(?:in|on|during) )?(?:the )?(?:early |mid |late )?$", re.I)
_THEN_ASKED = re.compile(
    r",? (?:what|who|whom|how|why|when|where|which|did|does|do|was|were)\b.*\b(?:discuss(?:ed)?|said|say|"
    r"mention(?:ed)?|"
    r"talk(?:ed)?|think|tell|argue|explain|speak)\b",
    re.I,
)
_HEAD = re.compile(
    rf"\b(?P<before>(?:in|from|of|on|at|during) )?(?:the|our|my|your) (?:very )?(?P<which>latest|newest|"
    rf"most recent|last|"
    rf"previous|first|earliest|oldest)(?: (?P<count>\d{{1,2}}|two|three|four|five|"
    rf"six))?(?P<kind>(?: [\w'’.-]+){{0,4}}?) "
    rf"{TALK}s?\b(?: of (?P<of>(?:[A-Z][\w'’-]*(?: |\b))+))?(?P<more> (?:with|about|where|that|in which|between|"
    rf"before|he|she|they)\b(?! ?[?.]?$))?",
    re.I,
)
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_EARLIEST = frozenset({"first", "earliest", "oldest"})
_SURE = frozenset({"latest", "newest", "most recent"})
_LONGEST_AGO = 60  # years in which days without a year are looked for


@dataclass(frozen=True, slots=True)
class When:
    """When the talk took place.

    Attributes:
        since, until: Only talk of these days may answer; None for no rule.
        transcripts: Only these may; empty for no rule.
        near: Days that the question names, whether or not it says that the talk was then.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    transcripts: tuple[str, ...] = ()
    near: tuple[Days, ...] = ()


def when(text: str, *, today: dt.date | None, sources: Callable[[], tuple[Source, ...]]) -> When:
    """Read when the talk took place.

    Args:
        text: A question.
        today: What "last week" is counted from; None where that is not known.
        sources: The transcripts it may be about, asked for when their dates matter.
    """
    if (head := _HEAD.search(text)) is not None and (head["before"] or head["which"].lower() in _SURE):
        chosen = _at_the_end(head, sources())
        if chosen:
            return When(transcripts=chosen)
    found = _named(text, today, sources)
    near = tuple(_days(one) for one in found)
    rules = [one for one in found if _of_talk(text, one)]
    if len(rules) != 1:  # two meetings are compared, or none is meant
        return When(near=near)
    return When(rules[0].since, rules[0].until, near=near)


def days_named(text: str, *, today: dt.date | None, sources: Callable[[], tuple[Source, ...]]) -> tuple[Days, ...]:
    """The days that some words to search for name; arguments as of `when`."""
    return tuple(_days(one) for one in _named(text, today, sources))


def _named(text: str, today: dt.date | None, sources: Callable[[], tuple[Source, ...]]) -> list[Period]:
    found = periods(text, today)
    dated = [one.date for one in sources() if one.date is not None] if any(one.guessed for one in found) else []
    return [_remembered(one, dated) for one in found]


def _of_talk(text: str, one: Period) -> bool:
    """Whether the question says that talk took place in these days."""
    before, after = text[: one.start], text[one.end :]
    until = _UNTIL_TALK.match(after)
    if until is not None and not set(until[1].lower().split()) & STOP_WORDS:
        return True
    if after.startswith(("'", "’")):  # "in today's market"
        return False
    if _AFTER_TALK.search(before) or _AFTER_SAID.search(before):
        return True
    if one.relative and not after.strip(" ?.!") and _SAID_ANYWHERE.search(before):
        return True
    return _AT_THE_START.match(before) is not None and _THEN_ASKED.match(after) is not None


def _remembered(one: Period, dated: list[dt.date]) -> Period:
    """Days without a year: of the last year in which there was talk in them."""
    for years in range(_LONGEST_AGO if one.guessed else 0):
        earlier = shifted(one, years)
        first, last = _days(earlier)
        if any(first <= day <= last for day in dated):
            return earlier
    return one


def _days(one: Period) -> Days:
    return one.since or dt.date.min, one.until or dt.date.max


def _at_the_end(head: re.Match[str], sources: tuple[Source, ...]) -> tuple[str, ...]:
    """The latest or first transcripts of the kind that is named; none where they have no dates, or more is said."""
    dated = [one for one in sources if one.date is not None]
    kind = set(words(f"{head['kind']} {head['of'] or ''}"))
    fitting = [one for one in dated if kind <= set(words(f"{one.title} {one.collection}"))]
    days = sorted({one.date for one in fitting if one.date is not None}, reverse=head["which"].lower() not in _EARLIEST)
    if not days or head["more"]:
        return ()
    said = (head["count"] or "1").lower()
    count = _COUNTS.get(said) or int(said)
    return tuple(one.transcript_id for one in fitting if one.date in days[:count])
