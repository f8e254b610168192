"""Waiting in tests, and its end."""

from __future__ import annotations

import time
from threading import Event, Thread

import pytest

from tests.limit import LIMIT_S, limited
from tests.waiting import PATIENCE_S, quickest, wait


def test_what_hangs_fails_and_says_where(capfd: pytest.CaptureFixture[str]) -> None:
    never, go = Event(), Event()
    beside = Thread(target=go.wait, name="beside")
    beside.start()
    with limited(0.05):
        for _ in range(2):  # the second time while it is given up
            with pytest.raises(pytest.fail.Exception, match=r"did not come to an end in 0\.05 s"):
                never.wait()
    go.set()
    beside.join()
    assert capfd.readouterr().err.count("test_limit.py") >= 2
    assert PATIENCE_S < LIMIT_S


def test_what_is_waited_for_may_come_late_and_what_never_comes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([False, False, True])
    wait(lambda: next(looks))
    monkeypatch.setattr("tests.waiting.PATIENCE_S", 0.0)
    with pytest.raises(AssertionError, match="nothing came"):
        wait(lambda: False, lambda: "nothing came")


def test_what_is_always_slow_is_too_slow_and_what_is_so_once_is_not() -> None:
    pauses = iter([0.02, 0.0, 0.02])
    assert quickest(lambda: time.sleep(next(pauses)), within_s=0.01) < 0.01
    assert next(pauses) == 0.02  # it is not done oftener than it takes
    assert quickest(lambda: time.sleep(0.002), within_s=0.001) >= 0.001
