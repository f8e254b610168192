"""A lock that is handed to whoever comes next, those in a hurry first, but not for ever."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import Event, Lock
from time import perf_counter

# Seconds for which those who came later and are in more of a hurry pass; who is brief passes those who came before.
BRIEF, HURRY, PATIENT = -5.0, 0.0, 1.0


class Queue:
    """Something that one thread at a time may have. Who lets it go and wants it again stands behind all who wait.

    A plain lock goes to whoever is quickest, which is mostly the thread that has just let it go.

    Args:
        waited: Told how many seconds somebody in a hurry stood in line.
    """

    def __init__(self, waited: Callable[[float], None] = lambda _: None) -> None:
        self._waited = waited
        self._lock = Lock()
        self._taken = False
        self._waiting: list[tuple[float, int, Event]] = []  # a heap
        self._numbers = count()

    @contextmanager
    def turn(self, patience: float = HURRY, *, since: float | None = None) -> Iterator[None]:
        """Wait for it and have it: in order of coming, `HURRY` before `PATIENT` until that has been passed for long.

        Args:
            patience: `BRIEF`, `HURRY` or `PATIENT`.
            since: When they came, by `perf_counter`, if it was for an earlier part of the same work; None for now.
        """
        came = perf_counter() if since is None else since
        with self._lock:
            called = None
            if self._taken:
                called = Event()
                heapq.heappush(self._waiting, (came + patience, next(self._numbers), called))
            self._taken = True
        if called is not None:
            called.wait()
        try:
            if patience < PATIENT and since is None:
                self._waited(perf_counter() - came)
            yield
        finally:
            with self._lock:
                if self._waiting:
                    heapq.heappop(self._waiting)[-1].set()  # handed over: it stays taken
                else:
                    self._taken = False
