"""The values everything else is made of: frozen, without input or output, identity left to storage.

Everything a reader is shown comes back to (transcript, turn, char_start, char_end). Speaker, time, title and link are
looked up from there; a language model never writes them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

TurnKind = Literal["speech", "direction"]
Status = Literal["answered", "quoted", "not_found"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker speaking until another does.

    Attributes:
        turn: Number within the transcript, from 1 in file order.
        text: What was said, as found (NFC, entities decoded, outer white space removed). Never empty.
        speaker: The name, or None when unknown. "SPEAKER_00" and the like are names of nobody in particular: kept as
            found, never upgraded.
        speaker_inferred: True when the name was worked out from the text rather than read from a label.
        start, end: Seconds from the beginning of the recording, None where the source has none.
        kind: "direction" for stage directions, music cues and the like, which nobody says.
        marks: Times amid the turn, where the source has them: (char, seconds), what stands at `char` and after it was
            said from then on. Both grow; a caption or a sentence apart, not a word.
    """

    turn: int
    text: str
    speaker: str | None = None
    speaker_inferred: bool = False
    start: float | None = None
    end: float | None = None
    kind: TurnKind = "speech"
    marks: tuple[tuple[int, float], ...] = ()

    def times(self, char_start: int, char_end: int) -> tuple[float | None, float | None]:
        """(start, end) of a part of the text, in seconds: the nearest times known at or around it."""
        before = [moment for char, moment in self.marks if char <= char_start]
        after = next((moment for char, moment in self.marks if char >= char_end), self.end)
        return (before[-1] if before else self.start), after


@dataclass(frozen=True, slots=True)
class Speaker:
    """What the source says of one speaker beyond the name.

    Attributes:
        name: As in `Turn.speaker`.
        role: "HOST", "Chair", ... where the label carried one.
        organisation: "NPR", "Anytown Council", ... where the label carried one.
        reason: Why an inferred name was given, quoting the evidence; None for a name read from a label.
    """

    name: str
    role: str | None = None
    organisation: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """One recording's text, as read from one file.

    Attributes:
        title: From the file where it has one, else from its name. Never empty.
        turns: Numbered 1..n in file order.
        date: Day of the recording, None when the file does not say.
        format: What it was read as: "text", "unlabelled", "markdown", "vtt", "srt", "json", ...
        speakers: One per name that has a role, organisation or reason worth keeping.
        source_url, media_url: Where the transcript, and its audio or video, can be found; None when not known.
    """

    title: str
    turns: tuple[Turn, ...]
    date: dt.date | None = None
    format: str = "text"
    speakers: tuple[Speaker, ...] = ()
    source_url: str | None = None
    media_url: str | None = None

    def speaker_names(self) -> tuple[str, ...]:
        """The names that speak, each once, in order of first speaking."""
        return tuple(dict.fromkeys(turn.speaker for turn in self.turns if turn.speaker is not None))

    def words(self) -> int:
        """White-space separated words over all turns."""
        return sum(len(turn.text.split()) for turn in self.turns)


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `char_start` to `char_end` (exclusive) of turn `turn`'s text."""

    turn: int
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """What is encoded: a turn, a sentence-aligned part of a long one, or a turn with the back-channels beside it.

    Attributes:
        spans: Which characters of which turns, in order; the passages of a transcript cover each character once.
        anchor: The turn the passage stands for: the one that says the most in it.
        text: What the encoder reads (the speaker's name, then the words).
        sentences: Where in `text` the anchor's sentences are, in order: those that begin in this passage.
    """

    spans: tuple[Span, ...]
    anchor: int
    text: str
    sentences: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What the library knows of a transcript besides its turns."""

    transcript_id: str
    title: str
    collection: str
    date: dt.date | None = None
    source: str = ""
    source_url: str | None = None
    media_url: str | None = None

    def url(self, turn: int) -> str:
        """The page of the transcript, opened at `turn`."""
        return f"/t/{self.transcript_id}#turn-{turn}"


@dataclass(frozen=True, slots=True)
class Hit:
    """A found run of whole turns, best first in a list of them.

    Attributes:
        turns: Consecutive turns of the transcript, at least one.
        score: Comparable within one search only; higher is better.
    """

    source: Source
    turns: tuple[Turn, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Filters:
    """Which turns may be looked at at all. Empty means no rule.

    A speaker rule is about turns: with `speakers=("Greg Allen",)` no quote of anyone else may appear.
    `since` and `until` are inclusive; a transcript without a date passes neither.
    """

    collections: tuple[str, ...] = ()
    transcripts: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    not_speakers: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands: `quote == turn.text[span.char_start:span.char_end]`, always.

    Attributes:
        n: The number of its marker in the answer's text, from 1.
        nearest: True when the answer is `not_found` and this is only the nearest passage.
    """

    n: int
    source: Source
    turn: Turn
    span: Span
    nearest: bool = False

    @property
    def quote(self) -> str:
        """The cited characters, verbatim."""
        return self.turn.text[self.span.char_start : self.span.char_end]

    @property
    def times(self) -> tuple[float | None, float | None]:
        """(start, end) of the quote in seconds, as near as the source says; None where it says nothing."""
        return self.turn.times(self.span.char_start, self.span.char_end)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, the numbers of the citations it rests on, and how well they carry it (0 to 1)."""

    text: str
    citations: tuple[int, ...]
    support: float


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that was drafted and refused, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Searched:
    """How much was looked at."""

    collections: tuple[str, ...]
    transcripts: int
    turns: int
    filters: Filters


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation so far."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question; `text` carries a marker `[n]` for every citation not marked nearest.

    Attributes:
        grounds: How good the grounds for answering are, comparable between questions: what the decision to answer
            rested on. For measuring; no surface shows it.
    """

    id: str
    question: str
    standalone_question: str
    status: Status
    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    dropped: tuple[Dropped, ...]
    searched: Searched
    model: str | None = None
    timings_ms: dict[str, float] = field(default_factory=dict)
    conversation_id: str | None = None
    grounds: float = 0.0


def renumbered(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """The same turns numbered 1..n in the order given."""
    return tuple(replace(turn, turn=n) for n, turn in enumerate(turns, start=1))
