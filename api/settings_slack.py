"""The settings of the Slack bot, which go together: none, or all that one of the three ways to run it needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

from rag.errors import InputError

TOKEN, SECRET = "TRANSCITE_SLACK_BOT_TOKEN", "TRANSCITE_SLACK_SIGNING_SECRET"
APP_TOKEN, CLIENT_ID = "TRANSCITE_SLACK_APP_TOKEN", "TRANSCITE_SLACK_CLIENT_ID"
CLIENT_SECRET = "TRANSCITE_SLACK_CLIENT_SECRET"  # noqa: S105 - a name
TEAMS, COLLECTIONS, API_URL = "TRANSCITE_SLACK_TEAMS", "TRANSCITE_SLACK_COLLECTIONS", "TRANSCITE_SLACK_API_URL"
_PUBLIC_URL = "TRANSCITE_PUBLIC_URL"
_USUAL_URL = "https://slack.com/api/"
_NOWHERE = ("",)  # no collection has an empty name
_ANY = "any"

DESCRIPTIONS = {
    TOKEN: "token of the Slack bot in one workspace, which begins with xoxb-; never shown or logged (default: none;"
    " there is no bot)",
    SECRET: "signing secret of the Slack app; never shown or logged (needed where Slack sends to this server)",
    APP_TOKEN: "app-level token of the Slack app, which begins with xapp-, for `transcite slack`, which needs no public"
    " address; never shown or logged (default: none; Slack sends to `transcite serve`)",
    CLIENT_ID: "client id of a Slack app that several workspaces install; in place of the bot's token (default: none)",
    CLIENT_SECRET: "client secret of that app; never shown or logged (needed with the client id)",
    TEAMS: "ids of the workspaces that may install that app, such as T0123456789, between commas, or `any` (needed with"
    " the client id)",
    COLLECTIONS: "collections that Slack may ask, between commas; C0123456789=council for one channel,"
    " T0123456789=council for one workspace, which then sees nothing else (default: all there are)",
    API_URL: f"address of Slack's Web API; GovSlack has another (default: {_USUAL_URL})",
}


@dataclass(frozen=True, slots=True)
class Client:
    """A Slack app that workspaces install by themselves.

    Attributes:
        id: Public.
        secret: Its other half.
        teams: Ids of the workspaces that may; None for any.
    """

    id: str
    secret: str = field(repr=False)
    teams: frozenset[str] | None

    def admits(self, team: str) -> bool:
        """Whether a workspace may install it."""
        return self.teams is None or team in self.teams


@dataclass(frozen=True, slots=True)
class Slack:
    """A Slack app.

    Attributes:
        token: Of its bot; empty where workspaces install it.
        secret: It signs requests with; may be empty where there is an `app_token`.
        collections: It may ask, each with the channel or workspace that it is for, None for those without any; empty
            for all.
        api_url: Of the Web API, with a slash at its end.
        app_token: For Socket Mode; empty where Slack sends to this server.
        client: The app that workspaces install; None for one workspace.
    """

    token: str = field(repr=False)
    secret: str = field(repr=False)
    collections: tuple[tuple[str | None, str], ...] = ()
    api_url: str = _USUAL_URL
    app_token: str = field(default="", repr=False)
    client: Client | None = None

    def seen_in(self, channel: str, team: str | None = None) -> tuple[str, ...] | None:
        """The collections that a channel may ask: its own, else its workspace's, else everybody's; None for all."""
        if not self.collections:
            return None
        for known in (channel, team, None):
            if own := tuple(name for whose, name in self.collections if whose == known):
                return own
        return _NOWHERE


def app(environ: Mapping[str, str], public_url: str | None) -> Slack | None:
    """The Slack app; None where there is none.

    Raises:
        InputError: One of the settings is not allowed, or another is missing. Tokens and secrets are never shown.
    """
    given = {name: environ.get(name, "").strip() for name in DESCRIPTIONS}
    if not any(given.values()):
        return None
    _whole(given)
    _allowed(given)
    if public_url is None:
        raise InputError(f"{_PUBLIC_URL} is not set, and the links in Slack need it")
    if given[CLIENT_ID] and not public_url.startswith("https://"):
        raise InputError(
            f"{_PUBLIC_URL} is {public_url!r}; Slack sends who installs the app to https:// addresses only"
        )
    named = dict.fromkeys(_collection(one) for one in given[COLLECTIONS].split(",") if one.strip())
    client = Client(given[CLIENT_ID], given[CLIENT_SECRET], _teams(given[TEAMS])) if given[CLIENT_ID] else None
    return Slack(given[TOKEN], given[SECRET], tuple(named), given[API_URL] or _USUAL_URL, given[APP_TOKEN], client)


def _whole(given: Mapping[str, str]) -> None:
    """Refuse what is half of one way to run the bot, or of two."""
    several = [name for name in (CLIENT_ID, CLIENT_SECRET, TEAMS) if given[name]]
    needed = (
        [CLIENT_ID, CLIENT_SECRET, TEAMS, SECRET] if several else [TOKEN, APP_TOKEN if given[APP_TOKEN] else SECRET]
    )
    for name in needed:
        if not given[name]:
            raise InputError(f"{name} is not set, and the other settings of the Slack bot need it")
    for name in (TOKEN, APP_TOKEN) if several else ():
        if given[name]:
            raise InputError(f"{name} is for one workspace, {several[0]} for several; unset one of them")


def _allowed(given: Mapping[str, str]) -> None:
    """Refuse what cannot be what it should be."""
    for name, begins, what in ((TOKEN, "xoxb-", "the token of a bot"), (APP_TOKEN, "xapp-", "an app-level token")):
        if given[name] and not re.fullmatch(rf"{begins}[\x21-\x7e]+", given[name]):
            raise InputError(f"{name} is not {what}; that one begins with {begins}")
    for name, what in ((SECRET, "signing secret"), (CLIENT_SECRET, "client secret"), (CLIENT_ID, "client id")):
        if not re.fullmatch(r"[\x21-\x7e]*", given[name]):
            raise InputError(f"{name} holds characters that no {what} has; copy it again")
    if given[API_URL] and not re.fullmatch(r"https?://[^\s/?#@]+/(?:[^\s?#]*/)?", given[API_URL]):
        raise InputError(f"{API_URL} is not an address with a slash at its end, such as {_USUAL_URL}")


def _teams(value: str) -> frozenset[str] | None:
    """The workspaces that are named; None for any."""
    if value.lower() == _ANY:
        return None
    named = [one.strip() for one in value.split(",") if one.strip()]
    for one in named:
        if not re.fullmatch(r"T[A-Z0-9]+", one):
            raise InputError(f"{TEAMS} names {one!r}; allowed are ids of workspaces such as T0123456789, or `{_ANY}`")
    return frozenset(named)


def _collection(part: str) -> tuple[str | None, str]:
    """A collection, and the channel or workspace that it is for; None where it names none."""
    found = re.fullmatch(r"\s*(?:([CDGT][A-Z0-9]+)\s*=)?(.*)", part, re.DOTALL)
    whose, name = (found[1], found[2].strip()) if found else (None, part.strip())
    if not name:
        what = "workspace" if str(whose).startswith("T") else "channel"
        raise InputError(f"{COLLECTIONS} names no collection for {what} {whose}; allowed is {whose}=council")
    return whose, name


def need_extra() -> None:
    """See that what the bot is made with is installed.

    Raises:
        InputError: It is not.
    """
    if any(find_spec(one) is None for one in ("slack_bolt", "aiohttp", "cryptography")):
        raise InputError("the Slack bot comes with an extra: pip install 'transcite[slack]', or unset its settings")
