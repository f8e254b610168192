"""Whether the turns a sentence cites carry it: its numbers, dates and names, who said it, yes or no, words, meaning.

Each test has its own reason, the most telling one first. The line between enough and not enough of words and meaning is
fitted on development pairs (benchmarks/check_pairs.py, docs/experiments.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.evidence import Evidence, asks
from rag.reading import question_before
from rag.sentences import bounded_ranges
from rag.values import Span
from rag.words import words
from rag.writing.claims import Claim, claim, reports
from rag.writing.days import holds, stretches, weekday_holds, weekdays
from rag.writing.figures import figures
from rag.writing.instructions import stated_ranges, statements
from rag.writing.names import Name, name_words, same, spoken_of
from rag.writing.polarity import affirmed, denies, negated, refuses

# log odds = _COVERED * share of the claim's words in the turns + _MEANING * best cosine - _LINE
_COVERED, _MEANING, _LINE = 4.0, 6.0, 4.25
_COUNTED = 12  # up to this, a number may count what is listed or cited
_COMPARED = 6  # stretches of one turn whose meaning is compared: those with the most words of the claim
_WINDOW = 45  # words of a stretch of a turn whose meaning is compared


class Senses(Protocol):
    """What checking needs of a library: meaning, and how telling a word is."""

    def similarity(self, query: str, texts: Sequence[str]) -> list[float]:
        """How near in meaning each text is to a sentence, -1 to 1."""
        ...

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """How telling each stemmed word is in this library."""
        ...


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


@dataclass(frozen=True, slots=True)
class _Read:
    """The cited turns, read once for all tests.

    Attributes:
        told: What each says, without what is addressed to a machine.
        third: The same without those who are merely spoken to.
        near: What is said beside them, and their titles.
    """

    cited: tuple[Evidence, ...]
    told: tuple[str, ...]
    third: tuple[str, ...]
    near: str
    people: frozenset[str]

    @property
    def all(self) -> str:
        return " ".join(self.told)


def check(sentence: str, cited: Sequence[Evidence], senses: Senses, *, context: Sequence[Evidence] = ()) -> Verdict:
    """Whether some turns carry a sentence.

    Args:
        sentence: Plain text, without markers.
        cited: The turns it rests on, at least one.
        senses: Meaning and rarity of words.
        context: Other turns of the conversation: what "it" and "there" stand for may be named in them.
    """
    told = claim(sentence)
    read = _read(cited, context)
    if not any(text.strip() for text in read.told):
        return Verdict("it rests on words addressed to a machine, not on what somebody tells", 0.0)
    reason = _number(told, read) or _date(told, read) or _speaker(told, read) or _name(told, read)
    if reason is not None:
        return Verdict(reason, 0.0)
    weights = senses.rarity(told.words)
    near, spans, best = _nearness(told, read, senses, weights)
    if not any(spans):
        return Verdict("the cited turn only asks", 0.0)
    reason = _polarity(told, best)
    if reason is not None:
        return Verdict(reason, 0.0)
    support = _support(covered(told, read, weights), near)
    if support < 0.5:
        return Verdict(
            "the cited turn does not say so" if len(cited) == 1 else "the cited turns do not say so", support
        )
    return Verdict(None, support, spans)


def covered(told: Claim, read: _Read, weights: dict[str, float]) -> float:
    """Share of the claim's words, each weighed by how telling it is, that the turns have, 0 to 1."""
    there = _stems(read)
    worth = {word: 0.5 + weights.get(word, 0.0) for word in told.words}
    if not worth:
        return 1.0  # a claim of names and numbers only, and those are found
    return sum(value * _has(there, word) for word, value in worth.items()) / sum(worth.values())


def _read(cited: Sequence[Evidence], context: Sequence[Evidence] = ()) -> _Read:
    people = frozenset(
        turn.speaker
        for one in cited
        for turn in (one.before, one.turn, one.after)
        if turn is not None and turn.speaker is not None
    )
    told = tuple(statements(one.turn.text)[0] for one in cited)
    sources = {one.source.transcript_id for one in cited}
    beside = {
        (one.source.transcript_id, turn.turn): turn
        for one in (*cited, *(each for each in context if each.source.transcript_id in sources))
        for turn in (one.before, one.turn, one.after)
        if turn is not None
    }
    people |= {turn.speaker for turn in beside.values() if turn.speaker is not None}
    titles = dict.fromkeys(one.source.title for one in cited)
    near = " ".join([*titles, *(spoken_of(statements(turn.text)[0], people) for turn in beside.values())])
    return _Read(tuple(cited), told, tuple(spoken_of(text, people) for text in told), near, people)


def _number(told: Claim, read: _Read) -> str | None:
    said = set(figures(read.all)) | {
        value for one in read.cited if (asked := question_before(one)) is not None for value in figures(asked)
    }
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


def _counts(value: float, told: Claim, read: _Read) -> bool:
    """Whether a small number counts the turns or speakers cited, or the things the sentence lists."""
    if not 2 <= value <= _COUNTED:
        return False
    listed = told.text.count(",") + told.text.count(";") + len([1 for word in told.text.split() if word == "and"])
    speakers = {one.turn.speaker for one in read.cited}
    return value in {len(read.cited), len(speakers)} or (listed >= 2 and value in {listed, listed + 1})


