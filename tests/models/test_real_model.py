"""The real protocol, spoken with llama.cpp's own server: streaming, hanging up, several at once, errors."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import httpx
import pytest

from rag.ask import ask
from rag.errors import ModelError
from rag.llm import ChatModel, Limits
from rag.writing.model import Endpoint, Prompt, Usage
from rag.writing.writer import Writer
from tests.fakes import MemorySearcher, transcript
from tests.ports import free_ports
from tests.waiting import PATIENCE_S, wait

pytestmark = pytest.mark.model

COUNTING = Prompt("", (), "Count from one to twenty in words.")
QUESTION = "Why did Tamarack lose the grant?"
LINES = (
    "DIANE OKAFOR: Why was the grant of Tamarack County taken back?",
    "JOSE IBARRA: Tamarack lost the grant of nine hundred thousand dollars because it filed late.",
)


@pytest.fixture
def model(model_url: str) -> Iterator[ChatModel]:
    made = ChatModel(Endpoint(model_url, "smollm2"), limits=Limits(total=120))
    yield made
    made.close()


def test_it_streams_and_counts_its_tokens(model: ChatModel) -> None:
    usages: list[Usage] = []
    pieces = list(model.write(COUNTING, usages.append))
    assert len(pieces) > 5
    assert usages[-1].read > 5
    assert usages[-1].written >= len(pieces) - 2


def test_hanging_up_frees_the_server(model: ChatModel, model_url: str) -> None:
    endless = Prompt("", (), "Write a very long story about a lighthouse keeper.")
    with closing(model.write(endless, lambda _: None)) as pieces:
        next(pieces)

    def is_free() -> bool:
        slots = httpx.get(model_url.replace("/v1", "/slots"), timeout=PATIENCE_S)
        return slots.status_code != 200 or not any(one["is_processing"] for one in slots.json())

    wait(is_free, lambda: "the server goes on writing for nobody")  # it notices at its next token


def test_several_at_once(model: ChatModel) -> None:
    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda _: "".join(model.write(COUNTING, lambda _: None)), range(4)))
    assert all(texts)


def test_what_it_refuses_is_told(model_url: str) -> None:
    too_much = Prompt("", (), "word " * 20_000)
    model = ChatModel(Endpoint(model_url, "smollm2"))
    with pytest.raises(ModelError, match="refuses the question") as caught:
        list(model.write(too_much, lambda _: None))
    assert "400" in caught.value.detail
    model.close()


def test_nobody_there() -> None:
    [port] = free_ports()
    model = ChatModel(Endpoint(f"http://127.0.0.1:{port}/v1", "smollm2"), sleep=lambda _: None)
    with pytest.raises(ModelError, match="cannot be reached"):
        list(model.write(COUNTING, lambda _: None))
    model.close()


@contextmanager
def cutting(model_url: str, after: int) -> Iterator[str]:
    """A server in front of the real one that cuts the line after that many bytes of a reply."""
    target = httpx.URL(model_url)
    listener = socket.create_server(("127.0.0.1", 0))

    def once() -> None:
        with listener.accept()[0] as reader, socket.create_connection((target.host, target.port)) as server:
            request = b""
            while b"\r\n\r\n" not in request:
                request += reader.recv(65536)
            head, _, body = request.partition(b"\r\n\r\n")
            length = int(next(line.split(b":")[1] for line in head.lower().split(b"\r\n") if b"content-length" in line))
            while len(body) < length:
                body += reader.recv(65536)
            server.sendall(head + b"\r\n\r\n" + body)
            passed = 0
            while passed < after and (data := server.recv(4096)):
                reader.sendall(data)
                passed += len(data)

    thread = threading.Thread(target=once)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    thread.join()
    listener.close()


def test_a_line_that_is_cut_in_the_middle(model_url: str) -> None:
    with cutting(model_url, 2000) as url:
        model = ChatModel(Endpoint(url, "smollm2"), sleep=lambda _: None)
        searcher = MemorySearcher(transcript(*LINES))
        answer = ask(QUESTION, searcher=searcher, writer=Writer(model))
        model.close()
    assert answer.status == "quoted"
    assert any("broke" in one.reason for one in answer.dropped)


def test_nothing_it_makes_up_gets_through(model: ChatModel) -> None:
    searcher = MemorySearcher(transcript(*LINES, "LEE SAND: The ferry runs on Sundays in the summer."))
    answer = ask(QUESTION, searcher=searcher, writer=Writer(model))
    assert answer.status in {"answered", "quoted"}
    for sentence in answer.sentences:
        assert sentence.citations
    for one in answer.citations:
        assert one.quote in one.turn.text
    assert "$120" not in answer.text
