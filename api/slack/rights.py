"""Who may change what a channel sees.

Slack makes whoever creates a channel its manager, and lets admins and owners of the workspace manage every channel. Who
was made a manager later, it tells admins of an organisation only, and no bot.
"""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from api.slack.posting import LOG, TROUBLE, code

WHO = "Whoever made the channel, and admins and owners of the workspace, may change this."
_UNTOLD = "Slack does not tell me who manages this channel: the log of the server that I run on says why. " + WHO
_OUTSIDE = "I am not in this channel, so I do not see who made it. Invite me first. " + WHO
_KEEPERS = ("is_admin", "is_owner", "is_primary_owner")
_OTHERS = ("deleted", "is_bot", "is_stranger", "is_restricted", "is_ultra_restricted")  # guests are the last two


async def refused(client: AsyncWebClient, *, team: str, channel: str, user: str) -> str | None:
    """Why somebody may not change what a channel sees; None when they may.

    Args:
        client: Calls Slack.
        team: Id of the workspace.
        channel: Id of the channel; in a direct message everybody may, for themselves.
        user: Id of who would.
    """
    if channel.startswith("D"):
        return None
    try:
        person = (await client.users_info(user=user)).get("user") or {}
        if not _belongs(person, team):
            return WHO
        if any(person.get(name) is True for name in _KEEPERS):
            return None
        found = (await client.conversations_info(channel=channel)).get("channel") or {}
    except TROUBLE as error:
        if (word := code(error)) == "channel_not_found":
            return _OUTSIDE
        LOG.error("who manages a channel in Slack cannot be had: %s", word)
        return _UNTOLD
    return None if found.get("creator") == user else WHO


def _belongs(person: dict[str, Any], team: str) -> bool:
    """Whether somebody is a full member of the workspace, not a guest nor of one that shares the channel."""
    if any(person.get(name) is True for name in _OTHERS):
        return False
    teams = (person.get("enterprise_user") or {}).get("teams") or []
    return person.get("team_id") == team or team in teams
