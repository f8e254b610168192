"""A new database out of a damaged one (SQLite only): every row that can still be read, none that was deleted.

The damaged file is kept beside the new one. What comes over is held against its digests afterwards
(`index.store.diagnosis`), so that this may take whatever looks like a row of ours.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import mmap
import os
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from index.store import diagnosis, history, pages, sums, wal
from index.store.database import Database
from index.store.diagnosis import Diagnosis
from index.store.embedded import MENDED
from index.store.pages import Found, Row
from index.store.records import today
from index.store.schema import SCHEMA_VERSION, changes, keys, meta, metadata, passages, transcripts
from index.store.schema import sums as digests
from rag.errors import LibraryDamagedError, LibraryError, LibraryLockedError

_LOCKED_AT, _LOCKED_BYTES = 0x40000000, 512  # where SQLite puts its locks: every connection holds one of these bytes
# Tables whose rows are of the same types are told apart by their first text.
_TOLD_BY = {
    "marks": re.compile(r"\d+ [\d.e+-]+( \d+ [\d.e+-]+)*"),
    "quoted": re.compile(r"[a-z0-9-]+-[0-9a-f]{10}"),
    "sums": re.compile(r"[0-9a-f]{64}"),
    "feedback": re.compile(r"up|down"),
}
_SEQUENCES = "sqlite_sequence"
_NO_ENCODER = "(which one cannot be read any more)"


def recover(path: Path) -> tuple[Path, Diagnosis]:
    """Put a new database in the place of a damaged one.

    Args:
        path: The damaged one.

    Returns:
        Where the damaged one is kept, and what could not be brought over.

    Raises:
        LibraryLockedError: Another process has it open.
        LibraryDamagedError: Nothing of a library can be read in it; it is left as it is.
    """
    kept = _unused(path.with_name(f"{path.name}.damaged-{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S}"))
    mended = path.with_name(path.name + MENDED)
    part = path.with_name(f"{path.name}.part")
    with _alone(path) as file:
        _forget(part)
        found = pages.read(file, wal.log(path))
        try:
            missing = _written(part, found)
        except LibraryError:
            _forget(part)  # it may be what fills the disk
            raise
        for ending in ("", "-wal"):
            if _beside(path, ending).exists():
                _keep(_beside(path, ending), _beside(kept, ending))
        part.replace(mended)  # whole from here on: a repair that is interrupted now goes on with it
        settle(path)
    return kept, missing


def settle(path: Path) -> bool:
    """Put a new database that is complete in its place, if one waits there; returns whether one did."""
    mended = path.with_name(path.name + MENDED)
    if not mended.exists():
        return False
    # A log is applied to whatever file lies beside it: it has to go first.
    for ending in ("-wal", "-shm"):
        _beside(path, ending).unlink(missing_ok=True)
    mended.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return True


@contextmanager
def _alone(path: Path) -> Iterator[bytes]:
    """The file's bytes, while nobody else can have it open; SQLite's own locks, so that it minds them, too."""
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCKED_BYTES, _LOCKED_AT)
        except OSError as error:
            raise LibraryLockedError(
                f"{path} is in use by another process; stop every server and command on this library, then repair it"
            ) from error
        if path.stat().st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as image:
            yield image  # type: ignore[misc]  # it is sliced, as bytes are


def _written(path: Path, found: Found) -> Diagnosis:
    """A new database of what was found, with what is wrong in it put right."""
    tables = _ours(found)
    if not tables[transcripts.name] and not tables[meta.name]:
        raise LibraryDamagedError(
            f"nothing of a library can be read in {path.with_suffix('')}; restore a back-up, or move the file away and"
            " ingest everything again"
        )
    database = Database(path)
    try:
        with database.writing() as connection:
            for table in metadata.sorted_tables:
                _insert(connection, table, tables[table.name])
            _remembered(connection, found)
            _closed(connection, found)
            missing = diagnosis.diagnose(connection, copied=True)
            diagnosis.mend(connection, missing, copied=True)
            _rewrite_history(connection, tables[_SEQUENCES])
        database.fold()  # its log stays behind
    finally:
        database.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return missing


def _ours(found: Found) -> dict[str, list[Row]]:
    """Rows by table of ours, row ids put where the table keeps them; strays where it is certain whose they are."""
    tables: dict[str, list[Row]] = {name: [] for name in (*metadata.tables, _SEQUENCES)}
    sequences = [row[1:] for row in found.tables.get(_SEQUENCES, ()) if len(row) == 3]
    for name in tables.keys() & found.tables.keys() - {_SEQUENCES}:
        table = metadata.tables[name]
        tables[name] = [_own(table, row) for row in found.tables[name] if _fits(table, row)]
    for rows in found.stray:
        if all(_is_sequence(row, tables) for row in rows):  # of the types of another table's
            sequences.extend((row[1], row[2]) for row in rows)
            continue
        homes = [one for one in metadata.sorted_tables if all(_fits(one, row) for row in rows)]
        if len(homes) > 1:
            homes = [one for one in homes if _looks_like(one.name, rows)]
        if len(homes) == 1:
            tables[homes[0].name].extend(_own(homes[0], row) for row in rows)
    tables[_SEQUENCES] = [row for row in sequences if row[0] in tables and isinstance(row[1], int)]
    tables[transcripts.name] = _undeleted(tables, found)
    return tables


def _is_sequence(row: Row, tables: Collection[str]) -> bool:
    """Whether it says which number a table of ours gave out last."""
    return len(row) == 3 and row[1] in tables and isinstance(row[2], int)


def _undeleted(tables: dict[str, list[Row]], found: Found) -> list[Row]:
    """The transcripts that were not deleted: those that a tree leads to, and others where the history is complete."""
    rows = tables[transcripts.name]
    log = sorted(row for row in tables[changes.name] if isinstance(row[0], int))
    gone = {row[1] for row in log if row[2] == "removed"}
    newest = max([int(row[1] or 0) for row in tables[_SEQUENCES] if row[0] == changes.name], default=-1)
    numbers = [row[0] for row in log]
    complete = numbers == list(range(1, newest + 1))
    led_to = {row[0] for row in found.tables.get(transcripts.name, ())}
    return [row for row in rows if row[0] not in gone and (complete or row[0] in led_to)]


def _fits(table: sa.Table, row: Row) -> bool:
    """Whether a row may be one of a table; columns that were added later may be missing at its end."""
    columns = list(table.columns)
    values = row[1:]
    if len(values) > len(columns) or len(values) < len(columns) - 1:
        return False
    return all(
        _may_hold(column, value) or (at == 0 and value is None and _is_row_id(table))
        for at, (column, value) in enumerate(zip(columns, values, strict=False))
    ) and all(column.nullable for column in columns[len(values) :])


def _may_hold(column: sa.Column[object], value: object) -> bool:
    if value is None:
        return bool(column.nullable)
    if isinstance(column.type, sa.LargeBinary):
        return isinstance(value, bytes)
    if isinstance(column.type, sa.Float):
        return isinstance(value, int | float)
    return isinstance(value, int if isinstance(column.type, sa.Integer | sa.Boolean) else str)


def _is_row_id(table: sa.Table) -> bool:
    return table.autoincrement_column is not None and bool(table.dialect_options["sqlite"]["autoincrement"])


def _own(table: sa.Table, row: Row) -> Row:
    """The row's values, padded to the table's columns."""
    values = (row[0], *row[2:]) if _is_row_id(table) else row[1:]
    return values + (None,) * (len(table.columns) - len(values))


def _looks_like(name: str, rows: list[Row]) -> bool:
    """Tells tables apart whose rows are of the same types: only where one is meant beyond doubt."""
    texts = [next((value for value in row[1:] if isinstance(value, str)), "") for row in rows]
    if name in _TOLD_BY:
        return all(_TOLD_BY[name].fullmatch(one) for one in texts)
    return not any(rule.fullmatch(one) for rule in _TOLD_BY.values() for one in texts)


def _insert(connection: sa.Connection, table: sa.Table, rows: list[Row]) -> None:
    places = ", ".join("?" * len(table.columns))
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    how = "REPLACE" if table is meta else "IGNORE"  # a new database has a row of its own in that one
    statement = f"INSERT OR {how} INTO {table.name} ({names}) VALUES ({places})"  # noqa: S608 - names of our tables
    if rows:
        connection.exec_driver_sql(statement, rows)


def _remembered(connection: sa.Connection, found: Found) -> None:
    """Let vectors of an encoder whose name was lost be mixed with no other's."""
    known = set(connection.execute(sa.select(meta.c.key)).scalars())
    vectors = connection.execute(sa.select(passages.c.passage_id).limit(1)).first()
    if vectors is not None and not {"encoder", "passages"} <= known:
        connection.execute(meta.delete().where(meta.c.key == "encoder"))
        connection.execute(meta.insert().values(key="encoder", value=_NO_ENCODER))
    # What was copied is the number of the tables there were.
    connection.execute(meta.update().where(meta.c.key == "schema").values(value=SCHEMA_VERSION))
    # Of a version that had no digests: there is nothing to hold it against.
    if found.whole and digests.name not in found.tables and passages.name not in found.unread:
        for ordinal in connection.execute(sa.select(transcripts.c.ordinal)).scalars().all():
            sums.seal(connection, ordinal)


