"""Evidence to extracts: the few sentences that answer, in their speaker's words, whole and in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.evidence import Evidence, Searcher, Sentence, asks
from rag.question import Question
from rag.reading import Reader, Signs, question_before, spoken, total
from rag.sentences import QUOTABLE_WORDS, quotable_ranges
from rag.values import Source, Span, Turn
from rag.words import content_set

MAX_WORDS = 120  # of all extracts together
_MAX_EXTRACTS = 3
# What has several items is told in more places, each in few words; which are as good as this share of the best.
_WORDS_PER_ITEM, _MAX_ITEMS, _AS_GOOD = 30, 6, 0.8
_SHORT = 6  # words of an answer that says little without its question
# A sentence adds to an extract by what its score exceeds this share of the best one's, but always a little; leaning on
# a sentence that is not quoted costs this share of the best score.
_USUAL, _LEAST, _LEANING = 0.6, 0.01, 0.15
_NEW = 0.2  # share of the question's worth that makes a further extract worth while
_READ = 48  # sentences whose meaning is compared; beyond, those with the fewest of the question's words are left out

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
    """

    source: Source
    turn: Turn
    span: Span
    score: float
    covered: float

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
    drafts = [
        (reader.signs(one, at, place), one, at, place, len(ranges))
        for one, ranges in ((one, quotable_ranges(one.turn.text)) for one in evidence)
        for at, place in enumerate(ranges)
    ]
    drafts.sort(key=lambda draft: -total(draft[0]))
    drafts = drafts[:_READ]
    asked = [
        Sentence(one.source.transcript_id, one.turn.turn, at, count, spoken(one, place))
        for _, one, at, place, count in drafts
    ]
    near = searcher.meanings(reader.question.text, asked)
    return [
        _Scored(
            one,
            at,
            content_set(one.turn.text[place[0] : place[1]]),
            replace(signs, meaning=meaning),
        )
        for (signs, one, at, place, _), meaning in zip(drafts, near, strict=True)
    ]


def _adds(one: _Scored, chosen: Sequence[Extract], question: Question, weights: dict[str, float]) -> bool:
    """Whether a further sentence is worth quoting.

    It is when it says something of the question that is not said yet, is of somebody whom the question names and who is
    not quoted yet, or answers about as well as the best; of several items, nearly as well.
    """
    best = chosen[0].score
    if question.several:
        return one.score >= _AS_GOOD * best
    quoted: set[str] = set()
    for extract in chosen:
        same = (extract.source, extract.turn.turn) == (one.evidence.source, one.evidence.turn.turn)
        quoted |= content_set(extract.text if same else f"{extract.turn.speaker or ''} {extract.turn.text}")
    heard = {word for extract in chosen for word in content_set(extract.turn.speaker or "")}
    awaited = question.names & content_set(one.evidence.turn.speaker or "") - heard
    new = share(weights, one.words - quoted)
    return (
        (new >= _NEW and one.score >= 0.75 * best)
        or (bool(awaited) and one.score >= 0.7 * best)
        or one.score >= 0.93 * best
    )


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
    return Extract(one.evidence.source, turn, span, one.score, share(weights, said))


def _exchange(extract: Extract, evidence: Evidence) -> list[Extract]:
    """A short answer with the question it belongs to."""
    before = evidence.before
    if before is None or not asks(before.text) or len(extract.turn.text.split()) > _SHORT:
        return [extract]
    start, end = quotable_ranges(before.text)[-1]
    asked = Extract(extract.source, before, Span(before.turn, start, end), extract.score, extract.covered)
    return [asked, extract]


def _overlap(one: Extract, other: Extract) -> bool:
    """True for the same place, or nearly the same words."""
    if one.source == other.source and one.turn.turn == other.turn.turn:
        return one.span.char_start < other.span.char_end and other.span.char_start < one.span.char_end
    mine, theirs = content_set(one.text), content_set(other.text)
    return bool(mine and theirs) and len(mine & theirs) / min(len(mine), len(theirs)) > 0.8
