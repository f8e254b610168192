"""Whole stretches of talk, for questions about what was discussed: where what was found lies thickest.

A question such as "What did the group think about the buttons?" is answered by minutes of talk, of which no single
turn says much. Every turn is worth what was found in it and, the less the further away, around it: a kernel density
over the words of the transcript. Bandwidth and power were chosen on QMSum, what density is worth on QMSum and on such
questions about podcasts (docs/experiments.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from index.ranking import Scores, scaled
from index.store.records import Scope, TurnRow
from index.store.schema import STRIDE
from rag.question import Question
from rag.words import content_words

TRANSCRIPTS = 5  # of which whole stretches are read: those with the best turns
_REACH = 400.0  # words after which a turn's influence has fallen to 1/e
_SHARP = 3  # what was found well counts for more than much that was found a little
_NAMED = 2.0  # what is said by somebody the question names counts so many times
# Of a turn's worth is where it lies, the rest how well it answers by itself: within the one transcript that is looked
# at, and among many, where a turn that answers by itself also tells which transcript it is.
_WITHIN, _AMONG = 0.85, 0.5

Values = npt.NDArray[np.float64]


def around(best: Sequence[int]) -> list[int]:
    """Ids of all turns between the first and the last found in each of the transcripts of the best turns."""
    inside: dict[int, list[int]] = {}
    for turn_id in best:
        inside.setdefault(turn_id // STRIDE, []).append(turn_id)
    chosen = list(inside.values())[:TRANSCRIPTS]
    return [turn_id for found in chosen for turn_id in range(min(found), max(found) + 1)]


def dense(question: Question, known: Scores, alone: Scores, turns: dict[int, TurnRow]) -> Scores:
    """What turns are worth where they lie, 0 to 1, by turn id.

    Args:
        question: Taken apart.
        known: How well candidates were found; turns that are none were not found at all.
        alone: What turns are worth by themselves, as far as they were read.
        turns: The turns of whole stretches, in order of id.
    """
    worth: Scores = {}
    for _, group in groupby(turns, key=lambda turn_id: turn_id // STRIDE):
        ids = list(group)
        worth |= dict(zip(ids, _density(question, known, [turns[one] for one in ids], ids), strict=True))
    if not worth:
        return {}
    thick = scaled(list(worth.values()))
    single = scaled([alone.get(one, min(alone.values(), default=0.0)) for one in worth])
    share = _WITHIN if len({one // STRIDE for one in known}) == 1 else _AMONG
    return dict(zip(worth, (share * thick + (1 - share) * single).tolist(), strict=True))


def _density(question: Question, known: Scores, turns: Sequence[TurnRow], ids: Sequence[int]) -> list[float]:
    words = np.array([max(len(turn.text.split()), 1) for turn in turns], dtype=np.float64)
    # "the marketing" is Marketing as much as "Marketing" is: here the whole name counts, not its capitals.
    asked = set(question.words)
    names = [set(content_words(turn.speaker or "")) for turn in turns]
    named = [_NAMED if name and name <= asked else 1.0 for name in names]
    mass = np.array([known.get(one, 0.0) for one in ids]) ** _SHARP * np.array(named) * np.sqrt(words)
    return [float(one) for one in _spread(mass, np.cumsum(words) - words / 2)]


def _spread(mass: Values, places: Values) -> Values:
    """Every place's sum of all masses, each weighed by exp(-distance / reach); in one pass forth and one back."""
    steps = np.exp(-np.diff(places) / _REACH)
    forth, back = mass.copy(), mass.copy()
    for at in range(1, len(mass)):
        forth[at] += forth[at - 1] * steps[at - 1]
    for at in range(len(mass) - 2, -1, -1):
        back[at] += back[at + 1] * steps[at]
    return forth + back - mass


def in_scope(turn_ids: Sequence[int], scope: Scope) -> list[int]:
    """Those of these turns, all of transcripts in scope, that are in scope themselves."""
    only, never = None if scope.only is None else set(scope.only), set(scope.never)
    return [one for one in turn_ids if (only is None or one in only) and one not in never]
