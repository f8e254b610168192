"""What a search engine that several servers share has to do: propose the passages nearest to a question.

An engine holds copies of the library's vectors and nothing else; the database stays the truth. How near a passage is,
and what stands around it, is worked out from the library's own vectors (`index.remote_meaning`), whoever proposed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.encoder import Vectors
from index.store.records import Point
from rag.errors import EngineError

Ids = npt.NDArray[np.int64]


class VanishedError(EngineError):
    """What was being searched is not there any more: it was made anew under another name."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which passages may be proposed, by the turn each stands for. All of it has to hold.

    Attributes:
        ordinals: One of these transcripts' versions; None for any.
        only: One of these turns; None for any.
        never: None of these turns.
        above, upto: Turn ids greater than the first and not greater than the second; None for no bound.
    """

    ordinals: tuple[int, ...] | None = None
    only: tuple[int, ...] | None = None
    never: tuple[int, ...] = ()
    above: int | None = None
    upto: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Passages proposed, best first: their ids, the turns they stand for, and their cosines with the question."""

    ids: Ids
    anchors: Ids
    scores: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a library an engine holds.

    Attributes:
        name: Of the set of vectors that is searched now; one made anew has another.
        point: Of the library's history that it is level with.
        floor: A time, by the engine's own clock, after the last change that made it so; 0 when it is not known. Whoever
            searches names it, and no part of the engine that has not come so far answers.
        dimension: Length of the vectors.
    """

    name: str
    point: Point
    floor: int
    dimension: int


class Engine(Protocol):
    """A search engine. Every call ends in bounded time; EngineError when it cannot be reached or refuses."""

    def standing(self, library: str, *, strongly: bool) -> Standing | None:
        """What it holds under a library's name; None when nothing. Not `strongly`, it may tell of what was before."""

    def make(self, library: str, dimension: int) -> str:
        """Begin a new set of vectors of a library, not searched yet; returns its name."""

    def add(self, name: str, ids: Ids, anchors: Ids, vectors: Vectors) -> None:
        """Put passages in, each once however often it is put."""

    def remove(self, name: str, ordinals: Sequence[int]) -> None:
        """Take every passage of these versions out."""

    def mark(self, name: str, point: Point) -> int:
        """Write down what a set of vectors is level with by what was put in and taken out before; returns the floor."""

    def switch(self, library: str, name: str) -> None:
        """Have a library searched in this set from now on, and let its others go."""

    def nearest(self, standing: Standing, query: Vectors, limit: int, rule: Rule) -> Found:
        """The passages nearest to `query`, shape (1, dimension). Raises VanishedError when the set is gone."""

    def count(self, name: str, *, strongly: bool) -> int:
        """How many passages are in a set. Not `strongly`, it may tell of what was before."""

    def version(self) -> str:
        """What the server says it is."""
