"""Files handed over to a library in PostgreSQL, taken in by whoever is there: each once, whoever dies."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.documents import Upload
from index.encoder import Vectors
from index.handing import Handing
from index.ingest import Ingest
from index.queued import Hooks, Taking
from index.reports import Progress, Report
from index.store import shared_jobs
from index.store.job_files import Sent
from index.store.job_view import Job
from index.store.library import Library
from index.store.queue import Worker
from index.store.shared_jobs import SharedJobs
from rag.errors import InputError
from tests import fakes
from tests.fakes import HashingEncoder, write
from tests.waiting import PATIENCE_S, wait

pytestmark = pytest.mark.postgres
ROOT = Path(__file__).parents[2]
SILENT_S = 2.0


@pytest.fixture
def shared(tmp_path: Path, database_url: str) -> Iterator[Library]:
    made = fakes.library(tmp_path / "home", url=database_url)
    yield made
    made.close()


def texts(count: int) -> dict[str, str]:
    return {f"{n:03}.txt": f"Ann: This is number {n}.\nBob: And that was said about {n * n}.\n" for n in range(count)}


def taker(library: Library, encoder: HashingEncoder) -> Callable[..., Report]:
    def take(
        uploads: Sequence[Upload], *, collection: str, as_format: str | None, on_progress: Callable[[Progress], None]
    ) -> Report:
        return Ingest(library, lambda: encoder, as_format=as_format).take(
            uploads, collection=collection, on_progress=on_progress
        )

    return take


def worker(
    library: Library, encoder: HashingEncoder | None = None, *, over: Callable[[], bool] = lambda: False
) -> Worker:
    jobs = shared_jobs.of(library.jobs)
    taking = Taking(jobs, taker(library, encoder or HashingEncoder()), Hooks(over), max_bytes=1_000_000)
    return jobs.worker(taking.take, silent_s=SILENT_S)


@contextmanager
def working(library: Library, encoder: HashingEncoder | None = None) -> Iterator[None]:
    """A worker in a thread."""
    one = worker(library, encoder)
    thread = threading.Thread(target=one.run)
    thread.start()
    try:
        yield
    finally:
        one.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def hand_over(library: Library, *paths: Path, alone: Callable[[], None] = lambda: None) -> Report:
    steps: list[Progress] = []
    report = Handing(library, max_bytes=1_000_000).run(
        paths, collection="default", on_progress=steps.append, on_alone=alone
    )
    assert [one.files for one in steps] == sorted(one.files for one in steps)
    assert steps[-1].files == len(report.files)
    return report


def left(library: Library) -> list[int]:
    """How much is kept for what waits."""
    tables = ("contents", "procrastinate_jobs")
    return [fakes.sql(library, f"SELECT count(*) FROM {table}")[0][0] for table in tables]


def test_what_is_handed_over_is_reported_as_if_it_was_taken_in_here(shared: Library, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder, texts(20) | {"bad.vtt": "WEBVTT", "copy.txt": texts(1)["000.txt"], "big.txt": "x" * 1_000_001})
    alone: list[None] = []
    said: list[Report] = []
    thread = threading.Thread(target=lambda: said.append(hand_over(shared, folder, alone=lambda: alone.append(None))))
    thread.start()
    wait(lambda: alone)
    with working(shared):
        thread.join(PATIENCE_S)
        [report] = said
        again = hand_over(shared, folder)
    here = fakes.library(tmp_path / "here")
    ours = Ingest(here, HashingEncoder, max_bytes=1_000_000)
    assert sorted(report.files, key=lambda one: one.path) == sorted(ours.run([folder]).files, key=lambda one: one.path)
    assert sorted(again.files, key=lambda one: one.path) == sorted(ours.run([folder]).files, key=lambda one: one.path)
    assert len(shared.entries()) == 20
    assert left(shared) == [0, 0]
    here.close()


def test_an_archive_that_was_sent_is_taken_apart_and_its_members_are_files_of_their_own(
    shared: Library, tmp_path: Path
) -> None:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        for name, text in (texts(40) | {"in.zip": "x"}).items():
            archive.writestr(name, text)
    [path] = write(tmp_path, {"a.zip": found.getvalue()})
    jobs = shared_jobs.of(shared.jobs)
    jobs.create("job_1", [Sent("a.zip", path.stat().st_size, "{}")], asker=None, collection="c", where=[path])
    path.unlink()
    with working(shared):
        done = ended(jobs, "job_1")
    assert (done.state, done.outcomes) == ("done", {"added": 40, "rejected": 1})
    assert [one.name for one in jobs.files("job_1")][:2] == ["a.zip/000.txt", "a.zip/001.txt"]
    assert left(shared) == [0, 0]


def ended(jobs: SharedJobs, job_id: str) -> Job:
    wait(lambda: jobs.get(job_id).state in {"done", "failed"}, lambda: jobs.get(job_id))
    return jobs.get(job_id)


def test_what_fails_for_no_fault_of_the_file_can_be_tried_again(shared: Library, tmp_path: Path) -> None:
    class Broken(HashingEncoder):
        def encode_documents(self, texts: Sequence[str]) -> Vectors:
            if any("number 1." in text for text in texts):
                raise RuntimeError("no luck")
            return super().encode_documents(texts)

    paths = write(tmp_path / "in", texts(3))
    jobs = shared_jobs.of(shared.jobs)
    sent = [Sent(path.name, path.stat().st_size, "{}") for path in paths]
    jobs.create("job_1", sent, asker=None, collection="default", where=paths)
    with working(shared, Broken()):
        failed = ended(jobs, "job_1")
    assert (failed.state, failed.outcomes) == ("failed", {"added": 2})
    assert "the server failed on 1 files" in str(failed.reason)
    jobs.retry("job_1")
    with working(shared):
        done = ended(jobs, "job_1")
    assert (done.state, done.outcomes) == ("done", {"added": 3})
    assert left(shared) == [0, 0]
    with pytest.raises(InputError):
        jobs.retry("job_1")


def test_who_is_told_twice_to_stop_ends_what_is_in_hand_all_the_same(shared: Library, tmp_path: Path) -> None:
    encoding, going_on = threading.Event(), threading.Event()

    class Slow(HashingEncoder):
        def encode_documents(self, texts: Sequence[str]) -> Vectors:
            encoding.set()
            assert going_on.wait(PATIENCE_S)
            return super().encode_documents(texts)

    paths = write(tmp_path / "in", texts(1))
    jobs = shared_jobs.of(shared.jobs)
    jobs.create("job_1", [Sent("a.txt", 9, "{}")], asker=None, collection="default", where=paths)
    one = worker(shared, Slow())
    thread = threading.Thread(target=one.run)
    thread.start()
    assert encoding.wait(PATIENCE_S)
    for _ in range(2):  # as a server does: when it hears of it, and when it has answered what was asked
        one.stop()
        time.sleep(0.2)
    going_on.set()
    thread.join(PATIENCE_S)
    assert (jobs.get("job_1").state, left(shared)) == ("done", [0, 0])


def test_what_is_cancelled_is_not_taken_in(shared: Library, tmp_path: Path) -> None:
    paths = write(tmp_path / "in", texts(3))
    jobs = shared_jobs.of(shared.jobs)
    sent = [Sent(path.name, path.stat().st_size, "{}") for path in paths]
    jobs.create("job_1", sent, asker=None, collection="default", where=paths)
    jobs.cancel("job_1")
    assert left(shared)[0] == 0
    with working(shared):
        wait(lambda: left(shared)[1] == 0)
    assert (shared.entries(), jobs.get("job_1").outcomes) == ([], {"rejected": 3})


def test_a_job_that_kills_whoever_takes_it_is_not_tried_for_ever(shared: Library, tmp_path: Path) -> None:
    paths = write(tmp_path / "in", texts(1))
    jobs = shared_jobs.of(shared.jobs)
    jobs.create("job_1", [Sent("a.txt", 9, "{}")], asker=None, collection="default", where=paths)
    jobs.begin("job_1", [0])
    for _ in range(5):
        jobs.lost("job_1")
    assert (jobs.get("job_1").state, jobs.begin("job_1", [0])) == ("failed", [])
    assert "5 workers in a row" in str(jobs.get("job_1").reason)


def test_a_library_in_a_file_is_no_place_for_it(tmp_path: Path) -> None:
    library = fakes.library(tmp_path)
    with pytest.raises(InputError, match="TRANSCITE_DATABASE_URL"):
        Handing(library, max_bytes=1)
    library.close()


def test_what_a_killed_worker_had_in_hand_is_taken_over_and_every_file_is_in_once(
    shared: Library, tmp_path: Path, database_url: str
) -> None:
    folder = tmp_path / "in"
    write(folder, texts(60))
    command = [sys.executable, str(ROOT / "tests" / "faults" / "hand.py")]
    hands = [
        subprocess.Popen(
            [*command, str(tmp_path / f"home{n}"), database_url],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for n in range(3)
    ]
    said: list[Report] = []
    thread = threading.Thread(target=lambda: said.append(hand_over(shared, folder)))
    thread.start()
    try:
        first = hands[0].stdout
        assert first is not None
        for line in first:
            if line.startswith("encoding"):  # amid its first files
                hands[0].kill()
                break
        thread.join(PATIENCE_S)
        [report] = said
    finally:
        for one in hands:
            one.send_signal(signal.SIGTERM)
        ends = [one.wait(PATIENCE_S) for one in hands]
        for one in hands:
            assert one.stdout is not None
            one.stdout.close()
    assert ends == [-signal.SIGKILL, 0, 0]
    assert [one.outcome for one in report.files] == ["added"] * 60
    assert [change.kind for change in shared.changes(0)] == ["added"] * 60  # nothing was done twice
    assert sorted(Path(one.source.source).name for one in shared.entries()) == sorted(texts(60))
    assert left(shared) == [0, 0]
