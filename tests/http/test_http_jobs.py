"""Uploads that are taken in behind their sender's back."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sqlite3
import threading
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from client import BRIDGE, Client, parts_of
from fastapi import Request
from live import served

from api.access import LOCAL
from api.compose import Parts
from api.http import forms, jobs, running, spooling
from api.http.app import create_app
from api.http.desk import Desk
from api.http.spooling import Uploads
from index.encoder import Vectors
from index.store import job_files
from index.store.jobs import SILENT_S
from index.store.library import FILE
from tests.fakes import HashingEncoder
from tests.waiting import PATIENCE_S, wait

LATER = {"Prefer": "respond-async"}
Files = list[tuple[str, tuple[str, bytes]]]


def files(count: int, *, first: int = 0) -> Files:
    return [("files", (f"{n}.txt", f"{BRIDGE}Anna Berg: Number {n}.\n".encode())) for n in range(first, first + count)]


def send(client: Client, some: Files, **more: Any) -> dict[str, Any]:
    """Hand files in; the job they became."""
    response = client.post("/v1/transcripts", files=some, headers=LATER, **more)
    assert response.status_code == 202, response.text
    assert response.headers["preference-applied"] == "respond-async"
    job = dict(response.json())
    assert response.headers["location"] == f"/v1/jobs/{job['id']}"
    return job


def until(client: Client, job: dict[str, Any], is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    found = job

    def asked() -> bool:
        nonlocal found
        found = dict(client.get(f"/v1/jobs/{job['id']}").json())
        return is_so(found)

    wait(asked, lambda: found)
    return found


def ended(client: Client, job: dict[str, Any]) -> dict[str, Any]:
    return until(client, job, lambda one: one["state"] in {"done", "failed"})


def outcomes(job: dict[str, Any]) -> list[str | None]:
    return [one["outcome"] for one in job["files"]]


def told(text: str) -> list[tuple[str, Any]]:
    """Server-sent events, comments left out."""
    blocks = [block.split("\n") for block in text.strip().split("\n\n") if not block.startswith(":")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def left(parts: Parts) -> list[str]:
    """What lies in the folder of uploads."""
    folder = parts.settings.home / "uploads"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@contextmanager
def trouble(parts: Parts, reason: str, table: str = "transcripts") -> Iterator[None]:
    """Nothing can be put in a table for a while."""

    def run(statement: str) -> None:
        with closing(sqlite3.connect(parts.settings.home / FILE)) as database:
            database.execute(statement)

    run(f"CREATE TRIGGER trouble BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, '{reason}'); END")
    yield
    run("DROP TRIGGER trouble")


class Gated(HashingEncoder):
    """Encodes documents only while it is let."""

    def __init__(self, name: str = "hashing") -> None:
        super().__init__(name)
        self.begun, self.go = threading.Event(), threading.Event()

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        self.begun.set()
        assert self.go.wait(PATIENCE_S)
        return super().encode_documents(texts)


@pytest.fixture
def gated(tmp_path: Path) -> Iterator[tuple[Client, Gated]]:
    """A client of a server that encodes only while it is let."""
    encoder = Gated()
    with Client(create_app(parts_of(tmp_path / "home", lambda _: encoder))) as client:
        yield client, encoder
        encoder.go.set()


def test_an_upload_is_taken_in_later_and_told_as_a_report(client: Client, parts: Parts) -> None:
    some = [*files(20), ("files", ("bad.vtt", b"WEBVTT")), ("files", ("copy.txt", files(1)[0][1][1]))]
    begun = send(client, some, data={"collection": "council"})
    assert (begun["total"], [one["path"] for one in begun["files"]]) == (22, [name for _, (name, _) in some])
    job = ended(client, begun)
    assert outcomes(job) == [*["added"] * 20, "rejected", "duplicate"]
    assert {name: job[name] for name in ("state", "collection", "total", "done", "turns", "added", "rejected")} == {
        "state": "done",
        "collection": "council",
        "total": 22,
        "done": 22,
        "turns": 63,
        "added": 20,
        "rejected": 1,
    }
    assert job["files"][0]["transcript_id"] == job["files"][21]["transcript_id"]
    assert "no words are in it" in job["files"][20]["reason"]
    assert job["ended_at"] >= job["created_at"]
    assert left(parts) == []
    listed = client.get("/v1/jobs").json()["jobs"]
    assert listed == [{name: value for name, value in job.items() if name != "files"}]
    page = client.get("/v1/transcripts").json()["transcripts"]
    assert {(one["id"], one["collection"]) for one in page} == {
        (one["transcript_id"], "council") for one in job["files"] if one["transcript_id"]
    }
    hits = client.post("/v1/search", json={"query": "Number 17", "top_k": 1}).json()["hits"]
    assert hits[0]["text"] == "Number 17."


@pytest.mark.parametrize(
    ("preference", "status"),
    [
        ("respond-async", 202),
        ("Respond-Async; x=1", 202),
        ('wait=10, foo="bar", respond-async', 202),
        ("return=minimal", 200),
        ("respond-asynchronously", 200),
        ("", 200),
    ],
)
def test_only_who_prefers_it_gets_a_job(client: Client, preference: str, status: int) -> None:
    body = {"filename": "a.txt", "content": BRIDGE, "title": "Said beside it", "date": "2024-02-29"}
    response = client.post("/v1/transcripts", json=body, headers={"Prefer": preference})
    assert response.status_code == status
    if status == 202:
        job = ended(client, response.json())
        shown = client.get(f"/v1/transcripts/{job['files'][0]['transcript_id']}").json()
        assert (shown["title"], shown["date"]) == ("Said beside it", "2024-02-29")


@pytest.mark.parametrize("headers", [{}, LATER])
def test_what_is_not_as_documented_leaves_nothing(client: Client, parts: Parts, headers: dict[str, str]) -> None:
    for sent, status in (
        ({"files": files(2), "data": {"title": "Of which?"}}, 422),
        ({"files": {"files": ("../", b"A: a")}}, 422),
        ({"data": {"collection": "c"}, "files": {"f": ("", b"")}}, 422),
        ({"content": b"--x\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}}, 400),
        ({"content": b"--x--\r\n", "headers": {"content-type": "multipart/form-data"}}, 400),
        ({"json": {"filename": "a.txt"}}, 422),
    ):
        more: dict[str, Any] = dict(sent)
        more["headers"] = headers | more.get("headers", {})
        response = client.post("/v1/transcripts", **more)
        assert response.status_code == status, response.text
        assert left(parts) == []
    assert client.get("/v1/jobs").json() == {"jobs": []}


def test_a_form_that_breaks_off_is_refused_with_all_it_held(client: Client, parts: Parts) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nAnn: All of it.\r\n'
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="b.txt"\r\n\r\nBob: And half of'
    )
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post("/v1/transcripts", content=body, headers=headers).status_code == 400
    assert client.post("/v1/transcripts", content=body + b" it.\r\n--x--\r\n", headers=headers).json()["added"] == 2
    assert left(parts) == []


def test_there_may_be_many_files_but_not_any_number(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "_MOST_FILES", 3)
    assert client.post("/v1/transcripts", files=files(3)).json()["added"] == 3
    response = client.post("/v1/transcripts", files=files(4))
    assert (response.status_code, "at most 3 at a time" in response.json()["detail"]) == (400, True)


def test_several_files_may_be_longer_together_than_one_alone(client: Client) -> None:
    no_text = [("files", (f"{n}.txt", bytes(900_000))) for n in range(3)]
    too_long = ("files", ("long.txt", b"Ann: " + b"x" * 1_000_000))
    report = client.post("/v1/transcripts", files=[*files(1), *no_text, too_long]).json()
    assert outcomes(report) == ["added", *["rejected"] * 4]
    assert ["more than the 1 MB allowed" in one["reason"] for one in report["files"][1:]] == [False, False, False, True]


def test_files_are_never_all_in_memory(tmp_path: Path) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="%d.txt"\r\n\r\n'
    body = [part for n in range(40) for part in (head % n, *[bytes(100_000)] * 10, b"\r\n")] + [b"--x--\r\n"]
    messages = iter([{"type": "http.request", "body": part, "more_body": part != body[-1]} for part in body])
    headers = [(b"content-type", b"multipart/form-data; boundary=x")]

    async def receive() -> Any:
        return next(messages)

    async def read() -> int:
        async with Uploads(tmp_path).fresh() as spool:
            form = forms.Form(spool)
            tracemalloc.start()
            await form.read(Request({"type": "http", "headers": headers}, receive))
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert [spool.size(n) for n in range(40)] == [1_000_000] * 40
        return peak

    assert asyncio.run(read()) < 3_000_000


class TestEvents:
    def test_progress_and_then_the_whole_job(self, gated: tuple[Client, Gated], parts: Parts) -> None:
        client, encoder = gated
        job = send(client, files(3))
        assert encoder.begun.wait(PATIENCE_S)
        with served(parts) as url, httpx2.stream("GET", f"{url}/v1/jobs/{job['id']}/events", timeout=PATIENCE_S) as got:
            lines = []
            for line in got.iter_lines():
                lines.append(line)
                encoder.go.set()
        events = told("\n".join(lines))
        assert events[0] == ("progress", {"state": "running", "done": 0, "total": 3, "turns": 0})
        assert events[-1] == ("done", client.get(f"/v1/jobs/{job['id']}").json())
        assert [name for name, _ in events[:-1]] == ["progress"] * (len(events) - 1)

    def test_a_job_that_has_ended_is_told_at_once_and_again(self, client: Client) -> None:
        job = ended(client, send(client, files(2)))
        for _ in range(2):
            response = client.get(f"/v1/jobs/{job['id']}/events")
            assert response.headers["content-type"].startswith("text/event-stream")
            assert told(response.text) == [("done", job)]

    def test_a_job_that_is_not_there_is_an_ordinary_problem(self, client: Client) -> None:
        response = client.get("/v1/jobs/job_none/events")
        assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")

    def test_silence_is_broken_for_proxies(self, gated: tuple[Client, Gated]) -> None:
        client, encoder = gated
        job = send(client, files(1))
        assert encoder.begun.wait(PATIENCE_S)
        service = client.app.state.service  # type: ignore[attr-defined]
        desk = Desk(service.library.jobs, Uploads(service.library.home), lambda: None)

        async def some() -> list[str]:
            found = []
            async for text in jobs.events(desk, LOCAL, job["id"], look_s=0.001, pulse_s=0.02):
                found.append(text)
                if len(found) == 3:
                    break
            return found

        first, *pulses = asyncio.run(some())
        assert first.startswith("event: progress\n")
        assert pulses == [": still at it\n\n"] * 2


def test_a_full_disk_while_it_is_sent_leaves_nothing(
    client: Client, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    for owner, step in ((spooling.Spool, "path"), (spooling, "_sync"), (spooling.Path, "mkdir")):
        with monkeypatch.context() as patched:
            patched.setattr(owner, step, full)
            response = client.post("/v1/transcripts", files=files(2), headers=LATER)
        assert (response.status_code, response.json()["type"]) == (507, "/problems/library-full")
        assert str(parts.settings.home) not in response.text
        assert left(parts) == []
    with trouble(parts, "database or disk is full", "job_files"):
        assert client.post("/v1/transcripts", files=files(2), headers=LATER).status_code == 507
    assert left(parts) == []
    assert client.get("/v1/jobs").json() == {"jobs": []}


def test_a_full_disk_under_way_fails_the_job_which_loses_nothing(client: Client, parts: Parts) -> None:
    client.until_ready()
    with trouble(parts, "database or disk is full"):
        job = ended(client, send(client, files(5)))
        assert (job["state"], job["done"]) == ("failed", 0)
        assert "no room is left" in job["reason"]
        assert str(parts.settings.home) not in json.dumps(job)
        [(name, problem)] = told(client.get(f"/v1/jobs/{job['id']}/events").text)
        assert (name, problem["type"], problem["detail"]) == ("error", "/problems/job-failed", job["reason"])
    assert len(left(parts)) == 6
    assert client.post(f"/v1/jobs/{job['id']}/retry").json()["state"] in {"queued", "running", "done"}
    job = ended(client, job)
    assert (job["state"], job["added"], job["reason"]) == ("done", 5, None)
    assert left(parts) == []
    assert client.post(f"/v1/jobs/{job['id']}/retry").status_code == 400


def test_a_locked_library_is_waited_for(client: Client, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_LOOK_S", 0.01)
    client.until_ready()
    with trouble(parts, "database is locked"):
        job = send(client, files(3))
        time.sleep(0.1)
        assert until(client, job, lambda one: one["state"] == "running")["done"] == 0
    assert ended(client, job)["added"] == 3


class Poisoned(HashingEncoder):
    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        if any("Number 3." in text for text in texts):
            raise RuntimeError("/secret/path: out of order")
        return super().encode_documents(texts)


def test_a_fault_of_the_server_in_one_file_does_not_stop_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    parts = parts_of(tmp_path / "home", Poisoned)
    with Client(create_app(parts)) as client:
        job = ended(client, send(client, files(6)))
        assert outcomes(job) == ["added", "added", "added", None, "added", "added"]
        assert (job["state"], job["done"], "failed on 1 of 6 files" in job["reason"]) == ("failed", 5, True)
        assert "secret" not in json.dumps(job)
        assert "out of order" in caplog.text
        assert left(parts) == [job["id"], f"{job['id']}/3"]  # it can be tried again, or given up:
        job = client.delete(f"/v1/jobs/{job['id']}").json()
        assert (job["state"], outcomes(job)[3]) == ("done", "rejected")
        assert left(parts) == []


def test_what_is_cancelled_is_not_taken_in(gated: tuple[Client, Gated], tmp_path: Path) -> None:
    client, encoder = gated
    running_, queued = send(client, files(3)), send(client, files(3, first=3))
    assert encoder.begun.wait(PATIENCE_S)
    for one in (queued, running_):
        job = client.delete(f"/v1/jobs/{one['id']}").json()
        assert (job["state"], outcomes(job)) == ("done", ["rejected"] * 3)
        assert {file["reason"] for file in job["files"]} == {"cancelled before it was taken in"}
    encoder.go.set()
    last = ended(client, send(client, files(1, first=9)))  # whose turn comes when the others are through
    assert client.get("/v1/transcripts").json()["transcripts"][0]["id"] == last["files"][0]["transcript_id"]
    assert len(client.ids()) == 1
    assert client.delete(f"/v1/jobs/{running_['id']}").json()["rejected"] == 3
    assert list((tmp_path / "home" / "uploads").iterdir()) == []


def test_a_server_that_is_stopped_leaves_the_rest_to_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_files, "_GROUP_FILES", 2)
    monkeypatch.setattr(running, "_GRACE_S", 0.05)
    stopped, quitting = threading.Event(), running.Runner.quit

    def told_to_stop(runner: running.Runner) -> None:
        quitting(runner)
        stopped.set()

    def late() -> None:
        assert stopped.wait(PATIENCE_S)
        time.sleep(0.1)  # longer than it has for the files in hand
        encoder.go.set()

    monkeypatch.setattr(running.Runner, "quit", told_to_stop)
    encoder = Gated()
    parts = parts_of(tmp_path / "home", lambda _: encoder)
    with Client(create_app(parts)) as client:
        job = send(client, files(8))
        assert encoder.begun.wait(PATIENCE_S)
        letting = threading.Thread(target=late)
        letting.start()
    letting.join()
    with parts.library() as library:
        found = library.jobs.get(job["id"])
        assert (found.state, found.done) == ("queued", 0)
        assert len(left(parts)) == 9
    with Client(create_app(parts_of(tmp_path / "home", HashingEncoder))) as client:
        job = ended(client, job)
        assert (job["state"], outcomes(job)) == ("done", ["added"] * 8)
        assert len(client.get("/v1/transcripts").json()["transcripts"]) == 8


def test_two_servers_share_the_work_and_either_tells_of_it(parts: Parts, client: Client) -> None:
    with Client(create_app(parts_of(parts.settings.home, HashingEncoder))) as other:
        sent = [send(one, files(4, first=4 * n)) for n, one in enumerate((client, other, client, other))]
        for asked in (client, other):
            assert [outcomes(ended(asked, job)) for job in sent] == [["added"] * 4] * 4
        for asked in (client, other):
            hits = asked.post("/v1/search", json={"query": "Number 13", "top_k": 1}).json()["hits"]
            assert hits[0]["text"] == "Number 13."


def test_a_worker_that_fell_silent_does_no_harm_when_it_wakes_up(gated: tuple[Client, Gated], parts: Parts) -> None:
    client, encoder = gated
    job = send(client, files(4))
    assert encoder.begun.wait(PATIENCE_S)
    with closing(sqlite3.connect(parts.settings.home / FILE)) as database:
        database.execute("UPDATE jobs SET seen_at = ?", (time.time() - SILENT_S - 1,))
        database.commit()
    with Client(create_app(parts_of(parts.settings.home, HashingEncoder))) as other:
        done = ended(other, job)
        assert outcomes(done) == ["added"] * 4
        encoder.go.set()
        last = ended(client, send(client, files(1, first=9)))
        assert outcomes(last) == ["added"]
        assert client.get(f"/v1/jobs/{job['id']}").json() == done


def test_what_processes_that_died_have_left_is_swept_after_an_hour(parts: Parts) -> None:
    uploads = Uploads(parts.settings.home)
    for name, age_s in (("job_old", 4000), ("job_young", 3000), ("job_wanted", 4000)):
        folder = parts.settings.home / "uploads" / name
        folder.mkdir(parents=True)
        (folder / "0").write_text("A: a")
        for path in (folder / "0", folder):
            os.utime(path, (time.time() - age_s,) * 2)
    uploads.sweep({"job_wanted"})
    assert left(parts) == ["job_wanted", "job_wanted/0", "job_young", "job_young/0"]


class TestAccess:
    @pytest.fixture
    def keys(self, client: Client) -> dict[str, dict[str, str]]:
        made = client.app.state.service.library.keys  # type: ignore[attr-defined]
        council, other = {"collections": ["council"]}, {"collections": ["other"]}
        sent = {
            "all": made.create("all", scope="manage")[1],
            "council": made.create("council", scope="manage", **council)[1],
            "second": made.create("second", scope="manage", **council)[1],
            "other": made.create("other", scope="manage", **other)[1],
            "ask": made.create("ask", scope="ask")[1],
        }
        return {name: {"Authorization": f"Bearer {secret}"} for name, secret in sent.items()}

    def test_a_job_is_there_for_who_sent_it_and_who_keeps_everything(
        self, client: Client, keys: dict[str, dict[str, str]]
    ) -> None:
        response = client.post("/v1/transcripts", files=files(1), headers=LATER | keys["council"])
        assert (response.status_code, response.json()["collection"]) == (202, "council")
        at = response.headers["location"]
        calls = [("GET", at), ("GET", f"{at}/events"), ("POST", f"{at}/retry"), ("DELETE", at)]
        never = [("GET", f"/v1/jobs/job_{'0' * 24}")]
        for who in ("second", "other"):
            for method, path in calls:
                refused = client.request(method, path, headers=keys[who])
                assert refused.status_code == 404
                expected = client.request(*never[0], headers=keys[who]).json()
                said = refused.json()
                assert said["detail"].replace(at.split("/")[-1], f"job_{'0' * 24}") == expected["detail"]
            assert client.get("/v1/jobs", headers=keys[who]).json() == {"jobs": []}
        for method, path in [*calls, ("GET", "/v1/jobs")]:
            assert client.request(method, path, headers=keys["ask"]).status_code == 403
            assert client.request(method, path).status_code == 401
        for who in ("council", "all"):
            assert client.get(f"{at}/events", headers=keys[who]).status_code == 200
            assert client.get(at, headers=keys[who]).json()["added"] == 1
            assert [one["id"] for one in client.get("/v1/jobs", headers=keys[who]).json()["jobs"]] == [
                at.split("/")[-1]
            ]

    def test_nothing_is_handed_in_for_a_collection_that_is_not_theirs(
        self, client: Client, parts: Parts, keys: dict[str, dict[str, str]]
    ) -> None:
        for who, status in (("council", 403), ("ask", 403), ("all", 202)):
            response = client.post(
                "/v1/transcripts", files=files(1), data={"collection": "secret"}, headers=LATER | keys[who]
            )
            assert response.status_code == status
            if status != 202:
                assert left(parts) == []


def archive(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name in names:
            file.writestr(name, f"{BRIDGE}Anna Berg: This is {name}.\n")
    return packed.getvalue()


def test_what_is_in_an_archive_is_told_file_by_file_at_once_and_later(client: Client) -> None:
    packed = archive("one.txt", "in/two.txt", "inner.zip", "picture.png")
    some: Files = [("files", ("all.zip", packed)), *files(1), ("files", ("broken.zip", packed[:40]))]
    told = {"all.zip/in/two.txt", "all.zip/inner.zip", "all.zip/one.txt", "0.txt", "broken.zip"}
    job = ended(client, send(client, some))
    assert {one["path"] for one in job["files"]} == told
    assert (job["state"], job["total"], job["added"], job["rejected"]) == ("done", 5, 3, 2)
    reasons = {one["path"]: one["reason"] for one in job["files"] if one["outcome"] == "rejected"}
    assert "archive within an archive" in reasons["all.zip/inner.zip"]
    assert "missing" in reasons["broken.zip"]
    again = client.post("/v1/transcripts", files=some).json()
    assert {one["path"] for one in again["files"]} == told
    assert (again["unchanged"], again["rejected"]) == (3, 2)
