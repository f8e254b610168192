"""Reading a sentence against a question: the signs that it answers, as numbers, and what they add up to.

The weights were chosen on development questions (docs/experiments.md) and are meant to be read:
each sign is between 0 and 1 (meaning between -1 and 1, what a reader says in log odds), so a weight is what the sign is
worth at most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter, mul

from rag.evidence import Evidence, Searcher, Stretch, asks
from rag.question import CALENDAR, Question, Wanted
from rag.sentences import sentence_ranges
from rag.words import content_set, surface_words

_NUMBER = (
    r"(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|hundred|thousand|million|billion|dozen|half|twice)(?:[- ](?:\w+))?"
)
_HOLDS = {
    "number": re.compile(rf"\b{_NUMBER}\b", re.I),
    "reason": re.compile(
        r"\b(?:because|since|so that|reasons?|due to|in order to|why|as a result|therefore|caus\w+)\b", re.I
    ),
    "time": re.compile(
        r"\b(?:1[89]|20)\d\d\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|"
        r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|tomorrow|week|month|year|day|ago|o'clock|last|next)s?\b",
        re.I,
    ),
}
# A capitalised word that does not begin a sentence; two capitals alone ("AA batteries") are no name.
_NAME = re.compile(r"(?<=[\w,;)]\s)[\"“'‘(]?((?=[^\W\d_])[^a-z](?:[^\W_]*[a-z][^\W_]*|[^\W_]{2,})(?:[-'’][^\W_]+)*)")
_NEW_WORDS = 8  # words of its own after which a sentence says no less for having more
_OPENING = 2  # turns in which people greet and announce


@dataclass(frozen=True, slots=True)
class Signs:
    """Signs that a sentence answers a question.

    Attributes:
        meaning: Cosine of the question and the sentence, read with the question before it where there is one.
        own, answered, rest: Share of the question's worth in the sentence's words; in those of the question it
            answers; elsewhere in its turn and in its speaker's name.
        shared: Share of the worth that its transcript has in common.
        found: How well its turn was found, against the best.
        number, reason, time, name: It holds the kind of thing that is asked for.
        named: Its speaker is named in the question.
        names: Share of the names in the question that it, its turn or its speaker has; 1 when there are none.
        asks: It is itself a question.
        new: How much it says that the question does not say already.
        opening: It is among the first turns.
        replies: Its turn answers a question, and it begins the turn.
        answers: Log odds that it answers, of something that reads it together with the question, within `SURE` of 0;
            None where there is no such reader.
    """

    meaning: float
    own: float
    answered: float
    rest: float
    shared: float
    found: float
    number: float
    reason: float
    time: float
    name: float
    named: float
    names: float
    asks: float
    new: float
    opening: float
    replies: float
    answers: float | None = None


WEIGHTS = Signs(
    meaning=0.40,
    own=0.33,
    answered=0.28,
    rest=0.16,
    shared=0.35,
    found=0.40,
    number=0.12,
    reason=0.06,
    time=0.10,
    name=0.05,
    named=0.08,
    names=0.05,
    asks=-0.20,
    new=0.12,
    opening=-0.05,
    replies=0.04,
)
SURE = 8.0
_ANSWERS = 0.05  # what each step of the log odds is worth


_EACH = attrgetter(*(field.name for field in fields(Signs) if field.name != "answers"))
_WEIGHTS = _EACH(WEIGHTS)


def total(signs: Signs) -> float:
    """What the signs add up to, each times its weight; comparable within one question."""
    return apart(signs) + _ANSWERS * (signs.answers or 0.0)


def apart(signs: Signs) -> float:
    """The same of question and sentence looked at apart: without what a reader says of both together."""
    return float(sum(map(mul, _EACH(signs), _WEIGHTS)))


@dataclass(frozen=True, slots=True)
class _Around:
    """What all sentences of one turn share: the words of the turn, of its speaker and of the question it answers."""

    turn: frozenset[str]
    speaker: frozenset[str]
    before: frozenset[str]
    replies: bool


class Reader:
    """Reads sentences against one question.

    A word's rarity in the library is split in two: that a transcript has it at all speaks for every turn of it; how
    rare it is inside the transcript speaks for the turns that have it. Without this an opening that names the topic
    beats the turns that are about it.
    """

    def __init__(self, question: Question, searcher: Searcher, best_score: float) -> None:
        self.question = question
        self._searcher = searcher
        self._best_score = best_score or 1.0
        self._rarity = searcher.rarity(question.words)
        self._worth = sum(self._rarity.values()) or 1.0
        self._within: dict[str, dict[str, float]] = {}
        self._around: dict[tuple[str, int], _Around] = {}

    @property
    def weights(self) -> dict[str, float]:
        """The question's words with what each is worth; they add up to 1 (nothing for a question without any)."""
        return {word: value / self._worth for word, value in self._rarity.items()}

    def signs(self, one: Evidence, at: int, place: tuple[int, int]) -> Signs:
        """The signs of sentence number `at` of a turn, at `place` in its text; `meaning` is left 0."""
        text = one.turn.text[place[0] : place[1]]
        said = content_set(text)
        around = self._around_of(one)
        own, answered, rest, shared = self._told(one, said, around)
        wants, names = self.question.wants, self.question.names
        return Signs(
            meaning=0.0,
            own=own,
            answered=answered,
            rest=rest,
            shared=shared,
            found=one.score / self._best_score,
            number=float("number" in wants and holds("number", text, self.question)),
            reason=float("reason" in wants and holds("reason", text, self.question)),
            time=float("time" in wants and holds("time", text, self.question)),
            name=float("name" in wants and holds("name", text, self.question)),
            named=float(bool(names & around.speaker)),
            names=len(names & around.turn) / len(names) if names else 1.0,
            asks=float(asks(text)),
            new=min(len(said - set(self.question.words)), _NEW_WORDS) / _NEW_WORDS,
            opening=float(one.turn.turn <= _OPENING),
            replies=float(around.replies and at == 0),
        )

    def _around_of(self, one: Evidence) -> _Around:
        key = (one.source.transcript_id, one.turn.turn)
        if key not in self._around:
            before = question_before(one)
            self._around[key] = _Around(
                content_set(f"{one.turn.speaker or ''} {one.turn.text}"),
                content_set(one.turn.speaker or ""),
                content_set(before or ""),
                before is not None,
            )
        return self._around[key]

    def _told(self, one: Evidence, said: frozenset[str], around: _Around) -> tuple[float, float, float, float]:
        transcript_id = one.source.transcript_id
        if transcript_id not in self._within:
            self._within[transcript_id] = self._searcher.rarity_within(self.question.words, transcript_id)
        own = answered = rest = shared = 0.0
        for word, inside in self._within[transcript_id].items():
            local = min(inside, self._rarity.get(word, 0.0))
            shared += self._rarity.get(word, 0.0) - local
            if word in said:
                own += local
            elif word in around.before:
                answered += local
            elif word in around.turn:
                rest += local
        return own / self._worth, answered / self._worth, rest / self._worth, shared / self._worth


