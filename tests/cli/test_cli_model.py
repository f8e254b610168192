"""`transcite ask` with a language model behind a real socket: its words checked, its failures told, `--no-llm`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from command import Transcite

KEY = "sk-cli-5d1e"
QUESTION = "Why did Tamarack lose the grant?"


class Server(ThreadingHTTPServer):
    """Writes one draft for every question; `status` other than 200 refuses instead."""

    status = 200
    asked: list[dict[str, object]]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append({"key": self.headers["authorization"], **body})
        self.send_response(self.server.status)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        told = body["messages"][1]["content"]
        number = next(n for n in range(1, 30) if "filed late" in told.split(f'<turn n="{n}"')[1].split("</turn>")[0])
        text = f"José Ibarra said that Tamarack lost the grant because it filed late [{number}]. Pigs fly [{number}]."
        for piece in (text[:20], text[20:]):
            event = {"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]}
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        self.wfile.write(f"data: {json.dumps(end)}\n\ndata: [DONE]\n\n".encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def writing(filled: Transcite, server: Server) -> Transcite:
    filled.environ |= {
        "TRANSCITE_LLM_URL": f"http://127.0.0.1:{server.server_port}/v1",
        "TRANSCITE_LLM_MODEL": "small",
        "TRANSCITE_LLM_API_KEY": KEY,
    }
    return filled


def test_a_model_writes_and_is_checked(writing: Transcite, server: Server) -> None:
    result = writing("ask", QUESTION, "--json")
    assert result.code == 0, result.err
    answer = result.document
    assert (answer["status"], answer["model"]) == ("answered", "small")
    assert answer["text"] == "José Ibarra said that Tamarack lost the grant because it filed late. [1]"
    assert [one["text"] for one in answer["dropped"]] == ["Pigs fly."]
    assert server.asked[0]["key"] == f"Bearer {KEY}"


def test_no_llm_asks_nobody(writing: Transcite, server: Server) -> None:
    assert writing("ask", QUESTION, "--no-llm", "--json").document["status"] == "quoted"
    assert server.asked == []


def test_a_model_that_refuses_is_told_and_the_answer_is_quotes(writing: Transcite, server: Server) -> None:
    server.status = 401
    result = writing("ask", QUESTION, "--json")
    assert result.code == 0
    assert result.document["status"] == "quoted"
    assert result.err == ("transcite: the language model's server refuses the key (HTTP 401); answering with quotes\n")
    assert KEY not in result.out + result.err


def test_half_a_model_stops_the_start(filled: Transcite) -> None:
    filled.environ["TRANSCITE_LLM_MODEL"] = "small"
    result = filled("ask", QUESTION)
    assert result.code == 1
    assert "TRANSCITE_LLM_URL is not set" in result.err
