"""The server's log: what stands in it, and what never does."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from client import QUESTION, Client
from fastapi.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from api.compose import Parts
from api.http.app import create_app
from api.http.current import request_id
from api.http.observing import Observed
from api.http.watch import Watch
from api.logs import Lines
from index.store.database import Database
from index.store.schema import meta
from rag.errors import LibraryError, LibraryFullError
from tests.fakes import HashingEncoder
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parent.parent.parent
LOG = logging.getLogger("transcite")


class Log:
    """What the server wrote."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    def lines(self, event: str) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in found if line["event"] == event]


@pytest.fixture
def log() -> Iterator[Log]:
    """What is written from now on, as the server writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines())
    level = LOG.level
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    yield Log(stream)
    LOG.removeHandler(handler)
    LOG.setLevel(level)


def test_every_request_leaves_one_line(filled: Client, log: Log) -> None:
    [transcript_id] = [one for title, one in filled.ids().items() if title == "Bridge talk"]
    response = filled.get(
        f"/v1/transcripts/{transcript_id}?secret=in-the-query", headers={"X-Request-ID": "mine-1.2_3"}
    )
    filled.get("/v1/nowhere")
    _, line, missing = log.lines("request")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00", line.pop("time"))
    assert 0 < line.pop("ms") < 60_000
    assert line == {
        "level": "INFO",
        "event": "request",
        "request_id": "mine-1.2_3",
        "method": "GET",
        "route": "/v1/transcripts/{transcript_id}",
        "path": f"/v1/transcripts/{transcript_id}",
        "status": 200,
        "caller": None,
        "address": "testclient",
        "bytes": len(response.content),
    }
    assert (missing["route"], missing["status"]) == ("none", 404)
    assert "in-the-query" not in log.text


@pytest.mark.parametrize(
    "given", ["", "a" * 65, "two words", 'quote"', "new%0aline", "ümlaut", "../../etc", "<script>", "a,b"]
)
def test_a_name_that_cannot_be_written_anywhere_is_replaced(client: Client, log: Log, given: str) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": given.encode()})  # type: ignore[dict-item]
    made = response.headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{16}", made)
    assert log.lines("request")[0]["request_id"] == made


def test_problems_say_which_request_they_are_about(client: Client) -> None:
    response = client.get("/v1/transcripts/none", headers={"X-Request-ID": "a.b"})
    assert response.json()["request_id"] == response.headers["x-request-id"] == "a.b"
    accept = {"Accept": "text/event-stream", "X-Request-ID": "in.stream"}
    stream = client.post("/v1/ask", json={"question": " "}, headers=accept)
    assert '"request_id": "in.stream"' in stream.text
    refused = client.get("/v1/transcripts", headers={"Host": "rebound.example"})
    assert refused.status_code == 400
    assert refused.json()["request_id"] == refused.headers["x-request-id"]


def test_the_caller_is_named_by_id_and_no_secret_is_written(filled: Client, log: Log) -> None:
    key, sent = filled.app.state.service.library.keys.create("k", scope="ask")  # type: ignore[attr-defined]
    filled.post("/v1/search", json={"query": "grant"}, headers={"Authorization": f"Bearer {sent}"})
    filled.get("/v1/transcripts", headers={"Authorization": f"Bearer {sent}x"})
    filled.get("/v1/transcripts", headers={"Cookie": "transcite_session=cookie-secret"})
    filled.get("/t/x?token=token-secret")
    callers = [(line["caller"], line["status"]) for line in log.lines("request")]
    assert callers == [(key.id, 200), (None, 401), (None, 401), (None, 401)]
    for secret in (sent, sent.split(".")[-1], "cookie-secret", "token-secret", "grant"):
        assert secret not in log.text


def use(client: Client) -> None:
    """Whatever carries text of questions and transcripts."""
    client.fill()
    answer = client.ask()
    client.post("/v1/ask", json={"question": QUESTION}, headers={"Accept": "text/event-stream"})
    client.post("/v1/ask", json={"question": QUESTION, "nonsense": QUESTION})
    client.post("/v1/search", json={"query": "Tamarack ambulance"})
    client.post(f"/v1/answers/{answer['id']}/feedback", json={"vote": "up", "comment": "Tamarack, well found"})
    client.get("/", params={"q": QUESTION})
    assert client.add("odd.txt", "Tamarack\x00")["outcome"] == "rejected"


def test_no_text_of_questions_or_transcripts_is_written(client: Client, log: Log) -> None:
    use(client)
    assert len(log.lines("request")) >= 9
    assert not re.search("Tamarack|ambulance|Okafor", log.text, re.IGNORECASE)
    assert log.lines("question") == []


def test_questions_are_written_where_that_is_asked_for(parts: Parts, log: Log) -> None:
    asking = Parts(replace(parts.settings, log_questions=True), HashingEncoder)
    with Client(create_app(asking)) as client:
        client.fill()
        response = client.post("/v1/ask", json={"question": QUESTION})
        client.post("/v1/search", json={"query": "two\nlines \x1b[31m"})
    first, second = log.lines("question")
    assert first["question"] == QUESTION
    assert first["request_id"] == response.headers["x-request-id"]
    assert second["question"] == "two lines \x1b[31m"
    assert "\x1b" not in log.text


def test_failures_are_told_to_the_log_with_their_traceback_and_to_nobody_else(
    client: Client, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LibraryError("/secret/library.db is damaged")

    monkeypatch.setattr(client.app.state.service.library, "entries", broken)  # type: ignore[attr-defined]
    response = client.get("/v1/transcripts", headers={"X-Request-ID": "this-one"})
    assert response.status_code == 503
    assert "secret" not in response.text
    [line] = log.lines("log")
    assert (line["level"], line["request_id"]) == ("ERROR", "this-one")
    assert "in broken" in line["traceback"]
    assert "/secret/library.db" in line["message"]


def test_a_failure_in_a_stream_is_told_to_the_log(client: Client, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise LibraryFullError("no room left for /secret")

    monkeypatch.setattr(client.app.state.service, "load", full)  # type: ignore[attr-defined]
    accept = {"Accept": "text/event-stream", "X-Request-ID": "this-one"}
    response = client.post("/v1/ask", json={"question": QUESTION}, headers=accept)
    assert "event: error" in response.text
    assert "secret" not in response.text
    [line] = log.lines("log")
    assert line["request_id"] == "this-one"  # in the thread that works for it
    assert "LibraryFullError" in line["traceback"]


def test_what_the_database_refuses_is_not_written(tmp_path: Path) -> None:
    database, asked = Database(tmp_path / "library.db"), " ".join(["what", "Tamarack", "lost"])
    with pytest.raises(LibraryError) as caught, database.writing() as connection:
        connection.execute(meta.insert().values(key="schema", value=asked))
    database.close()
    shown = Lines().formatException((type(caught.value), caught.value, caught.value.__traceback__))
    assert "IntegrityError" in shown
    assert asked not in shown


class Cut(Exception):
    pass


async def receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def nowhere(_message: Message) -> None:
    pass


def scope() -> Scope:
    return {"type": "http", "method": "GET", "path": "/x", "headers": [], "query_string": b"", "client": None}


def test_a_stream_is_over_with_its_last_byte(log: Log) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for more in (True, True, False):
            await asyncio.sleep(0.02)
            assert log.lines("request") == []
            await send({"type": "http.response.body", "body": b"12345", "more_body": more})

    asyncio.run(Observed(app, Watch())(scope(), receive, nowhere))
    [line] = log.lines("request")
    assert line["bytes"] == 15
    assert line["ms"] >= 55
    assert "cut" not in line


def test_a_stream_that_breaks_off_is_marked(log: Log) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"1", "more_body": True})
        raise Cut

    with pytest.raises(Cut):
        asyncio.run(Observed(app, Watch())(scope(), receive, nowhere))
    [line] = log.lines("request")
    assert (line["status"], line["cut"], line["bytes"]) == (200, True, 1)
    assert request_id() is None


def test_a_client_that_leaves_before_there_is_an_answer_is_marked(log: Log) -> None:
    watch = Watch()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    async def leave() -> None:
        task = asyncio.create_task(Observed(app, watch)(scope(), receive, nowhere))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(leave())
    [line] = log.lines("request")
    assert (line["status"], line["cut"]) == (499, True)
    assert "transcite_http_requests_in_flight 0.0" in watch.metrics.text([]).decode()


def test_requests_at_the_same_time_keep_their_names(log: Log) -> None:
    meet = threading.Barrier(2)

    def work() -> None:
        meet.wait(PATIENCE_S)
        LOG.warning("working")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await run_in_threadpool(work)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def both() -> None:
        observed = Observed(app, Watch())
        named = [{**scope(), "headers": [(b"x-request-id", name)]} for name in (b"one", b"two")]
        await asyncio.gather(*(observed(one, receive, nowhere) for one in named))

    asyncio.run(both())
    assert sorted(line["request_id"] for line in log.lines("log")) == ["one", "two"]
    assert sorted(line["request_id"] for line in log.lines("request")) == ["one", "two"]


def test_what_libraries_say_comes_as_lines_too() -> None:
    script = """
import logging, warnings
from api.logs import configure_logging, log_request
configure_logging()
configure_logging()
logging.getLogger("uvicorn.error").error("bad\\nthing")
logging.getLogger("uvicorn.error").info("started")
warnings.warn("take care")
try:
    {}["k"]
except KeyError:
    logging.getLogger("transcite").exception("failed")
log_request(status=200)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line.get("logger"), line["level"]) for line in lines] == [
        ("uvicorn.error", "ERROR"),
        ("py.warnings", "WARNING"),
        ("transcite", "ERROR"),
        (None, "INFO"),
    ]
    assert lines[0]["message"] == "bad\nthing"
    assert "take care" in lines[1]["message"]
    assert "KeyError" in lines[2]["traceback"]
