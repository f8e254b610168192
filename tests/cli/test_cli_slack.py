from __future__ import annotations

import json

import pytest
from command import Transcite

from api.slack.manifest import EVENTS, SCOPES

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


def test_the_manifest_has_the_address_everywhere(transcite: Transcite) -> None:
    run = transcite("slack", "manifest", "--url", "https://transcripts.example/")
    assert run.code == 0
    found = json.loads(run.out)
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
    assert set(SCOPES) == {NEEDED[one] for one in EVENTS} | OF_CALLS


@pytest.mark.parametrize(
    ("arguments", "words"),
    [((), "--url https://transcripts.example"), (("--url", "http://transcripts.example"), "https:// addresses only")],
)
def test_an_address_that_slack_does_not_reach_is_refused(
    transcite: Transcite, arguments: tuple[str, ...], words: str
) -> None:
    run = transcite("slack", "manifest", *arguments)
    assert (run.code, words in run.err) == (1, True)
