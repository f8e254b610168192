"""A model's two halves, word pieces and arithmetic, at work at once: one thread cuts texts up, the others calculate.

Each thread calculates a batch of its own. Several threads on one batch wait for each other at every step, and where
other programs want the processor, they wait most of the time: docs/experiments.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

from index.batching import by_budget

Text = TypeVar("Text", bound=Sized)
Made = TypeVar("Made")
Features = dict[str, Any]
"""What a model calculates with: arrays with a row for each text, and whatever else it wants to know."""

_CUT_UP = 256  # texts that are cut into word pieces in one go
_LEAST, _EACH = 256, 2  # word pieces that are worth a batch, and batches for each thread where there are few
_WHOLE = 16  # texts in a batch where nothing is known of their lengths


@dataclass(frozen=True, slots=True)
class Plan:
    """How a machine calculates best.

    Attributes:
        workers: Batches that are calculated at once.
        budget: Word pieces of a batch, padding included.
        round_to: Texts are padded to a multiple of this many word pieces.
    """

    workers: int
    budget: int
    round_to: int


class Batched(Generic[Text, Made]):
    """Texts to vectors, safe to use from several threads.

    Args:
        pieces: Cuts texts into word pieces, padded to the longest's, rounded up as the plan says.
        arithmetic: Makes of a batch what is wanted of each text in it; called by several threads at once.
        plan: For this machine.
    """

    def __init__(
        self, pieces: Callable[[Sequence[Text]], Features], arithmetic: Callable[[Features], Sequence[Made]], plan: Plan
    ) -> None:
        self._pieces = pieces
        self._arithmetic = arithmetic
        self._plan = plan
        self._lock = Lock()  # a tokeniser refuses to be shared
        self._workers = ThreadPoolExecutor(plan.workers, "arithmetic")

    def __call__(self, texts: Sequence[Text]) -> list[Made]:
        """What is made of some texts, in the order given."""
        order: list[int] = []
        made: list[Future[Sequence[Made]]] = []
        try:
            for places, features in self._batches(texts):
                order += places
                made.append(self._workers.submit(self._arithmetic, features))
            rows = [row for one in made for row in one.result()]
        except BaseException:  # whoever stops this is not to wait for what is left
            for one in made:
                one.cancel()
            raise
        found = dict(zip(order, rows, strict=True))
        return [found[at] for at in range(len(texts))]

    def _batches(self, texts: Sequence[Text]) -> Iterator[tuple[list[int], Features]]:
        """Places of texts, the longest first, and what is calculated with."""
        order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
        for start in range(0, len(order), _CUT_UP):
            places = order[start : start + _CUT_UP]
            features = self._cut_up([texts[at] for at in places])
            lengths = _lengths(features, len(places))
            if lengths is None:
                yield from self._whole(texts, places)
                continue
            share = sum(lengths) // (_EACH * self._plan.workers)
            budget = min(self._plan.budget, max(share, _LEAST))
            for rows in by_budget(lengths, budget, round_to=self._plan.round_to):
                width = -(-lengths[rows[0]] // self._plan.round_to) * self._plan.round_to
                yield [places[row] for row in rows], _rows(features, rows, width)

    def _whole(self, texts: Sequence[Text], places: list[int]) -> Iterator[tuple[list[int], Features]]:
        """The same for a model whose batches cannot be cut out of a larger one."""
        for start in range(0, len(places), _WHOLE):
            some = places[start : start + _WHOLE]
            yield some, self._cut_up([texts[at] for at in some])

    def _cut_up(self, texts: list[Text]) -> Features:
        with self._lock:
            return self._pieces(texts)


def _lengths(features: Features, texts: int) -> list[int] | None:
    """How many word pieces each text has; None unless every array has a row for each, padded on the right."""
    mask = features.get("attention_mask")
    arrays = [one for one in features.values() if hasattr(one, "shape")]
    if mask is None or len(mask.shape) != 2 or len(mask) != texts or any(one.shape != mask.shape for one in arrays):
        return None
    return [int(one) for one in mask.sum(1)] if bool(mask[:, 0].all()) else None


def _rows(features: Features, rows: list[int], width: int) -> Features:
    """Some of the rows, and as many columns as they need."""
    return {name: one[rows, :width] if hasattr(one, "shape") else one for name, one in features.items()}
