"""What users say of a transcript: what its speakers are called, and what its title, date and addresses really are."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from index.store import history, reading, sums
from index.store.schema import STRIDE, speakers, transcripts, turns
from rag.errors import InputError, NotFoundError


@dataclass(frozen=True, slots=True)
class Given:
    """What users said of a transcript, which counts for its new version: names by label, and facts."""

    names: dict[str, str]
    facts: dict[str, Any]


NOTHING = Given({}, {})


def given(connection: sa.Connection, row: Any) -> Given:
    """What users said of the transcript of a row."""
    return Given(_renamed(connection, row.ordinal), _corrected(row))


def rename_speakers(connection: sa.Connection, transcript_id: str, names: Mapping[str, str]) -> int:
    """Give speakers other names, all at once, so that two can swap; returns how many turns are theirs."""
    ordinal = reading.row_of(connection, transcript_id).ordinal
    theirs = {old: _labels(connection, transcript_id, ordinal, old) for old in names}
    changed = sum(_rename(connection, ordinal, labels, names[old]) for old, labels in theirs.items())
    sums.seal(connection, ordinal, "named")
    return changed


def _labels(connection: sa.Connection, transcript_id: str, ordinal: int, name: str) -> tuple[str, ...]:
    theirs = sa.and_(speakers.c.ordinal == ordinal, speakers.c.name == name)
    labels = tuple(connection.execute(sa.select(speakers.c.label).where(theirs)).scalars())
    if not labels:
        known = connection.execute(sa.select(speakers.c.name).distinct().where(speakers.c.ordinal == ordinal)).scalars()
        raise NotFoundError(
            f"nobody named {name!r} speaks in {transcript_id}; who does: {', '.join(known) or 'unknown'}"
        )
    return labels


def _rename(connection: sa.Connection, ordinal: int, labels: tuple[str, ...], new: str) -> int:
    name = " ".join(new.split())
    if not name or len(name) > 300:
        raise InputError("a speaker's new name needs 1 to 300 characters")
    theirs = sa.and_(speakers.c.ordinal == ordinal, speakers.c.label.in_(labels))
    connection.execute(speakers.update().where(theirs).values(name=name, folded=reading.fold(name), reason=None))
    spoken = sa.and_(
        turns.c.turn_id >= ordinal * STRIDE, turns.c.turn_id < (ordinal + 1) * STRIDE, turns.c.label.in_(labels)
    )
    changed = connection.execute(turns.update().where(spoken).values(inferred=False))
    history.log(connection, ordinal, "renamed")
    return changed.rowcount


def correct(connection: sa.Connection, transcript_id: str, facts: Mapping[str, str | dt.date | None]) -> None:
    """Write down what a transcript's title, date or addresses really are, whatever its file says from now on."""
    row = reading.row_of(connection, transcript_id)
    if facts:
        corrected = json.dumps(sorted({*_corrected(row), *facts}))
        changed = transcripts.update().where(transcripts.c.ordinal == row.ordinal)
        connection.execute(changed.values(**facts, corrected=corrected))
        sums.seal(connection, row.ordinal, "named")


def _renamed(connection: sa.Connection, ordinal: int) -> dict[str, str]:
    """Names a user gave, by label: they outlive a new version of the file."""
    theirs = sa.and_(speakers.c.ordinal == ordinal, speakers.c.name != speakers.c.label)
    statement = sa.select(speakers.c.label, speakers.c.name).where(theirs)
    return {row.label: row.name for row in connection.execute(statement)}


def _corrected(row: Any) -> dict[str, Any]:
    """Facts a user corrected, with what they were corrected to: they outlive a new version of the file, too."""
    return {name: getattr(row, name) for name in json.loads(row.corrected or "[]")}
