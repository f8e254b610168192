"""Answers that are streamed in Slack: the real server and the real Bolt app, and Slack's side over real HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from client import QUESTION
from fake_slack import PUBLIC, TEAM, TOKEN, FakeSlack, Workspace, fake_slack, with_slack, workspace

from api.slack.ledger import BEGINNING, Ledger, Spot
from rag.errors import ModelError
from rag.writing.model import Prompt, Usage
from tests.waiting import PATIENCE_S, wait

THREAD = "1700000001.000100"
FIRST, SECOND = "Tamarack lost the grant because it filed late", "The grant was for three ambulances"

HALF, WHOLE = f"{FIRST}. [1]", f"{FIRST}. [1]\n{SECOND}. [2]"


class Dripping:
    """Writes two sentences, each when it is let; gives signs of life meanwhile.

    Attributes:
        begun: Set when it has begun.
        end: Set when it may come to its end after them.
        hung_up: Set when nobody wants to read on.
    """

    name, cites_blocks = "dripping", False

    def __init__(self, fails: bool = False) -> None:
        self.fails = fails
        self.gates = [threading.Event(), threading.Event()]
        self.begun, self.end, self.hung_up = threading.Event(), threading.Event(), threading.Event()
        self.end.set()

    def write(self, prompt: Prompt, on_usage: Callable[[Usage], None]) -> Generator[str]:
        self.begun.set()
        try:
            for gate, sentence, mark in zip(
                self.gates, (FIRST, SECOND), ("filed late.", "three ambulances and"), strict=True
            ):
                (n,) = [n for n, block in enumerate(prompt.evidence, start=1) if mark in block]
                while not gate.wait(0.01):
                    yield ""
                if self.fails and sentence == SECOND:
                    raise ModelError("the language model broke off")
                yield f"{sentence} [{n}].\n"
            while not self.end.wait(0.01):
                yield ""
        except GeneratorExit:
            self.hung_up.set()
            raise

    def let(self, *which: int) -> None:
        """Let sentences be written."""
        for one in which:
            self.gates[one].set()


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    with fake_slack() as fake:
        yield fake


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces follow each other sooner than people would like."""
    monkeypatch.setattr("api.slack.telling._SPACING_S", 0.05)
    monkeypatch.setattr("api.slack.pacing._SPACING_S", 0.01)


@pytest.fixture
def model() -> Iterator[Dripping]:
    model = Dripping()
    yield model
    model.let(0, 1)
    model.end.set()


@pytest.fixture
def here(tmp_path: Path, fake: FakeSlack, model: Dripping) -> Iterator[Workspace]:
    """A workspace whose answers are written by a model."""
    with workspace(with_slack(tmp_path / "home", fake, model=model), fake) as here:
        yield here


@pytest.fixture
def quoting(tmp_path: Path, fake: FakeSlack) -> Iterator[Workspace]:
    """One whose answers are quotes."""
    with workspace(with_slack(tmp_path / "home", fake), fake) as here:
        yield here


def streaming(here: Workspace, model: Dripping, text: str = FIRST) -> str:
    """Let the first sentence be written, and wait until it is in the stream; what Slack calls that."""
    model.let(0)
    messages = here.fake.streams.messages
    wait(lambda: any(text in one.shown for one in list(messages.values())), lambda: str(messages))
    return next(ts for ts, one in messages.items() if text in one.shown)


def statuses(fake: FakeSlack) -> list[str]:
    """What the thread showed, by status."""
    return [str(one["status"]) for one in fake.sent("agents.sessions.setStatus")]


def test_what_a_model_writes_is_told_as_it_comes(here: Workspace, model: Dripping) -> None:
    here.mention(QUESTION)
    ts = streaming(here, model)
    assert SECOND not in here.fake.streams.messages[ts].shown
    assert here.fake.streams.messages[ts].ended is None
    model.let(1)
    (message,) = here.fake.streamed()
    assert (message.channel, message.thread, message.user) == ("C1", THREAD, "U1")
    assert message.text == WHOLE
    for told in ("*Sources*", "José Ibarra · Hearing on the ambulance grant · 2023-05-16", "transcite_feedback"):
        assert told in message.shown
    (start,) = here.fake.sent("chat.startStream")
    assert (start["recipient_team_id"], start["recipient_user_id"]) == (TEAM, "U1")
    assert here.fake.sent() == here.fake.streams.invalid == []
    assert (statuses(here.fake), message.status) == (["processing"], "active")


