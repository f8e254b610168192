"""Installing the app in a workspace, in a browser (OAuth): begun here, allowed at Slack, ended here."""

from __future__ import annotations

import hmac
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin

from slack_sdk.web.async_client import AsyncWebClient

from api.settings_slack import Client, Slack
from api.slack.installed import Installed
from api.slack.manifest import INSTALL, REDIRECT, SCOPES
from api.slack.posting import LOG, TROUBLE, code
from api.slack.sealing import Tokens
from index.store.slack import Installation

STATE_S = 600  # in which what was begun has to be ended

_AGAIN = f"Begin again at {INSTALL} of this server, in one browser, and end it within ten minutes."
_NOT_HERE = "This server does not serve that workspace, so the app was not installed there. Its keeper can allow it."
_NOT_ALL = "The app is installed in single workspaces, not in a whole organisation. Choose a workspace and begin again."
_UNREACHED = "Slack did not complete the installation. Begin again; the log of this server says why."


class NotInstalledError(Exception):
    """The app was not installed.

    Args:
        status: Of the response.
        why: For who would install it.
    """

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Begun:
    """An installation that was begun: where the browser goes, and what it holds until it comes back."""

    url: str
    state: str


class Installer:
    """Installs the app.

    Args:
        slack: The app, with its `client`.
        calling: Calls Slack, as nobody.
        installed: Where it is.
        base: Address of this server, without a slash at its end.
    """

    def __init__(self, slack: Slack, calling: AsyncWebClient, installed: Installed, base: str) -> None:
        assert slack.client is not None  # noqa: S101 - there is nothing to install otherwise
        self._client: Client = slack.client
        self._page = urljoin(slack.api_url, "../oauth/v2/authorize")
        self._calling, self._installed = calling, installed
        self._redirect = base + REDIRECT

    async def begin(self, team: str | None) -> Begun:
        """Begin: a browser is to go to Slack, and to bring the state back from there.

        Args:
            team: Id of the workspace that Slack is to propose; None for the one that the browser was last in.
        """
        state = secrets.token_urlsafe(32)
        await self._installed.begin(state, STATE_S)
        asked = {
            "client_id": self._client.id,
            "scope": ",".join(SCOPES),
            "redirect_uri": self._redirect,
            "state": state,
            **({"team": team} if team and re.fullmatch(r"T[A-Z0-9]+", team) else {}),
        }
        return Begun(f"{self._page}?{urlencode(asked)}", state)

    async def end(self, query: Mapping[str, str], held: str | None) -> str:
        """End: what Slack sends the browser back with becomes an installation.

        Args:
            query: Of the address.
            held: The state that the browser holds.

        Returns:
            The name of the workspace.

        Raises:
            NotInstalledError: It was not begun here, Slack does not allow it, or the workspace may not.
        """
        # 1. The same browser that began, once, not long ago.
        state = query.get("state", "")
        if not held or not hmac.compare_digest(state.encode(), held.encode()) or not await self._installed.end(state):
            raise NotInstalledError(400, f"This was not begun in this browser, or too long ago. {_AGAIN}")
        # 2. What its people decided at Slack.
        if query.get("error") == "access_denied":
            raise NotInstalledError(403, "You did not allow it at Slack, so nothing was installed.")
        if query.get("error") or not query.get("code"):
            raise NotInstalledError(400, f"Slack did not let the app be installed. {_AGAIN}")
        # 3. Tokens for it, given back at once where the workspace may not.
        told = await self._exchanged(query["code"])
        token, team = str(told["access_token"]), str((told.get("team") or {}).get("id") or "")
        if told.get("is_enterprise_install") or not team:
            await self._give_back(token)
            raise NotInstalledError(403, _NOT_ALL)
        if not self._client.admits(team):
            await self._give_back(token)
            LOG.warning("workspace %s is not among those that may install the Slack app", team)
            raise NotInstalledError(403, _NOT_HERE)
        # 4. Keep it.
        one = await self._made(told, token, team)
        tokens = Tokens(token, str(told["refresh_token"]) if told.get("refresh_token") else None)
        await self._installed.add(one, tokens)
        LOG.info("workspace %s has installed the Slack app", team)
        return one.name

    async def _exchanged(self, given: str) -> dict[str, Any]:
        try:
            told = await self._installed.exchange(code=given, redirect_uri=self._redirect)
        except TROUBLE as error:
            LOG.error("Slack gives no token for a workspace: %s", code(error))
            raise NotInstalledError(502, _UNREACHED) from None
        if not told.get("access_token") or told.get("token_type") != "bot":
            LOG.error("Slack gives no token of a bot for a workspace")
            raise NotInstalledError(502, _UNREACHED)
        return told

    async def _made(self, told: Mapping[str, Any], token: str, team: str) -> Installation:
        """An installation, its tokens not sealed yet. Only `auth.test` tells the bot's own id."""
        try:
            me = await self._calling.auth_test(token=token)
        except TROUBLE as error:
            LOG.error("Slack does not know the token it gave: %s", code(error))
            raise NotInstalledError(502, _UNREACHED) from None
        lives_s = told.get("expires_in")
        return Installation(
            team=team,
            enterprise=(told.get("enterprise") or {}).get("id"),
            name=str((told.get("team") or {}).get("name") or team),
            user=str(me.get("user_id") or told.get("bot_user_id") or ""),
            bot=str(me.get("bot_id") or ""),
            sealed="",
            expires_at=None if lives_s is None else time.time() + float(lives_s),
            installed_by=str((told.get("authed_user") or {}).get("id") or ""),
            installed_at=time.time(),
        )

    async def _give_back(self, token: str) -> None:
        try:
            await self._calling.auth_revoke(token=token)
        except TROUBLE as error:
            LOG.error("a token that is not wanted could not be given back: %s", code(error))
