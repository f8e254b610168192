"""Makes index/asking.npz again: what the packaged encoder learns so that questions come near to what answers them.

    python benchmarks/asking_train.py --home FOLDER --out FILE.npz [--chats FOLDER] [--epochs 4] [--limit N] [--seed 1]

FOLDER is a library of the whole corpus (`transcite ingest`). Only the vectors of questions change; those of passages
stay as they are in the library. A softmax over all passages of a question's library, those of the turns that answer
being right (of a false premise: those that it is about), half of it over single passages and half over windows.

The weights that come with the program were made on 27 November 2026 by an experiment that this script was tidied from,
with the same settings, in about a minute of an H100: 9,323 questions (7,523 of podcasts, 1,800 of chats), four times.
Making the libraries of the chats takes some minutes of one core before. The experiment had the passages' vectors in
four bits a number, its windows ran on from one library into the next, and questions that filled no batch at the end of
an epoch were left out. Another run gives other numbers.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from learning_data import Shelf, shelves
from learning_lora import DEVICE, beside, network_of, slow, stored, tokenizer_of
from torch import Tensor, nn
from torch.nn import functional

from index.sentence_encoder import SentenceEncoder
from index.store.schema import STRIDE
from rag.measures import Place

_RATE, _WARM_UP, _TOGETHER, _DECAY = 5e-4, 20, 64, 0.01
_SHARPNESS, _SHARPNESS_RATE = 20.0, 100 * _RATE  # what cosines are multiplied by, and how fast that is learnt
_BESIDE = 0.7  # what the passages before and after count in a window
_PIECES = 64  # of a question
_FIRST = 10  # how far down is looked in the figures
_NEVER = -2.0  # less than any cosine


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and where its answer is.

    Attributes:
        right: The rows of the passages that answer.
        first, end: The rows of its library.
    """

    text: str
    right: tuple[int, ...]
    first: int
    end: int
    held_out: bool


@dataclass(frozen=True, slots=True)
class Passages:
    """The vectors of all libraries, one after another: of single passages, and of windows around each."""

    alone: Tensor
    windows: Tensor

    @classmethod
    def of(cls, parts: Sequence[Tensor]) -> Passages:
        """Put the vectors of some libraries together."""
        return cls(torch.cat(list(parts)), torch.cat([_windows(one) for one in parts]))


class _Asking(nn.Module):
    """The packaged model as it encodes questions, with what is learnt."""

    def __init__(self, network: Any, tokenizer: Any) -> None:
        super().__init__()
        self.network, self.tokenizer = network, tokenizer
        beside(network)
        self.sharpness = nn.Parameter(torch.tensor(_SHARPNESS, device=DEVICE))

    def forward(self, texts: Sequence[str]) -> Tensor:
        """Vectors of questions, of length one."""
        given = self.tokenizer(list(texts), padding=True, truncation=True, max_length=_PIECES, return_tensors="pt").to(
            DEVICE
        )
        with torch.autocast(DEVICE.type, torch.bfloat16):
            read = self.network(**given).last_hidden_state
        inside = given["attention_mask"][:, :, None].float()
        return functional.normalize((read.float() * inside).sum(1) / inside.sum(1), dim=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--chats", type=Path, help="where to keep the libraries made of the chats, for another time")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--limit", type=int, help="this many questions of podcasts and of chats, to try it")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    encoder = SentenceEncoder()
    asked, parts = list[Asked](), list[Tensor]()
    with tempfile.TemporaryDirectory() as made:
        for shelf in shelves(encoder, options.home, options.chats or Path(made), limit=options.limit):
            vectors = torch.from_numpy(shelf.derived.vectors.matrix().astype(np.float32)).to(DEVICE)
            asked.extend(_asked(shelf, sum(map(len, parts))))
            parts.append(functional.normalize(vectors, dim=1))
    passages = Passages.of(parts)
    asking = _Asking(network_of(encoder), tokenizer_of(encoder))
    held_out = [one for one in asked if one.held_out]
    print(f"before: {figures(asking, passages, held_out)}")
    train(asking, passages, [one for one in asked if not one.held_out], epochs=options.epochs)
    print(f"after: {figures(asking, passages, held_out)}")
    np.savez_compressed(options.out, **stored(asking.network))


