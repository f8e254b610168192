"""The settings of the Slack bot, which go together: none, or a token, a signing secret and the public address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

from rag.errors import InputError

TOKEN, SECRET = "TRANSCITE_SLACK_BOT_TOKEN", "TRANSCITE_SLACK_SIGNING_SECRET"
COLLECTIONS, API_URL = "TRANSCITE_SLACK_COLLECTIONS", "TRANSCITE_SLACK_API_URL"
_USUAL_URL = "https://slack.com/api/"
_NOWHERE = ("",)  # no collection has an empty name

DESCRIPTIONS = {
    TOKEN: "token of the Slack bot, which begins with xoxb-; never shown or logged (default: none; there is no bot)",
    SECRET: "signing secret of the Slack app; never shown or logged (needed with the token)",
    COLLECTIONS: "collections that Slack may ask, between commas; C0123456789=council for one channel, which then sees"
    " nothing else (default: all there are)",
    API_URL: f"address of Slack's Web API; GovSlack has another (default: {_USUAL_URL})",
}


@dataclass(frozen=True, slots=True)
class Slack:
    """A Slack app in one workspace.

    Attributes:
        token: Of its bot.
        secret: It signs requests with.
        collections: It may ask, each with the channel that it is for, None for those without any; empty for all.
        api_url: Of the Web API, with a slash at its end.
    """

    token: str = field(repr=False)
    secret: str = field(repr=False)
    collections: tuple[tuple[str | None, str], ...] = ()
    api_url: str = _USUAL_URL

    def seen_in(self, channel: str) -> tuple[str, ...] | None:
        """The collections that a channel may ask; None for all."""
        if not self.collections:
            return None
        own = tuple(name for whose, name in self.collections if whose == channel)
        return own or tuple(name for whose, name in self.collections if whose is None) or _NOWHERE


def app(environ: Mapping[str, str], public_url: str | None) -> Slack | None:
    """The Slack app; None where there is none.

    Raises:
        InputError: One of the settings is not allowed, or another is missing. Token and secret are never shown.
    """
    token, secret, collections, url = (environ.get(name, "").strip() for name in (TOKEN, SECRET, COLLECTIONS, API_URL))
    if not any((token, secret, collections, url)):
        return None
    if not token or not secret:
        raise InputError(f"{SECRET if token else TOKEN} is not set, and the other settings of the Slack bot need it")
    if not re.fullmatch(r"xoxb-[\x21-\x7e]+", token):
        raise InputError(f"{TOKEN} is not the token of a bot; that one begins with xoxb-")
    if not re.fullmatch(r"[\x21-\x7e]+", secret):
        raise InputError(f"{SECRET} holds characters that no signing secret has; copy it again")
    if public_url is None:
        raise InputError("TRANSCITE_PUBLIC_URL is not set, and the links in Slack need it")
    if url and not re.fullmatch(r"https?://[^\s/?#@]+/(?:[^\s?#]*/)?", url):
        raise InputError(f"{API_URL} is not an address with a slash at its end, such as {_USUAL_URL}")
    named = tuple(dict.fromkeys(_collection(one) for one in collections.split(",") if one.strip()))
    return Slack(token, secret, named, url or _USUAL_URL)


def _collection(part: str) -> tuple[str | None, str]:
    """A collection, and the channel that it is for; None where it names none."""
    found = re.fullmatch(r"\s*(?:([CDG][A-Z0-9]+)\s*=)?(.*)", part, re.DOTALL)
    channel, name = (found[1], found[2].strip()) if found else (None, part.strip())
    if not name:
        raise InputError(f"{COLLECTIONS} names no collection for channel {channel}; allowed is {channel}=council")
    return channel, name


def need_extra() -> None:
    """See that what the bot is made with is installed.

    Raises:
        InputError: It is not.
    """
    if find_spec("slack_bolt") is None or find_spec("aiohttp") is None:
        raise InputError("the Slack bot comes with an extra: pip install 'transcite[slack]', or unset its settings")
