"""What each transcript was when it was stored, in digests: a disk may change what it holds, unseen by SQLite.

Three for a transcript, for they change apart: what was said, which never does; what it and its speakers are called,
which users correct; and its vectors, which can be made again from what was said.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable
from typing import Any, Literal

import sqlalchemy as sa

from index.store.schema import STRIDE, marks, passages, sentences, speakers, sums, transcripts, turns
from rag.errors import LibraryDamagedError

Part = Literal["said", "named", "meant"]
PARTS: tuple[Part, ...] = ("said", "named", "meant")


class Vouched:
    """Which versions this process has held against their digests: each once, when it is first shown to somebody."""

    def __init__(self) -> None:
        self._sound: set[int] = set()

    def unseen(self, ordinals: Collection[int]) -> set[int]:
        """Those of these versions that were not held against their digests yet."""
        return set(ordinals) - self._sound

    def check(self, connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
        """See that what was said in transcripts, and what they and their speakers are called, is what was stored.

        Raises:
            LibraryDamagedError: It is not; a wrong name or a quote that nobody said is worse than no answer.
        """
        known = sa.select(transcripts.c.ordinal, transcripts.c.id).where(which)
        for row in connection.execute(known).all():
            if row.ordinal in self._sound:
                continue
            if broken(connection, row.ordinal, "said", "named"):
                raise LibraryDamagedError(
                    f"the transcript {row.id!r} is not what was stored: the disk changed it; stop what uses the"
                    " library, run `transcite doctor --repair` and ingest the file again"
                )
            self._sound.add(row.ordinal)


def seal(connection: sa.Connection, ordinal: int, *parts: Part) -> None:
    """Write down digests of a transcript as it is stored now: of all its parts where none is named.

    Args:
        connection: Inside the transaction that stored it.
        ordinal: Of which version.
        parts: Those that changed.
    """
    fresh = {part: _DIGESTS[part](connection, ordinal) for part in parts or PARTS}
    if connection.execute(sums.update().where(sums.c.ordinal == ordinal).values(fresh)).rowcount == 0:
        known = {part: _DIGESTS[part](connection, ordinal) for part in PARTS if part not in fresh}
        connection.execute(sums.insert().values(ordinal=ordinal, **fresh, **known))


def broken(connection: sa.Connection, ordinal: int, *parts: Part) -> tuple[Part, ...]:
    """The parts of a transcript that are not what they were when it was stored; all of them where that is not known."""
    row = connection.execute(sa.select(sums).where(sums.c.ordinal == ordinal)).first()
    asked = parts or PARTS
    return tuple(one for one in asked if row is None or getattr(row, one) != _DIGESTS[one](connection, ordinal))


def forget(connection: sa.Connection, ordinal: int) -> None:
    """Drop the digests of a version that is deleted."""
    connection.execute(sums.delete().where(sums.c.ordinal == ordinal))


def _said(connection: sa.Connection, ordinal: int) -> str:
    columns = turns.c.turn_id, turns.c.label, turns.c.kind, turns.c.start, turns.c.end, turns.c.text, marks.c.marks
    timed = turns.outerjoin(marks, marks.c.turn_id == turns.c.turn_id)
    statement = sa.select(*columns).select_from(timed).where(_of(turns.c.turn_id, ordinal)).order_by(turns.c.turn_id)
    return _digest((row[0] % STRIDE, *row[1:]) for row in connection.execute(statement))


def _named(connection: sa.Connection, ordinal: int) -> str:
    facts = connection.execute(sa.select(transcripts).where(transcripts.c.ordinal == ordinal)).all()
    inferred = sa.select(turns.c.turn_id).where(_of(turns.c.turn_id, ordinal), turns.c.inferred)
    worked_out = [one % STRIDE for one in connection.execute(inferred.order_by(turns.c.turn_id)).scalars()]
    people = sa.select(speakers).where(speakers.c.ordinal == ordinal)
    named = sorted(tuple(row[1:]) for row in connection.execute(people))
    return _digest([*(tuple(row[1:]) for row in facts), tuple(worked_out), *named])


def _meant(connection: sa.Connection, ordinal: int) -> str:
    statement = sa.select(passages).where(_of(passages.c.passage_id, ordinal)).order_by(passages.c.passage_id)
    digest = hashlib.sha256()
    for row in connection.execute(statement):
        digest.update(b"%d %d %d " % (row.passage_id % STRIDE, row.anchor % STRIDE, len(row.vector)))
        digest.update(row.vector)
    told = sa.select(sentences).where(_of(sentences.c.turn_id, ordinal)).order_by(sentences.c.turn_id)
    for row in connection.execute(told):  # none in a library from before there were any: its digests stay as they are
        digest.update(b"s%d %d " % (row.turn_id % STRIDE, len(row.codes)))
        digest.update(row.codes)
    return digest.hexdigest()


_DIGESTS: dict[Part, Callable[[sa.Connection, int], str]] = {"said": _said, "named": _named, "meant": _meant}


def _of(column: sa.Column[Any], ordinal: int) -> sa.ColumnElement[bool]:
    return sa.and_(column >= ordinal * STRIDE, column < (ordinal + 1) * STRIDE)


def _digest(rows: Iterable[tuple[Any, ...]]) -> str:
    """sha256 of rows, one a line; the same on every machine and database."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(row, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))
        digest.update(b"\n")
    return digest.hexdigest()
