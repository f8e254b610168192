"""What is in files that wait to be taken in by any machine: kept in the database, in pieces, never whole in memory."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from index.store.records import Receipt
from index.store.schema import contents, job_files

_PIECE = 1_000_000  # bytes


def keep(connection: sa.Connection, receipt: Receipt, path: Path) -> None:
    """Keep what is in a file, in place of whatever was kept for it."""
    drop(connection, receipt)
    with path.open("rb") as file:
        piece = 0
        while (data := file.read(_PIECE)) or piece == 0:
            row = {"job_id": receipt.job_id, "at": receipt.at, "piece": piece, "data": data}
            connection.execute(contents.insert().values(row))
            piece += 1


def write(connection: sa.Connection, receipt: Receipt, path: Path) -> None:
    """Write what was kept to a file."""
    statement = sa.select(contents.c.data).where(_of(receipt)).order_by(contents.c.piece)
    with path.open("wb") as file:
        for data in connection.execute(statement.execution_options(yield_per=1)).scalars():
            file.write(data)


def sizes(connection: sa.Connection, job_id: str) -> dict[int, int]:
    """How many bytes are kept of each file of a job, by its place."""
    size = sa.func.sum(sa.func.length(contents.c.data))
    statement = sa.select(contents.c.at, size).where(contents.c.job_id == job_id).group_by(contents.c.at)
    return {int(at): int(found) for at, found in connection.execute(statement)}


def drop(connection: sa.Connection, receipt: Receipt) -> None:
    """Forget what was kept for a file."""
    connection.execute(contents.delete().where(_of(receipt)))


def sweep(connection: sa.Connection, job_id: str) -> None:
    """Forget what was kept for files of a job that were dealt with, or are none of it any more."""
    waiting = sa.select(job_files.c.at).where(job_files.c.job_id == job_id, job_files.c.outcome.is_(None))
    connection.execute(contents.delete().where(contents.c.job_id == job_id, contents.c.at.not_in(waiting)))


def _of(receipt: Receipt) -> sa.ColumnElement[bool]:
    return sa.and_(contents.c.job_id == receipt.job_id, contents.c.at == receipt.at)
