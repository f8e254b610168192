"""The manifest that a Slack app is made from: what the bot hears, and the least that it may do."""

from __future__ import annotations

from typing import Any

EVENTS = ("agent_session_stopped", "app_mention", "message.channels", "message.groups", "message.im")
SCOPES = (
    "app_mentions:read",
    "assistant:write",  # the agent view has it, and so the button that stops an answer
    "channels:history",  # threads that go on without a mention; so has groups:history, of private channels
    "channels:read",  # whether another organisation reads along where something is to be shared; so has groups:read
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
)
COMMAND, SHORTCUT = "/ask", "transcite_ask_about"
PATH = "/slack/events"
_DOES = "Answers questions from transcripts: who said it, in which turn, when, word for word"
_PROMPTS = (
    ("What is there to ask?", "What was talked about most recently?"),
    ("Who said it?", "Who talked about the budget, and what did they say?"),
    ("When was it?", "When was the bridge last discussed?"),
)


def manifest(url: str) -> dict[str, Any]:
    """The manifest of an app that sends everything to one server.

    Args:
        url: Address of the server, as Slack reaches it, without a slash at its end.
    """
    where = url + PATH
    return {
        "display_information": {"name": "Transcite", "description": _DOES},
        "features": {
            "agent_view": {
                "agent_description": _DOES,
                "suggested_prompts": [{"title": title, "message": message} for title, message in _PROMPTS],
            },
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Transcite", "always_online": True},
            "shortcuts": [
                {
                    "name": "Ask the transcripts",  # 24 characters are shown
                    "type": "message",
                    "callback_id": SHORTCUT,
                    "description": "Asks what a message says; only you see the answer until you share it",
                }
            ],
            "slash_commands": [
                {
                    "command": COMMAND,
                    "url": where,
                    "description": "Ask the transcripts; only you see the answer until you share it",
                    "usage_hint": "what was decided about the bridge?",
                    "should_escape": True,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"request_url": where, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, "request_url": where},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }
