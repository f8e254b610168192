"""Whether the turns a sentence cites carry it: its numbers, dates and names, who said it, yes or no, words, meaning.

Each test has its own reason, the most telling one first. The line between enough and not enough of words and meaning is
fitted on development pairs (benchmarks/check_pairs.py, docs/experiments.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.evidence import Evidence
from rag.values import Span
from rag.words import words
from rag.writing.attribution import misattributed, misnamed, takes_part
from rag.writing.cited import Cited, Senses, carried, has, read_turns, stems
from rag.writing.claims import Claim, claim
from rag.writing.days import weekdays
from rag.writing.figures import counted, figures
from rag.writing.firmness import mismeasured
from rag.writing.polarity import contradiction
from rag.writing.stretches import holds, stretches, weekday_holds
from rag.writing.verbs import levelled

# log odds = _COVERED * share of the claim's words in the turns + _MEANING * best cosine - _LINE
_COVERED, _MEANING, _LINE = 4.0, 6.0, 3.75
_COUNTED = 12  # up to this, a number may count what is listed or cited


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a sentence.

    Attributes:
        reason: Why it does not hold; None when it does.
        support: How well it is carried, 0 to 1.
        spans: For each cited turn the sentences of it that carry it; None for a turn that adds nothing.
    """

    reason: str | None
    support: float
    spans: tuple[Span | None, ...] = ()


def check(sentence: str, cited: Sequence[Evidence], senses: Senses, *, context: Sequence[Evidence] = ()) -> Verdict:
    """Whether some turns carry a sentence.

    Args:
        sentence: Plain text, without markers.
        cited: The turns it rests on, at least one.
        senses: Meaning and rarity of words.
        context: Other turns of the conversation: what "it" and "there" stand for may be named in them.
    """
    told = claim(sentence)
    read = read_turns(cited, context)
    if not any(text.strip() for text in read.told):
        return Verdict("it rests on words addressed to a machine, not on what somebody tells", 0.0)
    reason = (
        _number(told, read)
        or _date(told, read)
        or mismeasured(told.text, f"{read.all} {read.asked}")
        or misattributed(told, read)
        or misnamed(told, read)
    )
    if reason is not None:
        return Verdict(reason, 0.0)
    worth = _worth(told, read, senses)
    carrying = carried(told, read, senses, worth)
    if not any(carrying.spans):
        return Verdict("the cited turn only asks", 0.0)
    levels = {levelled(word): value for word, value in worth.items()}
    share = covered(told, read, worth)
    reason = contradiction(told, read.answered, carrying, levels, share=share)
    if reason is not None:
        return Verdict(reason, 0.0)
    support = _support(share, carrying.near)
    if support < 0.5:
        return Verdict(
            "the cited turn does not say so" if len(cited) == 1 else "the cited turns do not say so", support
        )
    return Verdict(None, support, carrying.spans)


def covered(told: Claim, read: Cited, worth: dict[str, float]) -> float:
    """Share of what a claim tells that the turns have, each word weighed by how telling it is, 0 to 1.

    Its numbers are there, or it would have been refused: each counts like a word.
    """
    if not worth:
        return 1.0  # a claim of people and numbers only, and those are found
    there = stems(read)
    whole = sum(worth.values())
    numbers = len(set(told.numbers.values())) * whole / len(worth)
    return (numbers + sum(value * has(there, word) for word, value in worth.items())) / (numbers + whole)


def _worth(told: Claim, read: Cited, senses: Senses) -> dict[str, float]:
    """How telling the words of a claim are, and the names in it that a turn has, but for those of who takes part."""
    said = set(words(read.all))
    named = (word for name in told.names if not takes_part(name, read) for word in name.words & said)
    rarity = senses.rarity(dict.fromkeys([*told.words, *named]))
    return {word: 0.5 + value for word, value in rarity.items()}


def _number(told: Claim, read: Cited) -> str | None:
    said = {*figures(read.all), *figures(read.asked), *counted(read.all)}
    groups: dict[str, set[float]] = {}
    for value, written in told.numbers.items():
        groups.setdefault(written, set()).add(value)
    for written, values in groups.items():
        year = max(values)
        if values <= said or (len(values) == 3 and any(one in said for one in values if one > 1000 or one % 1)):
            continue
        if len(values) == 1 and _counts(year, told, read):
            continue
        return f"the number {written} is not in what it cites"
    return None


def _counts(value: float, told: Claim, read: Cited) -> bool:
    """Whether a small number counts the turns or speakers cited, or the things the sentence lists."""
    if not 2 <= value <= _COUNTED:
        return False
    listed = told.text.count(",") + told.text.count(";") + len([1 for word in told.text.split() if word == "and"])
    speakers = {one.turn.speaker for one in read.cited}
    lists = listed >= 2 and ":" in told.text
    return value in {len(read.cited), len(speakers)} or (lists and value in {listed, listed + 1})


def _date(told: Claim, read: Cited) -> str | None:
    if not told.days and not told.weekdays:
        return None
    supported = [
        one
        for evidence, text in zip(read.cited, read.answered, strict=True)
        for one in stretches(text, evidence.source.date)
    ]
    said = set(words(read.all))
    for day in told.days:
        written = set(words(day.text))
        if not holds(day, supported) and not written <= said:
            return f"the date {day.text} is not in what it cites"
    for name in told.weekdays - weekdays(read.all):
        if not weekday_holds(name, supported):
            return f"the day {name.capitalize()} is not in what it cites"
    return None


def _support(share: float, near: float) -> float:
    return 1 / (1 + math.exp(-(_COVERED * share + _MEANING * near - _LINE)))
