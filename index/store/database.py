"""Connections and transactions of the library, wherever its database is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from index.store import sums
from index.store.backend import Backend
from index.store.embedded import Embedded
from index.store.schema import SCHEMA_VERSION, meta, metadata, transcripts
from index.store.schema import sums as digests
from rag.errors import InputError, LibraryDamagedError, LibraryError, LibraryMismatchError

LOCK_TIMEOUT_S = 10.0
# The versions of tables that are brought to the present one when opened, and how they get the columns they lack; tables
# they lack are made.
_BEFORE = {
    "2": ("ALTER TABLE answers ADD COLUMN asker VARCHAR(32)", "ALTER TABLE transcripts ADD COLUMN corrected TEXT"),
    "3": (),
    "4": (),
    "5": (),
}


class Database:
    """The database of a library: one writer at a time, readers never wait.

    Args:
        path: A SQLite file; made with its tables when it is not there.
        lock_timeout_s: How long to wait for another process's transaction.
        url: Of a PostgreSQL database in place of the file; None for the file.

    Raises:
        LibraryError: It cannot be opened, is not ours, or is of another version.
    """

    def __init__(self, path: Path, *, lock_timeout_s: float = LOCK_TIMEOUT_S, url: str | None = None) -> None:
        self.path, self.url = path, url
        self._backend = _backend(path, lock_timeout_s, url)
        self.name, self.address = self._backend.name, self._backend.address
        self._engine = self._backend.engine()
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let it go."""
        self._engine.dispose()

    @property
    def is_shared(self) -> bool:
        """Whether other machines use it, too."""
        return not isinstance(self._backend, Embedded)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view, however long it is held."""
        with self._backend.explained(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, turn: bool = True) -> Iterator[sa.Connection]:
        """All or nothing: committed at the end, rolled back on any error.

        Args:
            turn: Wait for all who write; else, in a database where several can, for nobody. Then what is written must
                neither depend on what others write nor come into the history.
        """
        with self._backend.explained(), self._engine.connect() as plain:
            connection = plain.execution_options(**self._backend.write_options, transcite_turn=turn)
            with connection.begin():
                yield connection

    def sync(self) -> None:
        """Have what was committed outlive a power cut."""
        self._backend.sync()

    def compact(self) -> None:
        """Write it anew, without free pages; whoever reads goes on with the old ones meanwhile.

        Raises:
            LibraryError: It is in PostgreSQL, which does so itself.
        """
        self._backend.compact(self._engine)

    def fold(self) -> None:
        """Bring what a log beside it holds into it, and empty the log, unless somebody is reading in it."""
        self._backend.fold(self._engine)

    def integrity(self) -> str | None:
        """What the database says that is wrong with its own pages and trees, in one line; None when nothing is.

        PostgreSQL is not asked: its own tools look at its pages.
        """
        try:
            with self.reading() as connection:
                return self._backend.integrity(connection)
        except LibraryDamagedError as error:
            return str(error).split("; ")[0]

    def size(self) -> int:
        """How many bytes it takes on disk."""
        with self.reading() as connection:
            return self._backend.size(connection)

    def meta(self) -> dict[str, str]:
        """What the library was made with."""
        with self.reading() as connection:
            return {row.key: row.value for row in connection.execute(sa.select(meta))}

    def _prepare(self) -> None:
        with self.reading() as connection:
            tables = sa.inspect(connection).get_table_names()
        if tables and "meta" not in tables:
            cure = "name another database" if self.is_shared else "move it away or set TRANSCITE_HOME"
            raise LibraryError(f"{self.name} is another program's database; {cure}")
        if not tables:
            with self.writing() as connection:
                metadata.create_all(connection)
                if connection.execute(sa.select(meta)).first() is None:  # another process may have been first
                    self._backend.prepare(connection)
                    connection.execute(meta.insert().values(key="schema", value=SCHEMA_VERSION))
        if self.meta().get("schema") in _BEFORE:
            self._upgrade()
        known = self.meta()
        found = known.get("schema")
        if found != SCHEMA_VERSION:
            raise LibraryMismatchError(
                f"{self.name} has tables of version {found}, this Transcite reads version {SCHEMA_VERSION};"
                f" use the Transcite that made it, or another {'database' if self.is_shared else 'TRANSCITE_HOME'}"
            )
        if not self._backend.is_prepared(known):
            with self.writing() as connection:
                self._backend.prepare(connection)

    def _upgrade(self) -> None:
        """Bring the tables of a version before to this one; what is in them stays."""
        with self.writing() as connection:
            known = connection.execute(sa.select(meta.c.value).where(meta.c.key == "schema")).scalar()
            if known not in _BEFORE:  # another process was first
                return
            metadata.create_all(connection)
            self._backend.prepare(connection)
            for statement in _BEFORE[known]:
                connection.execute(sa.text(statement))
            # What is there now is taken as it is: there is nothing to hold it against.
            unsealed = sa.select(transcripts.c.ordinal).where(
                transcripts.c.ordinal.not_in(sa.select(digests.c.ordinal))
            )
            for ordinal in connection.execute(unsealed).scalars().all():
                sums.seal(connection, ordinal)
            connection.execute(meta.update().where(meta.c.key == "schema").values(value=SCHEMA_VERSION))


def is_there(path: Path, url: str | None) -> bool:
    """Whether there is a library already, so that who only reads need not make one.

    Raises:
        LibraryError: The database cannot be reached.
    """
    if url is None:
        return path.exists()
    backend = _backend(path, LOCK_TIMEOUT_S, url)
    engine = backend.engine()
    try:
        with backend.explained(), engine.connect() as connection:
            return sa.inspect(connection).has_table(meta.name)
    finally:
        engine.dispose()


def called(path: Path, url: str | None) -> str:
    """What a library's database is called, for people, there or not; no password in it."""
    return _backend(path, LOCK_TIMEOUT_S, url).name


def _backend(path: Path, lock_timeout_s: float, url: str | None) -> Backend:
    if url is None:
        return Embedded(path, lock_timeout_s=lock_timeout_s)
    try:
        from index.store.postgres import Postgres  # noqa: PLC0415 - its libraries come with an extra
    except ImportError as error:
        raise InputError(
            "a library in PostgreSQL needs an extra: pip install 'transcite[postgres]'"
            " (in its source: make .venv/installed EXTRAS=postgres)"
        ) from error
    return Postgres(url, lock_timeout_s=lock_timeout_s)
