"""Evidence to extracts: the few sentences that answer, in their speaker's words, whole and in order."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.evidence import Evidence, Searcher, Sentence, Stretch, asks
from rag.question import Question
from rag.reading import SURE, Reader, Signs, apart, question_before, spoken, stretch, total
from rag.sentences import QUOTABLE_WORDS, quotable_ranges
from rag.values import Source, Span, Turn
from rag.words import content_set

MAX_WORDS = 120  # of all extracts together
_MAX_EXTRACTS = 3
_WORDS_PER_ITEM, _MAX_ITEMS = 30, 6  # what has several items is told in more places, each in few words
_SHORT = 6  # words of an answer that says little without its question
# A sentence adds to an extract by what its score exceeds this share of the best one's, but always a little; leaning on
# a sentence that is not quoted costs this share of the best score.
_USUAL, _LEAST, _LEANING = 0.6, 0.01, 0.15
# How far behind the best a further extract may be: any; one that says this share of the question's worth that is not
# said yet; one of a turn that is quoted anyway, or of somebody who is awaited; one of several items.
_BEHIND, _NEW, _BEHIND_NEW, _BEHIND_BESIDE, _BEHIND_ITEM = 0.1, 0.2, 0.25, 0.3, 0.2
# Sentences whose meaning is compared; beyond, those with the fewest of the question's words are left out.
_COMPARED = 48
# Stretches that are read together with the question, words of each, and how many are read before looking whether one
# of their sentences answers by at least such log odds: then the rest need not be read.
_READ, _TOGETHER, _AT_ONCE, _PLAIN = 12, 90, 4, 2.0

# A sentence that begins like this says little without the one before it.
_LEANS = re.compile(
    r"[\"“'‘(]*(?:and|but|so|because|that|that's|this|these|those|it|it's|he|he's|she|she's|they|they're|which|then|also|"
    r"or|plus|instead|therefore|as a result)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Extract:
    """Consecutive sentences of one turn.

    Attributes:
        score: How well its best sentence answers, comparable within one question.
        covered: Share of the question's telling words in the extract, its turn and its speaker's name, 0 to 1.
        apart: The same of what was looked at apart from the question, without `answers`.
        answers: Log odds that its best sentence answers, where it was read together with the question; None otherwise.
    """

    source: Source
    turn: Turn
    span: Span
    score: float
    covered: float
    apart: float
    answers: float | None

    @property
    def text(self) -> str:
        """The extract, verbatim."""
        return self.turn.text[self.span.char_start : self.span.char_end]


@dataclass(frozen=True, slots=True)
class _Scored:
    """One sentence of one turn of the evidence."""

    evidence: Evidence
    at: int  # place among the turn's sentences
    words: frozenset[str]
    signs: Signs

    @property
    def score(self) -> float:
        return total(self.signs)


def extracts(question: Question, evidence: Sequence[Evidence], searcher: Searcher) -> list[Extract]:
    """What the evidence says in answer, best first: at most three extracts, `MAX_WORDS` words; of items, at most six.

    The first is the best there is, whether it answers or not; that is decided elsewhere.
    """
    reader = Reader(question, searcher, max((one.score for one in evidence), default=1.0))
    weights = reader.weights
    scored = _scored(reader, evidence, searcher)
    if not scored:
        return []
    by_turn: dict[tuple[str, int], list[_Scored]] = {}
    for one in scored:
        by_turn.setdefault((one.evidence.source.transcript_id, one.evidence.turn.turn), []).append(one)
    most, each = (_MAX_ITEMS, _WORDS_PER_ITEM) if question.several else (_MAX_EXTRACTS, QUOTABLE_WORDS)
    chosen: list[Extract] = []
    left = MAX_WORDS
    for one in sorted(scored, key=lambda each: -each.score):
        if len(chosen) >= most or left <= 0:
            break
        if chosen and not _adds(one, chosen, question, weights):
            continue
        siblings = by_turn[one.evidence.source.transcript_id, one.evidence.turn.turn]
        grown = _grown(one, siblings, min(left, each), weights)
        if any(_overlap(grown, other) for other in chosen) or (chosen and len(grown.text.split()) > left):
            continue
        for extract in _exchange(grown, one.evidence):
            if not any(_overlap(extract, other) for other in chosen):
                chosen.append(extract)
                left -= len(extract.text.split())
    return chosen


def share(weights: dict[str, float], words: set[str] | frozenset[str]) -> float:
    """How much of the question's worth `words` hold, 0 to 1."""
    return sum(weight for word, weight in weights.items() if word in words)


