from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from bad_requests import BAD, JSON, Bad
from client import BRIDGE, QUESTION, Client, parts_of

from api.compose import Parts
from api.http import problems
from api.http.app import create_app
from index.encoder import Encoder
from index.store.library import FILE
from rag import errors
from tests.fakes import HashingEncoder


def problem(response: Any, status: int, name: str) -> dict[str, Any]:
    """The problem document of a response, which is as it ought to be."""
    assert (response.status_code, response.headers["content-type"]) == (status, problems.MEDIA_TYPE), response.text
    document = dict(response.json())
    assert (document["type"], document["status"]) == (f"/problems/{name}", status)
    assert document["title"]
    assert "Traceback" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"
    return document


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.what)
def test_bad_requests(client: Client, bad: Bad) -> None:
    problem(client.request(bad.method, bad.path, **bad.sent), bad.status, bad.name)


def test_the_documentation_has_all_of_them() -> None:
    text = (Path(__file__).parent.parent.parent / "docs" / "errors.md").read_text(encoding="utf-8")
    rows = [f"| {bad.what} | `{bad.method} {bad.path}` | {bad.status} | `/problems/{bad.name}` |" for bad in BAD]
    assert [line for line in text.splitlines() if "| `/problems/" in line and line.count("|") == 5] == rows


def test_a_body_longer_than_it_said_is_stopped_while_it_is_read(client: Client) -> None:
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"x" * 100_000

    document = problem(client.post("/v1/transcripts", content=chunks(), headers=JSON), 413, "too-large")
    assert "2,000,000 bytes" in document["detail"]


def test_a_transcript_too_long_is_rejected_in_the_report(client: Client) -> None:
    file = client.add("long.txt", "A: " + "x" * 1_000_000)
    assert (file["outcome"], "more than the 1 MB allowed" in file["reason"]) == ("rejected", True)


def test_validation_says_where_and_does_not_repeat_what_was_sent(client: Client) -> None:
    body = {"question": QUESTION, "filters": {"since": "password123"}}
    response = client.post("/v1/ask", json=body)
    document = problem(response, 422, "validation")
    assert [one["at"] for one in document["errors"]] == ["body.filters.since"]
    assert "password123" not in response.text


def test_a_wrong_method_says_which_are_right(client: Client) -> None:
    assert client.put("/v1/ask").headers["allow"] == "POST"


def test_every_error_has_a_kind_of_its_own() -> None:
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.TransciteError)]
    found = {kind: problems.of(kind("")) for kind in kinds}
    assert len({one.name for one in found.values()}) == len(kinds) == 16
    assert {kind.__name__: one.status for kind, one in found.items()} == {
        "TransciteError": 500,
        "InputError": 400,
        "AccessError": 403,
        "ReadError": 422,
        "QuestionError": 422,
        "FilterError": 422,
        "NotFoundError": 404,
        "LibraryError": 503,
        "LibraryLockedError": 503,
        "LibraryUnreachableError": 503,
        "LibraryFullError": 507,
        "LibraryDamagedError": 503,
        "LibraryMismatchError": 503,
        "EngineError": 503,
        "EncoderError": 503,
        "ModelError": 503,
    }


def test_the_library_in_trouble_says_so_without_its_folder(filled: Client, parts: Parts) -> None:
    home = parts.settings.home
    with closing(sqlite3.connect(home / FILE)) as database:
        full = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        database.execute(f"CREATE TRIGGER full BEFORE INSERT ON transcripts {full}")
    response = filled.post("/v1/transcripts", json={"filename": "new.txt", "content": f"{BRIDGE}Anna Berg: New."})
    problem(response, 507, "library-full")
    assert str(home) not in response.text


def test_a_library_that_is_locked_is_worth_another_try() -> None:
    response = problems.response(problems.of(errors.LibraryLockedError("/home/me/library.db is locked")), "/home/me")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert b"/home/me" not in bytes(response.body)


class Failing(HashingEncoder):
    def encode_query(self, text: str) -> Any:
        raise RuntimeError("/secret/path: out of order")


def test_what_nobody_expected_is_an_internal_error_without_its_text(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Client(create_app(parts_of(tmp_path / "home", Failing))) as client:
        client.fill()
        response = client.post("/v1/search", json={"query": "bridge"})
    problem(response, 500, "internal")
    assert "secret" not in response.text
    assert "out of order" in caplog.text  # the log has it


def test_an_encoder_that_cannot_be_loaded_is_tried_again(tmp_path: Path) -> None:
    broken = True

    def load(name: str) -> Encoder:
        if broken:
            raise errors.EncoderError("/models/e5 cannot be loaded")
        return HashingEncoder(name)

    with Client(create_app(parts_of(tmp_path / "home", load))) as client:
        response = client.post("/v1/search", json={"query": "bridge"})
        problem(response, 503, "encoder")
        assert "/models" not in response.text
        problem(client.get("/readyz"), 503, "not-ready")
        assert client.get("/healthz").json() == {"status": "alive"}
        broken = False
        assert client.ask()["status"] == "not_found"
        client.until_ready()


def test_a_library_of_another_encoder_is_not_searched(tmp_path: Path) -> None:
    with Client(create_app(parts_of(tmp_path / "home", HashingEncoder))) as client:
        client.fill()
    with closing(sqlite3.connect(tmp_path / "home" / FILE)) as database:
        database.execute("UPDATE meta SET value = 'other' WHERE key = 'encoder'")
        database.commit()
    with Client(create_app(parts_of(tmp_path / "home", HashingEncoder))) as client:
        problem(client.post("/v1/ask", json={"question": QUESTION}), 503, "library-mismatch")
        assert len(client.ids()) == 2


def test_every_response_tells_browsers_to_keep_to_themselves(filled: Client) -> None:
    for response in (filled.get("/healthz"), filled.get("/nothing"), filled.get("/v1/transcripts")):
        headers = response.headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert not any(name.startswith("access-control") for name in headers)


def test_problems_are_json_whatever_they_quote() -> None:
    assert json.loads(bytes(problems.response(problems.VALIDATION, "\ud800").body))["detail"] == "\ud800"
