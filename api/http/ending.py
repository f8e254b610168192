"""Hearing at once that the server is to stop, rather than when it has finished what is under way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def heard(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` when a signal stops the server, before the server's own handler.

    Where the server runs in another thread than the main one, as in tests, there are no signals to hear.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.getsignal(one) for one in _SIGNALS}

    def handle(number: int, frame: FrameType | None) -> None:
        end()
        known = before[signal.Signals(number)]
        if callable(known):
            known(number, frame)

    for one, known in before.items():
        if callable(known):
            signal.signal(one, handle)
    try:
        yield
    finally:
        for one, known in before.items():
            if callable(known):
                signal.signal(one, known)
