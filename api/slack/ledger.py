"""Which messages were taken on, for all workers of a server and across its restarts."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

_LOG = logging.getLogger("transcite")
_KEPT_S = 3600.0  # Slack delivers an event again for some six minutes
_PATIENCE_S = 30.0  # for other processes; nobody is kept waiting by it but the answer itself
_TURN = Lock()
BEGINNING = ""  # in place of what Slack calls a message, until it says so
_STREAMS_S = 30 * 86_400.0  # a server that is stopped for longer says sorry below what it had begun


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an answer belongs.

    Attributes:
        channel: Its id.
        thread: The `ts` of the message that the thread hangs on.
        user: Who asked.
    """

    channel: str
    thread: str
    user: str


@dataclass(frozen=True, slots=True)
class Left:
    """A question that was not answered.

    Attributes:
        message: What it is called.
        spot: Where its answer belongs.
        stream: What Slack calls the message that its answer was streamed into, or `BEGINNING` where that had not been
            heard yet; None where it had not begun.
        ending: Whether that was just about to be ended.
    """

    message: str
    spot: Spot
    stream: str | None
    ending: bool


class Ledger:
    """A SQLite file beside the library.

    Args:
        path: The file; made when it is not there.
        run: What this run of the server is called; all its workers call it the same.
        team: Id of the workspace whose messages are told of; None for all.
    """

    def __init__(self, path: Path, run: str, team: str | None = None) -> None:
        self._path = path
        self._run = run
        self._team = team
        with self._open() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS heard"
                " (message TEXT PRIMARY KEY, run TEXT, channel TEXT, thread TEXT, user TEXT, at REAL, done INTEGER)"
            )
            connection.execute(
                "CREATE TABLE IF NOT EXISTS streams (message TEXT PRIMARY KEY, ts TEXT, at REAL, ending INTEGER)"
            )
            connection.execute("CREATE TABLE IF NOT EXISTS halted (place TEXT PRIMARY KEY, at REAL)")

    def of(self, team: str) -> Ledger:
        """The same, of one workspace."""
        return Ledger(self._path, self._run, team)

    def begin(self, message: str, spot: Spot) -> bool:
        """Take a message on; False when it has been: Slack delivers some twice.

        Where that cannot be written down, as on a full disk, it is taken on: an answer twice is better than none.
        """
        row = (message, self._run, spot.channel, spot.thread, spot.user, time.time())
        try:
            with self._open() as connection:
                connection.execute("DELETE FROM heard WHERE at < ? AND done", (time.time() - _KEPT_S,))
                return connection.execute("INSERT OR IGNORE INTO heard VALUES (?, ?, ?, ?, ?, ?, 0)", row).rowcount == 1
        except sqlite3.Error:
            _LOG.exception("a message in Slack could not be written down; it may be answered twice")
            return True

    def end(self, message: str) -> None:
        """It has its answer."""
        with self._open() as connection:
            connection.execute("UPDATE heard SET done = 1 WHERE message = ?", (message,))

    def streaming(self, message: str, ts: str) -> None:
        """Its answer is streamed into this message from now on, or into a `BEGINNING` one.

        What cannot be written down is not known later.
        """
        self._note("INSERT OR REPLACE INTO streams VALUES (?, ?, ?, 0)", message, ts, time.time())
        self._note("DELETE FROM streams WHERE at < ?", time.time() - _STREAMS_S)

    def posting(self, message: str) -> None:
        """Its answer is not streamed after all."""
        self._note("DELETE FROM streams WHERE message = ?", message)

    def ending(self, message: str) -> None:
        """The stream of its answer is about to be ended."""
        self._note("UPDATE streams SET ending = 1 WHERE message = ?", message)

    def halt(self, place: str) -> None:
        """Somebody wants no more of what is answered in this thread."""
        self._note("INSERT OR REPLACE INTO halted VALUES (?, ?)", place, time.time())
        self._note("DELETE FROM halted WHERE at < ?", time.time() - _KEPT_S)

    def halted(self, place: str, since: float) -> bool:
        """Whether somebody has, since then."""
        try:
            with self._open() as connection:
                found = connection.execute("SELECT 1 FROM halted WHERE place = ? AND at >= ?", (place, since))
                return found.fetchone() is not None
        except sqlite3.Error:
            _LOG.exception("whether an answer in Slack was stopped cannot be read")
            return False

    def left_over(self) -> list[Left]:
        """Where an earlier run ended before it had answered; each is told once."""
        with self._open() as connection:
            rows = connection.execute(
                "UPDATE heard SET done = 1 WHERE NOT done AND run <> ? AND message GLOB ?"
                " RETURNING message, channel, thread, user",
                (self._run, f"{self._team or '*'}:*"),
            ).fetchall()
            found = connection.execute("SELECT message, ts, ending FROM streams")
            streams = {message: (ts, bool(ending)) for message, ts, ending in found}
        return [Left(message, Spot(*spot), *streams.get(message, (None, False))) for message, *spot in rows]

    def _note(self, statement: str, *values: object) -> None:
        """Write something down that can be done without."""
        try:
            with self._open() as connection:
                connection.execute(statement, values)
        except sqlite3.Error:
            _LOG.exception("how an answer in Slack goes could not be written down")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection, for one thread of this process after the other: those who wait for SQLite may starve."""
        with _TURN, closing(sqlite3.connect(self._path, isolation_level=None, timeout=_PATIENCE_S)) as connection:
            connection.execute("PRAGMA synchronous = NORMAL")  # safe in WAL mode; a power cut may lose the last lines
            yield connection
