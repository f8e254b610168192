"""Slack's end of Socket Mode, over real WebSockets of this machine; and the bot at the other end."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from client import BRIDGE, HEARING, parts_of
from fake_slack import BOT, PUBLIC, TEAM, TOKEN, FakeSlack

from api.http.service import Service
from api.settings_slack import Slack
from api.slack import outbound
from index.documents import Upload
from tests.fakes import HashingEncoder
from tests.waiting import PATIENCE_S, wait

APP_TOKEN = "xapp-not-a-real-token"


class FakeSocket:
    """What is connected, and what came over it.

    Attributes:
        acks: In order: what was said of an envelope, with the number of the connection that it came over.
        connections: How many there ever were.
    """

    def __init__(self, fake: FakeSlack) -> None:
        self.fake = fake
        self.acks: list[tuple[int, dict[str, Any]]] = []
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._open: list[web.WebSocketResponse] = []

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self._open)

    def send(self, message: dict[str, Any]) -> None:
        """Send something over the newest connection."""
        self.do(self._open[-1].send_json(message))

    def event(self, event: dict[str, Any], envelope: str = "e1", **more: Any) -> None:
        """Send an event, as Slack wraps it twice."""
        payload = {"type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event_id": envelope, "event": event}
        authorizations = [{"team_id": TEAM, "user_id": BOT, "is_bot": True}]
        payload |= {"authorizations": authorizations}
        self.send({"type": "events_api", "envelope_id": envelope, "payload": payload, "retry_attempt": 0} | more)

    def mention(self, text: str, ts: str = "1700000001.000100", envelope: str = "e1") -> None:
        """Somebody mentions the bot in a channel."""
        said = {"type": "app_mention", "user": "U1", "text": f"<@{BOT}> {text}", "ts": ts, "channel": "C1"}
        self.event(said, envelope)

    def acknowledged(self, count: int) -> list[str]:
        """Wait until so many envelopes were acknowledged; their ids."""
        wait(lambda: len(self.acks) >= count, lambda: str(self.acks))
        return [one["envelope_id"] for _, one in self.acks]

    def until(self, connections: int) -> None:
        """Wait until there were so many connections, the last of them still."""
        wait(lambda: self.connections >= connections and self.open > 0, lambda: str(self.connections))

    def drop(self) -> None:
        """Close the newest connection without a word."""
        self.do(self._open[-1].close())

    def do(self, work: Coroutine[Any, Any, object]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def run(self, ready: threading.Event, done: threading.Event) -> None:
        self._loop.run_until_complete(self._serve(ready, done))
        self._loop.close()

    async def _serve(self, ready: threading.Event, done: threading.Event) -> None:
        app = web.Application()
        app.router.add_get("/link", self._link)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        self.fake.usual["apps.connections.open"] = {"ok": True, "url": f"ws://127.0.0.1:{port}/link?ticket=secret-t"}
        ready.set()
        while not done.is_set():
            await asyncio.sleep(0.01)
        await runner.cleanup()

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        number = self.connections
        self._open.append(socket)
        await socket.send_json({"type": "hello", "num_connections": 1})
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self.acks.append((number, json.loads(message.data)))
        finally:
            self._open.remove(socket)
        return socket


@contextmanager
def fake_socket(fake: FakeSlack) -> Iterator[FakeSocket]:
    """Slack's end, on a free port."""
    here, ready, done = FakeSocket(fake), threading.Event(), threading.Event()
    thread = threading.Thread(target=here.run, args=(ready, done))
    thread.start()
    assert ready.wait(PATIENCE_S)
    try:
        yield here
    finally:
        done.set()
        thread.join()


@contextmanager
def connected(home: Path, socket: FakeSocket) -> Iterator[Service]:
    """The bot with two transcripts, connected."""
    parts = parts_of(home, HashingEncoder)
    slack = Slack(TOKEN, "", (), socket.fake.url, APP_TOKEN)
    parts.settings = replace(parts.settings, slack=slack, public_url=PUBLIC)
    service = Service(parts)
    for name, content, collection in (("hearing.txt", HEARING, "council"), ("bridge.txt", BRIDGE, "radio")):
        service.ingest([Upload(name, content.encode())], collection=collection)
    loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def run() -> None:
        stop = asyncio.Event()
        loops.append((asyncio.get_running_loop(), stop))
        await outbound.answer(service, slack, PUBLIC, stop)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        socket.until(1)
        yield service
    finally:
        loop, stop = loops[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
        service.close()
