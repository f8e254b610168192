"""What turns are worth as answers to one question: how they were found, and what in them speaks for an answer.

Seven channels say how well a turn was found: its vector alone and in a narrow and a wide window, its words alone and
in both windows, and the words of its whole transcript. Each is scaled to 0..1 over the candidates and weighed. The best
are then read: who speaks, whether they hold the kind of thing asked for, what stands before them.

The weights are listwise softmax regressions, rounded, on LoCoMo's development conversations, those of the channels on
questions about podcasts and chats as well that the encoder has not learnt from; the podcasts' own questions and QMSum
were only looked at afterwards (docs/experiments.md). Those of the channels add up to 1.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
import numpy.typing as npt

from index.lexicon import Matches
from index.meaning import NOWHERE, Nearness
from index.store.records import TurnRow
from index.store.schema import STRIDE
from rag.evidence import asks
from rag.periods import Days, nearness
from rag.question import Question
from rag.reading import holds_any
from rag.words import content_words

_MEANING = (0.25, 0.27, 0.07)  # alone, narrow, wide
_WORDS = (0.08, 0.04, 0.24)
_TRANSCRIPT = 0.05
# What a turn gains: its speaker is named in the question; it holds the kind of thing asked for; it says much; the turn
# before it is a question (which costs, as most questions are about something else) that was itself found.
_NAMED, _KINDS, _LENGTH = 0.08, {"time": 0.15, "number": 0.14, "name": 0.09}, 0.25
_ASKS, _AFTER, _ANSWERS = -0.07, -0.12, 0.29
# What a turn gains whose transcript is of a day that the question names: more than what parts good hits from fair ones.
_DAYS = 0.3
_ROUNDING = 1e-9  # sums of the same numbers in another order
_LONG = 120  # words beyond which a turn says no more

Scores = dict[int, float]


def found(candidates: Sequence[int], near: Nearness, words: Matches) -> Scores:
    """How well each turn was found, 0 to 1, by turn id."""
    if not candidates:
        return {}
    cosines = chain.from_iterable(map(near.get, candidates, repeat(NOWHERE)))
    by_meaning = np.fromiter(cosines, dtype=np.float64).reshape(len(candidates), -1).T
    by_words = [_values(scores, candidates) for scores in (words.alone, words.windows, words.wide)]
    whole = _values(words.transcripts, [one // STRIDE for one in candidates])
    channels = np.stack([scaled(values) for values in (*by_meaning, *by_words, whole)])
    weights = np.array([*_MEANING, *_WORDS, _TRANSCRIPT])
    return dict(zip(candidates, (weights @ channels).tolist(), strict=True))


def _values(scores: Scores, keys: Sequence[int]) -> npt.NDArray[np.float64]:
    """The scores of these keys, 0 where there is none; without a step of the interpreter for each."""
    return np.fromiter(map(scores.get, keys, repeat(0.0)), dtype=np.float64, count=len(keys))


def ceilings(question: Question, scores: Scores, known: Scores) -> Scores:
    """What turns can be worth at most, whatever is read in them: `read` gives no turn more."""
    most = (
        _LENGTH + (_NAMED if question.names else 0.0) + sum(_KINDS[kind] for kind in _KINDS if kind in question.wants)
    )
    return {
        turn_id: score + most + max(_AFTER + _ANSWERS * known.get(turn_id - 1, 0.0), 0.0) + _ROUNDING
        for turn_id, score in scores.items()
    }


def read(question: Question, scores: Scores, turns: Mapping[int, TurnRow], known: Scores) -> Scores:
    """The same scores, by what is in the turns.

    Args:
        question: Taken apart.
        scores: Of the turns to read.
        turns: These turns and those before them, as far as they are still in the library.
        known: The scores of all candidates: what the turns before them are worth.
    """
    reader = _Reader(question)
    worth: Scores = {}
    for turn_id, score in scores.items():
        if turn_id in turns:
            before = turns.get(turn_id - 1)
            asked = before is not None and asks(before.text)
            after = _AFTER + _ANSWERS * known.get(turn_id - 1, 0.0) if asked else 0.0
            worth[turn_id] = score + reader.worth(turns[turn_id]) + after
    return worth


def of_days(near: Sequence[Days], scores: Scores, dates: Mapping[int, dt.date | None]) -> Scores:
    """The same scores, raised for transcripts of days that are named, or near to them.

    Args:
        near: The days.
        scores: By turn id.
        dates: Of the transcripts, by ordinal, as far as they are still in the library.
    """
    gains = {ordinal: _DAYS * nearness(day, near) for ordinal, day in dates.items()}
    return {one: score + gains.get(one // STRIDE, 0.0) for one, score in scores.items()}


def scaled(values: Sequence[float] | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Shifted and stretched to 0..1; all 0 where there is nothing to tell apart."""
    array = np.asarray(values, dtype=np.float64)
    low, high = float(array.min()), float(array.max())
    return (array - low) / (high - low) if high > low else np.zeros_like(array)


@dataclass(frozen=True, slots=True)
class _Reader:
    question: Question

    def worth(self, turn: TurnRow) -> float:
        """What is in a turn that speaks for an answer, whatever it is about."""
        names = self.question.names
        named = bool(names) and not names.isdisjoint(content_words(turn.speaker or ""))
        kinds = sum(
            worth
            for kind, worth in _KINDS.items()
            if kind in self.question.wants and holds_any(kind, turn.text, self.question)
        )
        length = math.log1p(min(len(turn.text.split()), _LONG)) / math.log1p(_LONG)
        return _NAMED * named + kinds + _LENGTH * length + _ASKS * asks(turn.text)
