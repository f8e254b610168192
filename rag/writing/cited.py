"""The turns a sentence cites, read once: what they say, what is beside them, and which of their words carry a claim."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.evidence import Evidence, asks
from rag.given_names import FEMALE, MALE
from rag.reading import question_before
from rag.sentences import bounded_ranges
from rag.values import Span
from rag.words import surface_words, words
from rag.writing.claims import Claim
from rag.writing.clauses import affirmed
from rag.writing.instructions import stated_ranges, statements
from rag.writing.names import name_words, names, same, spoken_of
from rag.writing.verbs import levelled

_COMPARED = 6  # stretches of one turn whose meaning is compared: those with the most words of the claim
_WINDOW = 45  # words of a stretch of a turn whose meaning is compared


class Senses(Protocol):
    """What checking needs of a library: meaning, and how telling a word is."""

    def similarity(self, text: str, texts: Sequence[str]) -> list[float]:
        """How near in meaning each text is to a sentence, -1 to 1."""
        ...

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """How telling each stemmed word is in this library."""
        ...


@dataclass(frozen=True, slots=True)
class Cited:
    """The cited turns, read once for all tests.

    Attributes:
        told: What each says, without what is addressed to a machine.
        third: The same without those who are merely spoken to.
        near: What is said beside them, and their titles.
        people: Who speaks in them or beside them, and who has a given name in a title: they may all have spoken.
    """

    cited: tuple[Evidence, ...]
    told: tuple[str, ...]
    third: tuple[str, ...]
    near: str
    people: frozenset[str]

    @property
    def asked(self) -> str:
        """The questions that they answer."""
        return " ".join(question_before(one) or "" for one in self.cited)

    @property
    def answered(self) -> list[str]:
        """What each says, behind the question it answers."""
        return [f"{question_before(one) or ''} {text}" for one, text in zip(self.cited, self.told, strict=True)]

    @property
    def all(self) -> str:
        """What all of them say."""
        return " ".join(self.told)


def read_turns(cited: Sequence[Evidence], context: Sequence[Evidence] = ()) -> Cited:
    """Read the turns a sentence cites, beside them those that it was written from."""
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
    known = [name_words(one) for one in people]
    named = (each for title in titles for each in names(title) if not any(same(each.words, one) for one in known))
    people |= {each.text for each in named if set(surface_words(each.text)) & (MALE | FEMALE)}
    near = " ".join([*titles, *(spoken_of(statements(turn.text)[0], people) for turn in beside.values())])
    return Cited(tuple(cited), told, tuple(spoken_of(text, people) for text in told), near, people)


@dataclass(frozen=True, slots=True)
class Carried:
    """How cited turns carry a claim.

    Attributes:
        near: The best cosine, of the stretches that carry it.
        spans: For each turn the stretch that does, or None.
        text: Those stretches.
        swayed: How much nearer in meaning the turns are to the claim as it stands than without its no; 0 without one.
    """

    near: float
    spans: tuple[Span | None, ...]
    text: str
    swayed: float


def carried(told: Claim, read: Cited, senses: Senses, worth: dict[str, float]) -> Carried:
    """The stretches of cited turns that carry a claim, and how well, given how telling its words are."""
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
            share = sum(value * has(there, word) for word, value in worth.items()) / whole
            found.append((share + near[at] - 0.002 * len(there), near[at], span))
            at += 1
        chosen.append(max(found, key=lambda each: each[0]) if found else None)
    top = max((each[0] for each in chosen if each is not None), default=0.0)  # below 0 where nothing is alike
    kept = tuple(each[2] if each is not None and each[0] >= min(0.4 * top, top) else None for each in chosen)
    said = " ".join(
        one.turn.text[span.char_start : span.char_end] for one, span in zip(read.cited, kept, strict=True) if span
    )
    best = max((each[1] for each in chosen if each is not None), default=0.0)
    return Carried(best, kept, said, _swayed(told, texts, near, senses))


def _swayed(told: Claim, texts: Sequence[str], near: Sequence[float], senses: Senses) -> float:
    plain = affirmed(told.text)
    if not texts or plain == told.text:
        return 0.0
    return max(near) - max(senses.similarity(plain, texts))


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
    shares = {span: sum(value * has(bag, word) for word, value in worth.items()) for span, bag in bags.items()}
    return sorted(spans, key=lambda span: (-shares[span], len(bags[span])))[:_COMPARED]


def _spoken(one: Evidence, span: Span) -> str:
    said = one.turn.text[span.char_start : span.char_end]
    asked = question_before(one) if span.char_start == 0 else None
    said = said if one.turn.speaker is None else f"{one.turn.speaker}: {said}"
    return said if asked is None else f"{asked} {said}"


def stems(read: Cited) -> frozenset[str]:
    """The stems of the cited turns, their speakers and the questions they answer."""
    speakers = " ".join(one.turn.speaker or "" for one in read.cited)
    return _bag(f"{read.all} {read.asked} {speakers}")


def _bag(text: str) -> frozenset[str]:
    return frozenset(levelled(word) for word in words(text))


def has(there: frozenset[str], word: str) -> float:
    """1 for a word that is there, a little less for one that shares all but its ending ("develop", "development")."""
    if word in there or levelled(word) in there:
        return 1.0
    if len(word) >= 6 and any(other[:5] == word[:5] for other in there if len(other) >= 5):
        return 0.7
    return 0.0
