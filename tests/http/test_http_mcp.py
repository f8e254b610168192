"""The library as tools of an assistant, spoken to by the client of the protocol's own SDK."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx2
import pytest
from client import BRIDGE, HEARING, QUESTION, Client, parts_of
from live import served
from mcp import Client as Assistant
from mcp import MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

from api.access import LOCAL
from api.compose import Parts
from api.http.app import create_app
from api.http.metrics import Metrics
from api.http.service import Service
from api.http.tracing import Tracing
from api.http.watch import Watch
from api.mcp.server import server_of
from api.mcp.tools import Visit, tools_of
from index.documents import Upload
from index.ingest import Ingest
from tests.fakes import HashingEncoder
from tests.waiting import PATIENCE_S

POST = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
Mode = Literal["auto", "legacy"]


@dataclass(frozen=True)
class Live:
    """A server on a real port, its library, and who may ask it."""

    url: str
    parts: Parts

    @asynccontextmanager
    async def assistant(self, key: str = "none", mode: Mode = "auto") -> AsyncIterator[Assistant]:
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE_S) as http:
            transport = streamable_http_client(f"{self.url}/mcp", http_client=http)
            async with Assistant(transport, mode=mode) as assistant:
                yield assistant

    def run(self, work: Callable[[Assistant], Awaitable[Any]], key: str = "none", mode: Mode = "auto") -> Any:
        async def running() -> Any:
            async with self.assistant(key, mode) as assistant:
                return await work(assistant)

        return asyncio.run(running())

    def call(self, tool: str, key: str = "none", mode: Mode = "auto", **arguments: Any) -> CallToolResult:
        async def work(assistant: Assistant) -> CallToolResult:
            return await assistant.call_tool(tool, arguments)

        found: CallToolResult = self.run(work, key, mode)
        return found

    def key(self, *collections: str, scope: Literal["ask", "manage"] = "ask") -> str:
        with self.parts.library() as library:
            return library.keys.create("assistant", scope=scope, collections=collections)[1]


@pytest.fixture(scope="module")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return parts_of(tmp_path_factory.mktemp("mcp") / "home", HashingEncoder)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    parts = parts_of(tmp_path / "home", HashingEncoder)
    with served(parts) as url, httpx2.Client(base_url=url, timeout=PATIENCE_S) as http:
        for upload in (
            {"filename": "hearing.txt", "content": HEARING, "collection": "council"},
            {"filename": "bridge.txt", "content": BRIDGE, "title": "Bridge talk"},
        ):
            assert http.post("/v1/transcripts", json=upload).json()["added"] == 1
        yield Live(url, parts)


def said(result: CallToolResult) -> str:
    [content] = result.content
    assert content.type == "text"
    return content.text


@pytest.mark.parametrize("mode", ["auto", "legacy"])  # the protocol of 2026, and the one before it
def test_the_tools_say_what_they_are_for_and_that_they_only_read(live: Live, mode: Mode) -> None:
    async def work(assistant: Assistant) -> None:
        assert assistant.instructions is not None
        assert "verbatim" in assistant.instructions
        assert assistant.server_info.name == "transcite"
        tools = (await assistant.list_tools()).tools
        assert [one.name for one in tools] == ["search_transcripts", "ask_transcripts", "get_transcript_turns"]
        for one in tools:
            assert one.title
            assert one.description
            assert one.annotations is not None
            assert (one.annotations.read_only_hint, one.annotations.open_world_hint) == (True, False)
            assert one.output_schema is not None
        filters = ["collections", "speakers", "transcripts", "since", "until", "top_k"]
        assert list(tools[0].input_schema["properties"]) == ["query", *filters]
        assert list(tools[1].input_schema["properties"]) == ["question", *filters]
        assert (tools[0].input_schema["required"], tools[1].input_schema["required"]) == (["query"], ["question"])

    live.run(work, mode=mode)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_asking_gives_an_answer_with_its_citations(live: Live, mode: Mode) -> None:
    result = live.call("ask_transcripts", mode=mode, question=QUESTION)
    answer = result.structured_content
    with httpx2.Client(base_url=live.url, timeout=PATIENCE_S) as http:
        assert http.get(f"/v1/answers/{answer['id']}").json() == answer
    [cited] = answer["citations"]
    text = said(result)
    assert text.startswith(answer["text"])
    assert (
        f"[1] José Ibarra, Hearing on the ambulance grant, 2023-05-16, turn 2, transcript {cited['transcript_id']}"
        in text
    )
    assert f"“{cited['quote']}” {live.url}{cited['url']}" in text


def test_what_is_not_said_is_told_as_such(live: Live) -> None:
    result = live.call("ask_transcripts", question="Who won the chess tournament in Reykjavik?")
    assert not result.is_error
    assert result.structured_content["status"] == "not_found"
    assert said(result).startswith("The transcripts do not say.")
    assert "Nearest passages, which do not answer it:\n- " in said(result)


def test_searching_finds_passages_within_the_filters(live: Live) -> None:
    found = live.call("search_transcripts", query="harbor bridge", collections=["default"], top_k=1)
    [hit] = found.structured_content["hits"]
    assert (hit["title"], hit["collection"]) == ("Bridge talk", "default")
    assert hit["text"] in said(found)
    # A single name, or a list written as text, is what some assistants send for a list.
    for speakers in ("Diane Okafor", '["Diane Okafor"]', ["Diane Okafor"]):
        hits = live.call("search_transcripts", query="the grant", speakers=speakers).structured_content["hits"]
        assert {one["speaker"] for one in hits} == {"Diane Okafor"}
    dated = live.call("search_transcripts", query="bridge", since="2023-01-01", until="2023-12-31").structured_content
    assert {one["collection"] for one in dated["hits"]} == {"council"}
    assert said(live.call("search_transcripts", query="bridge", transcripts=["none-such"])) == "Nothing found."


def test_turns_come_in_bounded_parts(live: Live) -> None:
    talk = "".join(f"{'Anna' if n % 2 else 'Leo'}: This is turn number {n}.\n" for n in range(1, 451))
    with httpx2.Client(base_url=live.url, timeout=PATIENCE_S) as http:
        added = http.post("/v1/transcripts", json={"filename": "long.txt", "content": talk}).json()["files"][0]
        whole = http.get(f"/v1/transcripts/{added['transcript_id']}").json()["turns"]
    assert len(whole) == 450
    read: list[dict[str, Any]] = []
    after: int | None = 1
    parts = 0
    while after is not None:
        result = live.call("get_transcript_turns", transcript_id=added["transcript_id"], first_turn=after)
        part = result.structured_content
        read += part["turns"]
        after, parts = part["next_turn"], parts + 1
        assert part["turns_in_all"] == 450
        assert (f"ask again with first_turn {after}" in said(result)) == (after is not None)
    assert (read, parts) == (whole, 3)
    some = live.call("get_transcript_turns", transcript_id=added["transcript_id"], first_turn=3, last_turn=4)
    assert some.structured_content["turns"] == whole[2:4]
    assert some.structured_content["next_turn"] is None
    assert "[turn 3] Anna: This is turn number 3." in said(some)
    wide = live.call("get_transcript_turns", transcript_id=added["transcript_id"], first_turn=10, last_turn=9999)
    assert (len(wide.structured_content["turns"]), wide.structured_content["next_turn"]) == (200, 210)
    past = live.call("get_transcript_turns", transcript_id=added["transcript_id"], first_turn=451)
    assert (past.structured_content["turns"], past.structured_content["next_turn"]) == ([], None)
    assert "There are no such turns." in said(past)


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("ask_transcripts", {}, "question: Field required"),
        ("ask_transcripts", {"question": " ?! "}, "the question is empty"),
        ("ask_transcripts", {"question": "why", "since": "2024-02-01", "until": "2024-01-01"}, "nothing can pass"),
        ("search_transcripts", {"query": "x" * 4001}, "4,001 characters"),
        ("search_transcripts", {"query": "why", "top_k": 0}, "top_k: Input should be greater"),
        ("search_transcripts", {"query": "why", "since": "soon"}, "since: Input should be a valid date"),
        ("search_transcripts", {"query": "why", "speaker": "Ann"}, "speaker: Extra inputs are not permitted"),
        ("get_transcript_turns", {"transcript_id": "none-such"}, "no transcript 'none-such'"),
        ("get_transcript_turns", {"transcript_id": "x", "first_turn": 3, "last_turn": 2}, "swap them"),
        ("get_transcript_turns", {"transcript_id": "x", "first_turn": 0}, "first_turn: Input should be greater"),
    ],
)
def test_what_cannot_be_done_is_told_for_the_assistant_to_correct(
    filled_home: Parts, tool: str, arguments: dict[str, Any], told: str
) -> None:
    result = in_memory(filled_home, tool, arguments)
    assert result.is_error
    assert told in said(result)


def in_memory(parts: Parts, tool: str, arguments: dict[str, Any]) -> CallToolResult:
    """What a tool gives when nothing lies between."""
    service = Service(parts, Watch(Metrics(None), Tracing()))

    async def work() -> CallToolResult:
        async with Assistant(server_of(tools_of(service), lambda _: Visit(LOCAL, ""))) as assistant:
            return await assistant.call_tool(tool, arguments)

    try:
        return asyncio.run(work())
    finally:
        service.close()


def test_without_a_server_there_are_no_links(filled_home: Parts) -> None:
    with filled_home.library() as library:
        Ingest(library, HashingEncoder).take([Upload("hearing.txt", HEARING.encode(), {})], collection="council")
    result = in_memory(filled_home, "ask_transcripts", {"question": QUESTION})
    assert "“Tamarack lost the grant" in said(result)
    assert "/t/" not in said(result)


def test_what_nobody_expected_is_told_without_its_text(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Failing(HashingEncoder):
        def encode_query(self, text: str) -> Any:
            raise RuntimeError("/secret/path: out of order")

    parts = parts_of(tmp_path / "home", Failing)
    with Client(create_app(parts)) as client:
        client.fill()
    result = in_memory(parts, "search_transcripts", {"query": "bridge"})
    assert result.is_error
    assert said(result) == "the server failed on this request; its log says why"
    assert "out of order" in caplog.text


def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(live: Live) -> None:
    async def work(assistant: Assistant) -> None:
        with pytest.raises(MCPError, match="no tool 'drop_transcripts'"):
            await assistant.call_tool("drop_transcripts", {})

    live.run(work)


def test_who_may_not_ask_and_read_is_not_let_in(live: Live) -> None:
    key = live.key()
    with live.parts.library() as library:
        site, _ = library.keys.create("paper", scope="ask", origins=["https://news.example"])
    with httpx2.Client(base_url=live.url, timeout=PATIENCE_S) as http:
        nobody = http.post("/mcp", json=LIST, headers=POST)
        assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, "Bearer")
        origin = {"Origin": "https://news.example"}
        token = http.post(f"/v1/sites/{site.id}/token", headers=origin).json()["token"]
        reader = http.post("/mcp", json=LIST, headers=POST | origin | {"Authorization": f"Bearer {token}"})
        assert (reader.status_code, reader.json()["type"]) == (403, "/problems/forbidden")
        holder = http.post("/mcp", json=LIST, headers=POST | {"Authorization": f"Bearer {key}"})
        assert (holder.status_code, len(holder.json()["result"]["tools"])) == (200, 3)
    assert live.call("ask_transcripts", key, question=QUESTION).structured_content["status"] == "quoted"
    with live.parts.library() as library:
        library.keys.revoke(key.split(".")[0])
    with httpx2.Client(base_url=live.url, timeout=PATIENCE_S) as http:
        assert http.post("/mcp", json=LIST, headers=POST | {"Authorization": f"Bearer {key}"}).status_code == 401


def test_the_guard_stands_before_it(live: Live) -> None:
    with httpx2.Client(base_url=live.url, timeout=PATIENCE_S) as http:
        for method in ("GET", "DELETE", "PUT"):
            refused = http.request(method, "/mcp", headers=POST)
            assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
        assert http.post("/mcp", json=LIST, headers=POST | {"host": "evil.example"}).status_code == 400
        assert http.post("/mcp", json=LIST, headers=POST | {"origin": "http://evil.example"}).status_code == 403
        assert http.post("/mcp", json=LIST, headers=POST | {"origin": live.url}).status_code == 200
        assert http.post("/mcp", content=b" " * 1_000_001, headers=POST).status_code == 413
        assert http.post("/mcp", content=b"{", headers=POST).status_code == 400
        assert (
            http.post("/mcp", content=json.dumps(LIST), headers=POST | {"content-type": "text/plain"}).status_code
            == 400
        )
        assert http.post("/mcp", content=b"[" * 100_000, headers=POST).status_code == 400
        assert http.get("/healthz").json() == {"status": "alive"}


def test_two_keys_never_see_each_others_collections(live: Live) -> None:
    keys = {"council": live.key("council"), "default": live.key("default")}
    ids = {}
    with live.parts.library() as library:
        for entry in library.entries():
            ids[entry.source.collection] = entry.source.transcript_id
    secret = {
        "council": re.compile("Tamarack|Ibarra|Okafor|hearing|council"),
        "default": re.compile("Berg|Sand|bridge-"),
    }
    dice = random.Random(1)

    async def work(own: str) -> list[str]:
        other = "default" if own == "council" else "council"
        told = []
        async with live.assistant(keys[own]) as assistant:
            for _ in range(40):
                narrowed = dice.choice(
                    [{}, {"collections": [other]}, {"transcripts": [ids[other]]}, {"collections": [own, other]}]
                )
                tool, arguments = dice.choice(
                    [
                        (
                            "ask_transcripts",
                            {"question": dice.choice(["How long was it closed?", "Why was it lost?"])} | narrowed,
                        ),
                        ("search_transcripts", {"query": dice.choice(["closed weeks", "lost late"])} | narrowed),
                        ("get_transcript_turns", {"transcript_id": ids[dice.choice([own, other])]}),
                    ]
                )
                result = await assistant.call_tool(tool, arguments)
                text = said(result) + json.dumps(result.structured_content)
                for asked in (other, ids[other]):  # what was asked for is no secret
                    text = text.replace(json.dumps(asked), "").replace(repr(asked), "")
                told.append(text)
        return told

    async def both() -> list[list[str]]:
        return await asyncio.gather(work("council"), work("default"))

    for own, told in zip(("council", "default"), asyncio.run(both()), strict=True):
        other = "default" if own == "council" else "council"
        assert [text for text in told if secret[other].search(text)] == []
        assert any(secret[own].search(text) for text in told)
    refused = live.call("get_transcript_turns", keys["council"], transcript_id=ids["default"])
    nothing = live.call("get_transcript_turns", keys["council"], transcript_id="none-such")
    assert said(refused).replace(ids["default"], "X") == said(nothing).replace("none-such", "X")


def test_many_assistants_at_once(live: Live) -> None:
    async def one(assistant: Assistant) -> str:
        return said(await assistant.call_tool("ask_transcripts", {"question": QUESTION}))

    async def work() -> set[str]:
        async with live.assistant() as first, live.assistant(mode="legacy") as second:
            return set(await asyncio.gather(*(one(whose) for whose in (first, second) for _ in range(6))))

    assert len(asyncio.run(work())) == 1
