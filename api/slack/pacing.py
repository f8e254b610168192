"""How often Slack may be called: what a process does of its own accord, so that Slack need not refuse it.

Figures of `docs.slack.dev/apis/web-api/rate-limits`: about a message a second in a channel; chat.startStream and
chat.stopStream 20 a minute in a workspace (Tier 2), chat.appendStream 100 (Tier 4), agents.sessions.setStatus 50
(Tier 3), which two calls a stream never reach. Each with some room, for other workers and for what the clocks differ.
"""

from __future__ import annotations

import asyncio
from collections import deque

_SPACING_S = 1.0  # between two messages in one channel
_REMEMBERED = 1000  # channels
_MINUTE_S = 60.0
_STREAMS, _APPENDS = 18, 90  # in a minute


class Pace:
    """The pace in one workspace."""

    def __init__(self) -> None:
        self._free: dict[str, float] = {}
        self._open = 0
        self._ended: deque[float] = deque()
        self._appended: deque[float] = deque()
        self._not_before = 0.0

    async def message(self, channel: str) -> None:
        """Wait for the next moment that a channel takes a message."""
        now = _now()
        if len(self._free) > _REMEMBERED:
            self._free = {name: at for name, at in self._free.items() if at > now}
        at = max(now, self._free.get(channel, now))
        self._free[channel] = at + _SPACING_S
        await asyncio.sleep(at - now)

    def take_stream(self) -> bool:
        """Take the right to one stream, to be given back by `give_back`; False when there is none just now.

        Those open and those that ended within a minute are together never more than a minute has room for. So neither
        beginnings nor ends come too often, and no end of a stream ever has to wait for others.
        """
        _drop(self._ended)
        if _now() < self._not_before or self._open + len(self._ended) >= _STREAMS:
            return False
        self._open += 1
        return True

    def give_back(self, *, used: bool) -> None:
        """The stream has ended; `used` is whether it had ever begun."""
        self._open -= 1
        if used:
            self._ended.append(_now())

    def pause(self, seconds: float) -> None:
        """Begin no stream for so long: Slack will not have any."""
        self._not_before = max(self._not_before, _now() + seconds)

    def append(self) -> float:
        """Seconds until a piece may be appended to some stream; 0 takes the moment."""
        _drop(self._appended)
        if len(self._appended) >= _APPENDS:
            return self._appended[0] + _MINUTE_S - _now()
        self._appended.append(_now())
        return 0.0


def _now() -> float:
    return asyncio.get_running_loop().time()


def _drop(times: deque[float]) -> None:
    """Forget what is more than a minute ago."""
    while times and times[0] <= _now() - _MINUTE_S:
        times.popleft()