def _date(told: Claim, read: _Read) -> str | None:
    if not told.days and not told.weekdays:
        return None
    supported = [
        one
        for evidence, text in zip(read.cited, read.told, strict=True)
        for one in stretches(f"{question_before(evidence) or ''} {text}", evidence.source.date)
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


def _name(told: Claim, read: _Read) -> str | None:
    subject = True
    for name in told.names:
        takes_part = any(same(name.words, name_words(person)) for person in read.people)
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


def _is_there(name: Name, read: _Read, *, takes_part: bool) -> bool:
    """A speaker of the cited turns, or somebody or something they speak of; beside them, only who takes no part."""
    if any(same(name.words, name_words(one.turn.speaker or "")) for one in read.cited):
        return True
    if any(name.words <= set(words(text)) for text in read.third):
        return True
    return not takes_part and name.words <= set(words(f"{read.near} {' '.join(read.third)}"))


def _speaker(told: Claim, read: _Read) -> str | None:
    for name in told.said_by:
        if not name.sure and not name.words & {word for person in read.people for word in name_words(person)}:
            continue
        spoken = any(same(name.words, name_words(one.turn.speaker or "")) for one in read.cited)
        if not spoken and not any(reports(text, name.text) for text in read.third):
            return f"it has {name.text} say what another says in the cited turn"
    return None


def _polarity(told: Claim, best: str) -> str | None:
    """Against the stretches that carry it: what is denied in one and not in the other is not the same statement."""
    about, under, said = set(told.words), negated(best), affirmed(best)
    denied = told.negated & about
    if told.denies and not denied & under and (denied & said or not (denies(best) or refuses(best))):
        return "it says no where the cited turn does not"
    left_out = (about & under) - told.negated - said
    if not told.refuses and (len(left_out) >= 2 or (left_out and len(about) <= 4)):
        return "it leaves out the no of the cited turn"
    return None


def _nearness(
    told: Claim, read: _Read, senses: Senses, weights: dict[str, float]
) -> tuple[float, tuple[Span | None, ...], str]:
    """The best cosine; for each cited turn the stretch that carries the claim, or None; and the text of those."""
    worth = {word: 0.5 + weights.get(word, 0.0) for word in told.words}
    stretches_of = [_windows(one, worth, questions=told.asks) for one in read.cited]
    texts = [_spoken(one, span) for one, spans in zip(read.cited, stretches_of, strict=True) for span in spans]
    near = senses.similarity(told.text, texts)
    chosen: list[tuple[float, float, Span] | None] = []
    at = 0
    whole = sum(worth.values()) or 1.0
    for one, spans in zip(read.cited, stretches_of, strict=True):
        found: list[tuple[float, float, Span]] = []
        for span in spans:
            there = _bag(one.turn.text[span.char_start : span.char_end])
            has = sum(value * _has(there, word) for word, value in worth.items()) / whole
            found.append((has + near[at] - 0.002 * len(there), near[at], span))
            at += 1
        chosen.append(max(found, key=lambda each: each[0]) if found else None)
    top = max((each[0] for each in chosen if each is not None), default=0.0)  # below 0 where nothing is alike
    kept = tuple(each[2] if each is not None and each[0] >= min(0.4 * top, top) else None for each in chosen)
    said = " ".join(
        one.turn.text[span.char_start : span.char_end] for one, span in zip(read.cited, kept, strict=True) if span
    )
    return max((each[1] for each in chosen if each is not None), default=0.0), kept, said


def _windows(one: Evidence, worth: dict[str, float], *, questions: bool) -> list[Span]:
    """Of the sentences of a turn, alone and two in a row, those that say most of a claim.

    None addressed to a machine, and no question alone: who asks does not tell.
    """
    text = one.turn.text
    stated = stated_ranges(text)
    ranges = [
        (start, end)
        for start, end in bounded_ranges(text, max_words=_WINDOW, max_chars=8 * _WINDOW)
        if any(first <= start and end <= last for first, last in stated)
    ]
    spans = []
    for first in range(len(ranges)):
        for last in range(first, min(first + 2, len(ranges))):
            start, end = ranges[first][0], ranges[last][1]
            if last == first or len(text[start:end].split()) <= 2 * _WINDOW:
                if not questions and last == first and asks(text[start:end]):
                    continue
                spans.append(Span(one.turn.turn, start, end))
    if len(spans) <= _COMPARED:
        return spans
    bags = {span: _bag(text[span.char_start : span.char_end]) for span in spans}
    has = {span: sum(value * _has(bag, word) for word, value in worth.items()) for span, bag in bags.items()}
    return sorted(spans, key=lambda span: (-has[span], len(bags[span])))[:_COMPARED]


def _spoken(one: Evidence, span: Span) -> str:
    said = one.turn.text[span.char_start : span.char_end]
    asked = question_before(one) if span.char_start == 0 else None
    said = said if one.turn.speaker is None else f"{one.turn.speaker}: {said}"
    return said if asked is None else f"{asked} {said}"


def _support(share: float, near: float) -> float:
    return 1 / (1 + math.exp(-(_COVERED * share + _MEANING * near - _LINE)))


def _stems(read: _Read) -> frozenset[str]:
    asked = " ".join(question_before(one) or "" for one in read.cited)
    speakers = " ".join(one.turn.speaker or "" for one in read.cited)
    return _bag(f"{read.all} {asked} {speakers}")


def _bag(text: str) -> frozenset[str]:
    return frozenset(words(text))


def _has(there: frozenset[str], word: str) -> float:
    """1 for a word that is there, a little less for one that shares all but its ending ("develop", "development")."""
    if word in there:
        return 1.0
    if len(word) >= 6 and any(other[:5] == word[:5] for other in there if len(other) >= 5):
        return 0.7
    return 0.0
