"""Makes index/reader.npz again: what the packaged encoder learns in order to read questions and turns together.

    python benchmarks/reader_train.py --home FOLDER --out FILE.npz [--chats FOLDER] [--seconds 200] [--limit N]
        [--together 16] [--seed 1]

FOLDER is a library of the whole corpus (`transcite ingest`). Two teachers, all weights of whose layers' linear maps are
free, and a pupil that only learns changes of low rank beside them: each learns for so many seconds, then the pupil for
as long again, from the questions and from what both teachers say. Rates fall with the clock.

The weights that come with the program were made on 27 November 2026 by an experiment that this script was tidied from:
10,192 questions, about two passes of each; both teachers and the pupil 200 seconds, at once, as three processes on one
H100, then the pupil 190 more, seven minutes in all. Here they learn one after another, which takes twice that; before,
finding the examples takes a third of an hour of one core. Those of the experiment were the 20 best stretches of a
question, not the 12 that `ask` reads, and its questions were not yet encoded with index/asking.npz for the search.
Another run gives other numbers.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from learning_data import Example, Labels, examples, shelves
from learning_lora import DEVICE, beside, linear_maps, network_of, slow, stored, tokenizer_of
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from index import joint
from index.sentence_encoder import SentenceEncoder
from rag.evidence import Stretch

_TEACHERS = (8e-5, 1.2e-4)  # the rate of each
_RATE, _TAUGHT_RATE, _HEAD_RATE = 1e-3, 7e-4, 2e-3
_WARM_UP, _DECAY, _HIDDEN = 40, 0.01, 64
_READ, _ANSWERING, _BEST = 12, 2, 5  # stretches of a question: in all, those that answer, the best others; more drawn
_FAR = 2  # stretches of other questions besides
_OF_THE_TURN, _UNANSWERABLE = 0.3, 0.7  # what it counts to find the right turn, and to tell that nothing answers
_TAUGHT = 0.6  # what the teachers' word counts, against the questions'
_ROWS = 64  # read at once, of alike length
_NEVER = -60.0  # log odds of a sentence that is not there

_Pieces = dict[str, Tensor]
_Labelled = tuple[Stretch, Labels]


class _Reader(nn.Module):
    """The packaged model, and the head of `index.joint` in torch."""

    def __init__(self, network: Any, dimension: int) -> None:
        super().__init__()
        self.network = network
        self.head = nn.ParameterDict(
            {
                "cos": torch.tensor(8.0),
                "none": torch.tensor(0.0),
                **{name: torch.zeros(dimension) for name in ("sentence", "first", "product")},
                "inner": 0.02 * torch.randn(_HIDDEN, 3 * dimension),
                "bias": torch.zeros(_HIDDEN),
                "outer": torch.zeros(_HIDDEN),
            }
        ).to(DEVICE)

    def forward(self, pieces: _Pieces) -> Tensor:
        """Log odds, shape (stretches, sentences), against that nothing answers."""
        given = {name: pieces[name] for name in ("input_ids", "attention_mask", "token_type_ids")}
        with torch.autocast(DEVICE.type, torch.bfloat16):
            read = self.network(**given).last_hidden_state
        read, head = read.float(), self.head
        asked, _ = _means(read, pieces["question"][:, None] == 1)
        numbers = torch.arange(1, int(pieces["sentence"].max()) + 1, device=DEVICE)
        said, there = _means(read, pieces["sentence"][:, None] == numbers[:, None])
        both, first = said * asked, read[:, :1].expand_as(said)
        hidden = functional.gelu(functional.linear(torch.cat([said, both, first], 2), head["inner"], head["bias"]))
        near = head["cos"] * functional.cosine_similarity(said, asked, dim=2)
        plain = said @ head["sentence"] + first @ head["first"] + both @ head["product"] + hidden @ head["outer"]
        odds: Tensor = near + plain - head["none"]
        return odds.masked_fill(~there, _NEVER)

    def learnt(self) -> dict[str, Any]:
        """As `index.learnt` reads it."""
        head = {name: one.detach().cpu().numpy().astype(np.float16) for name, one in self.head.items()}
        return stored(self.network) | head


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some questions with what is read of each, all stretches numbered one question after another.

    Attributes:
        pieces: Of stretches of alike length, each time.
        order: Which stretch each row of these is.
        stretches: How many each question has.
        sentences: How many each stretch has.
        labels: Of all sentences of each question, shape (questions, sentences).
        answerable: Of each question.
    """

    pieces: list[_Pieces]
    order: list[int]
    stretches: list[int]
    sentences: list[int]
    labels: Tensor
    answerable: Tensor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--chats", type=Path, help="where to keep the libraries made of the chats, for another time")
    parser.add_argument("--seconds", type=float, default=200.0, help="that each of the four runs takes")
    parser.add_argument("--limit", type=int, help="this many questions of podcasts and of chats, to try it")
    parser.add_argument("--together", type=int, default=16, help="questions between two steps")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    encoder = SentenceEncoder()
    with tempfile.TemporaryDirectory() as made:
        found = shelves(encoder, options.home, options.chats or Path(made), limit=options.limit)
        every = [one for shelf in found for one in examples(shelf)]
    learning = [one for one in every if not one.held_out and (_says(one) or not one.answerable) and one.stretches]
    training = _Training(
        tokenizer_of(encoder), learning, random.Random(options.seed), options.together, options.seconds
    )
    teachers = []
    for rate in _TEACHERS:
        teacher = _Reader(network_of(encoder), encoder.dimension)
        for module, name in linear_maps(teacher.network):
            getattr(module, name).requires_grad_(requires_grad=True)
        training(teacher, rate)
        teachers.append(teacher.eval())
    pupil = _Reader(network_of(encoder), encoder.dimension)
    beside(pupil.network)
    training(pupil, _RATE)
    training(pupil, _TAUGHT_RATE, teachers)
    print(figures(pupil, training.tokenizer, [one for one in every if one.held_out]))
    np.savez_compressed(options.out, **pupil.learnt())


