"""The sentences of the evidence, looked at ever closer: by their signs, by what they mean, read with the question."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.evidence import Evidence, Searcher, Sentence, Stretch
from rag.question import Question
from rag.reading import SURE, Reader, Signs, spoken, stretch, total
from rag.sentences import quotable_ranges
from rag.words import content_set

# Sentences whose meaning is compared; beyond, those with the fewest of the question's words are left out.
_COMPARED = 48
# Stretches that are read together with the question, words of each, and how many are read before looking whether one
# of their sentences answers by at least such log odds: then the rest need not be read.
# Last, what else the turn that answers best says.
_READ, _TOGETHER, _AT_ONCE, _PLAIN, _REST = 12, 90, 4, 2.0, 2

_Key = tuple[int, int]
"""The number of a turn among the evidence, and of a sentence in it."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One sentence of one turn of the evidence.

    Attributes:
        at: Its place among the turn's sentences, from 0.
        words: Its telling words, stemmed.
    """

    evidence: Evidence
    at: int
    words: frozenset[str]
    signs: Signs

    @property
    def score(self) -> float:
        """How well it answers, comparable within one question."""
        return total(self.signs)


def scored(reader: Reader, evidence: Sequence[Evidence], searcher: Searcher) -> list[Scored]:
    """The sentences of the evidence that are worth a closer look, and what is said around the best of them."""
    # 1. What can be told of every sentence at once.
    found = {
        (number, at): Scored(one, at, content_set(one.turn.text[place[0] : place[1]]), reader.signs(one, at, place))
        for number, one in enumerate(evidence)
        for at, place in enumerate(quotable_ranges(one.turn.text))
    }
    # 2. What the best mean.
    best = sorted(found, key=lambda key: -found[key].score)[:_COMPARED]
    close = _compared({key: found[key] for key in best}, reader.question, searcher)
    # 3. Whether they answer: stretches around the best of those are read together with the question.
    told = _told(_runs(close, evidence), evidence, reader.question, searcher)
    if told is None:
        return list(close.values())
    beside = {key: found[key] for key in told if key not in close}
    close |= _compared(beside, reader.question, searcher)
    return [
        replace(one, signs=replace(one.signs, answers=max(-SURE, min(SURE, told.get(key, -SURE)))))
        for key, one in close.items()
    ]


def _compared(some: Mapping[_Key, Scored], question: Question, searcher: Searcher) -> dict[_Key, Scored]:
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


def _runs(close: Mapping[_Key, Scored], evidence: Sequence[Evidence]) -> list[list[_Key]]:
    """Consecutive sentences, `_TOGETHER` words at most, that hold the best ones; the `_READ` best of them."""
    runs = [
        [(number, at) for at in run]
        for number in sorted({number for number, _ in close})
        for run in together(evidence[number].turn.text)
    ]
    worth = [max((close[key].score for key in run if key in close), default=-math.inf) for run in runs]
    order = sorted((at for at in range(len(runs)) if worth[at] > -math.inf), key=lambda at: -worth[at])
    return [runs[at] for at in order[:_READ]]


def together(text: str) -> list[list[int]]:
    """The sentences of a turn, by number, in runs of `_TOGETHER` words at most: what is read at once."""
    runs, room = list[list[int]](), 0
    for at, (start, end) in enumerate(quotable_ranges(text)):
        words = len(text[start:end].split())
        if at == 0 or words > room:
            runs.append([])
            room = _TOGETHER
        runs[-1].append(at)
        room -= words
    return runs


def _told(
    runs: Sequence[Sequence[_Key]], evidence: Sequence[Evidence], question: Question, searcher: Searcher
) -> dict[_Key, float] | None:
    """Log odds that the sentences of these runs answer, until one plainly does; None where nobody can read."""
    told: dict[_Key, float] = {}
    for start in range(0, len(runs), _AT_ONCE):
        some = _read(runs[start : start + _AT_ONCE], evidence, question, searcher)
        if some is None:
            return None
        told |= some
        if max(told.values()) >= _PLAIN:
            break
    if beside := _beside(told, evidence):
        told |= _read(beside, evidence, question, searcher) or {}
    return told


def _beside(told: Mapping[_Key, float], evidence: Sequence[Evidence]) -> list[list[_Key]]:
    """What was not read of the turn that answers best, nearest first: the rest of the answer is often there."""
    if not told:
        return []
    number, best = max(told, key=lambda key: told[key])
    rest = [run for run in together(evidence[number].turn.text) if (number, run[0]) not in told]
    nearest = sorted(rest, key=lambda run: abs(run[0] - best))[:_REST]
    return [[(number, at) for at in run] for run in nearest]


def _read(
    runs: Sequence[Sequence[_Key]], evidence: Sequence[Evidence], question: Question, searcher: Searcher
) -> dict[_Key, float] | None:
    """Log odds that the sentences of these runs answer; None where nobody can read."""
    answering = searcher.answering(question.text, [_stretch(one, evidence) for one in runs])
    if answering is None:
        return None
    return {
        key: value for run, values in zip(runs, answering, strict=True) for key, value in zip(run, values, strict=True)
    }


def _stretch(run: Sequence[_Key], evidence: Sequence[Evidence]) -> Stretch:
    one = evidence[run[0][0]]
    ranges = quotable_ranges(one.turn.text)
    return stretch(one, [ranges[at] for _, at in run])
