"""The tokens of workspaces that have installed the app, each renewed before it expires."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from api.settings_slack import Client
from api.slack.posting import LOG, TROUBLE, code
from api.slack.sealing import Sealing, Tokens
from index.store.slack import Installation, SlackStore

_AHEAD_S = 7200.0  # before they expire, tokens are renewed; Slack's live for twelve hours
_T = TypeVar("_T")


class Installed:
    """The workspaces that have installed the app.

    Args:
        store: Of the installations.
        client: The app.
        calling: Calls Slack, as nobody.
    """

    def __init__(self, store: SlackStore, client: Client, calling: AsyncWebClient) -> None:
        self._store, self._client, self._calling = store, client, calling
        self._sealing = Sealing(client.secret)
        self._renewing: dict[str, asyncio.Lock] = {}
        self._pool = ThreadPoolExecutor(2, "slack")  # questions have others, and Slack waits three seconds only

    async def add(self, one: Installation, tokens: Tokens) -> None:
        """Keep an installation; `sealed` of it is made here."""
        whole = replace(one, sealed=self._sealing.sealed(one.team, tokens))
        await self._off(lambda: self._store.install(whole))

    async def read(self, team: str) -> tuple[Installation, Tokens] | None:
        """An installation and its tokens, good for a while; None where there is none, or it is worth nothing."""
        found = await self._kept(team)
        if found is None or not _is_due(found[0]):
            return found
        async with self._renewing.setdefault(team, asyncio.Lock()):
            found = await self._kept(team)  # another may have been first
            return await self._renewed(*found) if found is not None and _is_due(found[0]) else found

    async def teams(self) -> list[str]:
        """The ids of all."""
        return [one.team for one in await self._off(self._store.installations)]

    async def forget(self, team: str, at: float) -> bool:
        """Forget one that was there at a time, in seconds since 1970; whether it was."""
        return await self._off(lambda: self._store.uninstall(team, at=at))

    async def exchange(self, **given: str) -> dict[str, Any]:
        """Tokens for a code, or for a token to renew them with. Raises what is in TROUBLE where Slack gives none."""
        # The library's own way is one that aiohttp gives up.
        asked = {"client_id": self._client.id, "client_secret": self._client.secret, **given}
        told = await self._calling.api_call("oauth.v2.access", data=asked)
        return dict(told.data)  # type: ignore[arg-type]  # bytes only of file downloads

    async def begin(self, state: str, lives_s: float) -> None:
        """Note an installation that was begun."""
        await self._off(lambda: self._store.begin(state, lives_s=lives_s))

    async def end(self, state: str) -> bool:
        """Whether an installation was begun with a state, and not too long ago; it is so once."""
        return await self._off(lambda: self._store.end(state))

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False)

    async def _kept(self, team: str) -> tuple[Installation, Tokens] | None:
        one = await self._off(lambda: self._store.installation(team))
        if one is None:
            return None
        tokens = self._sealing.opened(team, one.sealed)
        if tokens is None:
            LOG.error(
                "the tokens of workspace %s were sealed with another client secret; install the app again there", team
            )
            return None
        return one, tokens

    async def _renewed(self, one: Installation, tokens: Tokens) -> tuple[Installation, Tokens] | None:
        """With new tokens; with the old ones as long as they are good where Slack gives no new ones."""
        try:
            told = await self.exchange(grant_type="refresh_token", refresh_token=tokens.refresh or "")
        except TROUBLE as error:
            newest = await self._kept(one.team)
            if newest is not None and not _is_due(newest[0]):  # another process used the same one first
                return newest
            LOG.error("Slack renews no token of workspace %s: %s", one.team, code(error))
            return (one, tokens) if one.expires_at is not None and one.expires_at > time.time() else None
        new = Tokens(str(told["access_token"]), str(told["refresh_token"]))
        fresh = replace(
            one,
            sealed=self._sealing.sealed(one.team, new),
            expires_at=time.time() + float(told["expires_in"]),
        )
        await self._off(
            lambda: self._store.renew(one.team, was=one.sealed, sealed=fresh.sealed, expires_at=fresh.expires_at)
        )
        return fresh, new

    async def _off(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def _is_due(one: Installation) -> bool:
    return one.expires_at is not None and one.expires_at < time.time() + _AHEAD_S
