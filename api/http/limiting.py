"""How many requests are let through. The door to limits.

The counts lie in a file that all workers of a server share: with one of its own, each worker would let as many through.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from api.settings import Rates

_TIDY_S = 60.0


class Limiter:
    """Counts requests by key, site and address.

    Args:
        rates: How many are let through.
        path: The file that holds the counts.
    """

    def __init__(self, rates: Rates, path: Path) -> None:
        self._limiter = FixedWindowRateLimiter(_Shared(path))
        self._items = {"key": parse(rates.key), "site": parse(rates.site), "address": parse(rates.address)}

    def wait_s(self, kind: str, who: str) -> int | None:
        """Count a request; None when it is let through, else after how many seconds the next one may be.

        Args:
            kind: `key`, `site` or `address`.
            who: Which one.
        """
        item: RateLimitItem = self._items[kind]
        if self._limiter.hit(item, kind, who):
            return None
        return max(1, round(self._limiter.get_window_stats(item, kind, who).reset_time - time.time()))


class _Shared(Storage):
    """Counts in a SQLite file; losing it loses a minute's counts, so nothing is flushed to the disk."""

    STORAGE_SCHEME = None  # it is not to be had by an address

    def __init__(self, path: Path) -> None:
        super().__init__(wrap_exceptions=False)
        self._path = path
        self._local = threading.local()
        self._tidied = 0.0
        with closing(self._connect()) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS counts (key TEXT PRIMARY KEY, n INTEGER, ends REAL)")

    @property
    def base_exceptions(self) -> type[Exception]:
        return sqlite3.Error

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()
        self._tidy(now)
        row = self._connection.execute(
            "INSERT INTO counts VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET"
            # A window that ends later than one begun now was counted before the clock was put back.
            " n = CASE WHEN ends BETWEEN ?4 AND ?3 THEN n + ?2 ELSE ?2 END,"
            " ends = CASE WHEN ends BETWEEN ?4 AND ?3 THEN ends ELSE ?3 END"
            " RETURNING n",
            (key, amount, now + expiry, now),
        ).fetchone()
        return int(row[0])

    def get(self, key: str) -> int:
        row = self._connection.execute("SELECT n FROM counts WHERE key = ? AND ends > ?", (key, time.time())).fetchone()
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        row = self._connection.execute("SELECT ends FROM counts WHERE key = ?", (key,)).fetchone()
        return float(row[0]) if row else time.time()

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        return self._connection.execute("DELETE FROM counts").rowcount

    def clear(self, key: str) -> None:
        self._connection.execute("DELETE FROM counts WHERE key = ?", (key,))

    @property
    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = self._connect()
        connection: sqlite3.Connection = self._local.connection
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=5)
        connection.execute("PRAGMA journal_mode=MEMORY")
        connection.execute("PRAGMA synchronous=OFF")
        return connection

    def _tidy(self, now: float) -> None:
        if now - self._tidied > _TIDY_S:
            self._tidied = now
            self._connection.execute("DELETE FROM counts WHERE ends <= ?", (now,))
