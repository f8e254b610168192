"""What other programs read about the library itself: transcripts, and what was done to them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from api.streams import decoded
from api.wire import Wire
from index.store.records import Entry, Outcome
from rag import values

if TYPE_CHECKING:
    from index.files import Skipped
    from index.reports import FileReport, Report


class Turn(Wire):
    """One turn of a transcript."""

    turn: int
    speaker: str | None
    speaker_inferred: bool
    text: str
    start: float | None
    end: float | None

    @classmethod
    def of(cls, value: values.Turn) -> Self:
        """The shape of one turn."""
        return cls(
            turn=value.turn,
            speaker=value.speaker,
            speaker_inferred=value.speaker_inferred,
            text=value.text,
            start=value.start,
            end=value.end,
        )


class TranscriptDetail(Wire):
    """One transcript, whole; `speakers` are names, in order of first speaking."""

    id: str
    title: str
    date: dt.date | None
    collection: str
    source: str
    source_url: str | None
    media_url: str | None
    speakers: list[str]
    turns: list[Turn]

    @classmethod
    def of(cls, source: values.Source, transcript: values.Transcript) -> Self:
        """The shape of one transcript."""
        return cls(
            id=source.transcript_id,
            title=source.title,
            date=source.date,
            collection=source.collection,
            source=source.source,
            source_url=source.source_url,
            media_url=source.media_url,
            speakers=list(transcript.speaker_names()),
            turns=[Turn.of(turn) for turn in transcript.turns],
        )


class TranscriptSummary(Wire):
    """One transcript in a list; `turns`, `words` and `speakers` are counts."""

    id: str
    title: str
    date: dt.date | None
    collection: str
    turns: int
    words: int
    speakers: int
    format: str
    added_at: str

    @classmethod
    def of(cls, value: Entry) -> Self:
        """The shape of one entry."""
        return cls(
            id=value.source.transcript_id,
            title=value.source.title,
            date=value.source.date,
            collection=value.source.collection,
            turns=value.turns,
            words=value.words,
            speakers=len(value.speakers),
            format=value.format,
            added_at=value.added_at,
        )


class Transcripts(Wire):
    """The list of transcripts, by collection and title."""

    transcripts: list[TranscriptSummary]


class IngestedFile(Wire):
    """What became of one file: what it was read as, or `reason` and `line` for why it was rejected."""

    path: str
    outcome: Outcome
    transcript_id: str | None
    turns: int
    reason: str | None
    line: int | None
    format: str | None
    speakers: int
    times: bool

    @classmethod
    def of(cls, value: FileReport) -> Self:
        """The shape of one file's report."""
        return cls(
            path=decoded(value.path),
            outcome=value.outcome,
            transcript_id=value.transcript_id,
            turns=value.turns,
            reason=value.reason,
            line=value.line,
            format=None if value.read_as is None else value.read_as.format,
            speakers=0 if value.read_as is None else value.read_as.speakers,
            times=value.read_as is not None and value.read_as.times,
        )


class SkippedFile(Wire):
    """What was passed over in a folder, and why."""

    path: str
    reason: str

    @classmethod
    def of(cls, value: Skipped) -> Self:
        """The shape of one of them."""
        return cls(path=value.path, reason=value.reason)


class IngestReport(Wire):
    """What became of all files, and what was passed over, each in the order they were found."""

    files: list[IngestedFile]
    added: int
    replaced: int
    unchanged: int
    duplicate: int
    rejected: int
    skipped: list[SkippedFile]

    @classmethod
    def of(cls, value: Report) -> Self:
        """The shape of one report."""
        return cls(
            files=[IngestedFile.of(one) for one in value.files],
            added=value.count("added"),
            replaced=value.count("replaced"),
            unchanged=value.count("unchanged"),
            duplicate=value.count("duplicate"),
            rejected=value.count("rejected"),
            skipped=[SkippedFile.of(one) for one in value.skipped],
        )


class Removed(Wire):
    """What was removed, and how many turns went with it."""

    removed: list[str]
    turns: int


class Renamed(Wire):
    """Who is called what now, and how many turns are theirs."""

    transcript_id: str
    old: str
    new: str
    turns: int


class Info(Wire):
    """The library at a glance.

    Attributes:
        database: What holds it: a file there, or a PostgreSQL database; no password in it.
        disk_bytes: Of everything under `home`.
        encoder: The one set now.
        mismatch: Why the library cannot be searched or added to with today's settings; null when it can.
        indexes_level: Whether both indexes on disk hold the newest generation; the next search brings them there.
        engine: The search engine that holds the vectors; null where they are searched in the process.
        engine_trouble: Why it cannot be used, or what is wrong in it; null when nothing is.
    """

    home: str
    database: str
    disk_bytes: int
    transcripts: int
    turns: int
    words: int
    collections: list[str]
    encoder: str
    mismatch: str | None
    generation: int
    indexes_level: bool
    engine: str | None
    engine_trouble: str | None
