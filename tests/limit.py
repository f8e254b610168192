"""No test goes on for ever: one that hangs fails, and says where each of its threads was."""

from __future__ import annotations

import faulthandler
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

# Many times what the longest takes, on a machine ten times as busy. What even the alarm does not reach, as it hangs
# outside of Python, ends with its process: `faulthandler_timeout` in pyproject.toml.
LIMIT_S = 600.0


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Fail what takes longer, wherever it is; and again after as long, should it hang while it is given up."""

    def over(*_: object) -> None:
        told = sys.__stderr__ or 2
        faulthandler.dump_traceback(told, all_threads=False)  # of many threads only the newest hundred are told of
        faulthandler.dump_traceback(told)
        pytest.fail(f"it did not come to an end in {seconds:g} s")

    handler, timer = signal.signal(signal.SIGALRM, over), signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)
