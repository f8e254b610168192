"""`/ask settings`: what a channel sees, who may change that, and that nobody gets beyond what the settings allow."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from client import QUESTION
from fake_slack import TEAM, FakeSlack, Workspace, fake_slack, with_slack, workspace
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from api.settings_slack import Slack
from api.slack import forms
from api.slack.rules import NOWHERE, Rules, Ruling
from index.store.database import Database
from index.store.slack import ChannelRule, SlackStore
from rag.errors import LibraryError
from tests.waiting import wait

ANSWER = "filed late"
BRIDGE_QUESTION = "How long was the harbor bridge closed?"
BRIDGE_ANSWER = "eleven weeks"


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    with fake_slack() as fake:
        fake.can_stream = False  # streams have tests of their own
        known(fake)
        yield fake


@pytest.fixture
def here(tmp_path: Path, fake: FakeSlack) -> Iterator[Workspace]:
    with workspace(with_slack(tmp_path / "home", fake), fake) as here:
        yield here


def known(fake: FakeSlack, *, creator: str = "U0", **person: Any) -> None:
    """What Slack says of whoever is asked about, and of the channel."""
    fake.usual["users.info"] = {"ok": True, "user": {"id": "U1", "team_id": TEAM, "is_admin": True} | person}
    fake.usual["conversations.info"] = {"ok": True, "channel": {"id": "C1", "creator": creator}}


def told(message: dict[str, Any]) -> str:
    """All that a message shows."""
    return json.dumps(message["blocks"], ensure_ascii=False)


def last(here: Workspace, count: int) -> dict[str, Any]:
    """The newest of so many messages for one person."""
    return here.fake.until(count, "hook")[-1]


def press(here: Workspace, channel: str = "C1", **more: Any) -> None:
    """Press the button below what is settled."""
    action = {"type": "button", "action_id": forms.CHANGE, "block_id": "b", "value": forms.CHANGE}
    where = {"channel": {"id": channel}, "response_url": f"{here.fake.url}hook", "trigger_id": "trigger"}
    assert here.act({"actions": [action]} | where | more).status_code == 200


def submit(here: Workspace, values: Any, channel: str = "C1", **more: Any) -> None:
    """Send the form."""
    carried = json.dumps({"channel": channel, "response_url": f"{here.fake.url}hook"})
    view = {"type": "modal", "callback_id": forms.SETTINGS, "private_metadata": carried, "state": {"values": values}}
    response = here.act({"type": "view_submission", "view": view} | more)
    assert (response.status_code, response.text) == (200, "")


def picked(*collections: str, caution: str = "usual") -> dict[str, Any]:
    """What a form sends."""
    options = [{"value": forms._value(one)} for one in collections]
    return {
        "collections": {"collections": {"type": "multi_static_select", "selected_options": options}},
        "caution": {"caution": {"type": "radio_buttons", "selected_option": {"value": caution}}},
    }


def test_a_channel_manager_narrows_the_channel_and_it_is_so_everywhere_in_it(here: Workspace) -> None:
    # 1. What is settled, and a button, since they manage it.
    here.command("Settings ")
    shown = last(here, 1)
    assert shown["response_type"] == "ephemeral"
    assert "all that this server lets this channel see: council, radio" in told(shown)
    assert "balanced, as the server is set" in told(shown)
    assert forms.CHANGE in told(shown)
    assert [one.to_dict() for one in Block.parse_all(shown["blocks"])] == shown["blocks"]
    # 2. A question before that.
    here.mention(QUESTION)
    assert ANSWER in told(here.fake.until(1)[0])
    here.command(QUESTION)
    (share,) = [one for one in last(here, 2)["blocks"] if one["type"] == "actions"]
    # 3. The form, and what is sent.
    press(here)
    opened = here.fake.until(1, "views.open")[0]["view"]
    assert View(**opened).to_dict() == opened
    offered = opened["blocks"][0]["element"]["options"]
    assert [one["text"]["text"] for one in offered] == ["council", "radio"]
    submit(here, {**picked(), "collections": {"collections": {"selected_options": offered[1:]}}})
    changed = last(here, 3)
    assert changed["replace_original"] is True
    assert "Answers here come from radio." in told(changed)
    assert "Last changed by <@U1>" in told(changed)
    # 4. Mentions, threads, the command, the shortcut and what was answered before: all the same.
    here.mention(QUESTION, ts="1700000011.000100")
    assert ANSWER not in told(here.fake.until(2)[1])
    here.says("Why was that?", thread_ts="1700000001.000100", ts="1700000012.000100")
    assert ANSWER not in told(here.fake.until(3)[2])
    here.command(QUESTION)
    assert ANSWER not in told(last(here, 4))
    message = {"message": {"text": QUESTION, "ts": "1.1"}, "channel": {"id": "C1"}}
    about = {"type": "message_action", "callback_id": "transcite_ask_about", "response_url": f"{here.fake.url}hook"}
    here.act(about | message)
    assert ANSWER not in told(last(here, 5))
    action = {"type": "button", "action_id": "transcite_share", "value": share["elements"][0]["value"]}
    here.act({"actions": [action], "channel": {"id": "C1"}, "response_url": f"{here.fake.url}hook"})
    assert "could not be shared" in last(here, 6)["text"]
    here.mention(BRIDGE_QUESTION, ts="1700000013.000100")
    assert BRIDGE_ANSWER in told(here.fake.until(4)[3])
    # 5. Nowhere else.
    here.mention(QUESTION, channel="C2", ts="1700000014.000100")
    assert ANSWER in told(here.fake.until(5)[4])


def test_how_sure_an_answer_must_be_is_a_channels_own(here: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    cautions: list[str] = []
    real = __import__("api.http.service", fromlist=["ask"]).ask

    def noted(question: str, **more: Any) -> object:
        cautions.append(more["caution"])
        return real(question, **more)

    monkeypatch.setattr("api.http.service.ask", noted)
    submit(here, picked(caution="strict"))
    assert "How sure an answer must be: strict." in told(last(here, 1))
    here.mention(QUESTION)
    here.mention(QUESTION, channel="C2", ts="1700000002.000100")
    here.fake.until(2)
    assert sorted(cautions) == ["balanced", "strict"]
    press(here)
    opened = here.fake.until(1, "views.open")[0]["view"]
    assert opened["blocks"][1]["element"]["initial_option"]["value"] == "strict"


PEOPLE: list[tuple[dict[str, Any], str, bool]] = [
    ({"is_admin": True}, "U0", True),
    ({"is_admin": False, "is_owner": True}, "U0", True),
    ({"is_admin": False}, "U1", True),  # whoever made the channel
    ({"is_admin": False}, "U0", False),
    ({"is_admin": "yes"}, "U0", False),
    ({"is_admin": True, "team_id": "T9"}, "U1", False),  # of a workspace that shares the channel
    ({"is_admin": True, "team_id": "E1", "enterprise_user": {"teams": ["T7", TEAM]}}, "U0", True),
    ({"is_admin": False, "is_restricted": True}, "U1", False),
    ({"is_admin": True, "is_bot": True}, "U1", False),
    ({"is_admin": True, "deleted": True}, "U1", False),
]


def test_who_manages_a_channel_changes_it_and_everybody_else_reads_it(here: Workspace) -> None:
    wanted = 0
    for n, (person, creator, may) in enumerate(PEOPLE):
        known(here.fake, creator=creator, **person)
        here.command("settings")
        shown = told(last(here, 3 * n + 1))
        assert ("lets this channel see" in shown or "come from radio" in shown, forms.CHANGE in shown) == (True, may), n
        press(here)  # whoever was not shown the button may have kept one, or made one up
        wanted += may
        if may:
            here.fake.until(wanted, "views.open")
            here.command(" ")
        refused = last(here, 3 * n + 2)["text"]
        assert ("Whoever made the channel" in refused) == (not may)
        submit(here, picked("radio"))
        assert ("Whoever made the channel" in last(here, 3 * n + 3)["text"]) == (not may)
        assert len(here.fake.sent("views.open")) == wanted


def test_in_a_direct_message_everybody_settles_their_own(here: Workspace) -> None:
    known(here.fake, is_admin=False)
    submit(here, picked("radio"), channel="D1")
    assert "come from radio" in told(last(here, 1))
    assert here.fake.sent("users.info") == []
    here.says(QUESTION, channel="D1", channel_type="im")
    assert ANSWER not in told(here.fake.until(1)[0])


def test_where_slack_does_not_tell_who_somebody_is_nothing_is_changed(
    here: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    here.fake.usual["users.info"] = {"ok": False, "error": "missing_scope", "needed": "users:read"}
    submit(here, picked("radio"))
    assert "does not tell me who manages" in last(here, 1)["text"]
    wait(lambda: "missing_scope (needed: users:read)" in caplog.text)
    here.command("settings")
    assert ("all that this server" in told(last(here, 2)), forms.CHANGE in told(last(here, 2))) == (True, False)


def test_who_made_a_private_channel_is_seen_from_within_only(here: Workspace) -> None:
    known(here.fake, is_admin=False)
    here.fake.usual["conversations.info"] = {"ok": False, "error": "channel_not_found"}
    submit(here, picked("radio"))
    assert "Invite me first" in last(here, 1)["text"]


def test_a_form_that_slack_does_not_open_is_told(here: Workspace) -> None:
    here.fake.fail("views.open", "expired_trigger_id")
    press(here)
    assert "did not open the form" in last(here, 1)["text"]


def test_what_is_forged_or_gone_changes_nothing(tmp_path: Path, fake: FakeSlack) -> None:
    with workspace(with_slack(tmp_path / "home", fake, ((None, "council"),)), fake) as here:
        press(here)
        opened = fake.until(1, "views.open")[0]["view"]
        assert [one["text"]["text"] for one in opened["blocks"][0]["element"]["options"]] == ["council"]
        sent: list[Any] = [
            picked("radio"),  # there, but not for Slack
            picked("council", "never heard of"),
            picked("council", caution="reckless"),
            {},
            None,
            {"collections": {"collections": {"selected_options": "council"}}, "caution": picked()["caution"]},
            {"collections": [], "caution": {"caution": {"selected_option": None}}},
        ]
        for n, values in enumerate(sent, start=1):
            submit(here, values)
            assert "nothing was changed" in last(here, n)["text"], values
        here.command("settings")
        assert "all that this server lets this channel see: council" in told(last(here, len(sent) + 1))
        assert "Last changed" not in told(last(here, len(sent) + 1))


def test_what_is_not_signed_changes_nothing(here: Workspace) -> None:
    view = {"type": "modal", "callback_id": forms.SETTINGS, "private_metadata": "{}", "state": {"values": picked()}}
    payload = {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": "U1"}, "view": view}
    body = urlencode({"payload": json.dumps(payload)}).encode()
    form = "application/x-www-form-urlencoded"
    assert here.post(body, content_type=form, x_slack_signature="v0=" + "0" * 64).status_code == 401
    time.sleep(0.2)
    assert here.fake.sent("hook") == []


def test_a_form_without_what_it_carried_breaks_nothing(here: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    for carried in ("", "[]", "{}", "null"):
        view = {"type": "modal", "callback_id": forms.SETTINGS, "private_metadata": carried, "state": {"values": {}}}
        assert here.act({"type": "view_submission", "view": view}).status_code == 200
    here.command("settings")
    last(here, 1)
    assert len(here.fake.sent("hook")) == 1
    wait(lambda: caplog.text.count("a form came back from Slack without what it was sent with") == 4)


def test_a_collection_that_is_gone_is_told_and_leaves_nothing_rather_than_everything(here: Workspace) -> None:
    submit(here, picked("radio"))
    last(here, 1)
    (gone,) = [one["id"] for one in here.http.get("/v1/transcripts?collection=radio").json()["transcripts"]]
    assert here.http.delete(f"/v1/transcripts/{gone}").status_code < 300
    here.command("settings")
    assert "come from nothing (not there any more, or not for this channel: radio)" in told(last(here, 2))
    here.mention(QUESTION)
    assert ANSWER not in told(here.fake.until(1)[0])
    submit(here, picked())
    last(here, 3)
    here.mention(QUESTION, ts="1700000009.000100")
    assert ANSWER in told(here.fake.until(2)[1])


def test_a_rule_holds_within_what_the_settings_allow_only(tmp_path: Path) -> None:
    store = SlackStore(Database(tmp_path / "library.db"))
    rule = ChannelRule(("council", "radio"), "eager", "U1", 1.0)
    store.settle("T1", "C1", rule)
    store.settle("T1", "C2", ChannelRule(None, None, "U1", 1.0))
    allowed: list[tuple[tuple[tuple[str | None, str], ...], tuple[str, ...] | None]] = [
        ((), ("council", "radio")),
        (((None, "radio"), (None, "tv")), ("radio",)),
        (((None, "tv"),), NOWHERE),
        ((("C9", "radio"),), NOWHERE),
        ((("T1", "council"),), ("council",)),
    ]
    for collections, seen in allowed:
        assert Rules(Slack("t", "s", collections), store).ruling("T1", "C1") == Ruling(seen, "eager")
    assert Rules(Slack("t", "s"), store).ruling("T1", "C2") == Ruling(None)
    assert Rules(Slack("t", "s"), store).ruling("T2", "C1") == Ruling(None)  # another workspace's


def test_where_rules_cannot_be_read_nothing_is_seen(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(SlackStore):
        def channel(self, team: str, channel: str) -> ChannelRule | None:
            raise LibraryError("the disk is gone")

    rules = Rules(Slack("t", "s"), Broken(Database(tmp_path / "library.db")))
    assert rules.ruling("T1", "C1") == Ruling(NOWHERE)
    assert "cannot be read" in caplog.text


HOSTILE = ("<!channel> & <https://evil.example|x>", "a" * 160, "line\nfeed", "*bold* `code`", "\u202e", "é" * 100)


def test_names_are_shown_as_they_are_and_forms_stay_within_slacks_limits() -> None:
    for names in (HOSTILE, tuple(f"collection {n}" for n in range(250)), tuple(f"{n} {'x' * 150}" for n in range(99))):
        rule = ChannelRule(names[:40], "strict", "U1> <!here", 1.0)
        for state in (forms.State(names, rule, "balanced"), forms.State(names[50:], rule, "eager")):
            shown = forms.told(state, None)
            assert [one.to_dict() for one in Block.parse_all(list(shown.blocks))] == list(shown.blocks)
            markup = [
                one["text"]
                for block in shown.blocks
                for one in block.get("elements", [])
                if one.get("type") == "mrkdwn"
            ]
            assert markup == ["Last changed by <@U1here> on 1970-01-01."]
            assert "<!" not in shown.text
            assert all(len(block.get("text", {}).get("text", "")) <= 3000 for block in shown.blocks)
            view = forms.form(state, {"channel": "C1", "response_url": "https://hooks.slack.com/x"})
            assert View(**view).to_dict() == view


def test_of_many_collections_any_may_be_chosen() -> None:
    names = tuple(f"collection {n:03}" for n in range(250))
    view = forms.form(forms.State(names, None, "balanced"), {})
    groups = view["blocks"][0]["element"]["option_groups"]
    assert [len(one["options"]) for one in groups] == [100, 100, 50]
    sent = picked(names[0], names[249], caution="eager")
    state = forms.State(names, None, "balanced")
    assert forms.chosen({"state": {"values": sent}}, state) == ((names[0], names[249]), "eager")


def test_where_there_is_nothing_to_choose_from_what_was_settled_stays() -> None:
    state = forms.State((), ChannelRule(("gone",), None, "U1", 1.0), "balanced")
    view = forms.form(state, {})
    assert [one["block_id"] for one in view["blocks"]] == ["caution"]
    only = {"caution": picked()["caution"]}
    assert forms.chosen({"state": {"values": only}}, state) == (("gone",), None)
