"""The bot over Socket Mode: a connection that it opens itself, to a Slack of our own over real WebSockets."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from client import QUESTION
from fake_slack import PUBLIC, TEAM, TOKEN, FakeSlack, fake_slack
from fake_socket import APP_TOKEN, FakeSocket, connected, fake_socket

from api.main import main
from tests.fakes import HashingEncoder
from tests.waiting import PATIENCE_S, quickest, wait

ROOT = Path(__file__).parent.parent.parent
ANSWER = "filed late"


@pytest.fixture
def socket() -> Iterator[FakeSocket]:
    with fake_slack() as fake, fake_socket(fake) as socket:
        fake.can_stream = False  # streams have tests of their own
        yield socket


@pytest.fixture
def here(tmp_path: Path, socket: FakeSocket) -> Iterator[FakeSocket]:
    with connected(tmp_path / "home", socket):
        yield socket


@pytest.fixture
def command() -> Iterator[None]:
    """A place for the command itself, which sets the log of its process up."""
    root, ours = logging.getLogger(), logging.getLogger("transcite")
    handlers, levels = list(root.handlers), (root.level, ours.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
    logging.captureWarnings(False)


def opened(fake: FakeSlack) -> int:
    return len(fake.sent("apps.connections.open"))


def test_an_event_is_acknowledged_at_once_and_answered_in_its_thread(here: FakeSocket) -> None:
    envelopes: list[str] = []

    def heard() -> None:
        envelopes.append(f"e{len(envelopes)}")
        here.mention(QUESTION, envelope=envelopes[-1])
        assert here.acknowledged(len(envelopes)) == envelopes

    assert quickest(heard, within_s=1) < 1
    (message,) = here.fake.until(1)
    assert (message["channel"], message["thread_ts"]) == ("C1", "1700000001.000100")
    assert ANSWER in json.dumps(message["blocks"])
    assert f"{PUBLIC}/t/" in json.dumps(message["blocks"])
    tokens = {one.method: one.headers["Authorization"] for one in here.fake.calls}
    assert tokens["apps.connections.open"] == f"Bearer {APP_TOKEN}"
    assert tokens["chat.postMessage"] == f"Bearer {TOKEN}"


def test_a_command_is_acknowledged_with_what_it_shows_and_answered_where_it_says(here: FakeSocket) -> None:
    fields = {"command": "/ask", "text": QUESTION, "team_id": TEAM, "channel_id": "C1", "user_id": "U1"}
    payload = fields | {"response_url": f"{here.fake.url}hook"}
    here.send({"type": "slash_commands", "envelope_id": "c1", "accepts_response_payload": True, "payload": payload})
    assert here.acknowledged(1) == ["c1"]
    assert "Looking" in here.acks[0][1]["payload"]["text"]
    assert ANSWER in json.dumps(here.fake.until(1, "hook")[0]["blocks"])


def test_a_connection_that_slack_refreshes_is_made_again_and_nothing_answered_twice(here: FakeSocket) -> None:
    here.mention(QUESTION)
    here.fake.until(1)
    here.send({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})
    here.until(2)
    assert opened(here.fake) == 2
    here.mention(QUESTION)  # the same once more, as Slack does when the word of the first went missing
    here.mention("How many ambulances was that for?", ts="1700000007.000100", envelope="e2")
    assert here.acknowledged(3) == ["e1", "e1", "e2"]
    assert {number for number, _ in here.acks} == {1, 2}
    assert [one["thread_ts"] for one in here.fake.until(2)] == ["1700000001.000100", "1700000007.000100"]
    time.sleep(0.3)
    assert (len(here.fake.sent()), here.open) == (2, 1)


def test_a_connection_that_breaks_is_made_again(here: FakeSocket) -> None:
    here.drop()
    here.until(2)
    here.mention(QUESTION)
    here.fake.until(1)


def test_where_bolt_does_not_get_on_everything_is_begun_anew(
    tmp_path: Path, socket: FakeSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.slack.socket._DEAD_S", 0.3)
    monkeypatch.setattr("api.slack.socket._LOOK_S", 0.05)
    monkeypatch.setattr("api.slack.socket._AGAIN_S", 0.05)
    with connected(tmp_path / "home", socket):
        # What Bolt asks for after the first one leads nowhere; it tries that address for ever.
        right = socket.fake.usual["apps.connections.open"]
        socket.fake.usual["apps.connections.open"] = {"ok": True, "url": "ws://127.0.0.1:9/"}
        socket.send({"type": "disconnect", "reason": "warning"})
        wait(lambda: opened(socket.fake) >= 3)
        socket.fake.fail("apps.connections.open", "internal_error")
        wait(lambda: not socket.fake.scripts["apps.connections.open"])
        socket.fake.usual["apps.connections.open"] = right
        socket.until(2)
        socket.mention(QUESTION)
        socket.fake.until(1)


@pytest.mark.usefixtures("command")
def test_a_token_that_is_taken_back_ends_the_bot_loudly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("api.slack.socket._DEAD_S", 0.3)
    monkeypatch.setattr("api.slack.socket._LOOK_S", 0.05)
    with fake_slack() as fake, fake_socket(fake):
        fake.scripts["apps.connections.open"] = [(200, {"ok": True, "url": "ws://127.0.0.1:9/?ticket=secret-t"}, {})]
        fake.usual["apps.connections.open"] = {"ok": False, "error": "token_revoked"}
        code = main(["slack"], environ=_environ(tmp_path, fake), encoder=HashingEncoder)
    out, err = capfd.readouterr()
    assert (code, "lets the bot not connect any more (token_revoked)" in err) == (1, True)
    assert "answering in Slack" in out
    for secret in (APP_TOKEN, TOKEN, "secret-t"):
        assert secret not in out + err


@pytest.mark.usefixtures("command")
@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("apps.connections.open", "lets the bot not connect (invalid_auth): look at TRANSCITE_SLACK_APP_TOKEN"),
        ("auth.test", "refuses TRANSCITE_SLACK_BOT_TOKEN (invalid_auth)"),
    ],
)
def test_a_token_that_slack_refuses_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], method: str, words: str
) -> None:
    with fake_slack() as fake:
        fake.fail(method, "invalid_auth")
        code = main(["slack"], environ=_environ(tmp_path, fake), encoder=HashingEncoder)
    err = capfd.readouterr().err
    assert (code, words in err, APP_TOKEN in err, TOKEN in err) == (1, True, False, False)


@pytest.mark.usefixtures("command")
def test_a_slack_that_is_not_there_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = main(["slack"], environ=_environ(tmp_path, FakeSlack("http://127.0.0.1:9/")), encoder=HashingEncoder)
    assert (code, "Slack cannot be reached" in capfd.readouterr().err) == (1, True)


@pytest.mark.usefixtures("command")
def test_it_runs_once_and_stops_when_it_is_told_to(
    tmp_path: Path, socket: FakeSocket, capfd: pytest.CaptureFixture[str]
) -> None:
    program = (
        "import sys; from api.main import main; from tests.fakes import HashingEncoder;"
        "sys.exit(main(['slack'], encoder=HashingEncoder))"
    )
    stray = {"SLACK_BOT_TOKEN": "xoxb-stray", "SLACK_APP_TOKEN": "xapp-stray", "SLACK_CLIENT_ID": "1"}
    environ = os.environ | stray | {"SLACK_CLIENT_SECRET": "2"} | _environ(tmp_path, socket.fake)
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "answering in Slack as bot in t (Ctrl-C stops it)\n"
        socket.until(1)
        socket.mention("Is anything there?")
        assert "empty" in json.dumps(socket.fake.until(1)[0]["blocks"])
        assert main(["slack"], environ=_environ(tmp_path, socket.fake), encoder=HashingEncoder) == 1
        assert "another `transcite slack` answers from" in capfd.readouterr().err
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err
    assert "secret-t" not in err
    wait(lambda: socket.open == 0)


def _environ(home: Path, fake: FakeSlack) -> dict[str, str]:
    return {
        "TRANSCITE_HOME": str(home / "home"),
        "TRANSCITE_ENCODER": "hashing",
        "TRANSCITE_SLACK_BOT_TOKEN": TOKEN,
        "TRANSCITE_SLACK_APP_TOKEN": APP_TOKEN,
        "TRANSCITE_SLACK_API_URL": fake.url,
        "TRANSCITE_PUBLIC_URL": PUBLIC,
    }
