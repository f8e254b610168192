"""Changes of low rank to the packaged encoder (LoRA: Hu et al., 2021): learning them, and what is stored of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from index import learnt
from index.joint import Numbers
from index.sentence_encoder import SentenceEncoder

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
_RANK, _SCALE = 16, 2.0
_LEAST_RATE = 0.03  # of the rate, at the end


class Lora(nn.Module):
    """A linear layer that stays as it is, and what is learnt beside it."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.linear = linear
        self.down = nn.Parameter(torch.randn(_RANK, linear.in_features) / math.sqrt(linear.in_features))
        self.up = nn.Parameter(torch.zeros(linear.out_features, _RANK))

    def forward(self, given: Tensor) -> Tensor:
        changed: Tensor = self.linear(given) + _SCALE * functional.linear(functional.linear(given, self.down), self.up)
        return changed

    def learnt(self, weight: str) -> dict[str, Any]:
        """What `index.learnt` reads, of the weight of that name."""
        up, down = (one.detach().float().cpu().numpy() for one in (_SCALE * self.up, self.down))
        return learnt.packed(weight, *_balanced(up, down))


def network_of(encoder: SentenceEncoder) -> Any:
    """A copy of the encoder's network that nothing of is learnt yet, in full precision."""
    first: Any = encoder._model[0]
    return deepcopy(first.auto_model).float().requires_grad_(requires_grad=False).to(DEVICE)


def tokenizer_of(encoder: SentenceEncoder) -> Any:
    """What cuts its texts into word pieces."""
    first: Any = encoder._model[0]
    return first.tokenizer


def linear_maps(network: Any) -> list[tuple[nn.Module, str]]:
    """Where the six linear maps of each layer are: the modules that hold them, with their names there."""
    places: list[tuple[nn.Module, str]] = []
    for layer in network.encoder.layer:
        places += [(layer.attention.self, name) for name in ("query", "key", "value")]
        places += [(one, "dense") for one in (layer.attention.output, layer.intermediate, layer.output)]
    return places


def beside(network: Any) -> None:
    """Have something learnt beside all of them."""
    for module, name in linear_maps(network):
        setattr(module, name, Lora(getattr(module, name)).to(DEVICE))


def stored(network: nn.Module) -> dict[str, Any]:
    """All that was learnt beside them, as `index.learnt` reads it."""
    made: dict[str, Any] = {}
    for name, module in network.named_modules():
        if isinstance(module, Lora):
            made |= module.learnt(name)
    return made


def slow(optimiser: torch.optim.Optimizer, rates: Sequence[float], *, step: int, warm_up: int, share: float) -> None:
    """Set the rates: up in the first steps, down by a cosine over all there is to do, of which `share` is done."""
    fallen = _LEAST_RATE + (1 - _LEAST_RATE) * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))
    for group, rate in zip(optimiser.param_groups, rates, strict=True):
        group["lr"] = rate * min(1.0, (step + 1) / warm_up) * fallen


def _balanced(up: Numbers, down: Numbers) -> tuple[Numbers, Numbers]:
    """The same product of directions each as large on either side, so that few bits a number do."""
    ups, upper = np.linalg.qr(up)
    downs, lower = np.linalg.qr(down.T)
    left, sizes, right = np.linalg.svd(upper @ lower.T)
    return ups @ left * np.sqrt(sizes), np.sqrt(sizes)[:, None] * right @ downs.T
