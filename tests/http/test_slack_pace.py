"""Many answers at once in Slack: each told once, soon heard, and never faster than Slack takes them."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from client import QUESTION
from fake_clock import Clock, ticking, waited
from fake_slack import FakeSlack, Workspace, fake_slack, with_slack, workspace
from test_slack_streaming import FIRST, SECOND, Dripping

from api.slack import pacing
from api.slack.pacing import Pace
from tests.waiting import quickest, wait

SHORTER = 20  # times, a minute of Slack's in these tests


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return ticking(monkeypatch)


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    """A Slack that refuses what comes faster than its reference allows."""
    with fake_slack() as fake:
        minute = 60 / SHORTER
        fake.streams.rates = {
            "chat.startStream": (20, minute),
            "chat.appendStream": (100, minute),
            "chat.stopStream": (20, minute),
            "chat.update": (50, minute),
            "agents.sessions.setStatus": (50, minute),
        }
        yield fake


def kept(fake: FakeSlack, clock: Clock) -> None:
    """See that all messages waited for their turn, about one a second in a channel; short bursts are let pass."""
    waited(fake, clock)
    for times in clock.granted.values():
        assert max(sum(at - 10 / SHORTER < one <= at for one in times) for at in times) <= 12


@pytest.fixture(autouse=True)
def _shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "_MINUTE_S", 60 / SHORTER)
    monkeypatch.setattr(pacing, "_SPACING_S", 1 / SHORTER)
    monkeypatch.setattr("api.slack.telling._SPACING_S", 2 / SHORTER)
    # On a busy machine this Slack takes longer than any Slack may; what is given up may have been taken all the same.
    monkeypatch.setattr("api.slack.posting._TIMEOUT_S", 60)


def test_two_hundred_mentions_in_five_channels_are_each_answered_once_within_the_limits(
    tmp_path: Path, fake: FakeSlack, clock: Clock
) -> None:
    threads = {f"17000{n:05}.000100": f"C{n % 5}" for n in range(200)}
    with workspace(with_slack(tmp_path / "home", fake), fake) as here:
        with ThreadPoolExecutor(4) as pool:  # each comes twice
            list(pool.map(lambda one: here.mention(QUESTION, ts=one[0], channel=one[1]), [*threads.items()] * 2))

        def ended() -> list[tuple[str, str]]:
            posted = [(one["thread_ts"], one["channel"]) for one in fake.sent()]
            return posted + [(one.thread, one.channel) for one in list(fake.streams.messages.values()) if one.ended]

        wait(lambda: len(ended()) >= len(threads), lambda: str(len(ended())))
        time.sleep(0.2)
    assert Counter(ended()) == Counter(threads.items())
    assert (fake.streams.limited, fake.streams.invalid) == (0, [])
    kept(fake, clock)
    told = [json.dumps(one["blocks"]) for one in fake.sent()] + [one.shown for one in fake.streams.messages.values()]
    assert all("filed late" in one and "*Sources*" in one for one in told)
    assert len(fake.streams.messages) >= 18  # as many as there is room for, the others are posted


def test_twelve_streams_at_once_keep_nobody_waiting(tmp_path: Path, fake: FakeSlack, clock: Clock) -> None:
    model = Dripping()
    with workspace(with_slack(tmp_path / "home", fake, model=model), fake) as here:
        for n in range(12):
            here.mention(QUESTION, ts=f"17000001{n:02}.000100", channel=f"C{n}")
        model.let(0)
        messages = fake.streams.messages
        wait(lambda: sum(FIRST in one.shown for one in list(messages.values())) == 12)
        assert quickest(lambda: heard(here), within_s=1) < 1
        model.let(1)
        assert {one.channel for one in fake.streamed(13)} == {f"C{n}" for n in range(12)} | {"C99"}
    assert all(SECOND in one.text for one in messages.values())
    assert (fake.streams.limited, fake.streams.invalid) == (0, [])
    kept(fake, clock)


def heard(here: Workspace) -> None:
    """Have a command and a mention heard."""
    assert here.command("x" * 5000).status_code == 200
    assert here.mention(QUESTION, channel="C99", ts="1800000000.1").status_code == 200


def test_streams_are_never_begun_or_ended_more_often_than_slack_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(pacing, "_now", lambda: now[0])
    monkeypatch.setattr(pacing, "_MINUTE_S", 60.0)
    pace, begun, ended = Pace(), list[float](), list[float]()
    open_: list[float] = []
    for second in range(600):  # each lasts between nothing and a minute and a half
        now[0] = float(second)
        for at in [one for one in open_ if one <= second]:
            open_.remove(at)
            pace.give_back(used=True)
            ended.append(now[0])
        while pace.take_stream():
            begun.append(now[0])
            open_.append(second + (37 * len(begun)) % 90)
    for times in (begun, ended):
        assert max(sum(at - 60 < one <= at for one in times) for at in times) <= 20
    assert len(begun) > 60


def test_a_right_that_was_not_used_is_free_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "_now", lambda: 0.0)
    pace = Pace()
    for _ in range(100):
        assert pace.take_stream()
        pace.give_back(used=False)


def test_a_pause_is_kept_and_pieces_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(pacing, "_now", lambda: now[0])
    monkeypatch.setattr(pacing, "_MINUTE_S", 60.0)
    pace = Pace()
    pace.pause(30)
    pace.pause(0)
    assert not pace.take_stream()
    now[0] = 30.0
    assert pace.take_stream()
    waits = [pace.append() for _ in range(100)]
    assert (waits[:90], waits[90:]) == ([0.0] * 90, [60.0] * 10)
    now[0] = 90.0
    assert pace.append() == 0.0


def test_channels_wait_for_themselves_only() -> None:
    async def slept() -> float:
        pace, began = Pace(), time.monotonic()
        await asyncio.gather(*(pace.message(channel) for channel in ("C1", "C2", "C1", "C3")))
        return time.monotonic() - began

    assert asyncio.run(slept()) >= 1 / SHORTER
