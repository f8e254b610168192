"""The real server on a loopback port, started by the command and spoken to over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from client import HEARING, QUESTION

from api.main import main
from tests.fakes import HashingEncoder
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parent.parent.parent
START = """
import sys
from api.main import main
from tests.fakes import HashingEncoder
sys.exit(main(["serve", "--port", "0"], encoder=HashingEncoder))
"""


@dataclass
class Server:
    process: subprocess.Popen[str]
    url: str


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TRANSCITE_")}
    environ |= {"TRANSCITE_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", START]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), line
        yield Server(process, line.split()[2])
        process.kill()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(server: Server, stop: signal.Signals) -> None:
    with httpx2.Client(base_url=server.url, timeout=PATIENCE_S) as client:
        upload = {"filename": "hearing.txt", "content": HEARING}
        assert client.post("/v1/transcripts", json=upload).json()["added"] == 1
        assert client.get("/readyz").json() == {"status": "ready"}
        answer = client.post("/v1/ask", json={"question": QUESTION}).json()
        assert answer["status"] == "quoted"
        assert client.get(f"/v1/answers/{answer['id']}").json() == answer
        assert client.get("/healthz", headers={"host": "rebound.example"}).status_code == 400
        accept = {"accept": "text/event-stream"}
        with client.stream("POST", "/v1/ask", json={"question": QUESTION}, headers=accept) as response:
            names = [line for line in response.iter_lines() if line.startswith("event: ")]
        assert names == ["event: sources", "event: answer"]
    server.process.send_signal(stop)
    assert server.process.wait(PATIENCE_S) == 0
    assert server.process.stderr is not None
    logged = [json.loads(line) for line in server.process.stderr.read().splitlines()]
    assert {(one["event"], one["level"]) for one in logged} == {("request", "INFO")}
    assert [one["path"] for one in logged[:3]] == ["/v1/transcripts", "/readyz", "/v1/ask"]
    assert QUESTION not in str(logged)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_other_machines_are_not_served_without_keys(
    host: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--host", host], environ={"TRANSCITE_HOME": str(tmp_path)}, encoder=HashingEncoder) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "there is no key yet" in line


@pytest.mark.parametrize("host", ["nowhere.invalid", "127.0.0.1:80", "x" * 300])
def test_a_host_that_is_none_is_refused_in_one_line(
    host: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--host", host], environ={"TRANSCITE_HOME": str(tmp_path)}, encoder=HashingEncoder) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "try 127.0.0.1" in line


def test_a_port_that_is_taken_is_refused_in_one_line(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = server.url.rsplit(":", 1)[1]
    environ = {"TRANSCITE_HOME": str(tmp_path / "other")}
    assert main(["serve", "--port", port], environ=environ, encoder=HashingEncoder) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "choose another with --port" in line