def holds(kind: Wanted, text: str, question: Question) -> bool:
    """Whether `text` has a thing of the kind that a question asks for, and not merely the question's own."""
    if kind in {"reason", "time"}:
        return bool(_HOLDS[kind].search(text))
    if kind == "number":
        asked = _asked(question)
        return any(not asked.issuperset(surface_words(one.group())) for one in _HOLDS["number"].finditer(text))
    return any(
        holds_any("name", text[start:end], question)
        for start, end in sentence_ranges(text)
        if not question.heads or question.heads & content_set(text[start:end])
    )


def holds_any(kind: Wanted, text: str, question: Question) -> bool:
    """The same, but of names any will do, whatever stands beside it: quicker, for whole turns."""
    if kind != "name":
        return holds(kind, text, question)
    asked = _asked(question)
    names = (one.group(1) for one in _NAME.finditer(text))
    return any(name not in CALENDAR and not asked.issuperset(surface_words(name)) for name in names)


@lru_cache(maxsize=64)
def _asked(question: Question) -> frozenset[str]:
    """The question's own words: each of many turns is compared with them."""
    return frozenset(surface_words(question.text))


def question_before(one: Evidence) -> str | None:
    """The question that a turn answers, if the turn before it asks one."""
    if one.before is None or not asks(one.before.text):
        return None
    start, end = sentence_ranges(one.before.text)[-1]
    return one.before.text[start:end]


def stretch(one: Evidence, places: Sequence[tuple[int, int]]) -> Stretch:
    """Consecutive sentences of a turn, at `places` in its text, as they are read together with the question."""
    start, end = places[0][0], places[-1][1]
    context = f"{one.turn.speaker or ''}: {question_before(one) or ''}".strip()
    return Stretch(context, one.turn.text[start:end], tuple((first - start, last - start) for first, last in places))


def spoken(one: Evidence, place: tuple[int, int]) -> str:
    """What is compared with the question by meaning: the sentence, who says it, and the question it answers."""
    said = one.turn.text[place[0] : place[1]]
    if one.turn.speaker is not None:
        said = f"{one.turn.speaker}: {said}"
    before = question_before(one)
    return said if before is None else f"{before} {said}"
