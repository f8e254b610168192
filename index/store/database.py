"""Connections and transactions, and what to say when the database refuses."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from index.store import sums
from index.store.schema import SCHEMA_VERSION, meta, metadata, transcripts
from rag.errors import LibraryDamagedError, LibraryError, LibraryFullError, LibraryLockedError, LibraryMismatchError

LOCK_TIMEOUT_S = 10.0
_SCARCE_BYTES = 1_000_000
MENDED = ".mended"  # ending of a database that a repair has made and not yet put in its place
_SHARE_TRIES, _SHARE_TRIES_S = 50, 0.01
# The versions of tables that are brought to the present one when opened, and how they get the columns they lack; tables
# they lack are made.
_BEFORE = {
    "2": ("ALTER TABLE answers ADD COLUMN asker VARCHAR(32)", "ALTER TABLE transcripts ADD COLUMN corrected TEXT"),
    "3": (),
    "4": (),
}


class Database:
    """A SQLite file in WAL mode: one writer at a time, readers never wait.

    Args:
        path: The file; made with its tables when it is not there.
        lock_timeout_s: How long to wait for another process's transaction.

    Raises:
        LibraryError: The file cannot be opened, is not ours, or is of another version.
    """

    def __init__(self, path: Path, *, lock_timeout_s: float = LOCK_TIMEOUT_S) -> None:
        _refuse_unfinished(path)
        self.path = path
        self._lock_timeout_s = lock_timeout_s
        with _explained(path, lock_timeout_s):
            # For its owner only: what is signed with lies in it, and what was asked.
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        address = sa.URL.create("sqlite", database=str(path))  # in text, a "?" in the path would begin options
        # What is written stays out of what errors say: questions and quotes would come into logs.
        self._engine = sa.create_engine(address, connect_args={"timeout": lock_timeout_s}, hide_parameters=True)
        sa.event.listen(self._engine, "connect", _configure)
        sa.event.listen(self._engine, "begin", _begin)
        self._prepare()

    def close(self) -> None:
        """Let the file go."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view, however long it is held."""
        with _explained(self.path, self._lock_timeout_s), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """All or nothing: committed at the end, rolled back on any error."""
        with _explained(self.path, self._lock_timeout_s), self._engine.connect() as plain:
            connection = plain.execution_options(transcite_write=True)
            with connection.begin():
                yield connection

    def sync(self) -> None:
        """Have what was committed outlive a power cut; by itself, it outlives only the process."""
        with _explained(self.path, self._lock_timeout_s), Path(f"{self.path}-wal").open("rb") as log:
            os.fsync(log.fileno())

    def compact(self) -> None:
        """Write the file anew, without free pages; whoever reads goes on with the old ones meanwhile."""
        self._outside("VACUUM")
        self.fold()

    def fold(self) -> None:
        """Bring what the write-ahead log holds into the file, and empty the log, unless somebody is reading in it."""
        self._outside("PRAGMA wal_checkpoint(TRUNCATE)")

    def _outside(self, statement: str) -> None:
        """Execute something that may not be inside of a transaction."""
        with _explained(self.path, self._lock_timeout_s), self._engine.connect() as connection:
            plain: Any = connection.connection.driver_connection
            try:
                plain.execute(statement).fetchall()
            except sqlite3.Error as error:
                raise _translated(str(error), self.path, self._lock_timeout_s) from error

    def integrity(self) -> str | None:
        """What SQLite says that is wrong with its own pages and trees, in one line; None when nothing is."""
        try:
            with self.reading() as connection:
                said = connection.exec_driver_sql("PRAGMA integrity_check(3)").scalars().all()
        except LibraryDamagedError as error:
            return str(error).split("; ")[0]
        return None if said == ["ok"] else f"{self.path}: {' '.join(' '.join(said).split())}"

    def meta(self) -> dict[str, str]:
        """What the library was made with."""
        with self.reading() as connection:
            return {row.key: row.value for row in connection.execute(sa.select(meta))}

    def _prepare(self) -> None:
        with self.reading() as connection:
            tables = sa.inspect(connection).get_table_names()
        if tables and "meta" not in tables:
            raise LibraryError(f"{self.path} is another program's database; move it away or set TRANSCITE_HOME")
        if not tables:
            with self.writing() as connection:
                metadata.create_all(connection)
                if connection.execute(sa.select(meta)).first() is None:  # another process may have been first
                    connection.execute(meta.insert().values(key="schema", value=SCHEMA_VERSION))
        if self.meta().get("schema") in _BEFORE:
            self._upgrade()
        found = self.meta().get("schema")
        if found != SCHEMA_VERSION:
            raise LibraryMismatchError(
                f"{self.path} has tables of version {found}, this Transcite reads version {SCHEMA_VERSION};"
                " use the Transcite that made it, or another TRANSCITE_HOME"
            )

    def _upgrade(self) -> None:
        """Bring the tables of a version before to this one; what is in them stays."""
        with self.writing() as connection:
            known = connection.execute(sa.select(meta.c.value).where(meta.c.key == "schema")).scalar()
            if known not in _BEFORE:  # another process was first
                return
            metadata.create_all(connection)
            for statement in _BEFORE[known]:
                connection.execute(sa.text(statement))
            # What is there now is taken as it is: there is nothing to hold it against.
            for ordinal in connection.execute(sa.select(transcripts.c.ordinal)).scalars().all():
                sums.seal(connection, ordinal)
            connection.execute(meta.update().where(meta.c.key == "schema").values(value=SCHEMA_VERSION))