def train(asking: _Asking, passages: Passages, learning: Sequence[Asked], *, epochs: int) -> None:
    weights = [one for one in asking.network.parameters() if one.requires_grad]
    rates = (_RATE, _SHARPNESS_RATE)
    optimiser = torch.optim.AdamW(
        [{"params": weights, "weight_decay": _DECAY}, {"params": [asking.sharpness], "weight_decay": 0.0}],
        betas=(0.9, 0.98),
    )
    asking.train()
    for epoch in range(epochs):
        batches = torch.split(torch.randperm(len(learning)), _TOGETHER)
        lost = []
        for number, batch in enumerate(batches):
            step = epoch * len(batches) + number
            slow(optimiser, rates, step=step, warm_up=_WARM_UP, share=step / (epochs * len(batches)))
            loss = _loss(asking, passages, [learning[at] for at in batch.tolist()])
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(weights, 1.0)
            optimiser.step()
            lost.append(loss.item())
        print(f"epoch {epoch}: {np.mean(lost):.3f}", flush=True)


def figures(asking: _Asking, passages: Passages, held_out: Sequence[Asked]) -> str:
    """How often what answers is among the first, alone and in windows."""
    if not held_out:
        return "nothing of this is held out"
    asking.eval()
    found = []
    with torch.no_grad():
        for at in range(0, len(held_out), _TOGETHER):
            some = held_out[at : at + _TOGETHER]
            told, right = asking([one.text for one in some]), _right(some, len(passages.alone))
            found.append([_found(_near(told, some, vectors), right) for vectors in (passages.alone, passages.windows)])
    alone, windows = np.concatenate(found, axis=1).mean(axis=1)
    return f"of {len(held_out)} held out, {alone:.3f} have an answer among the first {_FIRST}, in windows {windows:.3f}"


def _asked(shelf: Shelf, first: int) -> Iterable[Asked]:
    """The questions of a library that are about turns of it, the rows of its passages being from `first` on."""
    anchors = shelf.derived.vectors.anchors
    for one in shelf.questions:
        right = np.flatnonzero(np.isin(anchors, [_turn_id(shelf, place) for place in one.meant])) + first
        if len(right):
            _, question = shelf.alone(one)
            yield Asked(question.text, tuple(right.tolist()), first, first + len(anchors), one.held_out)


def _turn_id(shelf: Shelf, place: Place) -> int:
    transcript_id, turn = place
    size = shelf.library.size(transcript_id)
    return -1 if size is None else size[0] * STRIDE + turn


def _windows(alone: Tensor) -> Tensor:
    made = alone.clone()
    made[1:] += _BESIDE * alone[:-1]
    made[:-1] += _BESIDE * alone[1:]
    return functional.normalize(made, dim=1)


def _loss(asking: _Asking, passages: Passages, some: Sequence[Asked]) -> Tensor:
    """That the passages that answer are the nearest of all."""
    told, right = asking([one.text for one in some]), _right(some, len(passages.alone))
    lost = []
    for vectors in (passages.alone, passages.windows):
        near = asking.sharpness * _near(told, some, vectors)
        found = near.masked_fill(~right, -torch.inf)
        lost.append((torch.logsumexp(near, 1) - torch.logsumexp(found, 1)).mean())
    return torch.stack(lost).mean()


def _right(some: Sequence[Asked], passages: int) -> Tensor:
    right = torch.zeros(len(some), passages, dtype=torch.bool, device=DEVICE)
    for row, one in zip(right, some, strict=True):
        row[list(one.right)] = True
    return right


def _near(told: Tensor, some: Sequence[Asked], vectors: Tensor) -> Tensor:
    """Cosines with all passages; those of other libraries are never near."""
    at = torch.arange(len(vectors), device=DEVICE)
    own = torch.tensor([(one.first, one.end) for one in some], device=DEVICE)
    return (told @ vectors.T).masked_fill((at < own[:, :1]) | (at >= own[:, 1:]), _NEVER)


def _found(near: Tensor, right: Tensor) -> list[bool]:
    best = near.masked_fill(~right, _NEVER).amax(1, keepdim=True)
    return ((near > best).sum(1) < _FIRST).tolist()


if __name__ == "__main__":
    main()
