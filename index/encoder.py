"""What search and ingest need of an encoder: text to unit vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Shape (n, dimension), rows of length 1."""

PACKAGED = "all-MiniLM-L6-v2"


class Encoder(Protocol):
    """A model that turns text into vectors; passages and questions may be treated differently."""

    name: str
    dimension: int

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, in the order given."""
        ...

    def encode_query(self, text: str) -> Vectors:
        """The vector of one question, shape (1, dimension)."""
        ...
