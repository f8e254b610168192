"""The time that the bot in Slack goes by, so that how often it calls does not hang on how busy the machine is."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from types import SimpleNamespace

import pytest
from fake_slack import FakeSlack

from api.slack import pacing
from api.slack.pacing import Pace

TICK_S = 0.01


class Clock:
    """The time that the bot goes by. The server's own loop moves it on: where that is kept waiting, time stands still.

    By any other, messages that a busy machine held up go out together, and more often than Slack takes them.

    Args:
        speed: How much faster than others it goes.

    Attributes:
        granted: By channel, when a message was let go there.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self.granted: dict[str, list[float]] = defaultdict(list)
        self._now = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def read(self) -> float:
        if not self._now:
            self._tick()
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds > 0:
            sleeper = asyncio.get_running_loop().create_future()
            self._sleepers.append((self.read() + seconds, sleeper))
            await sleeper

    def _tick(self) -> None:
        self._now += TICK_S
        for _, sleeper in [one for one in self._sleepers if one[0] <= self._now]:
            if not sleeper.done():
                sleeper.set_result(None)
        self._sleepers = [one for one in self._sleepers if one[0] > self._now]
        asyncio.get_running_loop().call_later(TICK_S / self._speed, self._tick)


def ticking(monkeypatch: pytest.MonkeyPatch, *, speed: float = 1.0) -> Clock:
    """Have the pace go by a clock of its own."""
    clock, wait_for = Clock(speed), Pace.message

    async def message(pace: Pace, channel: str) -> None:
        await wait_for(pace, channel)
        clock.granted[channel].append(clock.read())

    monkeypatch.setattr(pacing, "_now", clock.read)
    monkeypatch.setattr(pacing, "asyncio", SimpleNamespace(sleep=clock.sleep))
    monkeypatch.setattr(Pace, "message", message)
    return clock


def waited(fake: FakeSlack, clock: Clock) -> None:
    """See that every message in a channel waited until it was let go."""
    methods = ("chat.postMessage", "chat.startStream", "chat.update")
    sent = Counter(one["channel"] for method in methods for one in fake.sent(method))
    assert sent == {channel: len(times) for channel, times in clock.granted.items()}
