"""Lists: of the transcripts, whole or in parts; of those who speak; of turns by id, unread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa

from index.store.reading import chunks, source_of
from index.store.records import Entry
from index.store.schema import STRIDE, speakers, transcripts, turns
from rag.known import Place
from rag.labels import is_unidentified
from rag.values import Source

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
        statement = statement.where(sa.tuple_(*_ORDER) > _literals(part.after))
    if part.collections:
        statement = statement.where(transcripts.c.collection.in_(part.collections))
    rows = connection.execute(statement).all()
    names = _names(connection, [row.ordinal for row in rows])
    return [
        Entry(source_of(row), row.format, row.turns, row.words, tuple(names.get(row.ordinal, ())), row.added_at)
        for row in rows
    ]


def ordinals(connection: sa.Connection) -> list[int]:
    """The versions that are there, in order of coming."""
    return list(connection.execute(sa.select(transcripts.c.ordinal).order_by(transcripts.c.ordinal)).scalars())


def collections(connection: sa.Connection) -> list[str]:
    """The collections that transcripts belong to, by name."""
    column = transcripts.c.collection
    return list(connection.execute(sa.select(column).distinct().order_by(column)).scalars())


def names(connection: sa.Connection, ordinals: Sequence[int] | None) -> tuple[str, ...]:
    """Who speaks in these versions of transcripts, or in all there are: every name once, in order."""
    rows = connection.execute(sa.select(speakers.c.ordinal, speakers.c.name).distinct()).all()
    inside = None if ordinals is None else set(ordinals)
    return tuple(sorted({row.name for row in rows if inside is None or row.ordinal in inside}))


def sources(connection: sa.Connection, ordinals: Sequence[int] | None) -> tuple[Source, ...]:
    """These versions of transcripts, or all there are, in order of coming."""
    rows = connection.execute(sa.select(transcripts).order_by(transcripts.c.ordinal)).all()
    inside = None if ordinals is None else set(ordinals)
    return tuple(source_of(row) for row in rows if inside is None or row.ordinal in inside)


def places(connection: sa.Connection, turn_ids: Sequence[int]) -> tuple[Place, ...]:
    """The turns of these ids that are still there, in the order given."""
    own = {row.ordinal: source_of(row) for row in connection.execute(sa.select(transcripts))}
    named = sa.and_(speakers.c.ordinal == turns.c.turn_id // STRIDE, speakers.c.label == turns.c.label)
    statement = sa.select(turns.c.turn_id, speakers.c.name).select_from(turns.outerjoin(speakers, named))
    speaking: dict[int, str | None] = {}
    for some in chunks(sorted(turn_ids)):
        found = connection.execute(statement.where(turns.c.turn_id.in_(some)))
        speaking.update({row.turn_id: row.name for row in found})
    return tuple(
        Place(own[one // STRIDE], one % STRIDE, speaking[one])
        for one in turn_ids
        if one in speaking and one // STRIDE in own
    )


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


def _literals(after: tuple[str, str, str]) -> sa.Tuple:
    """Values as the columns they are compared with take them."""
    return sa.tuple_(*(sa.literal(one, column.type) for one, column in zip(after, _ORDER, strict=True)))


def _names(connection: sa.Connection, ordinals: list[int]) -> dict[int, list[str]]:
    """Who speaks in each, every name once."""
    names: dict[int, list[str]] = {}
    for some in chunks(ordinals):
        statement = sa.select(speakers.c.ordinal, speakers.c.name).where(speakers.c.ordinal.in_(some))
        for row in connection.execute(statement.distinct().order_by(speakers.c.name)):
            names.setdefault(row.ordinal, []).append(row.name)
    return names
