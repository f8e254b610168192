"""What a library can tell without searching: who speaks in it, when its transcripts are of, where words were said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.values import Filters, Source, Turn


@dataclass(frozen=True, slots=True)
class Sought:
    """Words to be found in turns.

    Attributes:
        words: Their stems, at least one, in order.
        together: Whether they have to follow each other; else each may be anywhere in the turn.
    """

    words: tuple[str, ...]
    together: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A turn, unread: its number and who speaks."""

    source: Source
    turn: int
    speaker: str | None


class Knowing(Protocol):
    """What understanding a question and counting need of a library."""

    def speakers(self, filters: Filters) -> tuple[str, ...]:
        """Everybody who speaks in the transcripts that the filters let through, rules about speakers aside."""
        ...

    def sources(self, filters: Filters) -> tuple[Source, ...]:
        """The transcripts that the filters let through, rules about speakers aside."""
        ...

    def saying(self, sought: Sought, filters: Filters) -> tuple[Place, ...]:
        """Every turn that the filters let through in which the words were said, best first; none is left out."""
        ...

    def read(self, places: Sequence[Place]) -> tuple[tuple[Source, Turn], ...]:
        """The turns at these places that are still there, in the order given."""
        ...
