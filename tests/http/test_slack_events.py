"""The Slack bot: the real server and the real Bolt app, and Slack's side over real HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from client import QUESTION
from fake_slack import BOT, PUBLIC, SECRET, TOKEN, FakeSlack, Workspace, fake_slack, with_slack, workspace
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from index.store.library import Library
from tests.waiting import quickest, wait

ANSWER = "filed late"


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


def told(message: dict[str, Any]) -> str:
    """All that a message shows."""
    return json.dumps(message["blocks"], ensure_ascii=False)


def test_a_mention_is_answered_in_its_thread_with_its_source(here: Workspace) -> None:
    assert quickest(lambda: here.mention(QUESTION).raise_for_status(), within_s=1) < 1
    (message,) = here.fake.until(1)
    assert (message["channel"], message["thread_ts"]) == ("C1", "1700000001.000100")
    assert ANSWER in told(message)
    assert "José Ibarra · Hearing on the ambulance grant · 2023-05-16" in told(message)
    (cited,) = here.http.get(f"/v1/answers/{answer_id(message)}").json()["citations"]
    assert f"<{PUBLIC}{cited['url']}|[1] turn 2>" in told(message)
    assert (message["parse"], message["unfurl_links"], message["mrkdwn"]) == ("none", False, False)
    assert [one["thread_ts"] for one in here.fake.sent("assistant.threads.setStatus")] == ["1700000001.000100"]
    assert all(one.headers["Authorization"] == f"Bearer {TOKEN}" for one in here.fake.calls)
    assert len(here.fake.sent("auth.test")) == 1


def test_three_deliveries_and_the_same_as_a_message_are_one_answer(here: Workspace) -> None:
    for _ in range(3):
        assert here.mention(QUESTION).status_code == 200
    assert here.says(f"<@{BOT}> {QUESTION}", ts="1700000001.000100").status_code == 200
    assert here.mention(QUESTION, ts="1700000009.000100").status_code == 200
    answered = sorted(one["thread_ts"] for one in here.fake.until(2))
    assert answered == ["1700000001.000100", "1700000009.000100"]
    time.sleep(0.3)
    assert len(here.fake.sent()) == 2


def test_a_message_to_the_bot_alone_is_answered(here: Workspace) -> None:
    assert here.says(QUESTION, channel="D1", channel_type="im").status_code == 200
    assert ANSWER in told(here.fake.until(1)[0])


def test_a_thread_that_it_answered_in_goes_on_without_a_mention(here: Workspace) -> None:
    here.mention(QUESTION)
    here.fake.until(1)
    here.says("How many ambulances was that for?", thread_ts="1700000001.000100", ts="1700000003.000100")
    assert "three ambulances" in told(here.fake.until(2)[1])
    document = here.http.get(f"/v1/answers/{answer_id(here.fake.sent()[1])}").json()
    assert document["conversation_id"] == "slack:C1:1700000001.000100"


def test_what_is_not_said_to_it_is_not_answered(here: Workspace) -> None:
    here.says(QUESTION)
    here.says(QUESTION, thread_ts="1600000000.000100")  # a thread it knows nothing of
    here.says(QUESTION, channel="D1", channel_type="im", bot_id="B7")
    here.says(QUESTION, channel="D1", channel_type="im", subtype="message_changed")
    here.event({"type": "reaction_added", "user": "U1"})
    here.mention(QUESTION, ts="1700000005.000100")  # the only one
    here.fake.until(1)
    time.sleep(0.3)
    assert [one["thread_ts"] for one in here.fake.sent()] == ["1700000005.000100"]


def test_nothing_is_quoted_where_another_organisation_reads_along(here: Workspace) -> None:
    here.event(
        {"type": "app_mention", "user": "U1", "text": f"<@{BOT}> {QUESTION}", "ts": "1.1", "channel": "C1"},
        is_ext_shared_channel=True,
    )
    (message,) = here.fake.until(1)
    assert ANSWER not in told(message)
    assert "another organisation" in told(message)


def test_another_workspace_gets_nothing(here: Workspace) -> None:
    event = {"type": "app_mention", "user": "U1", "text": f"<@{BOT}> {QUESTION}", "ts": "1.1", "channel": "C1"}
    response = here.event(event, team_id="T2", authorizations=[{"team_id": "T2", "user_id": BOT, "is_bot": True}])
    assert response.status_code == 200
    time.sleep(0.3)
    assert here.fake.sent() == []


def test_it_answers_from_its_collections_only(tmp_path: Path, fake: FakeSlack) -> None:
    with workspace(with_slack(tmp_path / "home", fake, ((None, "radio"), ("C2", "council"))), fake) as here:
        here.mention(QUESTION)
        assert ANSWER not in told(fake.until(1)[0])
        here.mention("How long was the harbor bridge closed?", ts="1700000004.000100")
        assert "eleven weeks" in told(fake.until(2)[1])
        here.mention(QUESTION, channel="C2", ts="1700000005.000100")
        assert ANSWER in told(fake.until(3)[2])
        here.mention("How long was the harbor bridge closed?", channel="C2", ts="1700000006.000100")
        assert "eleven weeks" not in told(fake.until(4)[3])


def test_a_channel_that_nothing_is_said_of_sees_nothing_where_others_have_theirs(
    tmp_path: Path, fake: FakeSlack
) -> None:
    with workspace(with_slack(tmp_path / "home", fake, (("C2", "council"),)), fake) as here:
        here.mention(QUESTION)
        assert ANSWER not in told(fake.until(1)[0])


def test_a_mention_without_a_question_and_one_too_long_are_told_so(here: Workspace) -> None:
    here.mention("")
    assert "Ask a question" in told(here.fake.until(1)[0])
    here.mention("x" * 5000, ts="1700000004.000100")
    assert "4,000" in told(here.fake.until(2)[1])


def answer_id(message: dict[str, Any]) -> str:
    """Of the answer that a message holds."""
    (actions,) = [one for one in message["blocks"] if one["type"] == "context_actions"]
    return str(actions["elements"][0]["positive_button"]["value"]).partition(":")[0]


@pytest.mark.parametrize("vote", ["up", "down"])
def test_votes_go_where_all_votes_are(here: Workspace, vote: str) -> None:
    here.mention(QUESTION)
    given = f"{answer_id(here.fake.until(1)[0])}:{vote}"
    action = {"type": "feedback_buttons", "action_id": "transcite_feedback", "block_id": "b", "value": given}
    payload = {"actions": [action], "channel": {"id": "C1"}, "response_url": f"{here.fake.url}hook"}
    assert here.act(payload).status_code == 200
    (thanks,) = here.fake.until(1, "hook")
    assert (thanks["response_type"], "noted" in thanks["text"]) == ("ephemeral", True)
    assert f'transcite_feedback_total{{vote="{vote}"}} 1.0' in here.http.get("/metrics").text


def voted_down(here: Workspace, given: str, forms: int = 1) -> dict[str, Any]:
    """Vote an answer down; the form that asks why."""
    action = {"type": "feedback_buttons", "action_id": "transcite_feedback", "block_id": "b", "value": f"{given}:down"}
    payload = {"actions": [action], "channel": {"id": "C1"}, "response_url": f"{here.fake.url}hook"}
    assert here.act(payload | {"trigger_id": "13345224609.738474920.8088930838d88f008e0"}).status_code == 200
    return dict(here.fake.until(forms, "views.open")[-1]["view"])


def sent_with(view: dict[str, Any], typed: str | None) -> dict[str, Any]:
    """What Slack sends when the form is."""
    (field,) = [one for one in view["blocks"] if one["type"] == "input"]
    values = {field["block_id"]: {field["element"]["action_id"]: {"type": "plain_text_input", "value": typed}}}
    kept = {name: view[name] for name in ("type", "callback_id", "private_metadata")}
    return {"type": "view_submission", "view": kept | {"id": "V1", "state": {"values": values}}}


def votes(home: Path) -> list[tuple[str, str, str | None]]:
    with closing(Library(home, encoder="hashing")) as library:
        return library.answers.votes()


def test_why_an_answer_is_bad_is_asked_and_kept_with_the_vote(here: Workspace, tmp_path: Path) -> None:
    kept = []
    for n, typed in enumerate(("It is another county.\nSee <!channel>", "half \ud83d", None, "  "), start=1):
        here.mention(QUESTION, ts=f"170000000{n}.000100")
        given = answer_id(here.fake.until(n)[-1])
        view = voted_down(here, given, forms=n)
        assert View(**view).to_dict() == view
        assert (len(view["title"]["text"]) <= 24, len(view["private_metadata"]) <= 3000) == (True, True)
        assert votes(tmp_path / "home") == [*kept, (given, "down", None)]  # it counts, whatever becomes of the form
        assert here.act(sent_with(view, typed)).status_code == 200
        assert "noted" in here.fake.until(n, "hook")[-1]["text"]
        kept.append((given, "down", (typed or "").strip().replace("\ud83d", "?") or None))
        assert votes(tmp_path / "home") == kept
    assert 'transcite_feedback_total{vote="down"} 4.0' in here.http.get("/metrics").text


def test_a_form_that_cannot_be_opened_does_not_cost_the_vote(here: Workspace, tmp_path: Path) -> None:
    here.mention(QUESTION)
    given = answer_id(here.fake.until(1)[0])
    here.fake.fail("views.open", "expired_trigger_id")
    voted_down(here, given)
    (thanks,) = here.fake.until(1, "hook")
    assert ("noted" in thanks["text"], votes(tmp_path / "home")) == (True, [(given, "down", None)])


def test_a_reason_for_an_answer_that_is_not_kept_is_told_so(here: Workspace) -> None:
    here.mention(QUESTION)
    given = answer_id(here.fake.until(1)[0])
    view = voted_down(here, given)
    here.http.delete(f"/v1/transcripts/{here.http.get(f'/v1/answers/{given}').json()['citations'][0]['transcript_id']}")
    here.act(sent_with(view, "wrong"))
    assert "not kept any more" in here.fake.until(1, "hook")[0]["text"]


def test_a_channel_cannot_vote_on_the_answers_of_another(here: Workspace) -> None:
    here.mention(QUESTION)
    action = {"action_id": "transcite_feedback", "block_id": "b", "value": f"{answer_id(here.fake.until(1)[0])}:up"}
    payload = {"actions": [action], "channel": {"id": "C2"}, "response_url": f"{here.fake.url}hook"}
    here.act(payload)
    assert "not kept any more" in here.fake.until(1, "hook")[0]["text"]


def test_a_rate_limit_is_waited_for(here: Workspace) -> None:
    here.fake.limit("chat.postMessage", 1)
    here.mention(QUESTION)
    here.fake.until(2)
    first, second = [one for one in here.fake.calls if one.method == "chat.postMessage"]
    assert second.at - first.at >= 1
    assert first.body == second.body


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("is_archived", "archived"),
        ("not_in_channel", "Invite me"),
        ("channel_not_found", "Invite me"),
        ("thread_not_found", "not there any more"),
        ("message_not_found", "not there any more"),
        ("ekm_access_denied", "did not take the answer"),
    ],
)
def test_who_asked_is_told_why_there_is_no_answer(here: Workspace, error: str, why: str) -> None:
    here.fake.fail("chat.postMessage", error)
    here.mention(QUESTION)
    refused, instead = here.fake.until(2)
    assert (refused["channel"], instead["channel"]) == ("C1", "U1")
    assert why in told(instead)
    assert error not in told(instead)


def test_a_slack_that_fails_is_told_apart_from_one_that_refuses(here: Workspace) -> None:
    here.fake.scripts["chat.postMessage"] = [(500, {}, {})]
    here.mention(QUESTION)
    _, instead = here.fake.until(2)
    assert (instead["channel"], "did not take the answer" in told(instead)) == ("U1", True)


def test_a_token_that_is_worth_nothing_stands_in_the_log(here: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    here.fake.fail("auth.test", "token_revoked")
    assert here.mention(QUESTION).status_code == 200
    assert "Slack refuses the bot's token: token_revoked" in caplog.text
    assert TOKEN not in caplog.text
    here.mention(QUESTION)  # it has been set right meanwhile
    assert ANSWER in told(here.fake.until(1)[0])


def test_a_missing_scope_stands_in_the_log(here: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        here.fake.fail("chat.postMessage", "missing_scope", needed="chat:write", provided="commands")
    here.mention(QUESTION)
    here.fake.until(2)
    wait(lambda: "missing_scope (needed: chat:write)" in caplog.text)
    assert TOKEN not in caplog.text
    assert SECRET not in caplog.text


def test_blocks_that_are_too_much_are_left_out(here: Workspace) -> None:
    here.fake.fail("chat.postMessage", "msg_blocks_too_long")
    here.mention(QUESTION)
    _, second = here.fake.until(2)
    assert "blocks" not in second
    assert ANSWER in second["text"]


def test_a_status_that_slack_refuses_does_no_harm(here: Workspace) -> None:
    here.fake.fail("assistant.threads.setStatus", "missing_scope")
    here.mention(QUESTION)
    assert ANSWER in told(here.fake.until(1)[0])


def test_what_the_server_fails_on_is_told_without_its_words(
    tmp_path: Path, fake: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = with_slack(tmp_path / "home", fake)
    with workspace(parts, fake) as here:
        monkeypatch.setattr("api.http.service.ask", _broken)
        here.mention(QUESTION)
        (message,) = fake.until(1)
        assert "the server failed on this question" in told(message)
        assert "swordfish" not in told(message)


def _broken(*args: object, **more: object) -> None:
    raise RuntimeError("swordfish")


def test_the_other_routes_know_nothing_of_slack(standing: Workspace) -> None:
    assert "slack" not in standing.http.get("/openapi.json").text.lower()


def test_slack_needs_no_key_and_nobody_else_gets_in_by_it(here: Workspace, tmp_path: Path) -> None:
    with closing(Library(tmp_path / "home", encoder="hashing")) as library:
        library.keys.create("desk", scope="ask")
    assert here.http.get("/v1/transcripts").status_code == 401
    assert here.http.get("/slack/events").status_code == 405
    here.mention(QUESTION)
    assert ANSWER in told(here.fake.until(1)[0])


def test_every_payload_passes_slacks_own_validators(here: Workspace) -> None:
    here.mention(QUESTION)
    here.mention("Who stole the moon?", ts="1700000004.000100")
    for message in here.fake.until(2):
        blocks = Block.parse_all(message["blocks"])
        assert [one.to_dict() for one in blocks] == message["blocks"]


def now(offset: int = 0) -> str:
    return str(int(time.time()) + offset)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A server for all requests that change nothing."""
    with fake_slack() as fake, workspace(with_slack(tmp_path_factory.mktemp("standing") / "home", fake), fake) as here:
        yield here


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {"x_slack_signature": "v0=" + "0" * 64}, 401),
        (b"{}", {"x_slack_signature": "v0=" + "é" * 64}, 401),
        (b"{}", {"x_slack_signature": ""}, 401),
        (b"{}", {"x_slack_request_timestamp": "soon"}, 401),
        (b"{}", {"x_slack_request_timestamp": "²"}, 401),
        (b"{}", {"x_slack_request_timestamp": "9" * 40}, 401),
        (b"{}", {"x_slack_request_timestamp": now(-100_000)}, 401),
        (b"{}", {"x_slack_request_timestamp": now(100_000)}, 401),
        (b"\xff\xfe", {}, 400),
        (b"hello", {}, 400),
        (b"[]", {}, 400),
        (b"{}", {}, 400),
        (b"[" * 100_000, {}, 400),
        (b'{"type": "event_callback"}', {}, 400),
        (b'{"type": "event_callback", "event": "x"}', {}, 400),
        (b"", {}, 400),
        (b"payload=hello", {"content_type": "application/x-www-form-urlencoded"}, 400),
        (b"a=b", {"content_type": "application/x-www-form-urlencoded"}, 400),
        (b"a=b&" * 200, {"content_type": "application/x-www-form-urlencoded"}, 400),
        (b"hello", {"content_type": "text/plain"}, 415),
        (b'{"a": "' + b"x" * 10_000_000 + b'"}', {}, 413),
    ],
)
def test_what_is_not_slacks_is_refused_as_such(
    standing: Workspace, body: bytes, headers: dict[str, str], status: int
) -> None:
    response = standing.post(body, **headers)
    assert response.status_code == status, response.text
    assert SECRET not in response.text
    kinds = {400: "bad-request", 401: "slack-signature", 413: "too-large", 415: "media-type"}
    assert response.json()["type"] == f"/problems/{kinds[status]}"


def test_slacks_own_check_of_the_address_is_passed(standing: Workspace) -> None:
    response = standing.post(b'{"type": "url_verification", "challenge": "c4ll", "token": "t"}')
    assert (response.status_code, response.json()) == (200, {"challenge": "c4ll"})
