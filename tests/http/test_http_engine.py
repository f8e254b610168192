"""A server whose engine cannot be reached: a problem that says so and nothing secret, ready again when it can be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from client import HEARING, QUESTION, Client

from api.compose import Parts
from api.http.app import create_app
from api.settings import Settings
from index.address import Address
from tests.fake_engine import MemoryEngine
from tests.fakes import HashingEncoder

SECRET = "root:Sesame-7"


@pytest.fixture
def engine() -> MemoryEngine:
    return MemoryEngine()


@pytest.fixture
def client(tmp_path: Path, engine: MemoryEngine) -> Iterator[Client]:
    parts = Parts(Settings(tmp_path / "home", "hashing", 1, index=Address("http://127.0.0.1:1")), HashingEncoder)
    parts.engine = engine  # what the address would lead to
    with Client(create_app(parts)) as client:
        yield client


def test_everything_goes_through_the_engine(client: Client, engine: MemoryEngine) -> None:
    client.fill()
    assert client.ask()["status"] == "quoted"
    assert engine.calls.count("nearest") == 1
    assert "transcite_index_vectors 6.0" in client.get("/metrics").text
    gone = client.ids()["Hearing on the ambulance grant"]
    assert client.delete(f"/v1/transcripts/{gone}").status_code == 200
    hits = client.post("/v1/search", json={"query": QUESTION}).json()["hits"]
    assert gone not in {one["transcript_id"] for one in hits}
    assert sum(map(len, engine.sets.values())) == 2


def test_an_engine_that_is_cut_off_is_a_problem_that_passes(client: Client, engine: MemoryEngine) -> None:
    client.fill()
    client.until_ready()
    engine.cut_off = True
    for path, body in (("/v1/search", {"query": "grant"}), ("/v1/ask", {"question": QUESTION})):
        response = client.post(path, json=body)
        assert response.status_code == 503
        assert response.json()["type"] == "/problems/engine"
        assert response.headers["Retry-After"]
        assert "cut off" not in response.text  # for the log
    assert client.add("moon.txt", "Ann: The moon landing was late.")["outcome"] == "added"
    assert client.delete(f"/v1/transcripts/{client.ids()['Bridge talk']}").status_code == 200
    engine.cut_off = False
    assert client.ask()["status"] == "quoted"
    hits = client.post("/v1/search", json={"query": "moon landing"}).json()["hits"]
    assert (hits[0]["text"], {one["title"] for one in hits} & {"Bridge talk"}) == ("The moon landing was late.", set())


def test_a_server_that_finds_no_engine_is_not_ready_and_says_no_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(tmp_path / "home", "hashing", 1, index=Address("http://127.0.0.1:1", SECRET))
    assert SECRET not in repr(settings)
    with Client(create_app(Parts(settings, HashingEncoder))) as client:
        response = client.post("/v1/transcripts", json={"filename": "hearing.txt", "content": HEARING})
        assert (response.status_code, response.json()["type"]) == (503, "/problems/engine")
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
        seen = response.text + client.get("/readyz").text
    assert "127.0.0.1:1 (TRANSCITE_INDEX_URL) cannot be used" in caplog.text
    assert "127.0.0.1:1" not in seen
    assert SECRET not in seen + caplog.text
    assert "Sesame" not in seen + caplog.text
