"""Queries. Each takes an open connection, so that several can share one view of the library."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from index.store.records import Change, Counts, Outline, PassageRow, Point, Scope, TurnRow
from index.store.schema import STRIDE, changes, marks, passages, sentences, speakers, transcripts, turns
from rag.errors import NotFoundError
from rag.values import Filters, Source, Speaker, Transcript, Turn
from rag.words import surface_words

_MANY = 500  # ids in one statement; SQLite allows 32,766

# Those of every search, made once: making a statement takes as long as running it.
_NEWEST = sa.select(changes.c.generation, changes.c.stamp).order_by(changes.c.generation.desc()).limit(1)
_NAMED = sa.and_(speakers.c.ordinal == turns.c.turn_id // STRIDE, speakers.c.label == turns.c.label)
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_SPOKEN = turns.outerjoin(speakers, _NAMED)
_SAID = sa.select(turns.c.turn_id, speakers.c.name, turns.c.text).select_from(_SPOKEN).where(turns.c.turn_id.in_(_IDS))
_WHOLE = sa.select(turns, speakers.c.name, marks.c.marks).select_from(
    _SPOKEN.outerjoin(marks, marks.c.turn_id == turns.c.turn_id)
)
_TURNS = _WHOLE.where(turns.c.turn_id.in_(_IDS))
_CODES = sa.select(sentences).where(sentences.c.turn_id.in_(_IDS))
_COUNTS = (
    sa.select(
        transcripts.c.collection,
        sa.func.count().label("transcripts"),
        sa.func.sum(transcripts.c.turns).label("turns"),
    )
    .group_by(transcripts.c.collection)
    .order_by(transcripts.c.collection)
)
_TRANSCRIPTS = sa.select(transcripts).where(transcripts.c.ordinal.in_(_IDS))


def fold(name: str) -> str:
    """A speaker's name as filters compare it: case, accents and punctuation aside."""
    return " ".join(surface_words(name))


def chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    """`ids` in pieces small enough for one statement."""
    return (ids[at : at + _MANY] for at in range(0, len(ids), _MANY))


def dimension(connection: sa.Connection) -> int | None:
    """Length of the stored vectors, None when there is none: two bytes a number."""
    vector = connection.execute(sa.select(passages.c.vector).limit(1)).scalar()
    return None if vector is None else len(vector) // 2


def newest(connection: sa.Connection) -> Point:
    """Where the library's history stands."""
    row = connection.execute(_NEWEST).first()
    return Point() if row is None else Point(*row)


def knows(connection: sa.Connection, point: Point) -> bool:
    """Whether a point is one of this library's history."""
    if point == Point():
        return True
    stamp = connection.execute(sa.select(changes.c.stamp).where(changes.c.generation == point.generation)).scalar()
    return stamp == point.stamp


def transcript(connection: sa.Connection, transcript_id: str) -> tuple[Source, Transcript]:
    """One transcript, whole. Raises NotFoundError when it is not there."""
    row = row_of(connection, transcript_id)
    statement = _WHOLE.where(_of_ordinal(turns.c.turn_id, row.ordinal)).order_by(turns.c.turn_id)
    found = tuple(_turn(turn) for turn in connection.execute(statement))
    known = connection.execute(sa.select(speakers).where(speakers.c.ordinal == row.ordinal))
    people = tuple(Speaker(one.name, one.role, one.organisation, one.reason) for one in known)
    value = Transcript(row.title, found, row.date, row.format, people, row.source_url, row.media_url)
    return source_of(row), value


def row_of(connection: sa.Connection, transcript_id: str) -> Any:
    """The row of a transcript. Raises NotFoundError when it is not there."""
    row = connection.execute(sa.select(transcripts).where(transcripts.c.id == transcript_id)).first()
    if row is None:
        raise missing(transcript_id)
    return row


def missing(transcript_id: str) -> NotFoundError:
    """What is said of a transcript that is not there, or not there for who asks."""
    return NotFoundError(f"no transcript {transcript_id!r} in the library; `transcite list` shows what there is")


