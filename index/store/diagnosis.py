"""What of the truth is not as it was stored, and putting it right: what is incomplete goes whole, never half.

Everything here reads and writes a database that can be read; one that cannot is first copied, as far as it can be
(`index.store.recovery`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from index.store import answers as kept
from index.store import history, sums, writing
from index.store.schema import (
    STRIDE,
    answers,
    changes,
    contents,
    conversations,
    duplicates,
    feedback,
    found_files,
    job_files,
    jobs,
    marks,
    passages,
    quoted,
    sentences,
    speakers,
    transcripts,
    turns,
)
from index.store.schema import sums as digests

_PARTS: tuple[tuple[sa.Table, str], ...] = (
    (turns, "turn_id"),
    (marks, "turn_id"),
    (passages, "passage_id"),
    (sentences, "turn_id"),
    (speakers, "ordinal"),
    (digests, "ordinal"),
)


@dataclass(frozen=True, slots=True)
class Lost:
    """A transcript of which something is not as it was stored.

    Attributes:
        ordinal: Number of its version.
        transcript_id, title, collection, source: None where not even they can be read.
        why: What is wrong with it.
    """

    ordinal: int
    why: str
    transcript_id: str | None = None
    title: str | None = None
    collection: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong with the truth.

    Attributes:
        lost: Transcripts to be taken out, and to be ingested again.
        vectors: Those whose vectors are to be made again; what they say is right.
        unsealed: Ordinals of those that are complete but have no digest to be held against.
        strays: How many rows belong to nothing that is there, by table.
        answers: How many answers quote what is not there.
    """

    lost: tuple[Lost, ...] = ()
    vectors: tuple[Lost, ...] = ()
    unsealed: tuple[int, ...] = ()
    strays: dict[str, int] | None = None
    answers: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.vectors or self.unsealed or self.strays or self.answers)


def diagnose(connection: sa.Connection, *, copied: bool = False) -> Diagnosis:
    """Hold all that is stored against its digests and counts; changes nothing.

    Args:
        connection: Of the library.
        copied: Whether it was copied out of a damaged file, which may have brought back answers that were dropped.
    """
    lost: list[Lost] = []
    vectors: list[Lost] = []
    unsealed: list[int] = []
    sealed = set(connection.execute(sa.select(digests.c.ordinal)).scalars())
    rows = connection.execute(sa.select(transcripts).order_by(transcripts.c.ordinal)).all()
    for row in rows:
        parts = sums.broken(connection, row.ordinal) if row.ordinal in sealed else ("meant",)
        why = _incomplete(connection, row) or _changed(parts)
        one = Lost(row.ordinal, why or "", row.id, row.title, row.collection, row.source)
        if why is not None:
            lost.append(one)
        elif parts:
            vectors.append(one)
        if why is None and row.ordinal not in sealed:
            unsealed.append(row.ordinal)
    there = {row.ordinal for row in rows}
    nameless = sorted(_should(connection) - there)
    lost.extend(Lost(ordinal, "nothing that says what it was can be read") for ordinal in nameless)
    strays = {name: len(keys) for name, keys in _unclaimed(connection, there).items() if keys}
    for table, rule in _orphaned():
        if count := connection.execute(sa.select(sa.func.count()).select_from(table).where(rule)).scalar_one():
            strays[table.name] = count
    doubtful = len(_misquoting(connection, copied=copied))
    return Diagnosis(tuple(lost), tuple(vectors), tuple(unsealed), strays or None, doubtful)


