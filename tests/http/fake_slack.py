"""Slack's side over real HTTP: a Web API that writes down what it is sent and answers by script; signed requests."""

from __future__ import annotations

import hmac
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
from client import BRIDGE, HEARING
from fake_streams import Streamed, Streams
from live import served
from slack_sdk.signature import SignatureVerifier

from api.compose import Parts
from api.settings import Settings
from api.settings_slack import Slack
from rag.writing.model import Model
from tests.fakes import HashingEncoder
from tests.waiting import PATIENCE_S, wait

TEAM, BOT, SECRET, TOKEN = "T1", "U0BOT", "8f742231b10e8888abcd99yyyzzz85a5", "xoxb-not-a-real-token"
PUBLIC = "https://transcripts.example"


@dataclass(frozen=True)
class Call:
    """A call of the Web API, or of a `response_url`."""

    method: str
    body: dict[str, Any]
    headers: Mapping[str, str]
    at: float


@dataclass
class FakeSlack:
    """What came, and what is to be answered.

    Attributes:
        calls: In order.
        scripts: By method, what the next calls get: status, body and headers.
        usual: By method, what calls get otherwise.
        can_stream: Whether it knows the streaming methods.
        outside: Channels that another organisation shares.
        cut: Methods whose next call is taken, and its connection cut before the reply.
        streams: The messages that were streamed.
    """

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    scripts: dict[str, list[tuple[int, dict[str, Any], dict[str, str]]]] = field(default_factory=dict)
    usual: dict[str, dict[str, Any]] = field(default_factory=dict)
    can_stream: bool = True
    outside: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    streams: Streams = field(default_factory=Streams)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, method: str, error: str, **more: Any) -> None:
        """The next call of a method gets an error of Slack's kind, with status 200."""
        self.scripts.setdefault(method, []).append((200, {"ok": False, "error": error, **more}, {}))

    def limit(self, method: str, after_s: int) -> None:
        """The next call of a method comes too soon."""
        body = {"ok": False, "error": "ratelimited"}
        self.scripts.setdefault(method, []).append((429, body, {"Retry-After": str(after_s)}))

    def sent(self, method: str = "chat.postMessage") -> list[dict[str, Any]]:
        """The bodies of a method's calls."""
        return [one.body for one in list(self.calls) if one.method == method]

    def answer(self, method: str, body: dict[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
        """What a call gets that nothing is scripted for."""
        with self._lock:
            if self.streams.too_soon(method):
                return 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"}
            if method == "chat.startStream" and not self.can_stream:
                return 200, {"ok": False, "error": "unknown_method"}, {}
            found = self.usual.get(method) or self.streams.take(method, body)
        return 200, _usual(method, body, self.outside, self.streams) if found is None else found, {}

    def streamed(self, count: int = 1) -> list[Streamed]:
        """Wait until so many streams have ended; all there are, by their beginning."""

        def ended() -> bool:
            return sum(one.ended is not None for one in list(self.streams.messages.values())) >= count

        wait(ended, lambda: f"{[one.method for one in self.calls]}")
        return list(self.streams.messages.values())

    def until(self, count: int, method: str = "chat.postMessage") -> list[dict[str, Any]]:
        """Wait until a method was called so often."""
        wait(lambda: len(self.sent(method)) >= count, lambda: f"{[one.method for one in self.calls]}")
        return self.sent(method)


@contextmanager
def fake_slack() -> Iterator[FakeSlack]:
    """A Slack on a free port."""
    fake = FakeSlack()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(dict(parse_qsl(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            self._answer(_read(self.rfile.read(int(self.headers["Content-Length"])), self.headers))

        def _answer(self, body: dict[str, Any]) -> None:
            method = urlsplit(self.path).path.removeprefix("/api/")
            call = Call(method, body, dict(self.headers), time.monotonic())
            script = fake.scripts.get(method) or []
            status, body, headers = script.pop(0) if script else fake.answer(method, call.body)
            fake.calls.append(call)  # only now: who waits for a call looks at what came of it
            if method in fake.cut:
                fake.cut.remove(method)
                self.close_connection = True
                return
            content = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(content)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Not to standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}/api/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def signed(when: str, body: bytes) -> str:
    """The signature of a request; Slack's own where that can sign it: it takes only text."""
    own = f"v0={hmac.new(SECRET.encode(), b'v0:' + when.encode() + b':' + body, 'sha256').hexdigest()}"
    with suppress(UnicodeDecodeError):
        assert own == SignatureVerifier(SECRET).generate_signature(timestamp=when, body=body)
    return own


def _read(data: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    if headers["Content-Type"].startswith("application/json"):
        return dict(json.loads(data))
    return dict(parse_qsl(data.decode()))


def _usual(method: str, body: dict[str, Any], outside: set[str], streams: Streams) -> dict[str, Any]:
    if method == "conversations.info":
        channel = body["channel"]
        return {"ok": True, "channel": {"id": channel, "name": "general", "is_ext_shared": channel in outside}}
    if method == "conversations.replies":
        own = [
            (ts, one)
            for ts, one in streams.messages.items()
            if (one.channel, one.thread) == (body["channel"], body["ts"])
        ]
        states = [{"ts": ts, "streaming_state": "completed" if one.ended else "in_progress"} for ts, one in own]
        return {"ok": True, "messages": [{"ts": body["ts"], "text": "parent"}, *states]}
    if method == "auth.test":
        return {"ok": True, "team_id": TEAM, "user_id": BOT, "bot_id": "B0BOT", "team": "t", "user": "bot", "url": "u"}
    return {"ok": True, "ts": "1700000000.000001"}


class Workspace:
    """A server with the bot, and a workspace that sends it things.

    Args:
        base: Address of the server.
        fake: Where the bot answers to.
    """

    def __init__(self, base: str, fake: FakeSlack) -> None:
        self.fake = fake
        self.http = httpx2.Client(base_url=base, timeout=PATIENCE_S)
        self._events = 0

    def post(self, body: bytes, **headers: str) -> httpx2.Response:
        """Send something signed; a header given replaces the right one."""
        now = str(int(time.time()))
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        when = given.get("x-slack-request-timestamp", now)
        signature = signed(when, body)
        right = {
            "content-type": "application/json",
            "x-slack-request-timestamp": now,
            "x-slack-signature": signature,
        }
        sent = {name: value.encode("latin-1") for name, value in (right | given).items()}
        return self.http.post("/slack/events", content=body, headers=sent)

    def event(self, event: dict[str, Any], **more: Any) -> httpx2.Response:
        """Send an event, as Slack wraps it."""
        self._events += 1
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A1",
            "event_id": f"Ev{self._events}",
            "event": event,
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
        }
        return self.post(json.dumps(body | more).encode())

    def mention(self, text: str, *, channel: str = "C1", ts: str = "1700000001.000100", **more: Any) -> httpx2.Response:
        """Somebody mentions the bot in a channel."""
        event = {"type": "app_mention", "user": "U1", "text": f"<@{BOT}> {text}", "ts": ts, "channel": channel}
        return self.event(event | more)

    def says(self, text: str, **more: Any) -> httpx2.Response:
        """Somebody says something where the bot hears it."""
        event = {"type": "message", "user": "U1", "text": text, "ts": "1700000002.000100", "channel": "C1"}
        return self.event(event | {"channel_type": "channel"} | more)

    def act(self, payload: dict[str, Any]) -> httpx2.Response:
        """Somebody presses something."""
        whole = {"type": "block_actions", "team": {"id": TEAM}, "user": {"id": "U1", "team_id": TEAM}, **payload}
        body = urlencode({"payload": json.dumps(whole)}).encode()
        return self.post(body, content_type="application/x-www-form-urlencoded")

    def command(self, text: str, *, channel: str = "C1") -> httpx2.Response:
        """Somebody types `/ask`."""
        fields = {"command": "/ask", "text": text, "team_id": TEAM, "channel_id": channel, "user_id": "U1"}
        body = urlencode(fields | {"response_url": f"{self.fake.url}hook"}).encode()
        return self.post(body, content_type="application/x-www-form-urlencoded")


def with_slack(
    home: Path, fake: FakeSlack, collections: tuple[tuple[str | None, str], ...] = (), model: Model | None = None
) -> Parts:
    """The parts of a server with a Slack app."""
    parts = Parts(Settings(home, "hashing", 1), HashingEncoder, model)
    app = Slack(TOKEN, SECRET, collections, fake.url)
    parts.settings = replace(parts.settings, slack=app, public_url=PUBLIC)
    return parts


@contextmanager
def workspace(parts: Parts, fake: FakeSlack) -> Iterator[Workspace]:
    """A running server with two transcripts."""
    with served(parts) as base:
        here = Workspace(base, fake)
        with here.http:
            for name, content, collection in (("hearing.txt", HEARING, "council"), ("bridge.txt", BRIDGE, "radio")):
                body = {"filename": name, "content": content, "collection": collection}
                assert here.http.post("/v1/transcripts", json=body).status_code == 200
            yield here
