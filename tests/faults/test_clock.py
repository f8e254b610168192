"""The clock is put back, or forward, from one moment to the next: nothing is lost, nobody is kept waiting for it."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from api.http.limiting import Limiter, Rates
from index.store import jobs
from index.store.job_files import Sent
from index.store.jobs import SILENT_S
from index.store.library import FILE, Library
from tests import fakes
from tests.faults.damage import text, transcite, whole

DAY_S = 86_400.0


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return fakes.library(tmp_path / "home")


@pytest.mark.parametrize("ahead_s", [DAY_S, -DAY_S])
def test_the_job_of_a_worker_that_died_before_the_clock_was_put_is_taken_over(library: Library, ahead_s: float) -> None:
    library.jobs.create("job_1", [Sent("a.txt", 3, "{}")], asker=None, collection="default")
    assert library.jobs.claim("one") is not None
    with sqlite3.connect(library.home / FILE) as connection:
        connection.execute("UPDATE jobs SET seen_at = ?", (time.time() + ahead_s,))
    connection.close()
    job = library.jobs.claim("other")
    assert job is not None
    assert not library.jobs.alive("job_1", "one")
    assert library.jobs.alive("job_1", "other")
    library.close()


def test_a_clock_that_is_a_little_off_takes_nothing_away(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(jobs, "time", SimpleNamespace(time=lambda: now))
    library.jobs.create("job_1", [Sent("a.txt", 3, "{}")], asker=None, collection="default")
    assert library.jobs.claim("one") is not None
    for seconds in (-SILENT_S + 2, SILENT_S - 2):
        with sqlite3.connect(library.home / FILE) as connection:
            connection.execute("UPDATE jobs SET seen_at = ?", (now + seconds,))
        connection.close()
        assert library.jobs.claim("other") is None
    library.close()


def test_nobody_is_refused_until_a_clock_that_was_put_back_comes_round_again(tmp_path: Path) -> None:
    path = tmp_path / "counts.db"
    limiter = Limiter(Rates("3/minute", "3/minute", "3/minute"), path)
    assert [limiter.wait_s("key", "a") is None for _ in range(4)] == [True, True, True, False]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE counts SET ends = ends + ?", (DAY_S,))
    assert [limiter.wait_s("key", "a") is None for _ in range(4)] == [True, True, True, False]
    wait_s = limiter.wait_s("key", "a")
    assert wait_s is not None
    assert wait_s <= 60


def test_files_of_other_times_are_not_taken_for_what_others_left(tmp_path: Path) -> None:
    """What was written when the clock was far behind, or far ahead, is there and searchable all the same."""
    home, files = tmp_path / "home", tmp_path / "files"
    fakes.write(files, {f"{n}.txt": text(n) for n in range(3)})
    assert transcite(home, "ingest", str(files)).code == 0
    before = whole(home)
    for shift in (-10 * 365 * DAY_S, 10 * 365 * DAY_S):
        for path in (*home.rglob("*"), *files.rglob("*")):
            os.utime(path, (time.time() + shift, time.time() + shift))
        (files / "0.txt").write_text(text(0, 41 if shift < 0 else 42))
        assert transcite(home, "ingest", str(files)).code == 0
        after = whole(home)
        assert after.keys() == before.keys()
        assert transcite(home, "doctor").code == 0
        hits = transcite(home, "search", "turn507 about the grant", "--json").document["hits"]
        assert {one["transcript_id"] for one in hits} == before.keys()
