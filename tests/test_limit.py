"""Waiting in tests, and its end."""

from __future__ import annotations

from threading import Event, Thread
from types import SimpleNamespace

import pytest

from tests.limit import LIMIT_S, limited
from tests.waiting import PATIENCE_S, quickest, wait


def test_what_hangs_fails_and_says_where(capfd: pytest.CaptureFixture[str]) -> None:
    never, go = Event(), Event()
    beside = [Thread(target=go.wait) for _ in range(120)]
    for one in beside:
        one.start()
    failed: list[str] = []
    with limited(0.2):
        while len(failed) < 2:  # the second time while it is given up
            try:
                never.wait()
            except pytest.fail.Exception as error:
                failed.append(str(error))
    go.set()
    for one in beside:
        one.join()
    assert failed == ["it did not come to an end in 0.2 s"] * 2
    assert capfd.readouterr().err.count("test_limit.py") >= 2
    assert PATIENCE_S < LIMIT_S


def test_what_is_waited_for_may_come_late_and_what_never_comes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([False, False, True])
    wait(lambda: next(looks))
    monkeypatch.setattr("tests.waiting.PATIENCE_S", 0.0)
    with pytest.raises(AssertionError, match="nothing came"):
        wait(lambda: False, lambda: "nothing came")


def test_what_is_always_slow_is_too_slow_and_what_is_so_once_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([0.0, 5.0, 7.0, 7.5])
    monkeypatch.setattr("tests.waiting.time", SimpleNamespace(monotonic=lambda: next(seconds)))
    assert quickest(lambda: None, within_s=1) == 0.5
    seconds = iter(range(0, 100, 4))
    assert quickest(lambda: None, within_s=1) == 4
    assert next(seconds) == 80  # it was done ten times
