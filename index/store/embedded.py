"""The library in a SQLite file of this machine: one writer at a time, readers never wait, nothing to run besides."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rag.errors import LibraryError, LibraryFullError, LibraryLockedError

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
        """Connections to the file; its folder is made."""
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


def _translated(reason: str, path: Path, waited_s: float) -> LibraryError:
    if "locked" in reason or "busy" in reason:
        return LibraryLockedError(
            f"{path} is locked by another process (waited {waited_s:g} s); try again when it has finished"
        )
    if "full" in reason:
        return LibraryFullError(
            f"no room left for {path}; free some space and run it again (what was finished is kept)"
        )
    if "not a database" in reason or "malformed" in reason:
        return LibraryError(f"{path} is damaged or not a library ({reason}); restore a back-up or move it away")
    if "readonly" in reason or "unable to open" in reason:
        return LibraryError(f"{path} cannot be written ({reason}); check its permissions or set TRANSCITE_HOME")
    return LibraryError(f"{path}: {reason}; check the disk and its free space, then run it again")
