"""Makes the reader's weights again: what the packaged encoder learns in order to read questions and turns together.

    python benchmarks/reader_train.py --home FOLDER --out FILE.npz [--epochs 2] [--seed 1]

FOLDER is a library of the whole corpus (`transcite ingest`). Hours of two cores. The weights that come with the program
were made by the script that this one was tidied from: two processes of one thread, the lower layers' output kept in
memory, first one pass over 1,484 of the questions, then two over all. Another run gives other numbers.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from reader_data import Example, examples
from torch import Tensor, nn
from torch.nn import functional

from index import joint
from index.derived import Derived
from index.search import Search
from index.sentence_encoder import SentenceEncoder
from index.store.library import Library

_LAYERS, _RANK, _HIDDEN = 3, 16, 64  # the upper half; under a megabyte in all
_RATE, _WARM_UP, _TOGETHER = 1e-3, 40, 8
_READ, _BEST = 8, 3  # stretches read of a question: those that answer, the best others, and some of the rest
_OF_THE_TURN, _UNANSWERABLE = 0.3, 0.7  # what it counts to find the right turn, and to tell that nothing answers


class _Lora(nn.Module):
    """A linear layer that stays as it is, and what is learnt beside it."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.linear = linear
        self.a = nn.Parameter(torch.randn(_RANK, linear.in_features) / math.sqrt(linear.in_features))
        self.b = nn.Parameter(torch.zeros(linear.out_features, _RANK))

    def forward(self, given: Tensor) -> Tensor:
        low = functional.linear(given, self.a.to(given.dtype))
        return self.linear(given) + 2.0 * functional.linear(low, self.b.to(given.dtype))


class _Reader(nn.Module):
    """The packaged model with what is learnt, and the head of `index.joint` in torch."""

    def __init__(self, network: nn.Module, dimension: int) -> None:
        super().__init__()
        self.network = network.requires_grad_(requires_grad=False)
        for layer in network.encoder.layer[-_LAYERS:]:
            own, out = layer.attention.self, layer.attention.output
            own.query, own.key, own.value = _Lora(own.query), _Lora(own.key), _Lora(own.value)
            out.dense = _Lora(out.dense)
            layer.intermediate.dense, layer.output.dense = _Lora(layer.intermediate.dense), _Lora(layer.output.dense)
        self.cos, self.none = nn.Parameter(torch.tensor(8.0)), nn.Parameter(torch.tensor(0.0))
        self.sentence, self.first, self.product = (nn.Parameter(torch.zeros(dimension)) for _ in range(3))
        self.inner = nn.Parameter(0.02 * torch.randn(_HIDDEN, 3 * dimension))
        self.bias, self.outer = nn.Parameter(torch.zeros(_HIDDEN)), nn.Parameter(torch.zeros(_HIDDEN))

    def forward(self, pieces: dict[str, Tensor]) -> Tensor:
        """Log odds of all sentences of all stretches, one after another."""
        given = {name: pieces[name] for name in ("input_ids", "attention_mask", "token_type_ids")}
        read = self.network(**given).last_hidden_state.float()
        return torch.cat([self._told(*one) for one in zip(read, pieces["question"], pieces["sentence"], strict=True)])

    def _told(self, read: Tensor, question: Tensor, sentence: Tensor) -> Tensor:
        asked = read[question == 1].mean(0)
        said = torch.stack([read[sentence == at].mean(0) for at in range(1, int(sentence.max()) + 1)])
        both, first = said * asked, read[0].expand_as(said)
        hidden = functional.gelu(functional.linear(torch.cat([said, both, first], 1), self.inner, self.bias))
        near = self.cos * functional.cosine_similarity(said, asked[None], dim=1)
        return near + said @ self.sentence + first @ self.first + both @ self.product + hidden @ self.outer - self.none

    def learnt(self) -> dict[str, np.ndarray]:
        """As `index.joint` reads it."""
        held = {}
        for name, one in self.named_parameters():
            if one.requires_grad:
                value = 2.0 * one if name.endswith(".b") else one
                held[name.removeprefix("network.")] = value.detach().numpy().astype(np.float16)
        return held


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    encoder = SentenceEncoder()
    library = Library(options.home, encoder=encoder.name)
    derived = Derived(library, dimension=encoder.dimension)
    derived.catch_up()
    made = list(examples(library, Search(library, encoder, derived)))
    torch.manual_seed(options.seed)
    transformer = encoder._model[0]
    reader = _Reader(transformer.auto_model, encoder.dimension)
    learning = [one for one in made if not one.held_out and (any(map(max, one.labels)) or not one.answerable)]
    train(reader, transformer.tokenizer, learning, epochs=options.epochs, chance=random.Random(options.seed))
    print(figures(reader, transformer.tokenizer, [one for one in made if one.held_out]))
    np.savez_compressed(options.out, **reader.learnt())