def _scored(reader: Reader, evidence: Sequence[Evidence], searcher: Searcher) -> list[_Scored]:
    """The sentences of the evidence that are worth a closer look, and what is said around the best of them."""
    # 1. What can be told of every sentence at once.
    found = {
        (number, at): _Scored(one, at, content_set(one.turn.text[place[0] : place[1]]), reader.signs(one, at, place))
        for number, one in enumerate(evidence)
        for at, place in enumerate(quotable_ranges(one.turn.text))
    }
    # 2. What the best mean.
    best = sorted(found, key=lambda key: -found[key].score)[:_COMPARED]
    scored = _compared({key: found[key] for key in best}, reader.question, searcher)
    # 3. Whether they answer: stretches around the best of those are read together with the question.
    told = _told(_runs(scored, evidence), evidence, reader.question, searcher)
    if told is None:
        return list(scored.values())
    beside = {key: found[key] for key in told if key not in scored}
    scored |= _compared(beside, reader.question, searcher)
    return [
        replace(one, signs=replace(one.signs, answers=max(-SURE, min(SURE, told.get(key, -SURE)))))
        for key, one in scored.items()
    ]


_Key = tuple[int, int]
"""The number of a turn among the evidence, and of a sentence in it."""


def _compared(some: Mapping[_Key, _Scored], question: Question, searcher: Searcher) -> dict[_Key, _Scored]:
    asked = []
    for one in some.values():
        ranges, turn = quotable_ranges(one.evidence.turn.text), one.evidence.turn.turn
        said = spoken(one.evidence, ranges[one.at])
        asked.append(Sentence(one.evidence.source.transcript_id, turn, one.at, len(ranges), said))
    near = searcher.meanings(question.text, asked)
    return {
        key: replace(one, signs=replace(one.signs, meaning=meaning))
        for (key, one), meaning in zip(some.items(), near, strict=True)
    }


def _runs(scored: Mapping[_Key, _Scored], evidence: Sequence[Evidence]) -> list[list[_Key]]:
    """Consecutive sentences, `_TOGETHER` words at most, that hold the best ones; the `_READ` best of them."""
    runs: list[list[_Key]] = []
    for number in sorted({number for number, _ in scored}):
        text, room = evidence[number].turn.text, 0
        for at, (start, end) in enumerate(quotable_ranges(text)):
            words = len(text[start:end].split())
            if at == 0 or words > room:
                runs.append([])
                room = _TOGETHER
            runs[-1].append((number, at))
            room -= words
    worth = [max((scored[key].score for key in run if key in scored), default=-math.inf) for run in runs]
    order = sorted((at for at in range(len(runs)) if worth[at] > -math.inf), key=lambda at: -worth[at])
    return [runs[at] for at in order[:_READ]]


def _told(
    runs: Sequence[Sequence[_Key]], evidence: Sequence[Evidence], question: Question, searcher: Searcher
) -> dict[_Key, float] | None:
    """Log odds that the sentences of these runs answer, until one of them plainly does; None where nobody can read."""
    told: dict[_Key, float] = {}
    for start in range(0, len(runs), _AT_ONCE):
        some = runs[start : start + _AT_ONCE]
        answering = searcher.answering(question.text, [_stretch(one, evidence) for one in some])
        if answering is None:
            return None
        for run, values in zip(some, answering, strict=True):
            told |= zip(run, values, strict=True)
        if max(told.values()) >= _PLAIN:
            break
    return told


