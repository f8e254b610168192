"""How sure a figure is: 95 % intervals by bootstrap over the questions. The door to scipy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from scipy.stats import bootstrap

Interval = tuple[float, float]

_RESAMPLES = 2000
_LEVEL = 0.95
_SEED = 20260101  # the same figures give the same interval


def of_mean(values: Sequence[float]) -> Interval | None:
    """Of a mean over questions; None for fewer than two."""
    return _interval((values,), lambda sample, axis: sample.mean(axis=axis))


def of_refusals(refused: Sequence[bool], unanswerable: Sequence[bool]) -> tuple[Interval | None, ...]:
    """Of refusal precision, recall and F1, in this order; None for fewer than two questions."""
    pairs = ([float(one) for one in refused], [float(one) for one in unanswerable])
    return tuple(_interval(pairs, statistic) for statistic in (_precision, _recall, _f1))


def _interval(samples: tuple[Sequence[float], ...], statistic: Callable[..., Any]) -> Interval | None:
    """The middle 95 % of the statistic over questions drawn again with replacement, samples kept in pairs."""
    if len(samples[0]) < 2:
        return None
    found = bootstrap(
        samples,
        statistic,
        n_resamples=_RESAMPLES,
        confidence_level=_LEVEL,
        method="percentile",
        paired=len(samples) > 1,
        vectorized=True,
        rng=_SEED,
    ).confidence_interval
    return float(found.low), float(found.high)


# Where nothing was refused, or nothing should have been, a share is 0: as in rag.measures.Refusals.
def _precision(refused: Any, unanswerable: Any, axis: int) -> Any:
    return (refused * unanswerable).sum(axis=axis) / refused.sum(axis=axis).clip(min=1)


def _recall(refused: Any, unanswerable: Any, axis: int) -> Any:
    return (refused * unanswerable).sum(axis=axis) / unanswerable.sum(axis=axis).clip(min=1)


def _f1(refused: Any, unanswerable: Any, axis: int) -> Any:
    both = refused.sum(axis=axis) + unanswerable.sum(axis=axis)
    return 2 * (refused * unanswerable).sum(axis=axis) / both.clip(min=1)