@dataclass(frozen=True, slots=True)
class _Training:
    """What readers learn from, and how long.

    Attributes:
        together: Questions between two steps.
        seconds: That each takes.
    """

    tokenizer: Callable[..., Any]
    learning: list[Example]
    chance: random.Random
    together: int
    seconds: float

    def __call__(self, reader: _Reader, rate: float, teachers: Sequence[_Reader] = ()) -> None:
        """Learn until the time is over: a softmax over all sentences read for a question, and that none answers."""
        weights = [one for one in reader.network.parameters() if one.requires_grad]
        head = list(reader.head.values())
        optimiser = torch.optim.AdamW(
            [{"params": weights, "weight_decay": _DECAY}, {"params": head, "weight_decay": 0.0}], betas=(0.9, 0.98)
        )
        reader.train()
        began, step, lost = time.monotonic(), 0, list[float]()
        while (share := (time.monotonic() - began) / self.seconds) < 1.0:
            slow(optimiser, (rate, _HEAD_RATE), step=step, warm_up=_WARM_UP, share=share)
            loss = self._loss(reader, teachers, self._next(step))
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_([*weights, *head], 1.0)
            optimiser.step()
            step += 1
            lost.append(loss.item())
            if step % 100 == 0:
                print(f"step {step}: {np.mean(lost[-100:]):.3f}", flush=True)
        passes = step * self.together / len(self.learning)
        print(f"{step} steps, {passes:.2f} passes: {np.mean(lost[-100:]):.3f}", flush=True)

    def _next(self, step: int) -> _Batch:
        """The questions of a step; in another order each time all were there."""
        steps = max(1, len(self.learning) // self.together)
        if step % steps == 0:
            self.chance.shuffle(self.learning)
        at = step % steps * self.together
        some = self.learning[at : at + self.together]
        return _batch(self.tokenizer, some, [[*self._drawn(one), *self._far(one)] for one in some])

    def _drawn(self, one: Example) -> list[_Labelled]:
        """What of that which was found is read."""
        every = list(zip(one.stretches, one.labels, strict=True))
        gold = [told for told in every if 2 in told[1]][:_ANSWERING]
        rest = [told for told in every if 2 not in told[1]]
        more = min(len(rest[_BEST:]), _READ - _BEST - len(gold))
        return [*gold, *rest[:_BEST], *self.chance.sample(rest[_BEST:], more)]

    def _far(self, one: Example) -> list[_Labelled]:
        """Stretches that other questions were about."""
        drawn = [self.chance.choice(other.stretches) for other in self.chance.choices(self.learning, k=_FAR)]
        return [(told, (0,) * len(told.sentences)) for told in drawn if told not in one.stretches]

    def _loss(self, reader: _Reader, teachers: Sequence[_Reader], batch: _Batch) -> Tensor:
        odds = _odds(reader, batch)
        none, told = odds[:, -1], odds[:, :-1]
        right, near = (torch.logsumexp(told.masked_fill(batch.labels < least, _NEVER), 1) for least in (2, 1))
        lost = torch.where(batch.answerable, -right - _OF_THE_TURN * near, -_UNANSWERABLE * none).mean()
        if not teachers:
            return lost
        with torch.no_grad():
            said = torch.stack([_odds(teacher, batch).exp() for teacher in teachers]).mean(0)
        return (1 - _TAUGHT) * lost - _TAUGHT * (said * odds).sum(1).mean()


def figures(reader: _Reader, tokenizer: Callable[..., Any], held_out: Sequence[Example]) -> str:
    """How often the best sentence says the answer, among all that is read of answerable questions."""
    some = [one for one in held_out if _says(one)]
    if not some:
        return "nothing of this is held out"
    reader.eval()
    right = []
    with torch.no_grad():
        for one in some:
            batch = _batch(tokenizer, [one], [list(zip(one.stretches, one.labels, strict=True))])
            right.append(int(batch.labels[0, _odds(reader, batch)[0, :-1].argmax()]) == 2)
    return f"held out: the best sentence answers {np.mean(right):.3f} of {len(right)} questions"


def _says(one: Example) -> bool:
    """Whether a sentence that says the answer is known."""
    return any(2 in labels for labels in one.labels)


def _batch(tokenizer: Callable[..., Any], some: Sequence[Example], read: Sequence[Sequence[_Labelled]]) -> _Batch:
    asked = [joint.Asked(one.question, told) for one, own in zip(some, read, strict=True) for told, _ in own]
    order = sorted(range(len(asked)), key=lambda at: len(asked[at]))
    pieces = [
        {name: torch.from_numpy(one).to(DEVICE) for name, one in joint.cut_up(tokenizer, part).items()}
        for part in ([asked[at] for at in order[start : start + _ROWS]] for start in range(0, len(order), _ROWS))
    ]
    labels = [torch.tensor([label for _, own in one for label in own]) for one in read]
    return _Batch(
        pieces,
        order,
        [len(one) for one in read],
        [len(one.stretch.sentences) for one in asked],
        pad_sequence(labels, batch_first=True).to(DEVICE),
        torch.tensor([one.answerable for one in some], device=DEVICE),
    )


def _odds(reader: _Reader, batch: _Batch) -> Tensor:
    """Log of how likely each sentence answers, shape (questions, sentences + 1); the last is that nothing does."""
    rows = [row for pieces in batch.pieces for row in reader(pieces)]
    told = [rows[0]] * len(rows)
    for at, row in zip(batch.order, rows, strict=True):
        missing = batch.sentences[at] - len(row)
        told[at] = functional.pad(row, (0, max(missing, 0)), value=_NEVER)[: batch.sentences[at]]
    ends = np.cumsum(batch.stretches).tolist()
    own = [torch.cat(told[end - size : end]) for end, size in zip(ends, batch.stretches, strict=True)]
    odds = pad_sequence(own, batch_first=True, padding_value=_NEVER)
    return torch.log_softmax(functional.pad(odds, (0, 1)), 1)


def _means(read: Tensor, chosen: Tensor) -> tuple[Tensor, Tensor]:
    """Of the pieces that are chosen, shape (stretches, choices, pieces); and whether there is one."""
    weights = chosen.float()
    counts = weights.sum(2, keepdim=True)
    return weights @ read / counts.clamp(min=1.0), counts[:, :, 0] > 0


if __name__ == "__main__":
    main()
