"""What other programs read: the contract's shapes, field for field, for the command line and HTTP alike."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from rag import values


class Wire(BaseModel):
    """Base of every shape: unchanging, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(Wire):
    """A quote, verbatim, and where it stands; `media_url` and `role` are there only when they say something."""

    n: int
    transcript_id: str
    title: str
    date: dt.date | None
    collection: str
    turn: int
    speaker: str | None
    speaker_inferred: bool
    char_start: int
    char_end: int
    quote: str
    start: float | None
    end: float | None
    url: str
    media_url: str | None = Field(default=None, exclude_if=lambda value: value is None)
    role: Literal["nearest"] | None = Field(default=None, exclude_if=lambda value: value is None)

    @classmethod
    def of(cls, value: values.Citation) -> Self:
        """The shape of one citation."""
        source, turn = value.source, value.turn
        start, end = value.times
        return cls(
            n=value.n,
            transcript_id=source.transcript_id,
            title=source.title,
            date=source.date,
            collection=source.collection,
            turn=turn.turn,
            speaker=turn.speaker,
            speaker_inferred=turn.speaker_inferred,
            char_start=value.span.char_start,
            char_end=value.span.char_end,
            quote=value.quote,
            start=start,
            end=end,
            url=source.url(turn.turn),
            media_url=source.media_url,
            role="nearest" if value.nearest else None,
        )


class Sentence(Wire):
    """A sentence of an answer and the citations that carry it."""

    text: str
    citations: list[int]
    support: float


class Dropped(Wire):
    """A drafted sentence that was refused, and why."""

    text: str
    reason: str


class Filters(Wire):
    """Which turns may be looked at; empty and null mean no rule."""

    collections: list[str] = []
    transcripts: list[str] = []
    speakers: list[str] = []
    not_speakers: list[str] = []
    since: dt.date | None = None
    until: dt.date | None = None

    @classmethod
    def of(cls, value: values.Filters) -> Self:
        """The shape of some filters."""
        return cls(
            collections=list(value.collections),
            transcripts=list(value.transcripts),
            speakers=list(value.speakers),
            not_speakers=list(value.not_speakers),
            since=value.since,
            until=value.until,
        )


class Searched(Wire):
    """How much was looked at."""

    collections: list[str]
    transcripts: int
    turns: int
    filters: Filters

    @classmethod
    def of(cls, value: values.Searched) -> Self:
        """The shape of it."""
        return cls(
            collections=list(value.collections),
            transcripts=value.transcripts,
            turns=value.turns,
            filters=Filters.of(value.filters),
        )


class Answer(Wire):
    """The answer to one question."""

    id: str
    question: str
    standalone_question: str
    status: values.Status
    text: str
    sentences: list[Sentence]
    citations: list[Citation]
    dropped: list[Dropped]
    searched: Searched
    model: str | None
    timings_ms: dict[str, float]
    conversation_id: str | None

    @classmethod
    def of(cls, value: values.Answer) -> Self:
        """The shape of one answer."""
        return cls(
            id=value.id,
            question=value.question,
            standalone_question=value.standalone_question,
            status=value.status,
            text=value.text,
            sentences=[
                Sentence(text=one.text, citations=list(one.citations), support=one.support) for one in value.sentences
            ],
            citations=[Citation.of(one) for one in value.citations],
            dropped=[Dropped(text=one.text, reason=one.reason) for one in value.dropped],
            searched=Searched.of(value.searched),
            model=value.model,
            timings_ms=value.timings_ms,
            conversation_id=value.conversation_id,
        )


class Hit(Wire):
    """A found run of whole turns; `speaker` is who speaks first in it."""

    transcript_id: str
    title: str
    date: dt.date | None
    collection: str
    first_turn: int
    last_turn: int
    speaker: str | None
    text: str
    start: float | None
    end: float | None
    score: float
    url: str

    @classmethod
    def of(cls, value: values.Hit) -> Self:
        """The shape of one hit."""
        source, first, last = value.source, value.turns[0], value.turns[-1]
        return cls(
            transcript_id=source.transcript_id,
            title=source.title,
            date=source.date,
            collection=source.collection,
            first_turn=first.turn,
            last_turn=last.turn,
            speaker=first.speaker,
            text="\n".join(turn.text for turn in value.turns),
            start=first.start,
            end=last.end,
            score=value.score,
            url=source.url(first.turn),
        )


class Hits(Wire):
    """What a search found, best first."""

    hits: list[Hit]