def train(reader: _Reader, tokenizer: object, learning: list[Example], *, epochs: int, chance: random.Random) -> None:
    """A softmax over all sentences read for a question, and that none of them answers."""
    weights = [one for one in reader.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    steps = epochs * len(learning) // _TOGETHER
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda at: min(1.0, (at + 1) / _WARM_UP) * (0.525 + 0.475 * math.cos(math.pi * min(1.0, at / steps)))
    )
    reader.train()
    for epoch in range(epochs):
        chance.shuffle(learning)
        lost = []
        for number, one in enumerate(learning, start=1):
            places = _drawn(one, chance)
            lost.append(_loss(_read(reader, tokenizer, one, places), one, places))
            lost[-1].div(_TOGETHER).backward()
            lost[-1] = lost[-1].detach()
            if number % _TOGETHER == 0:
                nn.utils.clip_grad_norm_(weights, 1.0)
                optimiser.step()
                optimiser.zero_grad()
                schedule.step()
            if number % 400 == 0:
                print(f"epoch {epoch}, question {number} of {len(learning)}: {torch.stack(lost[-400:]).mean():.3f}")


def figures(reader: _Reader, tokenizer: object, held_out: Sequence[Example]) -> str:
    """How often the best sentence says the answer, among all that is read of answerable questions."""
    reader.eval()
    right = []
    with torch.no_grad():
        for one in held_out:
            if one.answerable and any(map(max, one.labels)):
                places = range(len(one.stretches))
                best = int(_read(reader, tokenizer, one, places).argmax())
                right.append([label for at in places for label in one.labels[at]][best] == 2)
    return f"held out: the best sentence answers {np.mean(right):.3f} of {len(right)} questions"


def _drawn(one: Example, chance: random.Random) -> list[int]:
    gold = [at for at, labels in enumerate(one.labels) if max(labels) == 2][:2]
    rest = [at for at, labels in enumerate(one.labels) if max(labels) == 0]
    more = min(len(rest[_BEST:]), _READ - _BEST - len(gold))
    return [*gold, *rest[:_BEST], *chance.sample(rest[_BEST:], more)]


def _read(reader: _Reader, tokenizer: object, one: Example, places: Sequence[int]) -> Tensor:
    asked = [joint.Asked(one.question, one.stretches[at]) for at in places]
    return reader({name: torch.from_numpy(value) for name, value in joint.cut_up(tokenizer, asked).items()})


def _loss(told: Tensor, one: Example, places: Sequence[int]) -> Tensor:
    odds = torch.log_softmax(torch.cat([told, torch.zeros(1)]), 0)
    if not one.answerable:
        return -_UNANSWERABLE * odds[-1]
    labels = torch.tensor([label for at in places for label in one.labels[at]])
    right, beside = odds[:-1][labels == 2], odds[:-1][labels >= 1]
    return -torch.logsumexp(right, 0) - _OF_THE_TURN * torch.logsumexp(beside, 0)


if __name__ == "__main__":
    main()