def _stretch(run: Sequence[_Key], evidence: Sequence[Evidence]) -> Stretch:
    one = evidence[run[0][0]]
    ranges = quotable_ranges(one.turn.text)
    return stretch(one, [ranges[at] for _, at in run])


def _adds(one: _Scored, chosen: Sequence[Extract], question: Question, weights: dict[str, float]) -> bool:
    """Whether a further sentence is worth quoting, by how much worse than the best it answers.

    Least may be missing where nothing speaks for it but that; more of several items, of what says something of the
    question that is not said yet, of a turn that is quoted anyway, and of somebody whom the question names and who is
    not quoted yet.
    """
    behind = chosen[0].score - one.score
    if question.several:
        return behind <= _BEHIND_ITEM
    quoted, inside = set[str](), False
    for extract in chosen:
        same = (extract.source, extract.turn.turn) == (one.evidence.source, one.evidence.turn.turn)
        quoted |= content_set(extract.text if same else f"{extract.turn.speaker or ''} {extract.turn.text}")
        inside = inside or same
    heard = {word for extract in chosen for word in content_set(extract.turn.speaker or "")}
    awaited = question.names & content_set(one.evidence.turn.speaker or "") - heard
    new = share(weights, one.words - quoted) >= _NEW
    return behind <= (_BEHIND_BESIDE if inside or awaited else _BEHIND_NEW if new else _BEHIND)


def _grown(one: _Scored, siblings: Sequence[_Scored], budget: int, weights: dict[str, float]) -> Extract:
    """The run of sentences around one that together say the most in answer, within `budget` words.

    A sentence counts by how far it is above the usual of its turn; one that leans on the sentence before it ("And
    because of that ...") counts for little without it.
    """
    turn = one.evidence.turn
    ranges = quotable_ranges(turn.text)
    usual = _USUAL * one.score
    gains = {other.at: max(other.score - usual, _LEAST) for other in siblings}
    starts = [place[0] for place in ranges]

    def worth(first: int, last: int) -> float:
        leans = first > 0 and _LEANS.match(turn.text, starts[first]) is not None
        return sum(gains.get(at, _LEAST) for at in range(first, last + 1)) - (_LEANING * one.score if leans else 0.0)

    runs = [
        (first, last)
        for first in range(one.at + 1)
        for last in range(one.at, len(ranges))
        if len(turn.text[ranges[first][0] : ranges[last][1]].split()) <= budget
    ]
    first, last = max(runs, key=lambda run: worth(*run), default=(one.at, one.at))
    span = Span(turn.turn, ranges[first][0], ranges[last][1])
    asked = question_before(one.evidence) or ""
    said = content_set(f"{asked} {turn.speaker or ''} {turn.text}")
    return Extract(
        one.evidence.source, turn, span, one.score, share(weights, said), apart(one.signs), one.signs.answers
    )


def _exchange(extract: Extract, evidence: Evidence) -> list[Extract]:
    """A short answer with the question it belongs to."""
    before = evidence.before
    if before is None or not asks(before.text) or len(extract.turn.text.split()) > _SHORT:
        return [extract]
    start, end = quotable_ranges(before.text)[-1]
    asked = Extract(
        extract.source,
        before,
        Span(before.turn, start, end),
        extract.score,
        extract.covered,
        extract.apart,
        extract.answers,
    )
    return [asked, extract]


def _overlap(one: Extract, other: Extract) -> bool:
    """True for the same place, or nearly the same words."""
    if one.source == other.source and one.turn.turn == other.turn.turn:
        return one.span.char_start < other.span.char_end and other.span.char_start < one.span.char_end
    mine, theirs = content_set(one.text), content_set(other.text)
    return bool(mine and theirs) and len(mine & theirs) / min(len(mine), len(theirs)) > 0.8
