"""The manifest that a Slack app is made from: what the bot hears, and the least that it may do. The door to PyYAML."""

from __future__ import annotations

from typing import Any

EVENTS = ("agent_session_stopped", "app_mention", "message.channels", "message.groups", "message.im")
SCOPES = (
    "app_mentions:read",
    "assistant:write",  # the agent view has it, and so the button that stops an answer
    "channels:history",  # threads that go on without a mention; so has groups:history, of private channels
    "channels:read",  # who made a channel, and whether another organisation reads along; so has groups:read
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
    "users:read",  # who keeps the workspace, for `/ask settings`
)
GONE = ("app_uninstalled", "tokens_revoked")  # events of an app that workspaces install; they need no scope
COMMAND, SHORTCUT = "/ask", "transcite_ask_about"
PATH, INSTALL, REDIRECT = "/slack/events", "/slack/install", "/slack/oauth_redirect"
_DOES = "Answers questions from transcripts: who said it, in which turn, when, word for word"
_PROMPTS = (
    ("What is there to ask?", "What was talked about most recently?"),
    ("Who said it?", "Who talked about the budget, and what did they say?"),
    ("When was it?", "When was the bridge last discussed?"),
)


def manifest(url: str | None, *, several: bool = False) -> dict[str, Any]:
    """The manifest of an app that sends everything to one server.

    Args:
        url: Address of the server, as Slack reaches it, without a slash at its end; None for Socket Mode, where the bot
            connects to Slack and has no address.
        several: Whether workspaces install it by themselves, which needs an address.
    """
    where = {} if url is None else {"request_url": url + PATH}
    oauth: dict[str, Any] = {"scopes": {"bot": list(SCOPES)}}
    if several:
        oauth = {"redirect_urls": [f"{url}{REDIRECT}"], **oauth}
    return {
        "display_information": {"name": "Transcite", "description": _DOES},
        "features": _features(url),
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": {**where, "bot_events": [*EVENTS, *(GONE if several else ())]},
            "interactivity": {"is_enabled": True, **where},
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def rendered(one: dict[str, Any]) -> str:
    """A manifest as YAML, which is what Slack shows and people review."""
    import yaml  # noqa: PLC0415 - not for `--help`

    return str(yaml.safe_dump(one, sort_keys=False, allow_unicode=True, width=110)).rstrip("\n")


def _features(url: str | None) -> dict[str, Any]:
    return {
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
                **({} if url is None else {"url": url + PATH}),
                "description": "Ask the transcripts; only you see the answer until you share it",
                "usage_hint": "what was decided about the bridge? | settings",
                "should_escape": True,
            }
        ],
    }
