"""The library in a SQLite file of this machine: one writer at a time, readers never wait, nothing to run besides."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rag.errors import LibraryDamagedError, LibraryError, LibraryFullError, LibraryLockedError

MENDED = ".mended"  # ending of a database that a repair has made and not yet put in its place
_SCARCE_BYTES = 1_000_000
_SHARE_TRIES, _SHARE_TRIES_S = 50, 0.01


class Embedded:
    """A SQLite file in WAL mode.

    Args:
        path: The file; made when it is not there.
        lock_timeout_s: How long to wait for another process's transaction.
    """

    write_options: Mapping[str, Any] = {"transcite_write": True}

    def __init__(self, path: Path, *, lock_timeout_s: float) -> None:
        self.name = self.address = str(path)
        self._path = path
        self._lock_timeout_s = lock_timeout_s

    def engine(self) -> sa.Engine:
        """Connections to the file; its folder is made.

        Raises:
            LibraryDamagedError: The file is gone, or is to be repaired first.
        """
        _refuse_unfinished(self._path)
        with self.explained():
            # For its owner only: what is signed with lies in it, and what was asked.
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        address = sa.URL.create("sqlite", database=str(self._path))  # in text, a "?" in the path would begin options
        # What is written stays out of what errors say: questions and quotes would come into logs.
        made = sa.create_engine(address, connect_args={"timeout": self._lock_timeout_s}, hide_parameters=True)
        sa.event.listen(made, "connect", _configure)
        sa.event.listen(made, "begin", _begin)
        return made

    def is_prepared(self, _known: Mapping[str, str]) -> bool:
        """Nothing but the tables is needed."""
        return True

    def prepare(self, connection: sa.Connection) -> None:
        """Nothing but the tables is needed."""

    def integrity(self, connection: sa.Connection) -> str | None:
        """What SQLite says that is wrong with its own pages and trees, in one line; None when nothing is."""
        said = connection.exec_driver_sql("PRAGMA integrity_check(3)").scalars().all()
        return None if said == ["ok"] else f"{self._path}: {' '.join(' '.join(said).split())}"

    def compact(self, engine: sa.Engine) -> None:
        """Write the file anew, without free pages; whoever reads goes on with the old ones meanwhile."""
        self._outside(engine, "VACUUM")
        self.fold(engine)

    def fold(self, engine: sa.Engine) -> None:
        """Bring what the write-ahead log holds into the file, and empty the log, unless somebody is reading in it."""
        self._outside(engine, "PRAGMA wal_checkpoint(TRUNCATE)")

    def _outside(self, engine: sa.Engine, statement: str) -> None:
        """Execute something that may not be inside of a transaction."""
        with self.explained(), engine.connect() as connection:
            plain: Any = connection.connection.driver_connection
            try:
                plain.execute(statement).fetchall()
            except sqlite3.Error as error:
                raise _translated(str(error), self._path, self._lock_timeout_s) from error

    def sync(self) -> None:
        """Have what was committed outlive a power cut; by itself, it outlives only the process."""
        with self.explained(), Path(f"{self._path}-wal").open("rb") as log:
            os.fsync(log.fileno())

    def size(self, _connection: sa.Connection) -> int:
        """How many bytes it takes, what is not written back yet included."""
        found = 0
        for end in ("", "-wal"):
            with suppress(FileNotFoundError):
                found += Path(f"{self._path}{end}").stat().st_size
        return found

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Say what SQLite or the disk refuse as an error of the library, with the cure."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise _translated(str(error.orig), self._path, self._lock_timeout_s) from error
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise _translated("disk is full", self._path, self._lock_timeout_s) from error
            raise LibraryError(f"{self._path.parent}: {error.strerror}; choose another TRANSCITE_HOME") from error


def left_behind(path: Path) -> str | None:
    """What lies beside a database only as long as there is one; None where nothing does."""
    beside = (path.with_name(f"{path.name}-wal"), path.with_name("vectors"), path.with_name("words"))
    return next((one.name for one in beside if one.exists()), None)


def gone(path: Path) -> LibraryDamagedError:
    """What is said of a database that is not there any more."""
    return LibraryDamagedError(
        f"{path} is gone, while {left_behind(path)} is still there; restore a back-up, set TRANSCITE_DATABASE_URL if"
        " the library is in PostgreSQL, or run `transcite doctor --repair`"
    )


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
