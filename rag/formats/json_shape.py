"""What one shape of JSON transcript is: how a parsed document is recognised, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.formats.json_values import Node
from rag.formats.metadata import Metadata
from rag.turns import Piece


@dataclass(frozen=True, slots=True)
class Said:
    """What a document holds.

    Attributes:
        pieces: In order of time, or of the file where that is all there is.
        metadata: What it says of itself; None to take it from the fields of the document that are named like metadata.
        joiner: What stands between merged texts; None to tell it from their script.
    """

    pieces: Sequence[Piece]
    metadata: Metadata | None = None
    joiner: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """One way of writing transcripts in JSON.

    Attributes:
        name: As in `Transcript.format`.
        fits: Whether a parsed document has this shape. Looks at its first entries only, never raises.
        read: A document that fits to what it says, or a `ReadError`.
    """

    name: str
    fits: Callable[[object], bool]
    read: Callable[[Node], Said]
