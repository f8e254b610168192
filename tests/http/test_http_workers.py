"""Several workers on one library, as real processes: what one of them changes, all of them show."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from client import BRIDGE, HEARING, QUESTION

from index.store.library import Library
from tests.waiting import PATIENCE_S, wait

ROOT = Path(__file__).parent.parent.parent
START = """
import sys
from api.main import main
from tests.fakes import HashingEncoder
if __name__ == "__main__":
    sys.exit(main(["serve", "--port", "0", "--workers", "2"], encoder=HashingEncoder))
"""
CALLS = 24  # on connections of their own; that one worker gets them all has odds of one in millions


@dataclass
class Servers:
    process: subprocess.Popen[str]
    url: str
    home: Path

    def call(self, method: str, path: str, **more: object) -> httpx2.Response:
        """One request on a connection of its own, which any worker may take."""
        # Nothing is encrypted here, and reading all authorities' certificates takes longer than the request.
        with httpx2.Client(base_url=self.url, timeout=PATIENCE_S, verify=False) as client:
            return client.request(method, path, **more)  # type: ignore[arg-type]

    def ready(self) -> bool:
        """Whether the worker that takes this request can answer."""
        try:
            return self.call("GET", "/readyz").status_code == 200
        except httpx2.TransportError:  # taken by one that has just died
            return False

    def workers(self) -> set[int]:
        """Process ids of the workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(one) for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Workers that take long to start; the tests follow each other."""
    tmp_path = tmp_path_factory.mktemp("workers")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TRANSCITE_")}
    environ |= {"TRANSCITE_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    script = tmp_path / "start.py"
    script.write_text(START)
    command = [sys.executable, str(script)]
    with (
        (tmp_path / "log").open("w") as log,  # a pipe would fill up
        subprocess.Popen(
            command, env=environ, text=True, start_new_session=True, stdout=subprocess.PIPE, stderr=log
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), line
        running = Servers(process, line.split()[2], tmp_path / "home")
        try:
            wait(lambda: len(running.workers()) == 2 and all(running.ready() for _ in range(CALLS)))
            yield running
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                assert process.wait(PATIENCE_S) == 0
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def runs(process: int) -> bool:
    """Whether a process is there and not just its remains."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_one_worker_changes_all_show_and_a_revoked_key_none_takes(servers: Servers) -> None:
    added = servers.call("POST", "/v1/transcripts", json={"filename": "hearing.txt", "content": HEARING})
    identity = added.json()["files"][0]["transcript_id"]
    search = {"json": {"query": "Tamarack grant"}}
    for _ in range(CALLS):
        [hit, *_] = servers.call("POST", "/v1/search", **search).json()["hits"]
        assert hit["transcript_id"] == identity
    change = {"rename_speakers": {"José Ibarra": "J. Ibarra"}}
    assert servers.call("PATCH", f"/v1/transcripts/{identity}", json=change).status_code == 200
    for _ in range(CALLS):
        answer = servers.call("POST", "/v1/ask", json={"question": QUESTION}).json()
        assert {one["speaker"] for one in answer["citations"]} <= {"J. Ibarra", "Diane Okafor"}
    assert servers.call("POST", "/v1/transcripts", json={"filename": "b.txt", "content": BRIDGE}).json()["added"] == 1
    assert servers.call("DELETE", f"/v1/transcripts/{identity}").status_code == 200
    for _ in range(CALLS):
        hits = servers.call("POST", "/v1/search", **search).json()["hits"]
        assert {one["transcript_id"] for one in hits}.isdisjoint({identity})
    library = Library(servers.home, encoder="hashing")
    key, sent = library.keys.create("a", scope="ask")
    headers = {"Authorization": f"Bearer {sent}"}
    assert {servers.call("GET", "/v1/transcripts").status_code for _ in range(CALLS)} == {401}
    assert {servers.call("GET", "/v1/transcripts", headers=headers).status_code for _ in range(CALLS)} == {200}
    library.keys.revoke(key.id)
    library.close()
    assert {servers.call("GET", "/v1/transcripts", headers=headers).status_code for _ in range(CALLS)} == {401}


def test_a_worker_that_dies_is_made_again(servers: Servers) -> None:
    victim = min(servers.workers())
    os.kill(victim, signal.SIGKILL)
    wait(lambda: len(servers.workers() - {victim}) == 2)
    wait(lambda: all(servers.ready() for _ in range(CALLS)))


def test_all_workers_count_together(servers: Servers) -> None:
    """Without a key, an address has 120 requests a minute, however many workers take them."""
    called: list[float] = []
    while (response := servers.call("GET", "/v1/transcripts")).status_code == 401:
        called.append(time.monotonic())
    assert response.status_code == 429
    # The minute began before this test, and another may have begun meanwhile; it says, rounded up, when it ends.
    began = time.monotonic() + int(response.headers["retry-after"]) - 60
    assert sum(at > began for at in called) <= 120


def test_workers_go_when_who_started_them_is_killed(servers: Servers) -> None:
    workers = servers.workers()
    os.kill(servers.process.pid, signal.SIGKILL)
    assert servers.process.wait(PATIENCE_S) == -signal.SIGKILL
    wait(lambda: not any(runs(worker) for worker in workers))
