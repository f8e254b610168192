"""Whether the turns a sentence cites carry it: its numbers, dates and names, who said it, yes or no, words, meaning.

Each test has its own reason, the most telling one first. The line between enough and not enough of words and meaning is
fitted on development pairs (benchmarks/check_pairs.py, docs/experiments.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.evidence import Evidence
from rag.values import Span
from rag.words import surface_words, words
from rag.writing.cited import Cited, Senses, has, nearness, read_turns, stems
from rag.writing.claims import Claim, claim, reports
from rag.writing.days import holds, stretches, weekday_holds, weekdays
from rag.writing.figures import figures
from rag.writing.firmness import mismeasured
from rag.writing.names import Name, name_words, same
from rag.writing.polarity import contradiction
from rag.writing.variants import calls, is_written, short_forms
from rag.writing.verbs import levelled

# log odds = _COVERED * share of the claim's words in the turns + _MEANING * best cosine - _LINE
_COVERED, _MEANING, _LINE = 4.0, 6.0, 4.25
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
        or _speaker(told, read)
        or _name(told, read)
    )
    if reason is not None:
        return Verdict(reason, 0.0)
    weights = senses.rarity(told.words)
    near, spans, best = nearness(told, read, senses, weights)
    if not any(spans):
        return Verdict("the cited turn only asks", 0.0)
    worth = {levelled(word): 0.5 + value for word, value in weights.items()}
    reason = contradiction(told, read.answered, best, worth)
    if reason is not None:
        return Verdict(reason, 0.0)
    support = _support(covered(told, read, weights), near)
    if support < 0.5:
        return Verdict(
            "the cited turn does not say so" if len(cited) == 1 else "the cited turns do not say so", support
        )
    return Verdict(None, support, spans)


def covered(told: Claim, read: Cited, weights: dict[str, float]) -> float:
    """Share of the claim's words, each weighed by how telling it is, that the turns have, 0 to 1."""
    there = stems(read)
    worth = {word: 0.5 + weights.get(word, 0.0) for word in told.words}
    if not worth:
        return 1.0  # a claim of names and numbers only, and those are found
    return sum(value * has(there, word) for word, value in worth.items()) / sum(worth.values())


def _number(told: Claim, read: Cited) -> str | None:
    said = {*figures(read.all), *figures(read.asked)}
    groups: dict[str, set[float]] = {}
    for value, written in told.numbers.items():
        groups.setdefault(written, set()).add(value)
    for written, values in groups.items():
        year = max(values)
        if values <= said or (len(values) == 3 and year > 1000 and year in said):
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
    return value in {len(read.cited), len(speakers)} or (listed >= 2 and value in {listed, listed + 1})


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


def _name(told: Claim, read: Cited) -> str | None:
    subject = True
    for name in told.names:
        takes_part = any(_is(name, person, read) for person in read.people)
        if not (name.sure or takes_part or _stands_alone(name)):
            continue
        if not (_is_there(name, read, takes_part=takes_part) or (takes_part and not subject)):
            following = told.names[told.names.index(name) + 1 :]
            if takes_part and following and f"{name.text} and {following[0].text}" in told.text:
                continue  # of two who did something together, one may tell
            return f"the name {name.text} is not in what it cites"
        subject = False
    return None


def _stands_alone(name: Name) -> bool:
    """Whether a word that begins a sentence is a name, or else a thing without an article ("Chicago", "Freight").

    Either has to be in the turns; plurals and what is done ("Margins", "Painting") may be told in other words.
    """
    return len(name.words) == 1 and len(name.text) > 2 and not name.text.endswith(("s", "ing", "ly", "ed"))


def _is(name: Name, person: str, read: Cited) -> bool:
    """Whether a name is that of somebody there, or what they alone can be called for short."""
    known = name_words(person)
    return same(name.words, known) or calls(
        surface_words(name.text), surface_words(person), [name_words(one) for one in read.people if one != person]
    )


def _is_there(name: Name, read: Cited, *, takes_part: bool) -> bool:
    """A speaker of the cited turns, or somebody or something they speak of; beside them, only who takes no part."""
    if any(_is(name, one.turn.speaker or "", read) for one in read.cited):
        return True
    if any(name.words <= set(words(text)) for text in read.third):
        return True
    if takes_part:
        shorter = short_forms(name.text.split()[0])
        return any(shorter & set(re.findall(r"[A-Z]\w+", text)) for text in read.third)
    said = f"{read.near} {' '.join(read.third)}"
    return name.words <= set(words(said)) or is_written(name.text, said)


def _speaker(told: Claim, read: Cited) -> str | None:
    for name in told.said_by:
        if not name.sure and not any(_is(name, person, read) for person in read.people):
            continue
        spoken = any(_is(name, one.turn.speaker or "", read) for one in read.cited)
        if not spoken and not any(reports(text, name.text) for text in read.third):
            return f"it has {name.text} say what another says in the cited turn"
    return None


def _support(share: float, near: float) -> float:
    return 1 / (1 + math.exp(-(_COVERED * share + _MEANING * near - _LINE)))
