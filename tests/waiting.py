"""Waiting in tests for what has to happen: as long as the slowest machine takes, but not for ever."""

from __future__ import annotations

import time
from collections.abc import Callable

# Longer than anything takes anywhere; where things go well nobody waits for it. Less than pytest lets a test take.
PATIENCE_S = 120.0


def wait(until: Callable[[], object], why: Callable[[], object] = lambda: "it did not happen in time") -> None:
    """Wait until something is so; fails with `why` when it never is."""
    end = time.monotonic() + PATIENCE_S
    while not until():
        assert time.monotonic() < end, why()
        time.sleep(0.01)


def quickest(work: Callable[[], object], *, within_s: float) -> float:
    """The seconds that something takes, done again as long as it took too long: nine times at most.

    What is too slow always is; what a busy machine kept waiting once is not.
    """
    took = []
    for _ in range(10):
        began = time.monotonic()
        work()
        took.append(time.monotonic() - began)
        if took[-1] < within_s:
            break
    return min(took)