def _refuse_unfinished(path: Path) -> None:
    """Let nobody begin a new library where one is to be repaired."""
    if path.with_name(path.name + MENDED).exists():
        raise LibraryDamagedError(f"a repair of {path} was interrupted; run `transcite doctor --repair` again")
    if not path.exists() and path.with_name(f"{path.name}-wal").exists():  # of which SQLite would make nothing
        raise gone(path)
    if path.with_name(f"{path.name}-wal").exists():
        from index.store import wal  # noqa: PLC0415 - numpy, for the few that find a log

        if broken := wal.broken_log(path):  # before SQLite opens it, which would drop them and what comes after
            raise LibraryDamagedError(
                f"{path}-wal: {broken:,} pages that were written cannot be read; stop what uses it and run"
                " `transcite doctor --repair`"
            )


def left_behind(path: Path) -> str | None:
    """What lies beside a database only as long as there is one; None where nothing does."""
    beside = (path.with_name(f"{path.name}-wal"), path.with_name("vectors"), path.with_name("words"))
    return next((one.name for one in beside if one.exists()), None)


def gone(path: Path) -> LibraryDamagedError:
    """What is said of a database that is not there any more."""
    return LibraryDamagedError(
        f"{path} is gone, while {left_behind(path)} is still there; restore a back-up, or run"
        " `transcite doctor --repair`"
    )


def _configure(connection: Any, _record: object) -> None:
    # Transactions are begun by _begin, not by the driver, which would begin them late and deferred.
    connection.isolation_level = None
    _share(connection)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA cache_size=-8192")


def _share(connection: Any) -> None:
    """Switch to WAL mode; when others are about to do so with a new file, SQLite refuses at once rather than wait."""
    for _ in range(_SHARE_TRIES):
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode=WAL")
            return
        time.sleep(_SHARE_TRIES_S)
    connection.execute("PRAGMA journal_mode=WAL")


def _begin(connection: sa.Connection) -> None:
    # A writer takes the lock at once: upgrading a read lock later fails under contention instead of waiting.
    write = connection.get_execution_options().get("transcite_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def _explained(path: Path, waited_s: float) -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _translated(str(error.orig), path, waited_s) from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise _translated("disk is full", path, waited_s) from error
        raise LibraryError(f"{path.parent}: {error.strerror}; choose another TRANSCITE_HOME") from error


def _scarce(folder: Path) -> bool:
    """Whether hardly any room is left on the disk of a folder."""
    try:
        return shutil.disk_usage(folder).free < _SCARCE_BYTES
    except OSError:
        return False


def _translated(reason: str, path: Path, waited_s: float) -> LibraryError:
    if "locked" in reason or "busy" in reason:
        return LibraryLockedError(
            f"{path} is locked by another process (waited {waited_s:g} s); try again when it has finished"
        )
    # Where there is no room for the index of the log, SQLite says "disk I/O error".
    if "full" in reason or ("I/O" in reason and _scarce(path.parent)):
        return LibraryFullError(
            f"no room left for {path}; free some space and run it again (what was finished is kept)"
        )
    if "not a database" in reason or "malformed" in reason:
        return LibraryDamagedError(
            f"{path} is damaged or not a library ({reason}); stop what uses it and run `transcite doctor --repair`,"
            " restore a back-up, or move it away"
        )
    if "readonly" in reason or "unable to open" in reason:
        return LibraryError(f"{path} cannot be written ({reason}); check its permissions or set TRANSCITE_HOME")
    return LibraryError(f"{path}: {reason}; check the disk and its free space, then run it again")
