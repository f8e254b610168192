"""What turns are worth as answers to one question: how they were found, and what in them speaks for an answer.

Seven channels say how well a turn was found: its vector alone and in a narrow and a wide window, its words alone and
in both windows, and the words of its whole transcript. Each is scaled to 0..1 over the candidates and weighed. The best
are then read: who speaks, whether they hold the kind of thing asked for, what stands before them.

The weights are a listwise softmax regression on LoCoMo's development conversations, rounded; podcasts and QMSum were
only looked at afterwards (docs/experiments.md). Those of the channels add up to 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.lexicon import Matches
from index.meaning import NOWHERE, Nearness
from index.store.schema import STRIDE
from rag.evidence import asks
from rag.periods import Days, nearness
from rag.question import Question
from rag.reading import holds_any
from rag.values import Source, Turn
from rag.words import content_words

_MEANING = (0.13, 0.13, 0.18)  # alone, narrow, wide
_WORDS = (0.13, 0.07, 0.24)
_TRANSCRIPT = 0.12
# What a turn gains: its speaker is named in the question; it holds the kind of thing asked for; it says much; the turn
# before it is a question (which costs, as most questions are about something else) that was itself found.
_NAMED, _KINDS, _LENGTH = 0.08, {"time": 0.15, "number": 0.14, "name": 0.09}, 0.25
_ASKS, _AFTER, _ANSWERS = -0.07, -0.12, 0.29
# What a turn gains whose transcript is of a day that the question names: more than what parts good hits from fair ones.
_DAYS = 0.3
_LONG = 120  # words beyond which a turn says no more

Scores = dict[int, float]


def found(candidates: Sequence[int], near: Nearness, words: Matches) -> Scores:
    """How well each turn was found, 0 to 1, by turn id."""
    if not candidates:
        return {}
    by_meaning = np.array([near.get(one, NOWHERE) for one in candidates]).T
    by_words = [[scores.get(one, 0.0) for one in candidates] for scores in (words.alone, words.windows, words.wide)]
    whole = [words.transcripts.get(one // STRIDE, 0.0) for one in candidates]
    channels = np.stack([scaled(values) for values in (*by_meaning, *by_words, whole)])
    weights = np.array([*_MEANING, *_WORDS, _TRANSCRIPT])
    return dict(zip(candidates, (weights @ channels).tolist(), strict=True))


def read(question: Question, scores: Scores, turns: Mapping[int, tuple[Source, Turn]], known: Scores) -> Scores:
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
            asked = before is not None and asks(before[1].text)
            after = _AFTER + _ANSWERS * known.get(turn_id - 1, 0.0) if asked else 0.0
            worth[turn_id] = score + reader.worth(turns[turn_id][1]) + after
    return worth


def of_days(near: Sequence[Days], worth: Scores, turns: Mapping[int, tuple[Source, Turn]]) -> Scores:
    """The same scores, raised for transcripts of days that are named, or near to them."""
    if not near:
        return worth
    return {one: score + _DAYS * nearness(turns[one][0].date, near) for one, score in worth.items()}


def scaled(values: Sequence[float] | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Shifted and stretched to 0..1; all 0 where there is nothing to tell apart."""
    array = np.asarray(values, dtype=np.float64)
    low, high = float(array.min()), float(array.max())
    return (array - low) / (high - low) if high > low else np.zeros_like(array)


@dataclass(frozen=True, slots=True)
class _Reader:
    question: Question

    def worth(self, turn: Turn) -> float:
        """What is in a turn that speaks for an answer, whatever it is about."""
        named = bool(self.question.names & set(content_words(turn.speaker or "")))
        kinds = sum(
            worth
            for kind, worth in _KINDS.items()
            if kind in self.question.wants and holds_any(kind, turn.text, self.question)
        )
        length = math.log1p(min(len(turn.text.split()), _LONG)) / math.log1p(_LONG)
        return _NAMED * named + kinds + _LENGTH * length + _ASKS * asks(turn.text)