def test_a_direct_message_is_answered_in_a_stream(here: Workspace, model: Dripping) -> None:
    model.let(0, 1)
    here.says(QUESTION, channel="D1", channel_type="im")
    (message,) = here.fake.streamed()
    assert (message.channel, message.thread, SECOND in message.text) == ("D1", "1700000002.000100", True)


def test_quotes_come_in_one_piece_and_like_all_answers(quoting: Workspace) -> None:
    quoting.mention(QUESTION)
    quoting.mention("Who stole the moon?", ts="1700000004.000100")
    found, missing = sorted(quoting.fake.streamed(2), key=lambda one: one.thread)
    (cited,) = quoting.http.get(f"/v1/answers/{answer_of(found.shown)}").json()["citations"]
    assert f"<{PUBLIC}{cited['url']}|[1] turn 2>" in found.shown
    assert "filed late" in found.text
    assert "The transcripts do not say" in missing.text
    assert "*Sources*" not in missing.shown
    assert [quoting.fake.sent(f"chat.{one}") for one in ("appendStream", "postMessage", "update")] == [[], [], []]
    assert quoting.fake.streams.invalid == []


def answer_of(shown: str) -> str:
    """The id of the answer, by the buttons below it."""
    return shown.partition(':up"')[0].rpartition('"')[2]


def test_three_deliveries_are_one_stream(here: Workspace, model: Dripping) -> None:
    for _ in range(3):
        assert here.mention(QUESTION).status_code == 200
    streaming(here, model)
    assert here.mention(QUESTION).status_code == 200  # the last of Slack's comes six minutes later
    model.let(1)
    here.fake.streamed()
    time.sleep(0.2)
    assert (len(here.fake.streams.messages), here.fake.sent()) == (1, [])


def test_a_thread_goes_on_in_streams(quoting: Workspace) -> None:
    quoting.mention(QUESTION)
    quoting.fake.streamed()
    quoting.says("How many ambulances was that for?", thread_ts=THREAD, ts="1700000003.000100")
    assert "three ambulances" in quoting.fake.streamed(2)[1].text


