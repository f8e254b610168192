"""The question before with something else in it: "what about Portland?", "and Bob?", "who else?"."""

from __future__ import annotations

import re

from rag.dates import periods
from rag.people import Mention, People
from rag.question import CALENDAR
from rag.voices import voices
from rag.words import STOP_WORDS, surface_words

_INSTEAD = re.compile(
    r"^(?:(?:and|but|so|or) )?(?:(?:what|how) about |(?:what|how) of )(?P<what>[^?]{2,80}?)(?: then| too)?\s*\?*$"
    r"|^(?:and|or) (?P<bare>(?!so\b|then\b|if\b|that\b|this\b|it\b|when\b|why\b|how\b|what\b|who\b|where\b|"
    r"which\b|did\b|does\b|"
    r"is\b|was\b)[^?]{2,60}?)(?: then| too)?\s*\?*$",
    re.I,
)
_LEANING = re.compile(
    r"\b(?:it|that|this|those|these|them|they|he|she|him|her|his|there|one|ones|reverse|opposite)\b", re.I
)
_ELSE = re.compile(
    r"^(?:(?:and|but) )?(?:who else|anyone else|anybody else|did (?:anyone|anybody) else(?: (?:say|mention|talk|"
    r"speak|comment)\b.*)?"
    r"|what did (?:anyone else|the others?|others) (?:say|think).*)\s*\?*$",
    re.I,
)
_TOPIC = re.compile(r"\b(?P<about>about|on|of|to|regarding|concerning) (?P<what>[^?,]{2,120}?)(?=\s*\?*$)", re.I)
_PROPER = re.compile(r"(?<=\w )(?:[A-Z][\w'’.-]*)(?: (?:of |de |the )?[A-Z][\w'’.-]*)*(?=['’]s\b|\W|$)")


def swapped(question: str, before: str, people: People) -> str | None:
    """The question before, with what the new one puts in its place; None where the new one is not made like that.

    Args:
        question: The new one.
        before: The question before it, able to stand alone.
        people: Who speaks.
    """
    if _ELSE.match(question):
        return _of_others(before, people)
    found = _INSTEAD.match(question)
    if found is None:
        return None
    what = (found["what"] or found["bare"]).strip()
    if _LEANING.search(what) or len(what.split()) > 8:
        return None
    mentions = people.mentions(what)
    if mentions and mentions[0].text == what and mentions[0].names:
        return _of_somebody(what, before, people)
    return _of_something(what, before, people)


def _of_others(before: str, people: People) -> str | None:
    """What others said: "who else?" after "what did Ann say about the bridge?"."""
    asked = voices(before, people)
    speaker = next((one for one in people.mentions(before) if set(one.names) & set(asked.only)), None)
    about = _TOPIC.search(before)
    if speaker is None or about is None:
        return None
    return f"What did anyone other than {speaker.text} say {about['about']} {about['what']}?"


def _of_somebody(who: str, before: str, people: People) -> str | None:
    named = [one for one in people.mentions(before) if one.whole and one.names]
    return _replaced(before, named[0], who) if named else None


def _replaced(text: str, place: Mention, what: str) -> str:
    return f"{text[: place.start]}{what}{text[place.end :]}"


def _of_something(what: str, before: str, people: People) -> str | None:
    """Another place for a place, another topic for a topic."""
    named, now = periods(before, None), periods(what, None)
    if named and now:
        return f"{before[: named[-1].start]}{what[now[0].start : now[0].end]}{before[named[-1].end :]}"
    spoken = {one.text for one in people.mentions(before) if one.names}
    proper = [one for one in _PROPER.finditer(before) if one.group() not in spoken | CALENDAR]
    bare = re.sub(r"^(?:in|at|on|for|with|from) ", "", what)
    if bare[:1].isupper() and len(proper) == 1:
        return f"{before[: proper[0].start()]}{bare}{before[proper[0].end() :]}"
    if bare != what:
        return f"{before.rstrip(' ?')} {what}?"
    about = _TOPIC.search(before)
    if about is None or not set(surface_words(about["what"])) - STOP_WORDS:
        return None
    return f"{before[: about.start('what')]}{what}{before[about.end('what') :]}"
