"""Saying something in Slack, at the pace it allows, and what is done where it cannot be said."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from api.settings_slack import Slack
from api.slack.blocks import Message, note
from api.slack.ledger import Spot
from api.slack.pacing import Pace
from api.slack.refusals import FOREIGN, TOO_MUCH, UNKNOWN, why

LOG = logging.getLogger("transcite")
_TRIES = 5  # of one call that Slack asks to come again later
_TIMEOUT_S = 10
_LOOKING = "is looking through the transcripts…"
TROUBLE = (SlackClientError, ClientError, TimeoutError)


class Poster:
    """Posts as the bot.

    Args:
        session: Of the process; all calls share its connections.
        slack: The app.

    Attributes:
        client: Calls Slack, waits where Slack asks it to, and calls again when the connection broke.
        careful: Waits, too, but sends nothing twice.
        hasty: Does neither, for what can be left.
        pace: How often.
    """

    def __init__(self, session: ClientSession, slack: Slack) -> None:
        self._session = session

        def client(*handlers: AsyncRetryHandler) -> AsyncWebClient:
            return AsyncWebClient(
                token=slack.token,
                base_url=slack.api_url,
                session=session,
                timeout=_TIMEOUT_S,
                retry_handlers=list(handlers),
            )

        later = AsyncRateLimitErrorRetryHandler(max_retry_count=_TRIES)
        self.client, self.careful, self.hasty = (
            client(AsyncConnectionErrorRetryHandler(), later),
            client(later),
            client(),
        )
        self.pace = Pace()

    def renew(self, token: str) -> None:
        """Post with another token from now on."""
        self.client.token = self.careful.token = self.hasty.token = token

    async def me(self) -> dict[str, Any]:
        """Who the bot is, as `auth.test` tells. Raises SlackApiError for a token that is worth nothing."""
        return dict((await self.client.auth_test()).data)  # type: ignore[arg-type]  # bytes only of file downloads

    async def looking(self, spot: Spot) -> None:
        """Show that an answer is being made; where Slack will not, it goes without."""
        try:
            await self.hasty.assistant_threads_setStatus(
                channel_id=spot.channel, thread_ts=spot.thread, status=_LOOKING
            )
        except TROUBLE as error:
            LOG.debug("no status in Slack: %s", code(error))

    async def say(self, spot: Spot, message: Message) -> bool:
        """Post in a thread; where that cannot be, tell who asked why. False where that cannot be, either."""
        trouble = await self._posted(spot.channel, message, thread_ts=spot.thread)
        return trouble is None or await self.excuse(spot, trouble, "I have an answer for you")

    async def excuse(self, spot: Spot, trouble: str, far: str) -> bool:
        """Tell who asked, alone, how far it got and why not where they asked. False where that cannot be, either."""
        LOG.error("an answer could not be posted in Slack: %s", trouble)
        still = await self._posted(spot.user, note(f"{far}, but {why(trouble)}."))
        if still is not None:
            LOG.error("and who asked could not be told: %s", still)
        return still is None

    async def share(self, channel: str, message: Message) -> str | None:
        """Post in a channel that nobody of another organisation reads; why that could not be, None when it was."""
        outside = await self.foreign(channel)
        if outside is True:
            return FOREIGN
        if outside is not False:
            return f"It is not shared: {why(outside, UNKNOWN)}."
        trouble = await self._posted(channel, message)
        if trouble is None:
            return None
        LOG.error("an answer could not be shared in Slack: %s", trouble)
        return f"It is not shared: {why(trouble)}."

    async def foreign(self, channel: str) -> bool | str:
        """Whether people of another organisation read a channel; Slack's word for why that cannot be known."""
        if channel.startswith("D"):
            return False  # one person reads it; the bot is in no direct message between others, and cannot post there
        try:
            told = await self.client.conversations_info(channel=channel)
        except TROUBLE as error:
            LOG.error("whether others read along in a channel of Slack: %s", code(error))  # noqa: TRY400 - see below
            return code(error)
        found = told.get("channel")
        return bool(found.get("is_ext_shared")) if isinstance(found, dict) else "no channel"

    async def show(self, trigger: str, view: dict[str, Any]) -> bool:
        """Open a form for who pressed something, within three seconds of that; whether it is open."""
        trouble = await trouble_of(lambda: self.hasty.views_open(trigger_id=trigger, view=view))
        if trouble is not None:
            LOG.warning("a form could not be shown in Slack: %s", trouble)
        return trouble is None

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

        await self.pace.message(channel)
        trouble = await trouble_of(lambda: post(list(message.blocks)))
        if trouble in TOO_MUCH:
            LOG.error("Slack refused the blocks of an answer (%s); posting its text", trouble)
            trouble = await trouble_of(lambda: post(None))
        return trouble


def session() -> ClientSession:
    """Connections to Slack, shared by all calls; close it."""
    return ClientSession(timeout=ClientTimeout(total=_TIMEOUT_S))


async def trouble_of(call: Callable[[], Awaitable[object]]) -> str | None:
    """Slack's word for what goes wrong with a call; None where nothing does."""
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
