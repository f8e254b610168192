"""What writing an answer needs of a language model."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is given.

    Attributes:
        system: How to answer.
        evidence: The turns it may rest on, each a block of its own; block n is cited as [n], from 1. May be empty.
        request: What it is to do with them.
    """

    system: str
    evidence: tuple[str, ...]
    request: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What one call of a model took.

    Attributes:
        read, written: Tokens, as the model's server counts them; 0 where it does not say.
        cost: In the currency of the server's account, where it says (OpenRouter does); None elsewhere.
    """

    read: int = 0
    written: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is.

    Attributes:
        url: The base, such as http://localhost:11434/v1 or https://api.anthropic.com.
        model: What its server calls it.
        api_key: Empty where none is needed; never shown.
    """

    url: str
    model: str
    api_key: str = field(default="", repr=False)


class Model(Protocol):
    """A language model that writes."""

    @property
    def name(self) -> str:
        """What answers say wrote them."""
        ...

    @property
    def cites_blocks(self) -> bool:
        """Whether its server cites blocks of the evidence by itself."""
        ...

    def write(self, prompt: Prompt, on_usage: Callable[[Usage], None]) -> Generator[str]:
        """What it writes, in pieces as they come; closing the iterator hangs up.

        Raises:
            ModelError: It cannot be reached, refuses, breaks off, or takes too long.
        """
        ...
