"""Reading a question and a stretch of a turn together: what goes into the model, and what tells how well it answers.

A cross-encoder of the packaged model, changed by what it has learnt (`index.learnt`), and a head that tells of each
sentence how well it answers.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.evidence import Stretch

Numbers = npt.NDArray[np.float32]
Pieces = npt.NDArray[np.int64]

# Word pieces of the question, of what stands before the stretch and of the stretch itself; more are not read.
_QUESTION, _CONTEXT, _STRETCH = 44, 30, 200
_LEAST_NORM = 1e-8


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what may answer it."""

    question: str
    stretch: Stretch

    def __len__(self) -> int:
        return len(self.question) + len(self.stretch.context) + len(self.stretch.text)


@dataclass(frozen=True, slots=True)
class Head:
    """From the vectors of word pieces to how well each sentence answers.

    Attributes:
        weights: By name: `cos`, `none` (numbers); `sentence`, `first`, `product` (shape (dimension,)); `inner` (hidden,
            3 dimension), `bias` and `outer` (hidden,).
    """

    weights: Mapping[str, Numbers]

    def __call__(self, pieces: Numbers, question: Pieces, sentence: Pieces) -> Numbers:
        """Log odds that each sentence answers, against that none of what is looked at does.

        Args:
            pieces: Vectors of one question's and stretch's word pieces, shape (n, dimension).
            question: 1 where a piece is the question's, shape (n,).
            sentence: The number of the sentence each piece is of, from 1; 0 for none.

        Returns:
            One number a sentence, up to the last that has a piece.
        """
        given = self.weights
        asked = pieces[question == 1].mean(axis=0)
        inside = (sentence == np.arange(1, sentence.max(initial=0) + 1)[:, None]).astype(np.float32)
        said = inside @ pieces / np.maximum(inside.sum(axis=1, keepdims=True), 1.0)
        lengths = np.linalg.norm(said, axis=1) * np.linalg.norm(asked)
        both = said * asked
        first = np.broadcast_to(pieces[0], said.shape)
        hidden = _gelu(np.concatenate([said, both, first], axis=1) @ given["inner"].T + given["bias"])
        return np.asarray(
            given["cos"] * both.sum(axis=1) / np.maximum(lengths, _LEAST_NORM)
            + said @ given["sentence"]
            + first @ given["first"]
            + both @ given["product"]
            + hidden @ given["outer"]
            - given["none"],
            dtype=np.float32,
        )


def filled(told: list[float], sentences: int) -> list[float]:
    """The same with a number for the sentences beyond what was read: they are as bad as the worst."""
    return told + [min(told, default=0.0)] * (sentences - len(told))


def cut_up(tokenizer: Callable[..., Any], asked: Sequence[Asked]) -> dict[str, Pieces]:
    """Questions and stretches as word pieces, padded to the longest, rounded up to a multiple of eight.

    Args:
        tokenizer: The model's own.
        asked: What is read.

    Returns:
        Arrays of shape (asked, pieces): `input_ids`, `attention_mask`, `token_type_ids` (0 the question, 1 the rest),
        `question` (1 where a piece is the question's) and `sentence` (its number from 1, 0 for none).
    """
    rows = list(_rows(tokenizer, asked))
    width = -(-max(len(row[0]) for row in rows) // 8) * 8
    made = {name: np.zeros((len(rows), width), dtype=np.int64) for name in _NAMES}
    for at, row in enumerate(rows):
        for name, values in zip(_NAMES, row, strict=True):
            made[name][at, : len(values)] = values
    return made


_NAMES = ("input_ids", "attention_mask", "token_type_ids", "question", "sentence")


def _rows(tokenizer: Callable[..., Any], asked: Sequence[Asked]) -> Iterator[tuple[list[int], ...]]:
    def pieces(texts: Sequence[str], most: int, **more: bool) -> Any:
        return tokenizer(list(texts), add_special_tokens=False, truncation=True, max_length=most, **more)

    first, last = tokenizer("")["input_ids"]  # the marks before everything and behind each part
    questions = pieces([one.question for one in asked], _QUESTION)["input_ids"]
    contexts = pieces([one.stretch.context for one in asked], _CONTEXT)["input_ids"]
    told = pieces([one.stretch.text for one in asked], _STRETCH, return_offsets_mapping=True)
    for one, question, context, text, places in zip(
        asked, questions, contexts, told["input_ids"], told["offset_mapping"], strict=True
    ):
        starts = [start for start, _ in one.stretch.sentences]
        before, behind = len(question) + 2, len(context) + 1
        of = [max(bisect_right(starts, place[0]), 1) for place in places]
        yield (
            [first, *question, last, *context, last, *text, last],
            [1] * (before + behind + len(text) + 1),
            [0] * before + [1] * (behind + len(text) + 1),
            [0] + [1] * len(question) + [0] * (1 + behind + len(text) + 1),
            [0] * (before + behind) + of + [0],
        )


def _gelu(values: Numbers) -> Numbers:
    return np.asarray(0.5 * values * (1.0 + _erf(values / math.sqrt(2.0))), dtype=np.float32)


_erf = np.vectorize(math.erf, otypes=[np.float32])
