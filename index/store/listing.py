"""The list of transcripts, whole or in parts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa

from index.store.reading import chunks, source_of
from index.store.records import Entry
from index.store.schema import speakers, transcripts
from rag.labels import is_unidentified

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


def heard(connection: sa.Connection, within: tuple[str, ...] | None, most: int) -> list[str]:
    """The people heard in most transcripts, by name; nobody in particular ("SPEAKER_00") is none of them.

    Args:
        connection: Of the library.
        within: Only in transcripts of these collections; None for all.
        most: At most as many people.
    """
    count = sa.func.count(sa.distinct(speakers.c.ordinal))
    statement = sa.select(speakers.c.name).join(transcripts, transcripts.c.ordinal == speakers.c.ordinal)
    if within is not None:
        statement = statement.where(transcripts.c.collection.in_(within))
    statement = statement.group_by(speakers.c.name).order_by(count.desc(), speakers.c.name)
    found = (name for name in connection.execute(statement).scalars() if not is_unidentified(name))
    return sorted(islice(found, most), key=str.casefold)


def _names(connection: sa.Connection, ordinals: list[int]) -> dict[int, list[str]]:
    """Who speaks in each, every name once."""
    names: dict[int, list[str]] = {}
    for some in chunks(ordinals):
        statement = sa.select(speakers.c.ordinal, speakers.c.name).where(speakers.c.ordinal.in_(some))
        for row in connection.execute(statement.distinct().order_by(speakers.c.name)):
            names.setdefault(row.ordinal, []).append(row.name)
    return names