def mend(connection: sa.Connection, found: Diagnosis, *, copied: bool = False) -> None:
    """Take out what is lost or belongs to nothing. Vectors are made again elsewhere, for that takes an encoder.

    Args:
        connection: Inside a write transaction, the one that `found` was seen in.
        found: What is wrong.
        copied: As `diagnose` had it.
    """
    for one in found.lost:
        if one.transcript_id is None:
            history.log(connection, one.ordinal, "removed")
        else:
            kept.forget(connection, [one.transcript_id])
            writing.remove(connection, (one.transcript_id,))
    for ordinal in found.unsealed:
        sums.seal(connection, ordinal)
        # What it says was counted; whether all of its vectors are there, and right, nothing tells: they are made again.
        connection.execute(digests.update().where(digests.c.ordinal == ordinal).values(meant=""))
    there = set(connection.execute(sa.select(transcripts.c.ordinal)).scalars())
    columns = {table.name: table.c[column] for table, column in _PARTS}
    for name, keys in _unclaimed(connection, there).items():
        for key in keys:
            connection.execute(columns[name].table.delete().where(columns[name] == key))
    for number in _misquoting(connection, copied=copied):
        connection.execute(answers.delete().where(answers.c.number == number))
    for table, rule in _orphaned():
        connection.execute(table.delete().where(rule))


def _incomplete(connection: sa.Connection, row: Any) -> str | None:
    """Why a transcript cannot be whole, seen without its digests; None when it looks whole."""
    inside = turns.c.turn_id.between(row.ordinal * STRIDE, (row.ordinal + 1) * STRIDE - 1)
    seen = sa.select(sa.func.count(), sa.func.min(turns.c.turn_id), sa.func.max(turns.c.turn_id)).where(inside)
    count, first, last = connection.execute(seen).one()
    if count != row.turns:
        return f"{count:,} of its {row.turns:,} turns can be read"
    if count and (first % STRIDE, last % STRIDE) != (1, count):
        return "its turns are not numbered as they were"
    labels = sa.select(turns.c.label).distinct().where(inside, turns.c.label.is_not(None))
    known = sa.select(speakers.c.label).where(speakers.c.ordinal == row.ordinal)
    if set(connection.execute(labels).scalars()) - set(connection.execute(known).scalars()):
        return "some of its speakers cannot be read"
    return None


def _changed(parts: Iterable[sums.Part]) -> str | None:
    if "said" in parts:
        return "what is stored of its turns is not what was stored"
    return "what is stored of its names and facts is not what was stored" if "named" in parts else None


def _should(connection: sa.Connection) -> set[int]:
    """The versions that came and did not go, as the history has it."""
    rows = connection.execute(sa.select(changes.c.ordinal, changes.c.kind)).all()
    return {row.ordinal for row in rows if row.kind == "added"} - {row.ordinal for row in rows if row.kind == "removed"}


def _unclaimed(connection: sa.Connection, there: set[int]) -> dict[str, list[int]]:
    """The keys of rows that are parts of transcripts that are not there, by table."""
    found = {}
    for table, column in _PARTS:
        scale = 1 if column == "ordinal" else STRIDE
        keys = connection.execute(sa.select(table.c[column]).distinct()).scalars()
        found[table.name] = [one for one in keys if one // scale not in there]
    return found


def _orphaned() -> list[tuple[sa.Table, sa.ColumnElement[bool]]]:
    """Tables, and which of their rows belong to something that is not there."""
    return [
        (duplicates, duplicates.c.transcript_id.not_in(sa.select(transcripts.c.id))),
        *((table, table.c.number.not_in(sa.select(answers.c.number))) for table in (quoted, conversations, feedback)),
        *((table, table.c.job_id.not_in(sa.select(jobs.c.id))) for table in (job_files, contents, found_files)),
    ]


def _misquoting(connection: sa.Connection, *, copied: bool) -> list[int]:
    """The answers that cannot be read, or would outlive a transcript they quote."""
    there = set(connection.execute(sa.select(transcripts.c.id)).scalars())
    known = {(row.number, row.transcript_id) for row in connection.execute(sa.select(quoted))}
    found = []
    for row in connection.execute(sa.select(answers.c.number, answers.c.document)):
        try:
            cited = {str(one["transcript_id"]) for one in json.loads(row.document).get("citations", ())}
        except (ValueError, KeyError, TypeError, AttributeError):
            found.append(row.number)
            continue
        if any((row.number, one) not in known for one in cited) or (copied and cited - there):
            found.append(row.number)
    return found
