"""A library from one database into another: all of it or nothing, compared before it counts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from index.store import reading
from index.store.database import Database
from index.store.schema import contents, jobs, meta, metadata
from rag.errors import LibraryError

_AT_ONCE = 500  # rows in memory
_HEAVY = 4  # of those that hold a piece of a file each
_OWN = ("schema", "queue")  # settings of a database rather than of the library in it
_HASHES = 1 << 256
_SEQUENCE = sa.text("SELECT pg_get_serial_sequence(:table, :column)")


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved.

    Attributes:
        rows: By table.
        generation: Where the library's history stands, the same in both.
    """

    rows: dict[str, int]
    generation: int


@dataclass(frozen=True, slots=True)
class _Sum:
    """How many rows there are, and the sum of their hashes: the same in whatever order they come."""

    rows: int = 0
    hashes: int = 0

    def plus(self, rows: list[dict[str, Any]]) -> _Sum:
        each = (hashlib.sha256(repr(sorted(row.items())).encode("utf-8", "surrogatepass")).digest() for row in rows)
        return _Sum(self.rows + len(rows), (self.hashes + sum(map(int.from_bytes, each))) % _HASHES)


def move(source: Database, target: Database, *, on_progress: Callable[[int, int], None] = lambda *_: None) -> Moved:
    """Copy a library; while it lasts, nobody writes to either database.

    Args:
        source: Where it is; it stays as it is.
        target: Where to; nothing but the tables is there.
        on_progress: Called with how many rows of how many are dealt with; each is copied and then read again.

    Raises:
        LibraryError: There is something in the target already, uploads of the source wait to be taken in, or what
            arrived is not what was sent; then the target is as it was.
    """
    with source.writing() as out, target.writing() as into:
        for connection in (out, into):
            _be_patient(connection)
        # 1. Nothing is mixed, and nothing is left behind.
        _need_empty(into, target.name)
        _need_done(out, source.name)
        # 2. Every row, and the numbers that were given out.
        tables = metadata.sorted_tables
        expected = {table.name: _count(out, table) for table in tables}
        meter = _Meter(2 * sum(expected.values()), on_progress)
        sent = {table.name: _copy(out, into, table, meter) for table in tables}
        for column in _numbered():
            _go_on_from(into, column, _last_number(out, column))
        # 3. Read again, it is what was sent.
        for table in tables:
            if _sum(into, table, meter) != sent[table.name]:
                raise LibraryError(f"{target.name}: what arrived in {table.name} is not what was sent; run it again")
    return Moved({name: one.rows for name, one in sent.items()}, _generation(target))


class _Meter:
    """Adds up what is done."""

    def __init__(self, all_: int, tell: Callable[[int, int], None]) -> None:
        self._done, self._all, self._tell = 0, all_, tell

    def forward(self, rows: int) -> None:
        self._done += rows
        self._tell(self._done, self._all)


def _copy(out: sa.Connection, into: sa.Connection, table: sa.Table, meter: _Meter) -> _Sum:
    found = _Sum()
    for rows in _rows(out, table):
        into.execute(table.insert(), rows)
        found = found.plus(rows)
        meter.forward(len(rows))
    return found


def _sum(connection: sa.Connection, table: sa.Table, meter: _Meter) -> _Sum:
    found = _Sum()
    for rows in _rows(connection, table):
        found = found.plus(rows)
        meter.forward(len(rows))
    return found


def _rows(connection: sa.Connection, table: sa.Table) -> Any:
    """The rows of a table, a few at a time, never all in memory."""
    some = _HEAVY if table is contents else _AT_ONCE
    statement = sa.select(table).order_by(*table.primary_key.columns).execution_options(yield_per=some)
    if table is meta:
        statement = statement.where(meta.c.key.not_in(_OWN))
    for part in connection.execute(statement).mappings().partitions():
        yield [dict(row) for row in part]


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def _need_empty(connection: sa.Connection, name: str) -> None:
    for table in metadata.sorted_tables:
        statement = sa.select(sa.literal(1)).select_from(table).limit(1)
        if table is meta:
            statement = statement.where(meta.c.key.not_in(_OWN))
        if connection.execute(statement).first() is not None:
            raise LibraryError(
                f"{name} holds a library already, and two are never mixed; name an empty one, or remove that one first"
            )


def _need_done(connection: sa.Connection, name: str) -> None:
    waiting = sa.select(jobs.c.id).where(jobs.c.state != "done").order_by(jobs.c.number)
    found = connection.execute(waiting).scalars().all()
    if found:
        raise LibraryError(
            f"{len(found):,} uploads to {name} are not taken in yet ({found[0]} first); let a server finish them, or"
            " cancel them (DELETE /v1/jobs/ID), then run it again"
        )


def _be_patient(connection: sa.Connection) -> None:
    """Let one database wait while the other is at work, however long."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT set_config('idle_in_transaction_session_timeout', '0', true)"))


def _numbered() -> list[sa.Column[Any]]:
    """The columns whose numbers are given out once and never again."""
    return [column for table in metadata.sorted_tables for column in table.columns if column.autoincrement is True]


def _last_number(connection: sa.Connection, column: sa.Column[Any]) -> int:
    """The last number that was given out; what it was given to may be gone."""
    if connection.dialect.name == "sqlite":
        statement = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return int(connection.execute(statement, {"name": column.table.name}).scalar() or 0)
    sequence = connection.execute(_SEQUENCE, {"table": column.table.name, "column": column.name}).scalar_one()
    found = connection.exec_driver_sql(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608
    return int(found.scalar_one())


def _go_on_from(connection: sa.Connection, column: sa.Column[Any], number: int) -> None:
    """Have the next number be greater."""
    if number == 0:
        return
    if connection.dialect.name == "sqlite":
        values = {"name": column.table.name, "seq": number}
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
        connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"), values)
        return
    values = {"table": column.table.name, "column": column.name, "number": number}
    connection.execute(sa.text("SELECT setval(pg_get_serial_sequence(:table, :column), :number)"), values)


def _generation(database: Database) -> int:
    with database.reading() as connection:
        return reading.newest(connection).generation