def turns_by_id(connection: sa.Connection, turn_ids: Sequence[int]) -> dict[int, tuple[Source, Turn]]:
    """The turns of these ids that are still there."""
    sources: dict[int, Source] = {}
    for some in chunks(sorted({turn_id // STRIDE for turn_id in turn_ids})):
        for row in connection.execute(_TRANSCRIPTS, {"ids": some}):
            sources[row.ordinal] = source_of(row)
    found: dict[int, tuple[Source, Turn]] = {}
    for some in chunks(sorted(set(turn_ids))):
        for row in connection.execute(_TURNS, {"ids": some}):
            if (source := sources.get(row.turn_id // STRIDE)) is not None:
                found[row.turn_id] = (source, _turn(row))
    return found


def said(connection: sa.Connection, turn_ids: Iterable[int]) -> dict[int, TurnRow]:
    """Who says what in the turns of these ids that are still there; a quarter of the work of reading them whole."""
    found: dict[int, TurnRow] = {}
    for some in chunks(sorted(set(turn_ids))):
        rows = connection.execute(_SAID, {"ids": some})
        found.update((turn_id, TurnRow(turn_id, speaker, text)) for turn_id, speaker, text in rows)
    return found


def codes(connection: sa.Connection, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
    """What the sentences of turns mean, packed, by transcript and turn; of those of which it is known."""
    known = sa.select(transcripts.c.ordinal, transcripts.c.id).where(transcripts.c.id.in_({one for one, _ in places}))
    of = {row.id: row.ordinal for row in connection.execute(known)}
    ids = {of[one] * STRIDE + turn: (one, turn) for one, turn in places if one in of}
    found: dict[tuple[str, int], bytes] = {}
    for some in chunks(sorted(ids)):
        found.update((ids[row.turn_id], row.codes) for row in connection.execute(_CODES, {"ids": some}))
    return found


def dates(connection: sa.Connection, turn_ids: Iterable[int]) -> dict[int, dt.date | None]:
    """The dates of the transcripts that these turns are of, by ordinal, as far as they are still there."""
    found: dict[int, dt.date | None] = {}
    for some in chunks(sorted({turn_id // STRIDE for turn_id in turn_ids})):
        statement = sa.select(transcripts.c.ordinal, transcripts.c.date).where(transcripts.c.ordinal.in_(some))
        found.update((row.ordinal, row.date) for row in connection.execute(statement))
    return found


def size(connection: sa.Connection, transcript_id: str) -> tuple[int, int] | None:
    """The number of a transcript's present version, and how many turns it has; None when it is not there."""
    statement = sa.select(transcripts.c.ordinal, transcripts.c.turns).where(transcripts.c.id == transcript_id)
    row = connection.execute(statement).first()
    return None if row is None else (row.ordinal, row.turns)


def outline(connection: sa.Connection, transcript_id: str) -> Outline | None:
    """A transcript in short, as it is now; None when it is not there."""
    known = transcripts.c.ordinal, transcripts.c.format
    row = connection.execute(sa.select(*known).where(transcripts.c.id == transcript_id)).first()
    if row is None:
        return None
    names = sa.select(sa.func.count(speakers.c.name.distinct())).where(speakers.c.ordinal == row.ordinal)
    timed = sa.select(turns.c.turn_id).where(_of_ordinal(turns.c.turn_id, row.ordinal), turns.c.start.is_not(None))
    times = connection.execute(timed.limit(1)).first() is not None
    return Outline(row.format, connection.execute(names).scalar_one(), times)


def turn_range(
    connection: sa.Connection, transcript_id: str, numbers: tuple[int, int], filters: Filters
) -> tuple[Turn, ...]:
    """Turns of one transcript by number, first and last included, those that `filters` let through."""
    known = size(connection, transcript_id)
    if known is None:
        return ()
    own = known[0]
    first, last = max(numbers[0], 1), min(numbers[1], STRIDE - 1)
    within = turns.c.turn_id.between(own * STRIDE + first, own * STRIDE + last)
    rows = connection.execute(_WHOLE.where(within).order_by(turns.c.turn_id)).all()
    # Whom a name means is settled among all that the filters let through, as in `scope`: "Allen" may be somebody
    # else's whole name elsewhere.
    ordinals = _ordinals(connection, filters)
    only = set(_turns_of(connection, filters.speakers, ordinals, within=own)) if filters.speakers else None
    never = set(_turns_of(connection, filters.not_speakers, ordinals, within=own)) if filters.not_speakers else set()
    return tuple(_turn(row) for row in rows if (only is None or row.turn_id in only) and row.turn_id not in never)


def scope(connection: sa.Connection, filters: Filters) -> Scope:
    """The turns `filters` let through."""
    ordinals = _ordinals(connection, filters)
    only = _turns_of(connection, filters.speakers, ordinals) if filters.speakers else None
    never = _turns_of(connection, filters.not_speakers, ordinals) if filters.not_speakers else ()
    return Scope(ordinals, only, never)


def counts(connection: sa.Connection, allowed: Scope) -> Counts:
    """How many turns `allowed` holds, of how many transcripts, and in which collections."""
    if allowed.everything:
        return _all_counts(connection)
    statement = sa.select(transcripts.c.ordinal, transcripts.c.collection, transcripts.c.turns)
    rows = connection.execute(statement).all()
    only = None if allowed.only is None else set(allowed.only) - set(allowed.never)
    inside = {one // STRIDE for one in only} if only is not None else allowed.ordinals
    if inside is not None:
        inside = set(inside)
        rows = [row for row in rows if row.ordinal in inside]
    if only is None:
        ruled_out = Counter(one // STRIDE for one in allowed.never)
        rows = [row for row in rows if row.turns > ruled_out[row.ordinal]]
        turn_count = sum(row.turns - ruled_out[row.ordinal] for row in rows)
    else:
        turn_count = len(only)
    return Counts(tuple(sorted({row.collection for row in rows})), len(rows), turn_count)


def _all_counts(connection: sa.Connection) -> Counts:
    rows = connection.execute(_COUNTS).all()
    return Counts(
        tuple(row.collection for row in rows), sum(row.transcripts for row in rows), sum(int(row.turns) for row in rows)
    )


def changes_since(connection: sa.Connection, since: int) -> list[Change]:
    """What happened after generation `since`, in order."""
    statement = sa.select(changes).where(changes.c.generation > since).order_by(changes.c.generation)
    found = connection.execute(statement)
    return [Change(Point(row.generation, row.stamp), row.ordinal, row.kind) for row in found]


def passage_rows(connection: sa.Connection, ordinals: Iterable[int]) -> list[PassageRow]:
    """The passages of these versions that are still there, in order of id."""
    rows: list[PassageRow] = []
    for ordinal in sorted(ordinals):
        statement = sa.select(passages).where(_of_ordinal(passages.c.passage_id, ordinal))
        found = connection.execute(statement.order_by(passages.c.passage_id))
        rows.extend(PassageRow(row.passage_id, row.anchor, row.vector) for row in found)
    return rows


def turn_rows(connection: sa.Connection, ordinals: Iterable[int]) -> list[TurnRow]:
    """The turns of these versions that are still there, in order of id."""
    rows: list[TurnRow] = []
    for ordinal in sorted(ordinals):
        statement = _WHOLE.where(_of_ordinal(turns.c.turn_id, ordinal)).order_by(turns.c.turn_id)
        rows.extend(TurnRow(row.turn_id, row.name, row.text) for row in connection.execute(statement))
    return rows


def _ordinals(connection: sa.Connection, filters: Filters) -> tuple[int, ...] | None:
    rules: list[sa.ColumnElement[bool]] = []
    if filters.collections:
        rules.append(transcripts.c.collection.in_(filters.collections))
    if filters.transcripts:
        rules.append(transcripts.c.id.in_(filters.transcripts))
    if filters.since is not None:
        rules.append(transcripts.c.date >= filters.since)
    if filters.until is not None:
        rules.append(transcripts.c.date <= filters.until)
    if not rules:
        return None
    statement = sa.select(transcripts.c.ordinal).where(*rules).order_by(transcripts.c.ordinal)
    return tuple(connection.execute(statement).scalars())


def _turns_of(
    connection: sa.Connection, names: Sequence[str], ordinals: tuple[int, ...] | None, *, within: int | None = None
) -> tuple[int, ...]:
    """Ids of the turns these people speak: by whole name, or, when nobody has it, by all words of a part of one.

    Who has it is asked among `ordinals`; the turns are of those transcripts, or only of `within`.
    """
    inside = None if ordinals is None else set(ordinals)
    wanted = {one for name in names for one in _meant(connection, fold(name), inside)}
    low = speakers.c.ordinal * STRIDE
    spoken = sa.and_(turns.c.turn_id >= low, turns.c.turn_id < low + STRIDE, turns.c.label == speakers.c.label)
    inside = inside if within is None else {within}
    there = [] if within is None else [speakers.c.ordinal == within]
    found: list[int] = []
    for one in sorted(wanted):
        statement = sa.select(turns.c.turn_id).select_from(speakers.join(turns, spoken))
        found.extend(connection.execute(statement.where(speakers.c.folded == one, *there)).scalars())
    return tuple(sorted(one for one in found if inside is None or one // STRIDE in inside))


def _meant(connection: sa.Connection, name: str, inside: set[int] | None) -> set[str]:
    """Whom a name means among these transcripts: whoever has it whole, or else all who have every word of it."""
    known = sa.select(speakers.c.ordinal, speakers.c.folded)

    def among(statement: sa.Select[Any]) -> set[str]:
        rows = connection.execute(statement).all()
        return {row.folded for row in rows if inside is None or row.ordinal in inside}

    part = set(name.split())
    whole = among(known.where(speakers.c.folded == name))
    return whole or {one for one in (among(known) if part else ()) if part <= set(one.split())}


def _of_ordinal(column: sa.Column[Any], ordinal: int) -> sa.ColumnElement[bool]:
    return sa.and_(column >= ordinal * STRIDE, column < (ordinal + 1) * STRIDE)


def _turn(row: Any) -> Turn:
    numbers = (row.marks or "").split()
    known = tuple((int(char), float(moment)) for char, moment in zip(numbers[::2], numbers[1::2], strict=True))
    return Turn(row.turn_id % STRIDE, row.text, row.name, row.inferred, row.start, row.end, row.kind, known)


def source_of(row: Any) -> Source:
    """What a row of the table of transcripts says of one."""
    return Source(row.id, row.title, row.collection, row.date, row.source, row.source_url, row.media_url)
