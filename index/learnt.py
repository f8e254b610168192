"""What was learnt besides the packaged encoder's own weights: how to ask, and to read question and turn together.

Both are small changes of low rank to its weights (LoRA: Hu et al., 2021), eight bits a number; what they were learnt
from and how is in `benchmarks/learning/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.joint import Head, Numbers
from rag.words import surface_words

Stored = Mapping[str, npt.NDArray[Any]]
Changes = Mapping[str, Numbers]
"""What is added to a model's weights, by the name of the weight."""

_ASKING, _READING = (Path(__file__).with_name(name) for name in ("asking.npz", "reader.npz"))
_DOWN, _UP, _STEP = ".down", ".up", ".step"
_MOST = 127  # of eight bits with a sign

# Words that every question in English has one of, and hardly one in another language.
_ENGLISH = frozenset(
    "the did does how why what which who whom whose when where and with from that this his their would could should"
    " about are were".split()
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What it takes to read a question and a stretch of a turn together.

    Attributes:
        head: What tells sentences.
        changes: To the weights.
    """

    head: Head
    changes: Changes


def understood(question: str) -> bool:
    """Whether a question is in English, which is all that was learnt: in others the encoder is better as it was."""
    return not _ENGLISH.isdisjoint(surface_words(question))


def asking() -> Changes:
    """What makes a question's vector come near to what answers it, instead of what is like it."""
    with np.load(_ASKING) as stored:
        return changes(stored)


def reading() -> Reading:
    """What makes the model a cross-encoder."""
    with np.load(_READING) as stored:
        head = {name: stored[name].astype(np.float32) for name in stored.files if "." not in name}
        return Reading(Head(head), changes(stored))


def changes(stored: Stored) -> Changes:
    """The changes that `packed` has put together, of all weights of a file."""
    weights = [name.removesuffix(_STEP) for name in stored if name.endswith(_STEP)]
    return {name: (stored[name + _UP] * stored[name + _STEP]) @ stored[name + _DOWN] for name in weights}


def packed(weight: str, up: Numbers, down: Numbers) -> dict[str, npt.NDArray[Any]]:
    """A change of one weight, as it is stored.

    Args:
        weight: Its name.
        up: Shape (outputs, rank).
        down: Shape (rank, inputs); the change is the product of both.
    """
    steps = [np.maximum(np.abs(one).max(axis=axis), 1e-12) / _MOST for one, axis in ((up, 0), (down, 1))]
    return {
        weight + _UP: np.rint(up / steps[0]).astype(np.int8),
        weight + _DOWN: np.rint(down / steps[1][:, None]).astype(np.int8),
        weight + _STEP: (steps[0] * steps[1]).astype(np.float32),
    }
