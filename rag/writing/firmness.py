"""Whether a claim says more than was said: certain for likely, all for some, another unit, more for less."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.writing.figures import figures

_CERTAIN = re.compile(
    r"\b(?:will|certain(?:ly)?|definitely|surely|undoubtedly|guarantee[ds]?|managed|succeeded|decided|proved|proven|"
    r"gonna|going to|shall|won['’]t|has begun)\b|['’]ll\b",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:might|may|could|maybe|perhaps|possibly|probably|likely|unlikely|hopefully|(?:hop|plan|wish)(?:es|ed|e|s|ned|"
    r"ning|ing)? (?:to|for|that)|want(?:s|ed|ing)? to|tr(?:y|ies|ied|ying) to|thinking (?:of|about)|"
    r"consider(?:s|ed|ing)?|would (?:like|love) to|looking to|wanna)\b|\bif\b",
    re.IGNORECASE,
)
_PERHAPS = re.compile(r"\b(?:might|may|could|maybe|perhaps|possibly|probably|likely|hopefully)\b", re.IGNORECASE)
_ALL = re.compile(
    r"\b(?:all|every|everyone|everybody|everything|everywhere|always|entire(?:ly)?|whole|complete(?:ly)?|total(?:ly)?|"
    r"each|both|never|none|nobody|no one|constantly|full(?:y)?|100|hundred)\b",
    re.IGNORECASE,
)
_SOME = re.compile(
    r"\b(?:some|many|most|mostly|several|few|couple|often|sometimes|usually|generally|frequently|rarely|seldom|"
    r"hardly|partly|partially|largely|mainly|occasionally|half|part of|a lot of|lots of|typically)\b",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"\b(?:most|mostly|majority|all|every\w*|always|usually|generally|typically|mainly|largely)\b",
    re.IGNORECASE,
)
_LITTLE = re.compile(r"\b(?:some|several|few|couple|sometimes|rarely|seldom|occasionally)\b", re.IGNORECASE)
_ONLY = re.compile(r"\bthe (?:only|sole)\b", re.IGNORECASE)
_SINGLE = re.compile(r"\b(?:only|sole|solely|single|just|nothing else|no other|alone|unique)\b", re.IGNORECASE)
_UNITS = {
    "time": r"seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)",
    "money": r"dollars?|bucks|euros?|pounds?|cents?|pence|yen|rupees?|francs?",
    "share": r"percentage points?|points?|per ?cent|percent|%",
    "length": r"miles?|kilomet(?:er|re)s?|km|met(?:er|re)s?|feet|foot|inch(?:es)?|yards?",
    "weight": r"kilograms?|kilos?|kg|grams?|tons?|tonnes?|ounces?",
    "size": r"bytes?|kilobytes?|kb|megabytes?|megs?|mb|gigabytes?|gigs?|gb|terabytes?|tb",
}
_SAME_UNIT = {
    "min": "minute", "hr": "hour", "buck": "dollar", "per cent": "percent", "%": "percent", "km": "kilometer",
    "kilometre": "kilometer", "metre": "meter", "feet": "foot", "inche": "inch", "kilo": "kilogram", "kg": "kilogram",
    "centurie": "century", "kb": "kilobyte", "mb": "megabyte", "meg": "megabyte", "gb": "gigabyte", "gig": "gigabyte",
    "tb": "terabyte", "percentage point": "point", "$": "dollar", "€": "euro", "£": "pound",
}  # fmt: skip
_FAMILY = [
    (family, re.compile(rf"(?<![A-Za-z])({units})(?![A-Za-z])", re.IGNORECASE)) for family, units in _UNITS.items()
]
_SIGN = re.compile(r"([$€£])\s?(\d[\d,.]*(?:\s?(?:k|m|bn|thousand|million|billion))?)", re.IGNORECASE)
_BOUND = re.compile(
    r"\b(?:(?P<over>(?<!no )more than|over|at least|above|exceed(?:s|ed|ing)?|upwards of|not less than)|"
    r"(?P<under>less than|fewer than|under|at most|below|up to|almost|nearly|no more than|not more than))"
    r"\s+(?:about |around )?(?P<rest>[$€£]?[\w,.-]+(?: [\w,.-]+)?)",
    re.IGNORECASE,
)


def overstated(claim: str, alike: Sequence[str]) -> str | None:
    """Why a claim says more than the stretches that are about the same; None where it does not.

    Args:
        claim: A sentence.
        alike: The clauses and sentences of the cited turns that have most of its words.
    """
    if not alike:
        return None
    if _CERTAIN.search(claim) and not _OPEN.search(claim):
        weak = _PERHAPS if re.search(r"\bwill\b|['’]ll\b", claim) else _OPEN
        if all(weak.search(one) and not _CERTAIN.search(one) for one in alike):
            return "it makes certain what the cited turn leaves open"
    for more, less in ((_ALL, _SOME), (_MOST, _LITTLE)):
        if (
            more.search(claim)
            and not less.search(claim)
            and all(less.search(one) and not more.search(one) for one in alike)
        ):
            return "it says of all or most what the cited turn says of some"
    if _ONLY.search(claim) and not any(_SINGLE.search(one) for one in alike):
        return "it says of one alone what the cited turn says of several"
    return None


def mismeasured(claim: str, said: str) -> str | None:
    """Why the amounts of a claim are not those of the turns, though their numbers are: another unit, more for less."""
    there = _measured(said)
    for family, value, unit in _measured(claim):
        units = {one for kind, number, one in there if kind == family and number == value}
        if units and unit not in units:
            return f"the number {value:g} counts {' and '.join(sorted(units))} in the cited turn, not {unit}"
    bounds = _bounded(said)
    for value, bound in _bounded(claim):
        others = {one for number, one in bounds if number == value}
        if others and bound not in others:
            return f"the cited turn says {'less' if bound == 'over' else 'more'} than {value:g}"
    return None


@lru_cache(maxsize=512)
def _measured(text: str) -> frozenset[tuple[str, float, str]]:
    """The amounts of a text that have a unit: its family, the number, the unit."""
    found: set[tuple[str, float, str]] = set()
    for family, pattern in _FAMILY:
        for match in pattern.finditer(text):
            before = re.split(r"[,;:.!?()]\s", text[max(0, match.start() - 40) : match.start()])[-1]
            words = re.search(r"(?:[\w,.'-]+[\s-]*){1,4}$", before)
            values = figures(words.group()) if words else {}
            last = list(values.items())[-1:] if values else []
            if last and words and re.search(rf"{re.escape(last[0][1])}[\s-]*(?:of )?$", words.group(), re.IGNORECASE):
                found.add((family, last[0][0], _unit(match.group())))
    for match in _SIGN.finditer(text):
        found |= {("money", value, _unit(match[1])) for value in figures(match[2])}
    return frozenset(found)


def _unit(written: str) -> str:
    plain = written.lower()
    single = plain if plain in {"%", "$", "€", "£", "feet"} else plain.rstrip("s")
    return _SAME_UNIT.get(single, single)


@lru_cache(maxsize=512)
def _bounded(text: str) -> frozenset[tuple[float, str]]:
    return frozenset(
        (value, "over" if match["over"] else "under")
        for match in _BOUND.finditer(text)
        for value in figures(match["rest"])
    )
