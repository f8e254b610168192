"""A server that takes in an upload behind its sender's back is killed (SIGKILL) and started again: nothing is lost.

While it does, a command line takes files in and another follows a folder: nobody waits for ever.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from index.store.library import Library
from rag.values import Filters
from tests import fakes
from tests.waiting import PATIENCE_S, wait

ROOT = Path(__file__).parents[2]
RUN = (
    # What is started in the background may have been told to ignore SIGINT.
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "import sys; from api.main import main; from tests.faults.slow import Slow; sys.exit(main(encoder=Slow))"
)
FILES = 30


def environ(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRANSCITE_")}
    return kept | {"TRANSCITE_HOME": str(home), "PYTHONPATH": str(ROOT), "HELD": str(home.with_name("held"))}


def command(home: Path, *arguments: str, **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", RUN, *arguments], env=environ(home), text=True, **more)


@contextmanager
def served(home: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], httpx2.Client]]:
    """A server and a client of it; it is killed at the end."""
    with command(home, "serve", "--port", "0", *options, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), line
        try:
            with httpx2.Client(base_url=line.split()[2], timeout=PATIENCE_S) as client:
                yield process, client
        finally:
            process.kill()


def text(n: int) -> str:
    """A file's content: some passages, none like another's."""
    who = ("Bob", "Ann")
    return "".join(f"{who[k % 2]}: In file{n:03} this is turn{500 + k} about the grant.\n" for k in range(20))


def send(client: httpx2.Client, count: int = FILES) -> str:
    some = [("files", (f"{n:02}.txt", text(n).encode())) for n in range(count)]
    response = client.post("/v1/transcripts", files=some, headers={"Prefer": "respond-async"})
    assert response.status_code == 202, response.text
    return str(response.headers["location"])


def until(client: httpx2.Client, at: str, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    job: dict[str, Any] = {}

    def asked() -> bool:
        nonlocal job
        with suppress(httpx2.TransportError):  # whoever had the connection was killed
            job = dict(client.get(at).json())
        return bool(job) and is_so(job)

    wait(asked, lambda: job)
    return job


def finished(job: dict[str, Any]) -> bool:
    return job["state"] in {"done", "failed"}


def check(library: Library, job: dict[str, Any]) -> None:
    """Everything is in, once, and told as it was."""
    assert (job["state"], job["done"], job["total"]) == ("done", FILES, FILES)
    assert [one["outcome"] for one in job["files"]] == ["added"] * FILES
    assert {entry.source.transcript_id for entry in library.entries()} == {one["transcript_id"] for one in job["files"]}
    assert all(entry.turns == 20 for entry in library.entries())
    searcher = fakes.searching(library)
    for n in range(0, FILES, 7):
        [hit] = searcher.search(f"file{n:03} turn507", filters=Filters(), top_k=1)
        assert hit.turns[0].text.startswith(f"In file{n:03} ")


@pytest.mark.parametrize("seed", range(2))
def test_a_server_killed_under_way_goes_on_where_it_was(tmp_path: Path, seed: int) -> None:
    home, chance, held = tmp_path / "home", random.Random(seed), tmp_path / "held"
    held.touch()  # it never gets to its end
    with served(home) as (process, client):
        at = send(client)
        enough = chance.randrange(1, FILES // 2)
        part = until(client, at, lambda job: bool(job["done"] >= enough))
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not finished(part)  # or the test proves little
    held.unlink()
    with served(home) as (process, client):
        job = until(client, at, finished)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    library = fakes.library(home)
    check(library, job)
    library.close()
    assert list((home / "uploads").iterdir()) == []


def test_one_of_two_workers_killed_leaves_its_job_to_the_other(tmp_path: Path) -> None:
    home, held = tmp_path / "home", tmp_path / "held"
    held.touch()
    with served(home, "--workers", "2") as (process, client):
        at = send(client)
        until(client, at, lambda job: bool(job["done"] >= 3))
        library = fakes.library(home)
        with library.jobs._database.reading() as connection:
            holder = connection.exec_driver_sql("SELECT worker FROM jobs").scalar_one()
        os.kill(int(str(holder).split("-")[0]), signal.SIGKILL)
        held.unlink()
        job = until(client, at, finished)
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)
    check(library, job)
    library.close()


def test_a_job_a_command_and_a_follower_work_at_the_same_time(tmp_path: Path) -> None:
    home, folder, followed = tmp_path / "home", tmp_path / "in", tmp_path / "followed"
    followed.mkdir()
    fakes.write(folder, {f"c{n:02}.txt": f"Carl: The command's file {n}.\n{text(100 + n)}" for n in range(20)})
    with served(home) as (_, client):
        follower = command(home, "ingest", "--watch", str(followed), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(0.5)
        at = send(client)
        ingest = command(home, "ingest", str(folder), "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        fakes.write(followed, {f"f{n}.txt": f"Dora: The follower's file {n}.\n{text(200 + n)}" for n in range(5)})
        asked = [client.post("/v1/ask", json={"question": "What about the grant?"}).status_code for _ in range(10)]
        out, errors = ingest.communicate(timeout=PATIENCE_S)
        assert (ingest.returncode, json.loads(out)["added"]) == (0, 20), errors
        job = until(client, at, finished)
        assert (job["state"], job["added"]) == ("done", FILES)
        wait(lambda: len(client.get("/v1/transcripts").json()["transcripts"]) == FILES + 25)
        follower.send_signal(signal.SIGINT)
        _, errors = follower.communicate(timeout=PATIENCE_S)
        assert follower.returncode == 0, errors
        assert asked == [200] * 10
        hits = client.post("/v1/search", json={"query": "the follower's file", "top_k": 5}).json()["hits"]
        assert {hit["speaker"] for hit in hits} == {"Dora"}


@pytest.mark.parametrize("options", [(), ("--workers", "2")])
def test_a_server_that_is_told_to_stop_does_not_wait_for_the_end_of_a_job(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    took = [stopped(tmp_path / "home", options)]
    while took[-1] >= 9 and len(took) < 4:  # it gives requests ten seconds; a busy machine may keep it waiting once
        took.append(stopped(tmp_path / f"home{len(took)}", options))
    assert min(took) < 9


def stopped(home: Path, options: tuple[str, ...]) -> float:
    """Tell a server amid a job to stop, and see that it leaves the rest as it ought to; the seconds it took."""
    with served(home, *options) as (process, client):
        at = send(client, 300)
        until(client, at, lambda job: bool(job["done"] >= 1))
        with client.stream("GET", f"{at}/events") as events:
            lines = events.iter_lines()
            assert next(lines) == "event: progress"
            process.send_signal(signal.SIGTERM)
            told = time.monotonic()
            rest = list(lines)  # which ends as it ought to, and does not break off
        assert process.wait(PATIENCE_S) == 0
        took = time.monotonic() - told
    assert "event: done" not in rest
    library = fakes.library(home)
    job = library.jobs.get(at.split("/")[-1])
    assert (job.state, 0 < job.done < 300) == ("queued", True)
    library.close()
    return took
