"""A server on this machine that says what a test wants said: the widget's own script, host pages, scripted answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from api.embedding import STABLE, built
from tests.waiting import PATIENCE_S

STRICT = "default-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'; report-uri /csp"
_PICTURES = f"{STRICT}; img-src 'self' data:"  # a picture of nothing may be a page's own


@dataclass
class Reply:
    """What is said to one question: a status, or events; `HOLD` waits until the test lets go, `CUT` breaks the line."""

    events: Sequence[tuple[str, object]] = ()
    status: int = 200
    problem: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


HOLD, CUT = ("hold", None), ("cut", None)


def citation(n: int = 1, **more: object) -> dict[str, Any]:
    """A citation of Greg Allen's fourth turn."""
    said: dict[str, Any] = {
        "n": n,
        "transcript_id": "npr",
        "title": "Sanctuary cities",
        "date": "2017-07-26",
        "collection": "radio",
        "turn": 4,
        "speaker": "Greg Allen",
        "speaker_inferred": True,
        "char_start": 11,
        "char_end": 41,
        "quote": "the county would get its money",
        "start": 723.0,
        "end": 731.5,
        "url": "/t/npr#turn-4",
    }
    return said | more


def answer(text: str = "The county got its money [1].", **more: object) -> dict[str, Any]:
    """An answer of a language model."""
    said: dict[str, Any] = {
        "id": "a1",
        "question": "q",
        "standalone_question": "q",
        "status": "answered",
        "text": text,
        "sentences": [{"text": text, "citations": [1], "support": 0.9}],
        "citations": [citation()],
        "dropped": [],
        "searched": {"collections": ["radio"], "transcripts": 12, "turns": 3456, "filters": {}},
        "model": "small-model",
        "timings_ms": {},
        "conversation_id": None,
    }
    return said | more


def told(said: Mapping[str, object], *tokens: str) -> Reply:
    """A whole stream: sources, tokens, answer."""
    hits = [{"title": one["title"]} for one in said["citations"]]  # type: ignore[index, attr-defined]
    return Reply([("sources", {"hits": hits}), *(("token", {"text": one}) for one in tokens), ("answer", said)])


class Stage(ThreadingHTTPServer):
    """The server.

    Attributes:
        replies: To the next questions, in order; the last one goes for all that follow.
        posts: What was posted: path, headers, body.
        reports: Of what broke a page's policy.
        pages: HTML by path.
        go: Lets go what is held.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.base = f"http://127.0.0.1:{self.server_port}"
        self.reset()

    def reset(self) -> None:
        """As if nothing had been."""
        self.replies: list[Reply] = [told(answer())]
        self.posts: list[tuple[str, dict[str, str], Any]] = []
        self.reports: list[Any] = []
        self.pages: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {"collections": [], "speakers": []}
        self.context: dict[str, Any] | None = None
        self.go = threading.Event()

    def asked(self) -> list[dict[str, Any]]:
        """The questions that came, as they were sent."""
        return [body for path, _, body in self.posts if path == "/v1/ask"]

    def put(self, body: str, *, path: str = "/", head: str = "", lang: str = "en") -> str:
        """A page of somebody's site; returns its address."""
        self.pages[path] = (
            f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>A page</title>'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
            f"{head}</head><body>{body}</body></html>"
        )
        return self.base + path


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Stage

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path in {STABLE, built().pinned}:
            self._send(200, built().content, "text/javascript")
        elif path in self.server.pages:
            policy = {"/loose": "frame-ancestors 'self'", "/frameless": "frame-src 'none'"}.get(path, _PICTURES)
            self._send(
                200, self.server.pages[path].encode(), "text/html; charset=utf-8", {"Content-Security-Policy": policy}
            )
        elif path == "/host.css":
            self._send(200, self.server.pages["host.css"].encode(), "text/css")
        elif path.startswith("/t/"):
            self._send(200, b"<!doctype html><title>Transcript</title><p>The words", "text/html; charset=utf-8")
        elif path == "/v1/filters":
            self._json(200, self.server.choices)
        elif "/citations/" in path and self.server.context is not None:
            self._json(200, self.server.context)
        else:
            self._json(404, {"type": "/problems/not-found", "status": 404})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.loads(raw) if raw else None
        if self.path == "/csp":
            self.server.reports.append(body)
            self._send(204, b"", "text/plain")
            return
        self.server.posts.append((self.path, dict(self.headers), body))
        if self.path == "/v1/ask":
            replies = self.server.replies
            self._reply(replies.pop(0) if len(replies) > 1 else replies[0])
        elif self.path.endswith("/feedback"):
            self._json(200, body)
        else:
            self._json(404, {"type": "/problems/not-found", "status": 404})

    def _reply(self, reply: Reply) -> None:
        if reply.status != 200:
            self._send(reply.status, json.dumps(reply.problem).encode(), "application/problem+json", reply.headers)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for name, data in reply.events:
                if name == "hold":
                    self.server.go.wait(PATIENCE_S)
                elif name == "cut":
                    self.close_connection = True
                    return  # without the chunk that says it is the end
                else:
                    self._chunk(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.close_connection = True  # the reader went away

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
        self.wfile.flush()

    def _json(self, status: int, document: object) -> None:
        self._send(status, json.dumps(document).encode(), "application/json")

    def _send(self, status: int, content: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": kind, "Content-Length": str(len(content))} | dict(headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def staged() -> Iterator[Stage]:
    """The server, running."""
    stage = Stage()
    thread = threading.Thread(target=stage.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield stage
    finally:
        stage.go.set()
        stage.shutdown()
        thread.join()
        stage.server_close()
