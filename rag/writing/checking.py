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
from rag.given_names import FEMALE, MALE
from rag.values import Span
from rag.words import surface_words, words
from rag.writing.cited import Cited, Senses, carried, has, read_turns, stems
from rag.writing.claims import Claim, claim, reports, tells_of
from rag.writing.days import holds, stretches, weekday_holds, weekdays
from rag.writing.figures import counted, figures
from rag.writing.firmness import mismeasured
from rag.writing.names import Name, name_words, same
from rag.writing.polarity import contradiction
from rag.writing.variants import calls, is_written, short_forms
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
        or _speaker(told, read)
        or _name(told, read)
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
    named = (word for name in told.names if not _takes_part(name, read) for word in name.words & said)
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


def _name(told: Claim, read: Cited) -> str | None:
    subject = True
    for name in told.names:
        takes_part = _takes_part(name, read)
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


def _takes_part(name: Name, read: Cited) -> bool:
    return any(_is(name, person, read) for person in read.people)


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
        if not name.sure and not _takes_part(name, read):
            continue
        spoken = any(_is(name, one.turn.speaker or "", read) for one in read.cited)
        if not spoken and not any(reports(text, name.text) or _is_source(name, text, read) for text in read.third):
            return f"it has {name.text} say what another says in the cited turn"
    return None


def _is_source(name: Name, text: str, read: Cited) -> bool:
    """Whether a turn passes on what somebody says who is not there, or what is no person's ("according to")."""
    if _takes_part(name, read):
        return False
    given = set(surface_words(name.text)) & (MALE | FEMALE)
    return tells_of(text, name.text) if given else name.words <= set(words(text)) or is_written(name.text, text)


def _support(share: float, near: float) -> float:
    return 1 / (1 + math.exp(-(_COVERED * share + _MEANING * near - _LINE)))
