from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from client import BRIDGE, QUESTION, Client
from fastapi import FastAPI

from api import wire
from api.compose import Parts
from api.http.service import Service
from api.http.sharing import OnHits
from api.http.streaming import streamed
from index.store.library import FILE
from rag.values import Hit
from tests.waiting import PATIENCE_S


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a stream, comments left out."""
    found = []
    for block in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def stream(client: Client, **body: object) -> list[tuple[str, Any]]:
    response = client.post("/v1/ask", json=body, headers={"Accept": "text/event-stream"})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    return events(response.text)


def test_every_quote_of_an_answer_is_what_the_stored_transcript_says(filled: Client) -> None:
    answer = filled.ask(conversation_id="c1")
    assert (answer["status"], answer["question"], answer["conversation_id"]) == ("quoted", QUESTION, "c1")
    for one in answer["citations"]:
        turns = filled.get(f"/v1/transcripts/{one['transcript_id']}").json()["turns"]
        turn = turns[one["turn"] - 1]
        assert (one["speaker"], one["quote"]) == (turn["speaker"], turn["text"][one["char_start"] : one["char_end"]])
    assert "filed late" in answer["text"]


def test_filters_and_top_k_hold(filled: Client) -> None:
    answer = filled.ask(filters={"speakers": ["Diane Okafor"], "collections": ["council"]}, top_k=3)
    assert {one["speaker"] for one in answer["citations"]} <= {"Diane Okafor"}
    hits = filled.post("/v1/search", json={"query": "harbor bridge", "top_k": 1}).json()["hits"]
    assert [one["title"] for one in hits] == ["Bridge talk"]
    none = filled.ask(filters={"since": "2031-01-01"})
    assert (none["status"], none["searched"]["turns"]) == ("not_found", 0)


def test_history_makes_a_question_stand_alone(filled: Client) -> None:
    history = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "It filed late. [1]"}]
    assert filled.ask("And who said that?", history=history)["standalone_question"].startswith(QUESTION)


def test_an_empty_library_answers_that_it_is_empty(client: Client) -> None:
    assert client.ask()["status"] == "not_found"
    assert client.post("/v1/search", json={"query": "anything"}).json() == {"hits": []}
    assert [name for name, _ in stream(client, question=QUESTION)] == ["sources", "answer"]


def test_a_stream_gives_sources_then_the_answer(filled: Client) -> None:
    (first, sources), (last, answer) = stream(filled, question=QUESTION, conversation_id="c2")
    assert (first, last) == ("sources", "answer")
    assert [set(hit) for hit in sources["hits"]] == [set(wire.Hit.model_fields)] * 6
    assert answer["conversation_id"] == "c2"
    assert filled.get(f"/v1/answers/{answer['id']}").json() == answer


def test_what_is_asked_of_everything_is_counted_and_streamed_alike(filled: Client) -> None:
    (first, sources), (last, answer) = stream(filled, question="How often was the grant mentioned?")
    assert (first, last, answer["status"]) == ("sources", "answer", "quoted")
    assert [hit["first_turn"] for hit in sources["hits"]] == [one["turn"] for one in answer["citations"]]
    assert "turn" in answer["text"].splitlines()[0]
    assert "“grant”, in any form of the word" in answer["text"].splitlines()[0]
    nothing = stream(filled, question="How often were penguins mentioned?")
    assert [(name, data.get("hits")) for name, data in nothing] == [("sources", []), ("answer", None)]
    assert "No turn says “penguins”" in nothing[1][1]["text"]


def test_what_a_question_lays_down_is_told_and_what_a_caller_may_see_is_not(filled: Client) -> None:
    answer = filled.ask("What did Diane Okafor say about the grant?")
    assert answer["searched"]["filters"]["speakers"] == ["Diane Okafor"]
    assert answer["searched"]["filters"]["collections"] == []
    assert {one["speaker"] for one in answer["citations"]} <= {"Diane Okafor"}


def test_sources_are_told_once_and_no_more_of_them_than_asked_for(filled: Client) -> None:
    (_, sources), _ = stream(filled, question=QUESTION, top_k=2)
    assert len(sources["hits"]) == 2
    # Words that nobody says are looked up besides: no second telling.
    assert [name for name, _ in stream(filled, question="xyzzy plugh")] == ["sources", "answer"]


def test_a_stream_that_fails_ends_in_a_problem(filled: Client) -> None:
    [(name, problem)] = stream(filled, question="?!")
    assert (name, problem["type"], problem["status"]) == ("error", "/problems/question", 422)


def test_a_stream_of_an_unexpected_failure_does_not_say_what_it_was() -> None:
    def work(on_hits: OnHits, _: object) -> wire.Answer:
        raise RuntimeError("/secret/path")

    [(name, problem)] = events(served(work))
    assert (name, problem["type"]) == ("error", "/problems/internal")
    assert "secret" not in json.dumps(problem)


def test_a_long_wait_is_filled_with_comments() -> None:
    go = threading.Event()

    def work(on_hits: OnHits, _: object) -> wire.Answer:
        hits: Sequence[Hit] = ()
        on_hits(hits)
        assert go.wait(PATIENCE_S)
        raise RuntimeError

    async def read() -> list[str]:
        read: list[str] = []
        async for text in streamed(work, pulse_s=0.02).body_iterator:
            read.append(str(text))
            if read.count(": still at it\n\n") == 2:
                go.set()
        return read

    assert [name for name, _ in events("".join(asyncio.run(read())))] == ["sources", "error"]


def served(work: Any) -> str:
    app = FastAPI()
    app.add_api_route("/", lambda: streamed(work))
    with Client(app) as client:
        return str(client.get("/").text)


def test_a_deleted_transcript_is_gone_from_the_next_answer(filled: Client) -> None:
    before = filled.ask()
    [hearing] = {one["transcript_id"] for one in before["citations"]}
    assert filled.delete(f"/v1/transcripts/{hearing}").json() == {"removed": [hearing], "turns": 4}
    after = filled.ask()
    assert hearing not in json.dumps(after)
    assert after["searched"]["transcripts"] == 1
    assert filled.get(f"/v1/answers/{before['id']}").status_code == 404  # it quotes what was removed


def test_what_another_process_removes_is_gone_too(filled: Client, parts: Parts) -> None:
    assert filled.ask()["status"] == "quoted"
    with parts.library() as other:
        other.remove((filled.ids()["Hearing on the ambulance grant"],))
    assert filled.ask()["searched"]["transcripts"] == 1


def test_answers_are_given_again_and_voted_on(filled: Client, parts: Parts) -> None:
    answer = filled.ask()
    again = filled.get(f"/v1/answers/{answer['id']}")
    assert (again.json(), again.headers["content-type"]) == (answer, "application/json")
    for vote in ({"vote": "down", "comment": "wrong county"}, {"vote": "up", "comment": None}):
        assert filled.post(f"/v1/answers/{answer['id']}/feedback", json=vote).json() == vote
    with parts.library() as library:
        assert library.answers.votes() == [(answer["id"], "up", None)]


def test_eight_threads_ask_while_transcripts_come_and_go(filled: Client) -> None:
    def ask(n: int) -> str:
        return str(filled.ask(f"{QUESTION} ({n})")["status"])

    def change(n: int) -> str:
        one = filled.add(f"{n}.txt", f"{BRIDGE}Anna Berg: This is number {n}.\n")
        filled.delete(f"/v1/transcripts/{one['transcript_id']}")
        return str(one["outcome"])

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask, n) for n in range(40)]
        changed = [pool.submit(change, n) for n in range(5)]
        assert {one.result() for one in asked} == {"quoted"}
        assert [one.result() for one in changed] == ["added"] * 5
    assert len(filled.ids()) == 2


def test_an_answer_that_cannot_be_kept_is_given_all_the_same(filled: Client, parts: Parts) -> None:
    with closing(sqlite3.connect(parts.settings.home / FILE)) as database:
        full = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        database.execute(f"CREATE TRIGGER full BEFORE INSERT ON answers {full}")
    answer = filled.ask()
    assert answer["status"] == "quoted"
    assert filled.get(f"/v1/answers/{answer['id']}").status_code == 404


def test_the_service_loads_once(parts: Parts) -> None:
    service = Service(parts)
    assert service.load() is service.load()
    service.close()
