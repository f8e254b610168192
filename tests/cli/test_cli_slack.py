from __future__ import annotations

import sys

import pytest
import yaml
from command import Transcite

from api.settings_slack import Slack
from api.slack.bot import Bot
from api.slack.manifest import COMMAND, EVENTS, GONE, SCOPES, SHORTCUT

# What each event and each call needs, by Slack's reference.
NEEDED = {
    "agent_session_stopped": "assistant:write",
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
}
OF_CALLS = {"chat:write", "commands", "assistant:write"}  # posting, /ask, the agent view
OF_CALLS |= {"channels:read", "groups:read"}  # conversations.info, of public and private channels
OF_SETTINGS = {"users:read"}  # users.info, for `/ask settings`


def test_the_manifest_has_the_address_everywhere(transcite: Transcite) -> None:
    run = transcite("slack", "manifest", "--url", "https://transcripts.example/")
    assert run.code == 0
    found = yaml.safe_load(run.out)
    where = "https://transcripts.example/slack/events"
    assert found["settings"]["event_subscriptions"] == {"request_url": where, "bot_events": list(EVENTS)}
    assert found["settings"]["interactivity"]["request_url"] == where
    assert [(one["command"], one["url"]) for one in found["features"]["slash_commands"]] == [("/ask", where)]
    assert [one["callback_id"] for one in found["features"]["shortcuts"]] == ["transcite_ask_about"]
    assert all(len(one["name"]) <= 24 for one in found["features"]["shortcuts"])
    assert found["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    assert 1 <= len(found["features"]["agent_view"]["suggested_prompts"]) <= 4
    assert len(found["display_information"]["description"]) <= 140


def test_the_scopes_are_those_of_the_events_and_calls_and_no_more() -> None:
    assert set(SCOPES) == {NEEDED[one] for one in EVENTS} | OF_CALLS | OF_SETTINGS


def test_the_bot_listens_to_what_the_manifest_subscribes_to_and_no_more() -> None:
    class Nowhere:
        async def present(self, team: str | None) -> None: ...
        async def start(self) -> None: ...
        async def stop(self) -> None: ...
        async def left(self, team: str, at: float) -> None: ...

    bot = Bot(Nowhere(), Slack("xoxb-1", "2"))
    assert set(bot.hears) == {one.partition(".")[0] for one in (*EVENTS, *GONE)}


def test_for_several_workspaces_there_is_an_address_to_come_back_to(transcite: Transcite) -> None:
    found = yaml.safe_load(transcite("slack", "manifest", "--url", "https://transcripts.example", "--several").out)
    assert found["oauth_config"]["redirect_urls"] == ["https://transcripts.example/slack/oauth_redirect"]
    assert found["settings"]["event_subscriptions"]["bot_events"] == [*EVENTS, *GONE]
    assert found["oauth_config"]["scopes"]["bot"] == list(SCOPES)


def test_for_socket_mode_there_is_no_address_at_all(transcite: Transcite) -> None:
    run = transcite("slack", "manifest", "--socket")
    assert (run.code, "http" in run.out) == (0, False)
    found = yaml.safe_load(run.out)
    assert found["settings"]["socket_mode_enabled"] is True
    assert found["settings"]["interactivity"] == {"is_enabled": True}
    assert found["settings"]["event_subscriptions"] == {"bot_events": list(EVENTS)}
    assert [one["command"] for one in found["features"]["slash_commands"]] == [COMMAND]
    assert [one["callback_id"] for one in found["features"]["shortcuts"]] == [SHORTCUT]


def test_the_same_manifest_is_there_for_slacks_api_which_takes_json_only(transcite: Transcite) -> None:
    arguments = ("slack", "manifest", "--url", "https://transcripts.example", "--several")
    assert transcite(*arguments, "--json").document == yaml.safe_load(transcite(*arguments).out)


SOCKET = {
    "TRANSCITE_SLACK_BOT_TOKEN": "xoxb-secret-1",
    "TRANSCITE_SLACK_APP_TOKEN": "xapp-secret-2",
    "TRANSCITE_PUBLIC_URL": "http://localhost:8300",
}


@pytest.mark.parametrize(
    ("without", "words"),
    [
        (set(SOCKET), "TRANSCITE_SLACK_APP_TOKEN is not set, and `transcite slack` needs it (docs/slack.md)"),
        ({"TRANSCITE_SLACK_BOT_TOKEN"}, "TRANSCITE_SLACK_BOT_TOKEN is not set"),
        ({"TRANSCITE_PUBLIC_URL"}, "TRANSCITE_PUBLIC_URL is not set"),
    ],
)
def test_without_its_tokens_the_bot_does_not_start(transcite: Transcite, without: set[str], words: str) -> None:
    transcite.environ |= {"SLACK_APP_TOKEN": "xapp-1", "SLACK_BOT_TOKEN": "xoxb-1"}  # not ours
    transcite.environ |= {name: value for name, value in SOCKET.items() if name not in without}
    run = transcite("slack")
    assert (run.code, words in run.err, run.err.count("\n")) == (1, True, 1)
    assert "secret" not in run.err


def test_without_its_extra_the_bot_does_not_start(transcite: Transcite, monkeypatch: pytest.MonkeyPatch) -> None:
    transcite.environ |= SOCKET
    monkeypatch.setitem(sys.modules, "slack_bolt", None)
    run = transcite("slack")
    assert (run.code, "pip install 'transcite[slack]'" in run.err) == (1, True)
