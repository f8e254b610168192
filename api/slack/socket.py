"""The other way in: a connection that the bot opens to Slack (Socket Mode), so that Slack need not reach it."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import suppress

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from api.slack.posting import LOG, TROUBLE, code
from rag.errors import InputError

_SDK = LOG.getChild("slack.socket")
_LOOK_S = 1.0  # between two looks at the connection
_DEAD_S = 60.0  # without one, after which it is begun anew; Bolt's own attempts have failed by then
_AGAIN_S = 5.0  # before Slack is asked once more
_CLOSING_S = 3.0  # for Slack's good-bye
# Slack's words for what no further attempt cures.
_REFUSED = frozenset(
    {
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "forbidden_team",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "token_expired",
        "token_revoked",
    }
)


class Socket:
    """The connection.

    Args:
        app: Takes what comes.
        calling: Calls Slack.
        token: App-level token.
    """

    def __init__(self, app: AsyncApp, calling: AsyncWebClient, token: str) -> None:
        self._app, self._calling, self._token = app, calling, token
        _SDK.addFilter(_without_tickets)

    async def hold(self, address: str, stop: asyncio.Event) -> None:
        """Hold a connection open until told to stop, whatever becomes of it.

        Args:
            address: As `address` gives it.
            stop: Set when it is to end.

        Raises:
            InputError: Slack takes the token no more.
        """
        while not stop.is_set():
            handler = AsyncSocketModeHandler(self._app, self._token, logger=_SDK, web_client=self._calling)
            handler.client.wss_uri = address
            connecting = asyncio.ensure_future(handler.connect_async())  # type: ignore[no-untyped-call]
            try:
                await _until_dead(handler, stop)
            finally:
                connecting.cancel()
                with suppress(Exception, asyncio.CancelledError):
                    await asyncio.wait_for(handler.close_async(), _CLOSING_S)  # type: ignore[no-untyped-call]
            if not stop.is_set():
                LOG.warning("the connection to Slack is lost for %d s; beginning anew", _DEAD_S)
                address = await self._address_at_last(stop)

    async def place(self) -> str:
        """Who the bot is, and where.

        Raises:
            InputError: Slack does not take the bot's token, or cannot be reached.
        """
        try:
            me = await self._calling.auth_test()
        except SlackApiError as error:
            raise InputError(
                f"Slack refuses TRANSCITE_SLACK_BOT_TOKEN ({code(error)}); install the app again"
            ) from None
        except TROUBLE as error:
            raise InputError(_unreached(error)) from None
        return f"as {me.get('user')} in {me.get('team')}"

    async def address(self) -> str:
        """Where to connect to, once.

        Raises:
            InputError: Slack does not take the token, or cannot be reached.
        """
        try:
            return str((await self._calling.apps_connections_open(app_token=self._token))["url"])
        except SlackApiError as error:
            raise InputError(
                f"Slack lets the bot not connect ({code(error)}): look at TRANSCITE_SLACK_APP_TOKEN, which needs the"
                " scope connections:write, and at Socket Mode in the settings of the app"
            ) from None
        except TROUBLE as error:
            raise InputError(_unreached(error)) from None

    async def _address_at_last(self, stop: asyncio.Event) -> str:
        """Where to connect to, as soon as Slack says so."""
        while not stop.is_set():
            try:
                return str((await self._calling.apps_connections_open(app_token=self._token))["url"])
            except TROUBLE as error:
                if code(error).partition(" ")[0] in _REFUSED:
                    raise InputError(f"Slack lets the bot not connect any more ({code(error)})") from None
                LOG.warning("Slack gives no connection: %s", code(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _AGAIN_S)
        return ""


def _unreached(error: Exception) -> str:
    return f"Slack cannot be reached ({code(error)}); look at this machine's connection"


def _without_tickets(record: logging.LogRecord) -> bool:
    """Take out of what Slack's library logs the addresses that a connection is opened with, and their traces."""
    record.msg = re.sub(r"wss?://\S+", "an address of Slack", record.getMessage())
    record.args, record.exc_info = None, None
    return True


async def _until_dead(handler: AsyncSocketModeHandler, stop: asyncio.Event) -> None:
    """Return when told to stop, or when there has been no connection for long."""
    now = asyncio.get_running_loop().time
    alive = now()
    while not stop.is_set() and now() - alive < _DEAD_S:
        if await handler.client.is_connected():
            alive = now()
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _LOOK_S)
