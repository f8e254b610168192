"""What the library takes in and gives out besides the domain's own values."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

from rag.values import Passage, Source, Transcript, Turn

Outcome = Literal["added", "replaced", "unchanged", "duplicate", "rejected"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a transcript came from and what was in it.

    Attributes:
        collection: The collection it belongs to; the same file in two collections is two transcripts.
        source: The absolute path, or whatever names the upload.
        content_hash: sha256 of the bytes together with the version of the reading rules.
    """

    collection: str
    source: str
    content_hash: str

    @property
    def transcript_id(self) -> str:
        """The id a transcript of this origin has, the same every time: a readable part and ten hex digits."""
        stem = re.split(r"[/\\]", self.source)[-1].rsplit(".", 1)[0]
        ascii_stem = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", ascii_stem).strip("-")[:60].strip("-") or "transcript"
        digest = hashlib.sha256(f"{self.collection}\0{self.source}".encode()).hexdigest()
        return f"{slug}-{digest[:10]}"


@dataclass(frozen=True, slots=True)
class Outline:
    """What a transcript is, in short.

    Attributes:
        format: As in `Transcript.format`.
        speakers: How many names speak in it, those of nobody in particular included.
        times: Whether a time is known for any turn.
    """

    format: str
    speakers: int
    times: bool

    @classmethod
    def of(cls, value: Transcript) -> Self:
        """Of a transcript as it was read."""
        times = any(turn.start is not None for turn in value.turns)
        return cls(value.format, len(value.speaker_names()), times)


@dataclass(frozen=True, slots=True)
class Embedding:
    """What was made of a passage, as it is stored.

    Attributes:
        vector: In float16, as bytes.
        sentences: Of the anchor's sentences in it, as `index.codes` packs them, one after another; empty from an
            encoder that does not tell.
    """

    vector: bytes
    sentences: bytes = b""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A transcript ready to be stored, with what was made of each of its passages."""

    transcript: Transcript
    passages: tuple[Passage, ...]
    vectors: tuple[Embedding, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """A version that is there.

    Attributes:
        turns: Number, words, kind and speaker of each turn, the speaker as the source calls them.
        renamed: Numbers of the turns whose speaker has another name by now.
        anchors: The number of each passage's anchor turn.
        vectors: Of each passage, in float16, as bytes.
        sentences: Of the turns that have any, what their sentences mean, as `Embedding` has it.
    """

    turns: tuple[Turn, ...]
    renamed: frozenset[int]
    anchors: tuple[int, ...]
    vectors: tuple[bytes, ...]
    sentences: Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class Reencoded:
    """New passages of a transcript that is there: the number of each one's anchor turn, and what was made of it."""

    transcript_id: str
    anchors: tuple[int, ...]
    vectors: tuple[Embedding, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list of transcripts."""

    source: Source
    format: str
    turns: int
    words: int
    speakers: tuple[str, ...]
    added_at: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is."""

    collections: tuple[str, ...]
    transcripts: int
    turns: int


@dataclass(frozen=True, slots=True)
class Point:
    """A point in a library's history.

    Attributes:
        generation: Number of its newest change, 0 before the first.
        stamp: A random number of that change: another library, or this one after a back-up was restored, has another.
    """

    generation: int = 0
    stamp: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the library's history.

    A transcript's version came, went or had speakers renamed; or everything was encoded again (then `ordinal` is 0).
    """

    point: Point
    ordinal: int
    kind: Literal["added", "removed", "renamed", "reencoded"]


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A stored passage as the vector index needs it."""

    passage_id: int
    anchor: int
    vector: bytes


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A stored turn as the word index needs it."""

    turn_id: int
    speaker: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Which turns a search may see, by id.

    Attributes:
        ordinals: Transcripts allowed; None for all.
        only: Turns allowed within them; None for all.
        never: Turns not allowed, whatever else holds.
    """

    ordinals: tuple[int, ...] | None = None
    only: tuple[int, ...] | None = None
    never: tuple[int, ...] = ()

    @property
    def everything(self) -> bool:
        """True when no turn is ruled out."""
        return self.ordinals is None and self.only is None and not self.never


@dataclass(frozen=True, slots=True)
class Receipt:
    """A file of an upload that is taken in behind the sender's back: which job's, and its place there, from 0."""

    job_id: str
    at: int


class WithdrawnError(Exception):
    """A file is not to be taken in any more: it was cancelled, or somebody else has dealt with it."""


def today() -> str:
    """Now, in UTC, to the second."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
