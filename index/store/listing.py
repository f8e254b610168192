"""The list of transcripts, whole or in parts."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from index.store.reading import chunks, source_of
from index.store.records import Entry
from index.store.schema import speakers, transcripts

_ORDER = (transcripts.c.collection, transcripts.c.title, transcripts.c.id)


@dataclass(frozen=True, slots=True)
class Part:
    """Which transcripts of the list.

    Attributes:
        after: Collection, title and id of the one before the first; None for the beginning.
        limit: At most this many; None for all.
        collections: Only of these; empty for all.
    """

    after: tuple[str, str, str] | None = None
    limit: int | None = None
    collections: tuple[str, ...] = ()


WHOLE = Part()


def entries(connection: sa.Connection, part: Part) -> list[Entry]:
    """Transcripts by collection, title and id."""
    statement = sa.select(transcripts).order_by(*_ORDER).limit(part.limit)
    if part.after is not None:
        statement = statement.where(sa.tuple_(*_ORDER) > sa.tuple_(*(sa.literal(one) for one in part.after)))
    if part.collections:
        statement = statement.where(transcripts.c.collection.in_(part.collections))
    rows = connection.execute(statement).all()
    names = _names(connection, [row.ordinal for row in rows])
    return [
        Entry(source_of(row), row.format, row.turns, row.words, tuple(names.get(row.ordinal, ())), row.added_at)
        for row in rows
    ]


def collections(connection: sa.Connection) -> list[str]:
    """The collections that transcripts belong to, by name."""
    column = transcripts.c.collection
    return list(connection.execute(sa.select(column).distinct().order_by(column)).scalars())


def _names(connection: sa.Connection, ordinals: list[int]) -> dict[int, list[str]]:
    """Who speaks in each, every name once."""
    names: dict[int, list[str]] = {}
    for some in chunks(ordinals):
        statement = sa.select(speakers.c.ordinal, speakers.c.name).where(speakers.c.ordinal.in_(some))
        for row in connection.execute(statement.distinct().order_by(speakers.c.name)):
            names.setdefault(row.ordinal, []).append(row.name)
    return names
