"""What `transcite doctor` and `transcite compact` report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from api.wire import Wire

if TYPE_CHECKING:
    from index.doctor import Finding


class Found(Wire):
    """Something that is wrong, or was.

    Attributes:
        part: Of what: the database, a transcript, its vectors, the answers kept, an index, an upload, Slack's file.
        what: What is wrong, for people.
        cure: What helps, or what is still to be done once it is repaired; null for nothing.
        repaired: Whether it was put right.
        transcript_id, title, collection, source: Of the transcript it is about, as far as they can be read.
    """

    part: Literal["database", "transcript", "vectors", "answers", "index", "upload", "slack"]
    what: str
    cure: str | None
    repaired: bool
    transcript_id: str | None = None
    title: str | None = None
    collection: str | None = None
    source: str | None = None

    @classmethod
    def of(cls, value: Finding) -> Self:
        """The shape of one finding."""
        known = value.transcript
        return cls(
            part=value.part,
            what=value.what,
            cure=value.cure,
            repaired=value.repaired,
            transcript_id=known.transcript_id if known else None,
            title=known.title if known else None,
            collection=known.collection if known else None,
            source=known.source if known else None,
        )


class Checkup(Wire):
    """How the library is.

    Attributes:
        sound: Whether nothing is wrong, or nothing any more.
        transcripts, turns: How many it holds, as far as it can be read.
        kept: Where the database lies that could not be read, when a new one was put in its place.
        server: What the database is called where it is in PostgreSQL, which alone can check its own pages and trees;
            null for a file, which was checked.
    """

    home: str
    sound: bool
    transcripts: int
    turns: int
    findings: list[Found]
    kept: str | None
    server: str | None


class Compacted(Wire):
    """What it came to to write the library anew without what was deleted, in bytes on disk."""

    home: str
    bytes_before: int
    bytes_after: int
