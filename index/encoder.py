"""What search and ingest need of an encoder: text to unit vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rag.evidence import Stretch

Vectors = npt.NDArray[np.float32]
"""Shape (n, dimension), rows of length 1."""

PACKAGED = "all-MiniLM-L6-v2"


@dataclass(frozen=True, slots=True)
class Parted:
    """A text, and parts of it that are to have vectors of their own.

    Attributes:
        text: What is read.
        parts: Where each part begins and ends in it, in order; none overlaps another.
    """

    text: str
    parts: tuple[tuple[int, int], ...] = ()

    def __len__(self) -> int:
        return len(self.text)


@dataclass(frozen=True, slots=True)
class Meant:
    """What an encoder makes of a text.

    Attributes:
        vector: Of all of it, shape (dimension,), length 1.
        parts: Of its parts as they are meant where they stand, shape (parts, dimension), rows of length 1; shape
            (0, dimension) from an encoder that cannot tell.
    """

    vector: Vectors
    parts: Vectors


class Encoder(Protocol):
    """A model that turns text into vectors; passages and questions may be treated differently."""

    name: str
    dimension: int

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, in the order given."""
        ...

    def encode_parted(self, texts: Sequence[Parted]) -> list[Meant]:
        """The same, with vectors of their parts, for little more than the passages alone."""
        ...

    def encode_query(self, text: str) -> Vectors:
        """The vector of one question, shape (1, dimension)."""
        ...

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        """How well each sentence of each stretch answers, read together with the question.

        Returns:
            Log odds against that none does; None from an encoder that has not learnt it.
        """
        ...


def whole(encode: Callable[[Sequence[Parted]], Sequence[Meant]], texts: Sequence[str], dimension: int) -> Vectors:
    """The vectors of whole texts, shape (texts, dimension), by what encodes texts with their parts."""
    made = encode([Parted(text) for text in texts])
    return np.stack([one.vector for one in made]) if made else np.empty((0, dimension), dtype=np.float32)
