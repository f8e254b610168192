"""Evidence to extracts: the few sentences that answer, in their speaker's words, whole and in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.evidence import Evidence, Searcher, asks
from rag.question import Question
from rag.reading import Reader, apart, question_before
from rag.scoring import Scored, scored
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
        apart: Its score when sentence and question are looked at apart, without `answers`.
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


def extracts(question: Question, evidence: Sequence[Evidence], searcher: Searcher) -> list[Extract]:
    """What the evidence says in answer, best first: at most three extracts, `MAX_WORDS` words; of items, at most six.

    The first is the best there is, whether it answers or not; that is decided elsewhere.
    """
    reader = Reader(question, searcher, max((one.score for one in evidence), default=1.0))
    weights = reader.weights
    found = scored(reader, evidence, searcher)
    if not found:
        return []
    by_turn: dict[tuple[str, int], list[Scored]] = {}
    for one in found:
        by_turn.setdefault((one.evidence.source.transcript_id, one.evidence.turn.turn), []).append(one)
    most, each = (_MAX_ITEMS, _WORDS_PER_ITEM) if question.several else (_MAX_EXTRACTS, QUOTABLE_WORDS)
    chosen: list[Extract] = []
    left = MAX_WORDS
    for one in sorted(found, key=lambda each: -each.score):
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


def _adds(one: Scored, chosen: Sequence[Extract], question: Question, weights: dict[str, float]) -> bool:
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


def _grown(one: Scored, siblings: Sequence[Scored], budget: int, weights: dict[str, float]) -> Extract:
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
    return [replace(extract, turn=before, span=Span(before.turn, start, end)), extract]


def _overlap(one: Extract, other: Extract) -> bool:
    """True for the same place, or nearly the same words."""
    if one.source == other.source and one.turn.turn == other.turn.turn:
        return one.span.char_start < other.span.char_end and other.span.char_start < one.span.char_end
    mine, theirs = content_set(one.text), content_set(other.text)
    return bool(mine and theirs) and len(mine & theirs) / min(len(mine), len(theirs)) > 0.8
