"""`/ask` in Slack, for one person and then for all; many questions at once; a server that stops in the middle."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from client import QUESTION
from fake_clock import ticking, waited
from fake_slack import FakeSlack, Workspace, fake_slack, with_slack, workspace
from slack_sdk.models.blocks import Block

from api.slack.ledger import Ledger, Spot
from tests.waiting import PATIENCE_S, quickest, wait


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    """A Slack without streaming: every answer is posted."""
    with fake_slack() as fake:
        fake.can_stream = False
        yield fake


@pytest.fixture
def here(tmp_path: Path, fake: FakeSlack) -> Iterator[Workspace]:
    with workspace(with_slack(tmp_path / "home", fake), fake) as here:
        yield here


def share(here: Workspace, answer_id: str, channel: str = "C1") -> None:
    action = {"type": "button", "action_id": "transcite_share", "block_id": "b", "value": answer_id}
    payload = {"actions": [action], "channel": {"id": channel}, "response_url": f"{here.fake.url}hook"}
    assert here.act(payload).status_code == 200


def asked(here: Workspace) -> str:
    """Ask by the command; the id of the answer, from its button."""
    response = here.command(QUESTION)
    assert (response.status_code, "Looking" in response.json()["text"]) == (200, True)
    (answer,) = here.fake.until(1, "hook")
    assert (answer["response_type"], "filed late" in json.dumps(answer["blocks"])) == ("ephemeral", True)
    assert [one.to_dict() for one in Block.parse_all(answer["blocks"])] == answer["blocks"]
    (actions,) = [one for one in answer["blocks"] if one["type"] == "actions"]
    return str(actions["elements"][0]["value"])


def test_the_command_answers_one_person_who_may_share_it(here: Workspace) -> None:
    answer_id = asked(here)
    assert here.fake.sent() == []
    share(here, answer_id)
    (posted,) = here.fake.until(1)
    assert (posted["channel"], "thread_ts" in posted) == ("C1", False)
    assert posted["blocks"][0]["elements"][0]["text"] == "<@U1> asked:"
    assert posted["blocks"][0]["elements"][1]["text"] == QUESTION
    assert "transcite_share" not in json.dumps(posted)
    last = here.fake.until(2, "hook")[1]
    assert (last["replace_original"], last["text"]) == (True, "Shared with the channel.")


def test_what_cannot_be_shared_is_told_to_who_would(here: Workspace) -> None:
    here.fake.fail("chat.postMessage", "not_in_channel")
    share(here, asked(here))
    assert "Invite me" in here.fake.until(2, "hook")[1]["text"]
    share(here, asked_before(here), channel="C2")  # another channel's
    assert "not kept any more" in here.fake.until(3, "hook")[2]["text"]
    assert len(here.fake.sent()) == 1


def test_nothing_is_shared_where_another_organisation_reads_along(here: Workspace) -> None:
    answer_id = asked(here)
    here.fake.outside.add("C1")  # only now
    share(here, answer_id)
    assert "another organisation" in here.fake.until(2, "hook")[1]["text"]
    here.command(QUESTION)  # it is answered, and not offered to be shared
    answer = json.dumps(here.fake.until(3, "hook")[2])
    assert ("filed late" in answer, "transcite_share" in answer, here.fake.sent()) == (True, False, [])


@pytest.mark.parametrize(
    ("error", "why"),
    [("missing_scope", "could not see whether people of another"), ("channel_not_found", "Invite me")],
)
def test_nothing_is_shared_where_that_is_not_known(here: Workspace, error: str, why: str) -> None:
    answer_id = asked(here)
    here.fake.fail("conversations.info", error, needed="channels:read")
    share(here, answer_id)
    assert why in here.fake.until(2, "hook")[1]["text"]
    assert here.fake.sent() == []


def test_in_a_direct_message_nobody_else_reads_along(here: Workspace) -> None:
    here.command(QUESTION, channel="D1")
    here.fake.until(1, "hook")
    share(here, asked_before(here), channel="D1")
    assert here.fake.until(1)[0]["channel"] == "D1"
    assert here.fake.sent("conversations.info") == []


def asked_before(here: Workspace) -> str:
    (actions,) = [one for one in here.fake.sent("hook")[0]["blocks"] if one["type"] == "actions"]
    return str(actions["elements"][0]["value"])


def test_a_message_may_be_asked_about(here: Workspace) -> None:
    for text in (QUESTION, ""):
        chosen = {"type": "message_action", "callback_id": "transcite_ask_about", "channel": {"id": "C1"}}
        about = {"message": {"type": "message", "text": text, "ts": "1.1"}, "response_url": f"{here.fake.url}hook"}
        assert here.act(chosen | about).status_code == 200
        here.fake.until(1, "hook")
    answer, usage = here.fake.until(2, "hook")
    assert (answer["response_type"], "filed late" in json.dumps(answer["blocks"])) == ("ephemeral", True)
    assert "Ask a question" in usage["text"]


def test_a_command_without_a_question_says_how(here: Workspace) -> None:
    here.command("  ")
    assert "Ask a question" in here.fake.until(1, "hook")[0]["text"]


def test_twelve_answers_at_work_keep_nobody_waiting(here: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    go, begun = threading.Event(), Counter[str]()
    real = __import__("api.http.service", fromlist=["ask"]).ask

    def slow(question: str, **more: object) -> object:
        if "ambulance" not in question:
            begun["n"] += 1
            assert go.wait(PATIENCE_S)
        return real(question, **more)

    def heard() -> None:
        assert here.command("How many ambulances was that for?").status_code == 200
        assert here.mention(QUESTION, ts="1800000000.000100").status_code == 200

    monkeypatch.setattr("api.http.service.ask", slow)
    for n in range(12):
        here.mention(QUESTION, ts=f"17000001{n:02}.000100", channel=f"C{n}")
    try:
        wait(lambda: begun["n"] == 12)
        assert quickest(heard, within_s=1) < 1
        here.fake.until(1, "hook")
        assert here.fake.sent() == []
    finally:
        go.set()
    assert len(here.fake.until(13)) == 13


def test_many_mentions_are_each_answered_once_in_their_thread_at_the_pace_of_the_channel(
    here: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ticking(monkeypatch, speed=5)

    def mention(n: int) -> None:
        here.mention(QUESTION, ts=f"17000{n:05}.000100", channel=f"C{n % 5}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(mention, [*range(20), *range(20)]))  # each delivered twice
    here.fake.until(20)
    posted = here.fake.sent()
    wanted = {f"17000{n:05}.000100" for n in range(20)}
    assert (len(posted), {one["thread_ts"] for one in posted}) == (20, wanted)
    waited(here.fake, clock)
    for channel, at in clock.granted.items():
        assert all(later - before > 0.98 for before, later in pairwise(at)), (channel, at)  # a second apart


def test_who_waits_when_the_server_stops_is_told_so(
    tmp_path: Path, fake: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()

    def stuck(*args: object, **more: object) -> None:
        begun.set()
        go.wait(PATIENCE_S)
        raise RuntimeError("too late")

    with workspace(with_slack(tmp_path / "home", fake), fake) as here:
        monkeypatch.setattr("api.http.service.ask", stuck)
        monkeypatch.setattr("api.slack.answering._PATIENCE_S", 0.3)
        monkeypatch.setattr("api.slack.answering._PARTING_S", PATIENCE_S)
        here.mention(QUESTION)
        assert begun.wait(PATIENCE_S)
        letting = threading.Thread(target=lambda: (wait(fake.sent), go.set()))
        letting.start()
    letting.join()
    (message,) = fake.sent()
    assert (message["thread_ts"], "was stopped" in message["text"]) == ("1700000001.000100", True)


def test_who_was_left_without_an_answer_is_told_by_the_next_run(tmp_path: Path, fake: FakeSlack) -> None:
    home = tmp_path / "home"
    home.mkdir()
    killed = Ledger(home / "slack.db", "killed")
    assert killed.begin("T1:C1:1.1", Spot("C1", "1.1", "U1"))
    assert killed.begin("T1:C1:1.2", Spot("C1", "1.2", "U1"))
    killed.end("T1:C1:1.2")
    with workspace(with_slack(home, fake), fake):
        (message,) = fake.until(1)
    assert (message["channel"], message["thread_ts"], "was stopped" in message["text"]) == ("C1", "1.1", True)
    with workspace(with_slack(home, fake), fake):
        time.sleep(0.3)
    assert len(fake.sent()) == 1


def test_a_ledger_that_cannot_be_written_keeps_nobody_from_an_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = Ledger(tmp_path / "slack.db", "run")
    (tmp_path / "slack.db").write_bytes(b"not a database" * 100)
    assert ledger.begin("m", Spot("C1", "1.1", "U1"))
    assert "may be answered twice" in caplog.text


def test_workers_of_one_server_share_what_was_taken_on(tmp_path: Path) -> None:
    one, other = (Ledger(tmp_path / "slack.db", "run") for _ in range(2))
    spot = Spot("C1", "1.1", "U1")
    assert (one.begin("m", spot), other.begin("m", spot), other.left_over()) == (True, False, [])
