"""Which messages were taken on, for all workers of a server and across its restarts."""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_LOG = logging.getLogger("transcite")
_KEPT_S = 3600.0  # Slack delivers an event again for some six minutes


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
        with closing(self._connect()) as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS heard"
                " (message TEXT PRIMARY KEY, run TEXT, channel TEXT, thread TEXT, user TEXT, at REAL, done INTEGER)"
            )

    def of(self, team: str) -> Ledger:
        """The same, of one workspace."""
        return Ledger(self._path, self._run, team)

    def begin(self, message: str, spot: Spot) -> bool:
        """Take a message on; False when it has been: Slack delivers some twice.

        Where that cannot be written down, as on a full disk, it is taken on: an answer twice is better than none.
        """
        row = (message, self._run, spot.channel, spot.thread, spot.user, time.time())
        try:
            with closing(self._connect()) as connection:
                connection.execute("DELETE FROM heard WHERE at < ? AND done", (time.time() - _KEPT_S,))
                return connection.execute("INSERT OR IGNORE INTO heard VALUES (?, ?, ?, ?, ?, ?, 0)", row).rowcount == 1
        except sqlite3.Error:
            _LOG.exception("a message in Slack could not be written down; it may be answered twice")
            return True

    def end(self, message: str) -> None:
        """It has its answer."""
        with closing(self._connect()) as connection:
            connection.execute("UPDATE heard SET done = 1 WHERE message = ?", (message,))

    def left_over(self) -> list[Spot]:
        """Where an earlier run ended before it had answered; each is told once."""
        with closing(self._connect()) as connection:
            rows = connection.execute(
                "UPDATE heard SET done = 1 WHERE NOT done AND run <> ? AND message GLOB ?"
                " RETURNING channel, thread, user",
                (self._run, f"{self._team or '*'}:*"),
            ).fetchall()
        return [Spot(*row) for row in rows]

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, isolation_level=None, timeout=5)
