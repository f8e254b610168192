"""The library in a PostgreSQL database that several servers share. The door to psycopg, which SQLAlchemy drives."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa

from index.store import queue
from index.store.exact import keep_exactly
from index.store.schema import metadata
from rag.errors import (
    InputError,
    LibraryDamagedError,
    LibraryError,
    LibraryFullError,
    LibraryLockedError,
    LibraryUnreachableError,
)

# Writers take turns, as with SQLite: what they do is decided by what the one before has done, and the history has its
# numbers in the order in which readers come to see them. The lock is of this schema: two libraries in two schemas of
# one database do not wait for each other. It goes with the transaction, and with the connection when that is lost.
_TURN = sa.text(
    "SELECT set_config('lock_timeout', :wait, true), set_config('idle_in_transaction_session_timeout', :idle, true),"
    " pg_advisory_xact_lock(1953653091, hashtext(current_schema()))"
)
_IDLE_MS = 60_000  # a machine that vanished amid a change keeps the others waiting no longer
_RESTED, _RESTED_S = "rested", 0.5  # after which a connection is tried before it is used
_POOL, _OVERFLOW = 6, 10  # connections of one process: kept, and besides when many ask at once
# Of libpq, where the URL says nothing else: a server that does not answer is noticed within half a minute.
_CONNECT = {
    "application_name": "transcite",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
_LOOK = "check that it runs and has that database, and what TRANSCITE_DATABASE_URL says"
_CURES: dict[str, tuple[type[LibraryError], str]] = {  # by SQLSTATE, or by its first two characters
    "55P03": (LibraryLockedError, "is kept busy by another process; try again when it has finished"),
    "40P01": (LibraryLockedError, "is kept busy by another process; try again"),
    "53100": (LibraryFullError, "has no room left on its disk; free some space and run it again"),
    "53": (LibraryUnreachableError, "has no connection or memory left; try again soon, or raise its max_connections"),
    "57": (LibraryUnreachableError, "is stopping or starting; try again soon"),
    "08": (LibraryUnreachableError, f"cannot be reached; {_LOOK}"),
    "25P03": (LibraryUnreachableError, "gave up on a change that took too long; try again"),
    "25006": (LibraryError, "is a copy that cannot be written; TRANSCITE_DATABASE_URL has to name the primary server"),
    "42501": (LibraryError, "does not let this user make or use the tables; GRANT CREATE, USAGE ON SCHEMA to it"),
    "54000": (LibraryError, "cannot index a name or path of more than 2,600 bytes; shorten it"),
    "XX": (LibraryDamagedError, "is damaged; restore a back-up, or save with pg_dump what it can still read"),
}

keep_exactly(metadata)


class Postgres:
    """A PostgreSQL database.

    Args:
        url: "postgresql://user:password@host:port/database?option=value"; what it leaves out, libpq's variables say.
        lock_timeout_s: How long to wait for another process's transaction, and for a connection.

    Raises:
        InputError: The URL is none. It is never shown: it may hold a password.
    """

    write_options: Mapping[str, Any] = {
        "isolation_level": "READ COMMITTED",  # what is read after the wait for a turn is what was committed by then
        "postgresql_readonly": None,  # as the server has it: a copy refuses in its own words
    }

    def __init__(self, url: str, *, lock_timeout_s: float) -> None:
        try:
            given = sa.make_url(url)
        except (sa.exc.ArgumentError, ValueError):
            raise InputError("TRANSCITE_DATABASE_URL is no address such as postgresql://user@host/database") from None
        more = {name: value for name, value in _CONNECT.items() if name not in given.query}
        self._url = given.set(drivername="postgresql+psycopg").update_query_dict(more)
        self.address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        host = given.query.get("host", given.host) or "this machine"
        self.name = f"the database {given.database or given.username or ''!r} on {host}" + (
            f":{given.port}" if given.port else ""
        )
        self._lock_timeout_s = lock_timeout_s

    def engine(self) -> sa.Engine:
        """Connections to the server, each made when it is first needed, and made again when it was lost."""
        made = sa.create_engine(
            self._url,
            hide_parameters=True,  # questions and quotes would come into logs
            isolation_level="REPEATABLE READ",  # one view, however long it is held
            execution_options={"postgresql_readonly": True},
            pool_size=_POOL,
            max_overflow=_OVERFLOW,
            pool_timeout=self._lock_timeout_s,
        )
        wait = f"{max(1, round(self._lock_timeout_s * 1000))}ms"

        def begin(connection: sa.Connection) -> None:
            if connection.get_execution_options().get("transcite_turn", False):
                connection.execute(_TURN, {"wait": wait, "idle": f"{_IDLE_MS}ms"})

        def rested(_connection: object, rested: Any) -> None:
            rested.info[_RESTED] = time.monotonic()

        def check(connection: Any, rested: Any, _proxy: object) -> None:
            # A server that was restarted meanwhile is not noticed by who asks; to ask it every time would cost a
            # quarter of the time that a small read takes.
            if time.monotonic() - rested.info.get(_RESTED, time.monotonic()) > _RESTED_S:
                try:
                    made.dialect.do_ping(connection)
                except psycopg.Error as error:
                    raise sa.exc.DisconnectionError from error  # another one is made

        for name, listener in (("begin", begin), ("checkin", rested), ("checkout", check)):
            sa.event.listen(made, name, listener)
        return made

    def is_prepared(self, known: Mapping[str, str]) -> bool:
        """Whether the tables of the queue are those of this version."""
        return queue.is_prepared(known)

    def prepare(self, connection: sa.Connection) -> None:
        """Refuse what does not keep every text as it is, and make the tables of the queue."""
        encoding = connection.execute(sa.text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            raise LibraryError(f"{self.name} keeps text as {encoding}; make one with `createdb --encoding UTF8`")
        queue.prepare(connection)

    def integrity(self, _connection: sa.Connection) -> str | None:
        """Nothing: its pages and trees are PostgreSQL's to check, with pg_amcheck and data checksums."""

    def compact(self, _engine: sa.Engine) -> None:
        """Refused: it would hold up everybody on the server, and is for whoever runs that to decide."""
        raise LibraryError(
            f"{self.name} is not a file that can be written anew; PostgreSQL uses the room of what was deleted again,"
            " and its VACUUM FULL gives it back (everybody waits meanwhile)"
        )

    def fold(self, _engine: sa.Engine) -> None:
        """Nothing lies beside it."""

    def sync(self) -> None:
        """A commit is on the disk of the server when it returns, as long as `synchronous_commit` is on there."""

    def size(self, connection: sa.Connection) -> int:
        """How many bytes the database takes on the server."""
        return int(connection.execute(sa.text("SELECT pg_database_size(current_database())")).scalar_one())

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Say what PostgreSQL refuses, or that it is away, as an error of the library."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise self._translated(error) from error
        except sa.exc.TimeoutError as error:
            raise LibraryLockedError(f"{self.name}: all connections are in use; try again soon") from error

    def _translated(self, error: sa.exc.DBAPIError) -> LibraryError:
        state = getattr(error.orig, "sqlstate", None)
        # Further lines may quote what was to be stored. libpq never tells a password.
        reason = (str(error.orig).strip().splitlines() or ["no reason given"])[0].strip()
        if state is None and (isinstance(error.orig, psycopg.OperationalError) or error.connection_invalidated):
            return LibraryUnreachableError(f"{self.name} cannot be reached ({reason}); {_LOOK}")
        known = _CURES.get(state or "", _CURES.get((state or "")[:2]))
        if known is None:
            return LibraryError(f"{self.name}: {reason}; check the server's log, then run it again")
        kind, cure = known
        return kind(f"{self.name} {cure}")
