"""Markers in what a model wrote: "[2]" and other ways models cite, told apart from brackets that mean something else.

Strict: a bracket is a marker only when there is nothing in it but numbers and the word for what they number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WHAT = (
    r"(?:turns?|sources?|evidence|passages?|citations?|cit(?:e|ing)|references?|refs?|excerpts?|quotes?|documents?|"
    r"docs?|blocks?|nos?\.?|n|see)"
)
_NUMBERS = r"\d{1,4}(?:\s*(?:,|;|&|and|-|–|—|to)\s*(?:" + _WHAT + r"\s*)?[#^]?\d{1,4})*"
_TAIL = r"(?:\s*[†:][^\]】\n]{0,20})?"  # "1†L4-L9", as some models write it
_SQUARE = rf"\[{{1,2}}\s*(?:{_WHAT}\s*)?[#^:]?\s*{_NUMBERS}{_TAIL}\s*\]{{1,2}}(?:\(\s*[^()\s]*\s*\))?"
_LENTICULAR = rf"【\s*(?:{_WHAT}\s*)?[#^:]?\s*{_NUMBERS}{_TAIL}\s*】"
_ROUND = rf"\(\s*(?:see\s+)?{_WHAT}\s*[#^:]?\s*{_NUMBERS}\s*\)"  # round ones only with the word: "(2019)" is a year
_SUPERSCRIPT = "[¹²³⁴⁵⁶⁷⁸⁹][⁰¹²³⁴⁵⁶⁷⁸⁹]?"
_MARKER = re.compile(rf"\s*(?:{_SQUARE}|{_LENTICULAR}|{_ROUND}|{_SUPERSCRIPT})", re.IGNORECASE)
_RUN = re.compile(rf"(?:{_MARKER.pattern}\s*[,;]?)+", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s*(?:-|–|—|to)\s*\D{0,12}?(\d+)")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_WIDEST = 10  # turns that "[3-7]" may stand for; more is no citation


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence without its markers, and the numbers in them: each once, in order."""

    text: str
    numbers: tuple[int, ...]


def marked(text: str) -> Marked:
    """A sentence, its markers taken out wherever they stand."""
    numbers: dict[int, None] = {}
    for found in _MARKER.finditer(text):
        numbers |= dict.fromkeys(_numbers(found.group()))
    bare = re.sub(r"\s+([.,;:!?])", r"\1", _MARKER.sub("", text))
    return Marked(" ".join(bare.split()).strip(" ,;"), tuple(numbers))


def leading(text: str) -> int:
    """How many characters of `text` are markers before anything else."""
    found = _RUN.match(text)
    return found.end() if found else 0


def is_open(text: str) -> bool:
    """Whether `text` begins with what may yet become a marker."""
    return re.match(r"\s*[\[【(][^\]】)\n]{0,40}$", text) is not None


def _numbers(marker: str) -> list[int]:
    inside = re.sub(r"[\])】].*|†.*", "", marker.translate(_DIGITS).lstrip("[【( \n\t"), flags=re.DOTALL)
    numbers: list[int] = []
    for first, last in _RANGE.findall(inside):
        if 0 < int(last) - int(first) <= _WIDEST:
            numbers.extend(range(int(first), int(last) + 1))
    numbers.extend(int(one) for one in re.findall(r"\d+", inside))
    return sorted(set(numbers)) if _RANGE.search(inside) else numbers
