"""Where the line between answering and refusing is, where it could be, and what each place comes to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from api.eval.running import Outcome
from rag import measures, refusal
from rag.refusal import Caution

Curve = tuple[tuple[float, measures.Refusals], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line between answering and refusing, and what it comes to.

    Attributes:
        caution: Which one draws it there.
        least: What grounds must be worth for an answer.
        refusals: What is refused with it, whatever the caution of this run.
    """

    caution: Caution
    least: float
    refusals: measures.Refusals


def drawn(asked: Sequence[Outcome]) -> tuple[Drawn, ...]:
    """What each caution comes to on the same answers; a failure is no refusal under any."""
    if not asked:
        return ()
    rightly = [not one.item.answerable for one in asked]
    return tuple(
        Drawn(caution, least, measures.Refusals.of([worth < least for worth in _worth(asked)], rightly))
        for caution, least in refusal.lines().items()
    )


def _worth(asked: Sequence[Outcome]) -> list[float]:
    """What the grounds of each answer are worth; a failure is never refused."""
    return [math.inf if one.answer is None else one.answer.grounds for one in asked]


def curve(asked: Sequence[Outcome], *, least: int = 0) -> Curve:
    """Refusals as the line moves; a failure is no refusal wherever the line is. Empty below `least` unanswerable."""
    if sum(not one.item.answerable for one in asked) < least:
        return ()
    points = measures.refusal_curve(_worth(asked), [not one.item.answerable for one in asked])
    return tuple(one for one in points if math.isfinite(one[0]))
