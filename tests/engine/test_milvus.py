"""The real Milvus server, from its package: what it finds is what the process itself finds; what is gone is gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from pymilvus import MilvusClient

from api.compose import Parts
from api.doctoring import doctor
from api.http.app import create_app
from api.moving import migrate
from api.settings import Settings
from index.address import Address
from index.engine import Rule, Standing
from index.milvus.engine import Milvus
from index.remote import Remote, name
from index.remote_health import health
from index.search import Search
from index.store.library import Library
from index.store.records import Point
from index.store.schema import STRIDE
from rag.errors import EngineError, LibraryMismatchError
from rag.values import Filters
from tests.fake_engine import MemoryEngine, lets
from tests.fakes import HashingEncoder, found, put, searching, sql
from tests.postgres import Server
from tests.waiting import quickest

pytestmark = pytest.mark.milvus

SPEAKERS = ["Ann Smith", "Bob", "Greg Allen"]
TOPICS = ["the county grant", "a bridge over the lake", "the moon landing", "sourdough bread"]


@pytest.fixture
def milvus(milvus_url: str) -> Milvus:
    return Milvus(Address(milvus_url))


def server(of: Library, url: str) -> Search:
    return Search(of, HashingEncoder(), Remote(of, Milvus(Address(url)), dimension=64))


def test_several_servers_find_what_one_machine_finds_through_everything(library: Library, milvus_url: str) -> None:
    for n in range(9):
        lines = [f"{SPEAKERS[(n + k) % 3]}: {TOPICS[(n * k) % 4]}, as number {k} of {n} goes." for k in range(12)]
        put(library, f"{n}.txt", *lines, collection="ab"[n % 2], date=dt.date(2024, 1 + n, 1))
    own, servers = searching(library), [server(library, milvus_url) for _ in range(3)]

    def check() -> None:
        for filters in (Filters(), Filters(collections=("a",), not_speakers=("Bob",)), Filters(speakers=("allen",))):
            for query in (TOPICS[0], "moon zebra"):
                expected = own.search(query, filters=filters, top_k=20)
                assert expected
                for one in servers:
                    assert one.search(query, filters=filters, top_k=20) == expected

    check()
    # A deletion, a replacement and a new transcript: each is seen by all at their next search.
    gone = [one.source.transcript_id for one in library.entries()][:2]
    library.remove(tuple(gone))
    assert not {of for of, _ in found(servers[1], TOPICS[0], top_k=100)} & set(gone)
    put(library, "5.txt", "Zoe: The moon landing was late.", collection="b")
    put(library, "new.txt", "Zoe: A county has no moon.")
    check()
    said = health(library, Milvus(Address(milvus_url)))
    assert (said.is_level, said.trouble, said.passages) == (True, None, (library.shared.count(),) * 2)
    assert str(said.server).startswith("v2.3")
    # Made anew under the servers' feet, and then damaged: whatever is asked afterwards is right.
    Remote(library, Milvus(Address(milvus_url)), dimension=64).renew()
    check()
    client = MilvusClient(milvus_url)
    alias = f"transcite_{name(library)}_exact"
    assert [one for one in client.list_collections() if library.shared.identity() in one] == [
        client.describe_collection(alias)["collection_name"]
    ]
    client.delete(alias, filter="id < 9")
    put(library, "newer.txt", "Zoe: The bridge.")
    check()
    client.close()
    with pytest.raises(LibraryMismatchError, match=r"length 64, .* 32; set TRANSCITE_ENCODER back"):
        Remote(library, Milvus(Address(milvus_url)), dimension=32).catch_up()


def test_rules_let_through_what_they_say_whatever_their_length(milvus: Milvus) -> None:
    rng = np.random.default_rng(7)
    ids = np.array([ordinal * STRIDE + at for ordinal in range(1, 401) for at in range(10)], np.int64)
    vectors = rng.standard_normal((len(ids), 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    anchors = ids + 1
    own = MemoryEngine()
    local, remote = own.make("x", 16), milvus.make("f00d_0", 16)
    own.add(local, ids, anchors, vectors)
    milvus.add(remote, ids, anchors, vectors)
    point = Point(3, (1 << 62) - 1)
    standing = Standing(remote, point, milvus.mark(remote, point), 16)
    assert standing.floor > 0
    milvus.switch("f00d_0", remote)
    assert milvus.standing("f00d_0", strongly=True) == standing
    some = tuple(rng.choice(anchors, 3_000, replace=False).tolist())
    for rule in (
        Rule(),
        Rule(tuple(range(20, 60))),
        Rule(tuple(range(1, 400, 2))),
        Rule(only=some),
        Rule(never=some),
        Rule((7, 8, 9, 300), never=some[:100], above=8 * STRIDE, upto=300 * STRIDE + 5),
        Rule(only=(5,)),
    ):
        expected = own.nearest(Standing(local, Point(), 0, 16), vectors[:1], 40, rule)
        nearest = milvus.nearest(standing, vectors[:1], 40, rule)
        assert all(lets(rule, anchor) for anchor in nearest.anchors.tolist())
        assert nearest.ids.tolist() == expected.ids.tolist()
        np.testing.assert_allclose(nearest.scores, expected.scores, atol=1e-5)
    for half in (1, 201):  # what is gone is gone at the next search, without waiting in between
        milvus.remove(remote, list(range(half, half + 200)))
        floor = milvus.mark(remote, Point(4, 100))  # a stamp that could be a version's number
        after = milvus.nearest(Standing(remote, Point(), floor, 16), vectors[:1], 9_000, Rule())
        assert sorted(after.ids.tolist()) == ids[(half + 199) * 10 :].tolist()
    assert milvus.count(remote, strongly=True) == 0


def test_a_graph_is_kept_apart_and_finds_nearly_the_same(library: Library, milvus_url: str) -> None:
    for n in range(6):
        put(library, f"{n}.txt", *(f"Ann: {TOPICS[(n * k) % 4]}, number {k} of {n}." for k in range(12)))
    remote = Remote(library, Milvus(Address(milvus_url, graph=True)), dimension=64)
    hits = found(Search(library, HashingEncoder(), remote), "county grant")
    assert len(set(hits) & set(found(searching(library), "county grant"))) >= 9
    assert Milvus(Address(milvus_url)).standing(name(library), strongly=True) is None


def test_nobody_waits_longer_than_two_time_outs(milvus_url: str) -> None:
    slow, query = Milvus(Address(milvus_url), timeout_s=0.001), np.ones((1, 16), np.float32)

    def refused() -> None:
        with pytest.raises(EngineError, match=r"127\.0\.0\.1:\d+ \(TRANSCITE_INDEX_URL\) cannot be used"):
            slow.nearest(Standing("any", Point(), 1, 16), query, 10, Rule())

    assert quickest(refused, within_s=5) < 5


def test_a_library_of_its_own_database(library: Library, milvus_url: str) -> None:
    client = MilvusClient(milvus_url)
    client.create_database("apart")
    put(library, "a.txt", "Ann: The moon.")
    assert found(server(library, f"{milvus_url}/apart"), "moon")
    assert not [one for one in client.list_collections() if library.shared.identity() in one]
    client.close()


Call = Callable[..., Any]


@contextmanager
def served(parts: Parts) -> Iterator[Call]:
    """A server; what is called with a method, a path and a body gives the document that it answers with."""

    def call(method: str, path: str, **body: Any) -> Any:
        response = client.request(method, f"/v1/{path}", json=body or None)
        assert response.status_code == 200, response.text
        return response.json()

    with TestClient(create_app(parts), base_url="http://localhost:8300") as client:
        yield call


def done_alike(by: Call, alone: Call, others: Sequence[Call], method: str, path: str, **body: Any) -> Any:
    """One of several servers and one on a machine of its own do something; at once, all of them say the same."""
    done, alike = by(method, path, **body), alone(method, path, **body)
    assert done == alike
    for filters in ({}, {"collections": ["a"]}, {"not_speakers": ["Zoe", "Bob"]}):
        for query in (TOPICS[0], "zebra"):
            asked = {"query": query, "top_k": 20, "filters": filters}
            right, *found = (call("POST", "search", **asked) for call in (alone, *others))
            assert found == [right] * len(others)
    question = f"Who spoke of {TOPICS[0]}?"
    right, *given = (call("POST", "ask", question=question)["citations"] for call in (alone, *others))
    assert given == [right] * len(others)
    return done


@pytest.mark.postgres
def test_servers_that_keep_nothing_say_what_one_machine_says(
    tmp_path: Path, milvus_url: str, database_url: str, postgres_server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    def parts(home: str, url: str | None = None, index: Address | None = None) -> Parts:
        return Parts(Settings(tmp_path / home, "hashing", 1, index=index, database_url=url), HashingEncoder)

    milvus = Address(milvus_url)
    shared = [parts(home, database_url, milvus) for home in ("one", "other")]
    with served(shared[0]) as one, served(shared[1]) as other, served(parts("alone")) as alone:
        do = partial(done_alike, alone=alone, others=(other, one))

        def send(by: Call, n: int, *more: str) -> str:
            lines = [f"{SPEAKERS[(n + k) % 3]}: {TOPICS[(n * k) % 4]}, as {k} of {n} goes." for k in range(8)]
            content = "\n".join([*lines, *more])
            told = do(
                by, method="POST", path="transcripts", filename=f"{n}.txt", content=content, collection="ab"[n % 2]
            )
            return str(told["files"][0]["transcript_id"])

        # 1. What one takes in, replaces, corrects and removes, the other says at once.
        for n in range(4):
            send((one, other)[n % 2], n)
        zebras = send(other, 2, "Zoe: A zebra crossed the bridge.")
        corrected = {"title": "Zebras", "rename_speakers": {"Zoe": "Zoë Quill"}}
        do(one, method="PATCH", path=f"transcripts/{zebras}", **corrected)
        assert "Zoë Quill" in {hit["speaker"] for hit in other("POST", "search", query="zebra")["hits"]}
        do(other, method="DELETE", path=f"transcripts/{zebras}")
        assert "zebra" not in str(one("POST", "search", query="zebra", top_k=100)["hits"])
    # 2. All of it is sound; and moved to one machine and into another database, it says and holds the same.
    doctor(shared[0], repair=False, as_json=False)
    assert capsys.readouterr().out.startswith("sound: 3 transcripts")
    elsewhere = postgres_server.fresh()
    migrate(parts("moved"), url=database_url, back=True, as_json=False)
    migrate(parts("moved"), url=elsewhere, back=False, as_json=False)
    told = []
    # Each with words made anew: until it is tidied up, an index of words weighs what was deleted, too.
    for made in (parts("fresh", database_url, milvus), parts("moved"), parts("two", elsewhere, milvus)):
        with made.library() as library:
            search = Search(library, HashingEncoder(), made.indexes(library, dimension=64))
            hits = search.search(TOPICS[1], filters=Filters(), top_k=20)
            told.append((hits, sql(library, "SELECT * FROM sums ORDER BY ordinal")))
    assert told[0][0]
    assert told == [told[0]] * 3