def test_who_waits_long_sees_how_far_it_is(here: Workspace, model: Dripping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.slack.telling._QUIET_S", 0.1)
    here.mention(QUESTION)
    wait(lambda: bool(here.fake.streams.messages))
    (message,) = here.fake.streams.messages.values()
    assert message.chunks[0]["status"] == "in_progress"
    assert message.chunks[0]["title"].endswith(" passages in 2 transcripts; writing the answer")
    model.let(0, 1)
    here.fake.streamed()
    assert [one["status"] for one in message.chunks if one["type"] == "task_update"] == ["in_progress", "complete"]
    assert message.text == WHOLE


def halt(here: Workspace, *streams: str, thread: str = THREAD) -> None:
    """Somebody presses Slack's button: Slack ends the streams that there are, and tells the app."""
    for ts in streams:
        here.fake.streams.end(ts, "stopped_by_user")
    event = {"type": "agent_session_stopped", "channel": "C1", "thread_ts": thread, "user": "U2"}
    assert here.event(event | {"event_ts": "1", "streaming_message_ts": list(streams)}).status_code == 200


def test_a_reader_stops_an_answer(here: Workspace, model: Dripping) -> None:
    here.mention(QUESTION)
    ts = streaming(here, model)
    halt(here, ts)
    (update,) = here.fake.until(1, "chat.update")
    assert model.hung_up.wait(PATIENCE_S)
    message = here.fake.streams.messages[ts]
    assert (update["ts"], message.text) == (ts, f"{HALF}\nStopped, as one of you wished.")
    assert ("José Ibarra" in message.shown, "transcite_feedback" in message.shown) == (True, False)
    wait(lambda: statuses(here.fake) == ["processing", "active"])
    assert (here.fake.sent(), here.fake.streams.invalid) == ([], [])
    # The thread is none that it has answered in, and the library has no such answer.
    here.says("And why?", thread_ts=THREAD, ts="1700000003.000100")
    model.let(1)
    here.mention(QUESTION, ts="1700000004.000100")
    wait(lambda: len(here.fake.streams.messages) == 2)
    assert here.fake.streamed(2)[1].thread == "1700000004.000100"


def test_an_answer_that_a_reader_stopped_is_noticed_without_being_told(here: Workspace, model: Dripping) -> None:
    here.mention(QUESTION)
    ts = streaming(here, model)
    here.fake.streams.end(ts, "stopped_by_user")  # the event went to another worker
    model.let(1)
    here.fake.until(1, "chat.update")
    assert here.fake.streams.messages[ts].text == f"{HALF}\nStopped, as one of you wished."


@pytest.mark.parametrize("elsewhere", [True, False])
def test_what_is_stopped_before_it_begins_does_not_begin(
    here: Workspace, model: Dripping, tmp_path: Path, elsewhere: bool
) -> None:
    here.mention(QUESTION)
    assert model.begun.wait(PATIENCE_S)
    if elsewhere:
        Ledger(tmp_path / "home" / "slack.db", "other worker").halt(f"{TEAM}:C1:{THREAD}")
        model.let(0)
    else:
        halt(here)
    (message,) = here.fake.until(1)
    assert message["text"] == "Stopped, as one of you wished."
    assert model.hung_up.wait(PATIENCE_S)
    assert here.fake.streams.messages == {}


def test_a_stream_that_ran_out_of_time_is_written_anew(here: Workspace, model: Dripping) -> None:
    here.mention(QUESTION)
    ts = streaming(here, model)
    here.fake.streams.end(ts, "message_not_in_streaming_state")
    model.let(1)
    (update,) = here.fake.until(1, "chat.update")
    message = here.fake.streams.messages[ts]
    assert (update["ts"], message.text) == (ts, WHOLE)
    assert ("*Sources*" in message.shown, "transcite_feedback" in message.shown) == (True, True)
    assert (here.fake.sent(), here.fake.streams.invalid) == ([], [])
    wait(lambda: statuses(here.fake) == ["processing", "active"])


def test_one_that_does_so_just_at_its_end_too(quoting: Workspace) -> None:
    quoting.fake.fail("chat.stopStream", "message_not_in_streaming_state")
    quoting.mention(QUESTION)
    quoting.fake.until(2, "chat.update")  # the fake's is still open: that is seen to, too
    (message,) = quoting.fake.streams.messages.values()
    assert ("filed late" in message.text, "*Sources*" in message.shown, message.chunks) == (True, True, [])


def test_a_rate_limit_in_the_middle_is_waited_for(here: Workspace, model: Dripping) -> None:
    here.mention(QUESTION)
    ts = streaming(here, model)
    for method in ("chat.appendStream", "chat.stopStream"):
        here.fake.limit(method, 1)
    model.end.clear()
    model.let(1)
    here.fake.until(2, "chat.appendStream")
    model.end.set()
    (message,) = here.fake.streamed()
    assert (message.text, here.fake.streams.messages[ts]) == (WHOLE, message)
    for method in ("chat.appendStream", "chat.stopStream"):
        first, again = [one for one in here.fake.calls if one.method == method]
        assert (again.at - first.at >= 1, again.body) == (True, first.body)


def posted(here: Workspace, count: int, channel: str = "C1") -> None:
    """Ask, and see that the answer is posted and nothing else shown as under way."""
    here.mention(QUESTION, ts=f"17000{count:05}.000100", channel=channel)
    message = here.fake.until(count)[-1]
    told = json.dumps(message["blocks"])
    assert (message["thread_ts"], "filed late" in told) == (f"17000{count:05}.000100", True)
    assert here.fake.streams.messages == {}
    wait(lambda: statuses(here.fake)[-1:] == ["active"])


def test_where_one_answer_cannot_be_streamed_it_is_posted(quoting: Workspace) -> None:
    for count, error in enumerate(
        ("channel_type_not_supported", "invalid_chunks", "missing_recipient_team_id", "internal_error"), start=1
    ):
        quoting.fake.fail("chat.startStream", error)
        posted(quoting, count)
    quoting.mention(QUESTION, ts="1700000099.000100")  # the next one may be
    quoting.fake.streamed()


@pytest.mark.parametrize("error", ["unknown_method", "missing_scope", "ratelimited"])
def test_a_workspace_that_cannot_stream_is_not_asked_each_time(quoting: Workspace, error: str) -> None:
    if error == "ratelimited":
        quoting.fake.limit("chat.startStream", 30)
    else:
        quoting.fake.fail("chat.startStream", error, needed="chat:write")
    posted(quoting, 1)
    posted(quoting, 2, channel="C2")
    assert len(quoting.fake.sent("chat.startStream")) == 1


def test_a_direct_message_that_takes_no_recipient_is_given_none(quoting: Workspace) -> None:
    quoting.fake.fail("chat.startStream", "invalid_arguments")
    quoting.says(QUESTION, channel="D1", channel_type="im")
    quoting.fake.streamed()
    first, second = quoting.fake.sent("chat.startStream")
    assert ("recipient_user_id" in first, "recipient_user_id" in second) == (True, False)


def test_who_asked_is_told_why_an_answer_ends_in_the_middle(here: Workspace, model: Dripping) -> None:
    here.mention(QUESTION)
    streaming(here, model)
    here.fake.fail("chat.appendStream", "is_archived")
    model.end.clear()
    model.let(1)
    (told,) = here.fake.until(1)
    assert (told["channel"], "archived" in told["text"], "is_archived" in json.dumps(told)) == ("U1", True, False)
    assert model.hung_up.wait(PATIENCE_S)  # nobody could read on


def test_and_why_it_ends_just_before_its_sources(quoting: Workspace) -> None:
    for count, (error, why) in enumerate(
        (
            ("is_archived", "archived"),
            ("not_in_channel", "Invite me"),
            ("channel_not_found", "Invite me"),
            ("restricted_action", "does not let me post"),
        ),
        start=1,
    ):
        quoting.fake.fail("chat.stopStream", error)
        quoting.mention(QUESTION, ts=f"17000{count:05}.000100")
        told = quoting.fake.until(count)[-1]
        assert (told["channel"], why in told["text"], error in json.dumps(told)) == ("U1", True, False)


@pytest.mark.parametrize("error", ["message_not_found", "internal_error"])
def test_what_cannot_be_streamed_on_is_written_anew_or_posted(
    here: Workspace, model: Dripping, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    here.mention(QUESTION)
    ts = streaming(here, model)
    here.fake.fail("chat.appendStream", error)
    model.end.clear()
    gone = error == "message_not_found"
    if gone:  # somebody deleted it
        del here.fake.streams.messages[ts]
    model.let(1)
    here.fake.until(1, "chat.appendStream")
    model.end.set()
    if gone:
        (posted,) = here.fake.until(1)
        told = json.dumps(posted, ensure_ascii=False)
        assert posted["thread_ts"] == THREAD
    else:
        wait(lambda: "*Sources*" in here.fake.streams.messages[ts].shown)
        told = here.fake.streams.messages[ts].shown
        assert here.fake.sent() == []
    assert all(one in told for one in (FIRST, SECOND, "*Sources*", "transcite_feedback"))
    assert TOKEN not in caplog.text


def test_a_connection_that_breaks_says_nothing_twice(here: Workspace, model: Dripping) -> None:
    here.fake.cut |= {"chat.startStream", "chat.appendStream"}
    here.mention(QUESTION)
    ts = streaming(here, model)
    model.end.clear()
    model.let(1)
    here.fake.until(1, "chat.appendStream")
    model.end.set()
    wait(lambda: "*Sources*" in here.fake.streams.messages[ts].shown)
    assert (here.fake.streams.messages[ts].text, len(here.fake.streams.messages)) == (WHOLE, 1)
    here.fake.cut.add("chat.stopStream")
    here.mention(QUESTION, ts="1700000004.000100")
    wait(lambda: len(here.fake.sent("chat.stopStream")) == 3)
    wait(lambda: statuses(here.fake)[-1] == "active")
    again = here.fake.streamed(2)[1]
    assert (again.text, again.shown.count("*Sources*"), here.fake.sent()) == (WHOLE, 1, [])


def test_a_parent_that_was_deleted_meanwhile_is_told_to_who_asked(here: Workspace, model: Dripping) -> None:
    here.mention(QUESTION)
    ts = streaming(here, model)
    del here.fake.streams.messages[ts]
    here.fake.fail("chat.postMessage", "thread_not_found")
    model.let(1)
    refused, told = here.fake.until(2)
    assert (refused["thread_ts"], told["channel"], "not there any more" in told["text"]) == (THREAD, "U1", True)


def test_a_token_that_is_revoked_in_the_middle_leaves_it_to_the_next_run(
    tmp_path: Path, fake: FakeSlack, model: Dripping, caplog: pytest.LogCaptureFixture
) -> None:
    parts = with_slack(tmp_path / "home", fake, model=model)
    with workspace(parts, fake) as here:
        here.mention(QUESTION)
        ts = streaming(here, model)
        for method in ("chat.appendStream", "chat.stopStream", "chat.update", "agents.sessions.setStatus"):
            for _ in range(2):
                fake.fail(method, "token_revoked")
        model.let(1)
        wait(lambda: "token_revoked" in caplog.text)
        fake.scripts["chat.update"] = []
    assert TOKEN not in caplog.text
    assert fake.streams.messages[ts].ended is None
    fake.scripts.clear()  # the app has been installed again
    with workspace(with_slack(tmp_path / "home", fake), fake):
        (message,) = fake.streamed()
    assert message.text == f"{HALF}\nThe server was stopped before this was answered. Ask again in a minute."
    assert message.status == "active"


def test_an_answer_that_becomes_another_one_takes_the_place_of_what_was_told(tmp_path: Path, fake: FakeSlack) -> None:
    model = Dripping(fails=True)
    with workspace(with_slack(tmp_path / "home", fake, model=model), fake) as here:
        here.mention(QUESTION)
        ts = streaming(here, model)
        model.let(1)
        fake.until(2, "chat.update")  # the first meets a stream that is open
    message = fake.streams.messages[ts]
    assert (message.chunks, "“Tamarack lost the grant of nine hundred" in message.text) == ([], True)
    assert ("*Sources*" in message.shown, fake.sent()) == (True, [])


def test_a_fault_of_ours_leaves_no_half_answer(
    quoting: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("swordfish")

    monkeypatch.setattr("api.slack.telling.ending", broken)
    quoting.mention(QUESTION)
    quoting.fake.until(2, "chat.update")  # the first meets a stream that is open
    (message,) = quoting.fake.streams.messages.values()
    assert ("its log says why" in message.text, "swordfish" in message.shown) == (True, False)
    assert ("swordfish" in caplog.text, quoting.fake.sent()) == (True, [])


@contextmanager
def killed(home: Path, fake: FakeSlack, *, ending: bool = False, beginning: bool = False) -> Iterator[str]:
    """What a server leaves that was killed while it streamed an answer."""
    home.mkdir()
    ledger = Ledger(home / "slack.db", "killed")
    block = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Half"}]}],
    }
    begun = fake.streams.take(
        "chat.startStream",
        {"channel": "C1", "thread_ts": "1.1", "recipient_team_id": TEAM, "recipient_user_id": "U1"}
        | {"chunks": [{"type": "blocks", "blocks": [block]}]},
    )
    assert begun is not None
    assert ledger.begin(f"{TEAM}:C1:1.1", Spot("C1", "1.1", "U1"))
    ledger.streaming(f"{TEAM}:C1:1.1", BEGINNING if beginning else begun["ts"])
    if ending:
        ledger.ending(f"{TEAM}:C1:1.1")
    yield begun["ts"]


SORRY = "The server was stopped before this was answered. Ask again in a minute."


def test_half_an_answer_is_closed_by_the_next_run(tmp_path: Path, fake: FakeSlack) -> None:
    with killed(tmp_path / "home", fake) as ts, workspace(with_slack(tmp_path / "home", fake), fake):
        fake.streamed()
        wait(lambda: fake.streams.messages[ts].status == "active")
    assert (fake.streams.messages[ts].text, fake.sent()) == (f"Half\n{SORRY}", [])
    with workspace(with_slack(tmp_path / "home", fake), fake):
        time.sleep(0.2)
    assert len(fake.sent("chat.stopStream")) == 1


def test_half_an_answer_is_found_that_had_only_just_begun(tmp_path: Path, fake: FakeSlack) -> None:
    with killed(tmp_path / "home", fake, beginning=True) as ts, workspace(with_slack(tmp_path / "home", fake), fake):
        fake.streamed()
    assert (fake.streams.messages[ts].text, fake.sent()) == (f"Half\n{SORRY}", [])


@pytest.mark.parametrize("readable", [True, False])
def test_where_none_is_found_the_thread_is_told(tmp_path: Path, fake: FakeSlack, readable: bool) -> None:
    with killed(tmp_path / "home", fake, beginning=True) as ts:
        fake.streams.messages.pop(ts)
        if not readable:
            fake.fail("conversations.replies", "missing_scope")
        with workspace(with_slack(tmp_path / "home", fake), fake):
            (message,) = fake.until(1)
    assert (message["thread_ts"], message["text"]) == ("1.1", SORRY)


def test_half_an_answer_that_slack_has_closed_is_written_anew(tmp_path: Path, fake: FakeSlack) -> None:
    with killed(tmp_path / "home", fake) as ts:
        fake.streams.end(ts, "message_not_in_streaming_state")
        with workspace(with_slack(tmp_path / "home", fake), fake):
            fake.until(1, "chat.update")
            wait(lambda: statuses(fake) == ["active"])
    assert (fake.streams.messages[ts].text, fake.sent()) == (SORRY, [])


def test_an_answer_whose_end_had_come_to_pass_is_left_as_it_is(tmp_path: Path, fake: FakeSlack) -> None:
    with killed(tmp_path / "home", fake, ending=True) as ts:
        fake.streams.end(ts, "message_not_in_streaming_state")
        with workspace(with_slack(tmp_path / "home", fake), fake):
            wait(lambda: statuses(fake) == ["active"])
    assert (fake.streams.messages[ts].text, fake.sent(), fake.sent("chat.update")) == ("Half", [], [])


def test_half_an_answer_that_is_gone_is_apologised_for_in_the_thread(tmp_path: Path, fake: FakeSlack) -> None:
    with killed(tmp_path / "home", fake) as ts:
        del fake.streams.messages[ts]
        with workspace(with_slack(tmp_path / "home", fake), fake):
            (message,) = fake.until(1)
    assert (message["thread_ts"], message["text"]) == ("1.1", SORRY)


def test_a_server_that_stops_closes_what_it_streams(
    tmp_path: Path, fake: FakeSlack, model: Dripping, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workspace(with_slack(tmp_path / "home", fake, model=model), fake) as here:
        monkeypatch.setattr("api.slack.answering._PATIENCE_S", 0.3)
        monkeypatch.setattr("api.slack.answering._PARTING_S", PATIENCE_S)
        here.mention(QUESTION)
        ts = streaming(here, model)
    assert model.hung_up.is_set()
    message = fake.streams.messages[ts]
    assert (message.text, message.ended is None, message.status) == (f"{HALF}\n{SORRY}", False, "active")
    assert "José Ibarra" in message.shown
    with workspace(with_slack(tmp_path / "home", fake), fake):
        time.sleep(0.2)
    assert (len(fake.sent("chat.stopStream")), fake.sent()) == (1, [])
