"""What Prometheus reads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from client import QUESTION, Client, parts_of
from prometheus_client.parser import text_string_to_metric_families

from api.http.app import create_app
from api.http.metrics import Metrics
from index.store.keys import Keys
from rag.errors import LibraryLockedError
from tests.fakes import HashingEncoder

ROOT = Path(__file__).parent.parent.parent
WORKER = """
import sys
from pathlib import Path
from api.http.metrics import Metrics
metrics = Metrics(Path(sys.argv[1]))
metrics.in_flight.inc()
metrics.answer("quoted")
metrics.stage("search", 0.02)
print("ready", flush=True)
sys.stdin.read()
"""


def keys_of(client: Client) -> Keys:
    keys: Keys = client.app.state.service.library.keys  # type: ignore[attr-defined]
    return keys


def figures(text: str) -> dict[str, float]:
    """Values by name and labels, as Prometheus writes them."""
    found = {}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(one.labels.items()))
            key = f"{one.name}{{{labels}}}"
            assert key not in found
            found[key] = one.value
    return found


def read(client: Client, **headers: str) -> dict[str, float]:
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return figures(response.text)


def test_requests_are_counted_by_route(filled: Client) -> None:
    for _ in range(3):
        filled.get("/v1/transcripts/none-of-that-id")
    filled.get("/v1/nowhere")
    filled.request("BREW", "/v1/transcripts")
    found = read(filled)
    assert found["transcite_http_requests_total{method=GET,route=/v1/transcripts/{transcript_id},status=404}"] == 3
    assert found["transcite_http_requests_total{method=POST,route=/v1/transcripts,status=200}"] == 2
    assert found["transcite_http_requests_total{method=GET,route=none,status=404}"] == 1
    assert found["transcite_http_requests_total{method=other,route=/v1/transcripts,status=405}"] == 1
    count = "transcite_http_request_duration_seconds_count{method=GET,route=/v1/transcripts/{transcript_id}}"
    assert found[count] == 3
    assert found["transcite_http_requests_in_flight{}"] == 1  # this one


def test_the_stages_of_the_work_are_measured(filled: Client) -> None:
    filled.ask()
    filled.post("/v1/search", json={"query": "grant"})
    found = read(filled)
    counts = {
        name: found.get(f"transcite_stage_duration_seconds_count{{stage={name}}}", 0)
        for name in ("search", "quote", "total", "encode_question", "encoder_wait")
    }
    assert (counts["search"], counts["quote"], counts["total"]) == (2, 1, 1)
    assert counts["encode_question"] >= 2
    assert counts["encoder_wait"] >= counts["encode_question"]
    assert found["transcite_stage_duration_seconds_count{stage=encode_texts}"] >= 2
    spent = found["transcite_stage_duration_seconds_sum{stage=search}"]
    assert 0 < spent < 10
    assert "transcite_stage_duration_seconds_count{stage=}" not in found


def test_outcomes_are_counted(filled: Client) -> None:
    answer = filled.ask()
    assert filled.ask("Which whale sang opera?")["status"] == "not_found"
    filled.post(f"/v1/answers/{answer['id']}/feedback", json={"vote": "down"})
    assert filled.add("empty.txt", " ")["outcome"] == "rejected"
    found = read(filled)
    assert found["transcite_answers_total{status=quoted}"] == 1
    assert found["transcite_answers_total{status=not_found}"] == 1
    assert found["transcite_feedback_total{vote=down}"] == 1
    assert found["transcite_ingest_files_total{outcome=added}"] == 2
    assert found["transcite_ingest_files_total{outcome=rejected}"] == 1


def test_sizes_are_those_of_the_moment(filled: Client) -> None:
    before = read(filled)
    assert before["transcite_library_transcripts{}"] == 2
    assert before["transcite_library_turns{}"] == 6
    assert before["transcite_index_vectors{}"] >= 6
    assert before["transcite_library_bytes{}"] > 10_000
    assert before["transcite_index_bytes{}"] > 1000
    assert before["transcite_ready{}"] == before["transcite_library_up{}"] == 1
    for one in filled.ids().values():
        filled.delete(f"/v1/transcripts/{one}")
    after = read(filled)
    assert after["transcite_library_transcripts{}"] == after["transcite_library_turns{}"] == 0
    assert after["transcite_library_generation{}"] == before["transcite_library_generation{}"] + 2
    assert sum(name.startswith("transcite_build_info{version=") for name in after) == 1


def test_only_who_may_see_everything_reads_them(filled: Client) -> None:
    keys = keys_of(filled)
    everything = keys.create("all", scope="manage")[1]
    some = [
        keys.create("some", scope="manage", collections=["council"])[1],
        keys.create("ask", scope="ask")[1],
    ]
    for sent in some:
        refused = filled.get("/metrics", headers={"Authorization": f"Bearer {sent}"})
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/forbidden")
        assert "transcite_" not in refused.text
    assert filled.get("/metrics").status_code == 401
    found = read(filled, Authorization=f"Bearer {everything}")
    assert found["transcite_http_refused_total{reason=forbidden}"] == 2
    assert found["transcite_http_refused_total{reason=no_key}"] == 1
    assert "council" not in "".join(found)


def test_nothing_in_them_says_what_was_asked_or_who_asked(filled: Client) -> None:
    sent = keys_of(filled).create("all", scope="manage")[1]
    headers = {"Authorization": f"Bearer {sent}"}
    ids = [one["id"] for one in filled.get("/v1/transcripts", headers=headers).json()["transcripts"]]
    filled.post("/v1/ask", json={"question": QUESTION}, headers=headers)
    filled.get(f"/t/{ids[0]}", headers=headers)
    filled.get(f"/v1/transcripts/{ids[0]}", headers=headers)
    text = filled.get("/metrics", headers=headers).text
    for secret in (*ids, "Tamarack", "council", "hearing", sent, sent.split(".")[0]):
        assert secret not in text
    labels = set(re.findall(r'(\w+)="', text))
    assert labels <= {"route", "method", "status", "le", "stage", "reason", "vote", "outcome", "version"}


def test_they_are_there_while_the_library_is_in_trouble(filled: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked() -> int:
        raise LibraryLockedError("locked")

    monkeypatch.setattr(filled.app.state.service.library, "generation", locked)  # type: ignore[attr-defined]
    found = read(filled)
    assert found["transcite_library_up{}"] == 0
    assert "transcite_library_turns{}" not in found
    assert found["transcite_http_requests_total{method=POST,route=/v1/transcripts,status=200}"] == 2


def test_two_servers_in_one_process_count_apart(filled: Client, tmp_path: Path) -> None:
    with Client(create_app(parts_of(tmp_path / "other", HashingEncoder))) as other:
        other.get("/healthz")
        assert "transcite_http_requests_total{method=GET,route=/healthz,status=200}" in read(other)
        assert "transcite_http_requests_total{method=POST,route=/v1/transcripts,status=200}" not in read(other)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "metrics"
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)


def test_workers_are_counted_together(folder: Path) -> None:
    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WORKER, str(folder)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        return subprocess.Popen(command, cwd=ROOT, text=True, **pipes)  # type: ignore[call-overload,no-any-return]

    with start() as first, start() as second:
        for one in (first, second):
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        reader = Metrics(folder)
        reader.answer("quoted")
        found = figures(reader.text([]).decode())
        assert found["transcite_answers_total{status=quoted}"] == 3
        assert found["transcite_stage_duration_seconds_count{stage=search}"] == 2
        assert found["transcite_http_requests_in_flight{}"] == 2
        first.kill()
        first.wait()
        found = figures(reader.text([]).decode())
        assert found["transcite_http_requests_in_flight{}"] == 1  # what it had in hand is gone with it
        assert found["transcite_answers_total{status=quoted}"] == 3  # what it did is not
        second.kill()