def _closed(connection: sa.Connection, found: Found) -> None:
    """Keep a library closed whose keys cannot all be read, and none of them is left: it may have had one."""
    doubtful = not found.whole or keys.name in found.unread or keys.name not in found.tables
    if doubtful and connection.execute(sa.select(keys.c.id).limit(1)).first() is None:
        row = {"id": "key_lost", "kind": "key", "name": "lost in a repair", "scope": "ask", "origins": "[]"}
        connection.execute(keys.insert().values(**row, created_at=today(), revoked_at=today()))


def _rewrite_history(connection: sa.Connection, sequences: list[Row]) -> None:
    """Begin the history anew, after the old one: whatever was made from it is made again, no number is used twice."""
    for name, number in sequences:
        connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ? AND seq < ?", (name, number))
        connection.exec_driver_sql(
            "INSERT INTO sqlite_sequence (name, seq) SELECT ?, ? WHERE NOT EXISTS"
            " (SELECT 1 FROM sqlite_sequence WHERE name = ?)",
            (name, number, name),
        )
    used = connection.execute(sa.select(sa.func.max(changes.c.ordinal))).scalar() or 0
    connection.exec_driver_sql("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'transcripts'", (used,))
    connection.execute(changes.delete())
    for ordinal in connection.execute(sa.select(transcripts.c.ordinal).order_by(transcripts.c.ordinal)).scalars().all():
        history.log(connection, ordinal, "added")


def _unused(path: Path) -> Path:
    """A name that no file has yet: two repairs may be of the same second, as the clock tells it."""
    names = (path, *(path.with_name(f"{path.name}-{n}") for n in range(2, 1000)))
    return next(one for one in names if not one.exists())


def _keep(path: Path, name: Path) -> None:
    """Give a file another name besides; where the disk has no such thing, a copy."""
    try:
        os.link(path, name)
    except OSError:
        shutil.copy2(path, name)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _forget(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        _beside(path, ending).unlink(missing_ok=True)
