"""Saying something in Slack, at the pace it allows, and what is done where it cannot be said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from api.settings_slack import Slack
from api.slack.blocks import Message, note
from api.slack.ledger import Spot

LOG = logging.getLogger("transcite")
_TRIES = 5  # of one call that Slack asks to come again later
_TIMEOUT_S = 10
_SPACING_S = 1.0  # between two messages in one channel: Slack takes about one a second
_REMEMBERED = 1000  # channels
_LOOKING = "is looking through the transcripts…"
_TOO_MUCH = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
TROUBLE = (SlackClientError, ClientError, TimeoutError)

# Why an answer is not where it belongs; told to who asked, alone.
_GONE = "the message you asked in is not there any more. Ask again to see the answer"
_WHY = {
    "is_archived": "the channel you asked in is archived. Ask in another one, or here",
    "not_in_channel": "I am not in the channel you asked in. Invite me there, or ask here",
    "channel_not_found": "I do not see the channel you asked in. Invite me there, or ask here",
    "thread_not_found": _GONE,
    "message_not_found": _GONE,
    "cannot_reply_to_message": _GONE,
    "restricted_action": "this workspace does not let me post in the channel you asked in. Ask here",
}
_OTHERWISE = "Slack did not take the answer; the log of the server that I run on says why. Ask again, or here"


class Poster:
    """Posts as the bot.

    Args:
        session: Of the process; all calls share its connections.
        slack: The app.

    Attributes:
        client: Calls Slack, waits where Slack asks it to, and calls again when the connection broke.
    """

    def __init__(self, session: ClientSession, slack: Slack) -> None:
        self._session = session
        self.client = AsyncWebClient(
            token=slack.token,
            base_url=slack.api_url,
            session=session,
            timeout=_TIMEOUT_S,
            retry_handlers=[
                AsyncConnectionErrorRetryHandler(),
                AsyncRateLimitErrorRetryHandler(max_retry_count=_TRIES),
            ],
        )
        self._free: dict[str, float] = {}

    def renew(self, token: str) -> None:
        """Post with another token from now on."""
        self.client.token = token

    async def me(self) -> dict[str, Any]:
        """Who the bot is, as `auth.test` tells. Raises SlackApiError for a token that is worth nothing."""
        return dict((await self.client.auth_test()).data)  # type: ignore[arg-type]  # bytes only of file downloads

    async def looking(self, spot: Spot) -> None:
        """Show that an answer is being made; where Slack will not, it goes without."""
        try:
            await self.client.assistant_threads_setStatus(
                channel_id=spot.channel, thread_ts=spot.thread, status=_LOOKING
            )
        except TROUBLE as error:
            LOG.debug("no status in Slack: %s", code(error))

    async def say(self, spot: Spot, message: Message) -> None:
        """Post in a thread; where that cannot be, tell who asked why."""
        trouble = await self._posted(spot.channel, message, thread_ts=spot.thread)
        if trouble is None:
            return
        LOG.error("an answer could not be posted in Slack: %s", trouble)
        why = note(f"I have an answer for you, but {_WHY.get(trouble, _OTHERWISE)}.")
        if (still := await self._posted(spot.user, why)) is not None:
            LOG.error("and who asked could not be told: %s", still)

    async def share(self, channel: str, message: Message) -> str | None:
        """Post in a channel; why that could not be, None when it was."""
        trouble = await self._posted(channel, message)
        if trouble is None:
            return None
        LOG.error("an answer could not be shared in Slack: %s", trouble)
        return f"It is not shared: {_WHY.get(trouble, _OTHERWISE)}."

    async def whisper(self, response_url: str, message: Message, *, instead: bool = False) -> None:
        """Answer a command or a button, for one person; `instead` of the message it stands on."""
        hook = AsyncWebhookClient(
            response_url,
            session=self._session,
            timeout=_TIMEOUT_S,
            retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=_TRIES)],
        )
        try:
            reply = await hook.send(
                text=message.text, blocks=list(message.blocks), response_type="ephemeral", replace_original=instead
            )
        except TROUBLE as error:
            LOG.error("an answer could not be shown in Slack: %s", code(error))  # noqa: TRY400 - no secrets of a trace
            return
        if reply.status_code != 200:
            LOG.error("an answer could not be shown in Slack: status %d", reply.status_code)

    async def _posted(self, channel: str, message: Message, *, thread_ts: str | None = None) -> str | None:
        """Post; without its blocks where they are too much. Returns Slack's word for what went wrong."""

        async def post(blocks: list[dict[str, Any]] | None) -> object:
            return await self.client.chat_postMessage(
                channel=channel,
                thread_ts=thread_ts,
                text=message.text,
                blocks=blocks,
                mrkdwn=False,
                parse="none",
                unfurl_links=False,
                unfurl_media=False,
            )

        await self._pace(channel)
        trouble = await _trouble(lambda: post(list(message.blocks)))
        if trouble in _TOO_MUCH:
            LOG.error("Slack refused the blocks of an answer (%s); posting its text", trouble)
            trouble = await _trouble(lambda: post(None))
        return trouble

    async def _pace(self, channel: str) -> None:
        """Wait for the next moment that a channel takes a message."""
        now = asyncio.get_running_loop().time()
        if len(self._free) > _REMEMBERED:
            self._free = {name: at for name, at in self._free.items() if at > now}
        at = max(now, self._free.get(channel, now))
        self._free[channel] = at + _SPACING_S
        await asyncio.sleep(at - now)


def session() -> ClientSession:
    """Connections to Slack, shared by all calls; close it."""
    return ClientSession(timeout=ClientTimeout(total=_TIMEOUT_S))


async def _trouble(call: Callable[[], Awaitable[object]]) -> str | None:
    try:
        await call()
    except TROUBLE as error:
        return code(error)
    return None


def code(error: Exception) -> str:
    """Slack's word for an error, or which kind it is: nothing of the request, which holds the token."""
    if not isinstance(error, SlackApiError):
        return type(error).__name__
    told = getattr(error.response, "data", None)  # where a proxy answered, not Slack, it is none of its responses
    told = told if isinstance(told, dict) else {}
    word = str(told.get("error") or "an answer without a reason")
    needed = told.get("needed")
    return f"{word} (needed: {needed})" if word == "missing_scope" and needed else word
