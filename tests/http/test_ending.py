"""Hearing that the server is to stop."""

from __future__ import annotations

import signal
from threading import Thread

from api.http.ending import heard


def test_a_signal_is_heard_first_by_us_and_then_by_whom_it_was_for() -> None:
    told: list[str] = []
    before = signal.signal(signal.SIGTERM, lambda *_: told.append("server"))
    try:
        with heard(lambda: told.append("us")):
            signal.raise_signal(signal.SIGTERM)
        assert told == ["us", "server"]
        signal.raise_signal(signal.SIGTERM)
        assert told == ["us", "server", "server"]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_in_another_thread_there_is_nothing_to_hear() -> None:
    done: list[bool] = []

    def work() -> None:
        with heard(lambda: None):
            done.append(True)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
