"""Answers written by a model, over HTTP: tokens as they are checked, hanging up, conversations."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from client import QUESTION, Client

from api.compose import Parts
from api.http import streaming
from api.http.app import create_app
from api.settings import Settings
from rag.errors import ModelError
from rag.values import Answer
from rag.writing.model import Prompt, Usage
from rag.writing.page import Told
from tests.fakes import HashingEncoder
from tests.waiting import PATIENCE_S

FIRST = "José Ibarra said that Tamarack lost the grant because it filed late [2]."
SECOND = "The grant was for three ambulances [4]."


class Fake:
    """Writes its draft by looking for the number of the turn that holds some words; `calls` keeps what it was given."""

    name, cites_blocks = "fake-1", False

    def __init__(self) -> None:
        self.calls: list[Prompt] = []
        self.trouble: ModelError | None = None

    def write(self, prompt: Prompt, on_usage: Callable[[Usage], None]) -> Generator[str]:
        self.calls.append(prompt)
        if self.trouble is not None:
            raise self.trouble
        if not prompt.evidence:
            yield "How many ambulances was the Tamarack grant for?"
            return
        late = next((n for n, one in enumerate(prompt.evidence, start=1) if "filed late" in one), 1)
        three = next((n for n, one in enumerate(prompt.evidence, start=1) if "three ambulances" in one), 1)
        yield from f"{FIRST.replace('[2]', f'[{late}]')} Pigs fly [{late}]. {SECOND.replace('[4]', f'[{three}]')}"
        on_usage(Usage(100, 20, 0.5))


@pytest.fixture
def model() -> Fake:
    return Fake()


@pytest.fixture
def writing(tmp_path: Path, model: Fake) -> Iterator[Client]:
    """A client of an application with a model, two transcripts in its library."""
    with Client(create_app(Parts(Settings(tmp_path / "home", "hashing", 1), HashingEncoder, model))) as client:
        client.fill()
        yield client


def events(text: str) -> list[tuple[str, object]]:
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_an_answer_is_written(writing: Client, model: Fake) -> None:
    answer = writing.ask()
    assert answer["status"] == "answered"
    assert answer["model"] == "fake-1"
    assert answer["text"] == (
        "José Ibarra said that Tamarack lost the grant because it filed late. [1]"
        " The grant was for three ambulances. [2]"
    )
    assert [one["text"] for one in answer["dropped"]] == ["Pigs fly."]
    assert [one["speaker"] for one in answer["citations"]] == ["José Ibarra", "José Ibarra"]
    assert writing.get(f"/v1/answers/{answer['id']}").json() == answer
    assert 'date="2023-05-16"' in model.calls[0].evidence[0]


def test_tokens_come_between_sources_and_answer(writing: Client) -> None:
    response = writing.post("/v1/ask", json={"question": QUESTION}, headers={"Accept": "text/event-stream"})
    told = events(response.text)
    names = [name for name, _ in told]
    assert names == ["sources", "token", "token", "answer"]
    answer = told[-1][1]
    assert isinstance(answer, dict)
    assert "".join(data["text"] for name, data in told if name == "token") == answer["text"]  # type: ignore[index]


def test_chat_streams_the_same_text_with_links(writing: Client) -> None:
    body = {"model": "transcite", "messages": [{"role": "user", "content": QUESTION}]}
    whole = writing.post("/v1/chat/completions", json=body).json()
    response = writing.post("/v1/chat/completions", json=body | {"stream": True})
    chunks = [json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: {")]
    pieces = [one["choices"][0]["delta"].get("content", "") for one in chunks if one["choices"]]
    assert "".join(pieces) == whole["choices"][0]["message"]["content"]
    assert pieces[1].startswith("José Ibarra said")
    assert "[[1]](" in pieces[1]
    last = chunks[-1]["choices"][0]["delta"]["annotations"]
    assert last == whole["choices"][0]["message"]["annotations"]


def test_a_failing_model_is_quotes_with_the_reason(
    writing: Client, model: Fake, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    model.trouble = ModelError("the language model cannot be reached", detail="[Errno 111] Connection refused")
    answer = writing.ask()
    assert answer["status"] == "quoted"
    assert answer["model"] is None
    assert answer["dropped"] == [
        {"text": "", "reason": "the language model cannot be reached; quotes are given instead"}
    ]
    assert any(getattr(one, "detail", "") == "[Errno 111] Connection refused" for one in caplog.records)
    assert 'transcite_model_troubles_total{reason="the language model cannot be reached"} 1.0' in (
        writing.get("/metrics").text
    )


def test_tokens_and_cost_are_counted(writing: Client) -> None:
    writing.ask()
    metrics = writing.get("/metrics").text
    assert 'transcite_model_tokens_total{kind="read"} 100.0' in metrics
    assert 'transcite_model_tokens_total{kind="written"} 20.0' in metrics
    assert "transcite_model_cost_total 0.5" in metrics


def test_a_conversation_is_remembered_by_its_id(writing: Client, model: Fake) -> None:
    writing.ask(conversation_id="c-1")
    model.calls.clear()
    answer = writing.ask("How many ambulances was it for?", conversation_id="c-1")
    assert answer["standalone_question"] == "How many ambulances was the Tamarack grant for?"
    assert f"Reader: {QUESTION}" in model.calls[0].request
    other = writing.ask("How many ambulances was it for?", conversation_id="c-2")
    assert other["standalone_question"] == "How many ambulances was it for?"


def test_what_a_deleted_transcript_said_is_gone_from_conversations(writing: Client, model: Fake) -> None:
    writing.ask(conversation_id="c-1")
    assert writing.delete(f"/v1/transcripts/{writing.ids()['Hearing on the ambulance grant']}").status_code == 200
    model.calls.clear()
    answer = writing.ask("How long was it closed?", conversation_id="c-1")
    assert answer["standalone_question"] == "How long was it closed?"


def test_a_reader_who_goes_away_stops_the_writing() -> None:
    """The worker is told at the model's next sign of life."""
    stopped = threading.Event()

    def work(on_hits: object, on_text: Callable[[Told], None]) -> Answer:
        try:
            while True:
                on_text(Told("more "))
                time.sleep(0.005)
        except streaming.GoneError:
            stopped.set()
            raise

    async def read_two() -> None:
        body = streaming.streamed(work).body_iterator  # type: ignore[arg-type]
        for _ in range(2):
            await anext(body)  # type: ignore[arg-type]
        await body.aclose()  # type: ignore[union-attr]

    asyncio.run(read_two())
    assert stopped.wait(PATIENCE_S)
