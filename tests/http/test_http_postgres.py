"""The server on a library in PostgreSQL: alone, beside another one, and while the database is away."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from client import BRIDGE, Client, parts_of

from api.compose import Parts
from api.http.app import create_app
from index.encoder import Vectors
from index.store.library import FILE
from tests import postgres
from tests.fakes import HashingEncoder
from tests.waiting import PATIENCE_S, wait

pytestmark = pytest.mark.postgres
LATER = {"Prefer": "respond-async"}
ASKED = {"question": "Who closed the harbor bridge?"}


def on(home: Path, url: str, load: Any = HashingEncoder) -> Parts:
    parts = parts_of(home, load)
    object.__setattr__(parts.settings, "database_url", url)
    return parts


@pytest.fixture
def two(tmp_path: Path, database_url: str) -> Iterator[tuple[Client, Client]]:
    """Two servers, as on two machines."""
    with Client(create_app(on(tmp_path / "a", database_url))) as one:
        one.fill()
        with Client(create_app(on(tmp_path / "b", database_url))) as other:
            yield one, other


def problem(response: Any, status: int, name: str) -> None:
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{name}"), response.text
    assert postgres.PASSWORD not in response.text


def ended(client: Client, job: dict[str, Any]) -> dict[str, Any]:
    def found() -> dict[str, Any]:
        return dict(client.get(f"/v1/jobs/{job['id']}").json())

    wait(lambda: found()["state"] in {"done", "failed"}, found)
    return found()


def test_both_answer_alike_and_what_one_deletes_is_gone_on_the_other_at_once(
    two: tuple[Client, Client], tmp_path: Path
) -> None:
    one, other = two
    answers = [client.post("/v1/ask", json=ASKED).json() for client in two]
    assert [found["citations"] for found in answers] == [answers[0]["citations"]] * 2
    assert other.get(f"/v1/answers/{answers[0]['id']}").json()["text"] == answers[0]["text"]
    cited = answers[0]["citations"][0]["transcript_id"]
    assert one.delete(f"/v1/transcripts/{cited}").status_code == 200
    again = other.post("/v1/ask", json=ASKED).json()
    assert cited not in json.dumps(again["citations"])
    assert [
        other.get(path).status_code for path in (f"/v1/answers/{answers[0]['id']}", f"/v1/transcripts/{cited}")
    ] == [404, 404]
    assert not (tmp_path / "a" / FILE).exists()


def test_a_key_and_a_correction_hold_on_both(two: tuple[Client, Client]) -> None:
    one, other = two
    shown = one.get("/v1/transcripts").json()["transcripts"][0]
    speaker = one.get(f"/v1/transcripts/{shown['id']}").json()["speakers"][0]
    body = {"title": "Corrected", "rename_speakers": {speaker: "Zoë Quill"}}
    assert one.patch(f"/v1/transcripts/{shown['id']}", json=body).status_code == 200
    found = other.get(f"/v1/transcripts/{shown['id']}").json()
    assert (found["title"], "Zoë Quill" in found["speakers"]) == ("Corrected", True)
    asked = {**ASKED, "conversation_id": "c"}
    first = one.post("/v1/ask", json=asked).json()
    assert other.post(f"/v1/answers/{first['id']}/feedback", json={"vote": "up", "comment": "so"}).status_code < 300
    assert [vote[1:] for vote in one.app.state.service.library.answers.votes()] == [("up", "so")]  # type: ignore[attr-defined]
    service = other.app.state.service  # type: ignore[attr-defined]
    _, secret = service.library.keys.create("a", scope="manage")
    assert [client.get("/v1/transcripts").status_code for client in two] == [401, 401]
    headers = {"Authorization": f"Bearer {secret}"}
    assert [client.get("/v1/transcripts", headers=headers).status_code for client in two] == [200, 200]


def test_what_one_was_handed_is_taken_in_by_whoever_is_there(two: tuple[Client, Client], tmp_path: Path) -> None:
    one, other = two
    some = [("files", (f"{n}.txt", f"{BRIDGE}Anna Berg: Number {n}.\n".encode())) for n in range(40)]
    response = one.post("/v1/transcripts", files=some, headers=LATER)
    assert response.status_code == 202, response.text
    job = ended(other, response.json())
    assert (job["state"], [file["outcome"] for file in job["files"]]) == ("done", ["added"] * 40)
    assert list((tmp_path / "a" / "uploads").iterdir()) == []
    assert other.delete(f"/v1/jobs/{job['id']}").json()["state"] == "done"
    assert other.post("/v1/ask", json={"question": "What is number 7?"}).json()["status"] == "quoted"


def test_what_no_text_of_postgresql_can_hold_gets_the_same_answers_as_in_a_file(
    two: tuple[Client, Client], filled: Client
) -> None:
    def said(client: Client) -> list[Any]:
        shown = client.get("/v1/transcripts").json()["transcripts"][0]["id"]
        answer = client.post("/v1/ask", json=ASKED).json()["id"]
        text = {"filename": "zero.txt", "content": "Ann: A \0 zero and \U0010ffff0 no character.\nBob: So.\n"}
        responses = [
            *(client.get(f"/v1/{path}") for path in ("transcripts/%00", "answers/a%00b", "jobs/%00")),
            *(client.get(f"/v1/transcripts?collection=a%00&limit={n}") for n in (0, 1)),
            client.post("/v1/search", json={"query": "bridge", "filters": {"speakers": ["a\0"]}}),
            client.post("/v1/search", json={"query": "bridge", "filters": {"transcripts": ["\0"]}}),
            client.post("/v1/search", json={"query": "bridge", "filters": {"collections": ["\0"]}}),
            client.patch(f"/v1/transcripts/{shown}", json={"title": "A \0 title"}),
            client.post(f"/v1/answers/{answer}/feedback", json={"vote": "up", "comment": "a\0b"}),
            client.post("/v1/ask", json={"question": "Who is \0 there?", "conversation_id": "a\0"}),
            client.post("/v1/transcripts", json=text),
            client.get(f"/v1/transcripts/{shown}"),
        ]
        assert all(one.status_code < 500 for one in responses)
        listed = client.get("/v1/transcripts").json()["transcripts"]
        turns = [client.get(f"/v1/transcripts/{one['id']}").json()["turns"] for one in listed]
        return [*(one.status_code for one in responses), [one["title"] for one in listed], turns]

    assert said(two[0]) == said(filled)


class Slow(HashingEncoder):
    """Has a question wait amid a request."""

    asked, go = threading.Event(), threading.Event()

    def encode_query(self, text: str) -> Vectors:
        self.asked.set()
        assert self.go.wait(PATIENCE_S)
        return super().encode_query(text)


def test_a_database_that_goes_away_is_told_and_found_again(tmp_path: Path, postgres_server: postgres.Server) -> None:
    url = postgres_server.fresh()
    with Client(create_app(on(tmp_path / "a", url, Slow))) as client:
        client.fill()
        amid: list[Any] = []
        asking = threading.Thread(target=lambda: amid.append(client.post("/v1/ask", json=ASKED)))
        asking.start()
        assert Slow.asked.wait(PATIENCE_S)
        postgres_server.stop()
        try:
            Slow.go.set()
            asking.join(PATIENCE_S)
            problem(amid[0], 503, "library-unreachable")
            for response in (
                client.post("/v1/ask", json=ASKED),
                client.get("/v1/transcripts"),
                client.post("/v1/transcripts", files=[("files", ("a.txt", b"Ann: Hello."))], headers=LATER),
            ):
                problem(response, 503, "library-unreachable")
                assert response.headers["retry-after"] == "5"
            assert client.get("/healthz").status_code == 200
        finally:
            postgres_server.start()
        assert client.post("/v1/ask", json=ASKED).json()["status"] == "quoted"
        response = client.post("/v1/transcripts", files=[("files", ("a.txt", b"Ann: Hello."))], headers=LATER)
        assert ended(client, response.json())["state"] == "done"
