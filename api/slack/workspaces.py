"""The workspaces that the bot is in: one by its token, or those that have installed the app."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from slack_sdk.errors import SlackApiError

from api.settings_slack import Client
from api.slack.answering import Answerer
from api.slack.installed import Installed
from api.slack.posting import LOG, code
from rag.errors import TransciteError


@dataclass(frozen=True, slots=True)
class Present:
    """The bot in a workspace.

    Attributes:
        team: Id of the workspace.
        enterprise: Of the organisation that it belongs to, if it does.
        user: Id of the bot as a user.
        bot: Id of the bot.
        answerer: Answers there.
    """

    team: str
    enterprise: str | None
    user: str | None
    bot: str | None
    answerer: Answerer


class Workspaces(Protocol):
    """Where the bot is."""

    async def present(self, team: str | None) -> Present | None:
        """The bot in a workspace; None where it is not."""

    async def start(self) -> None:
        """Tell those whom an earlier run left without an answer."""

    async def stop(self) -> None:
        """Let what is under way come to an end."""

    async def left(self, team: str, at: float) -> None:
        """Hear that a workspace has removed the app, at a time in seconds since 1970."""


class OneWorkspace:
    """The workspace that a token is of.

    Args:
        answerer: Answers there.
    """

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._me: Present | None = None

    async def present(self, team: str | None) -> Present | None:
        """The bot; None where a request comes from another workspace than its own."""
        if self._me is None:
            try:
                told = await self._answerer.poster.me()
            except SlackApiError as error:
                LOG.error("Slack refuses the bot's token: %s", code(error))
                return None
            self._me = Present(
                team=str(told.get("team_id")),
                enterprise=told.get("enterprise_id"),
                user=told.get("user_id"),
                bot=told.get("bot_id"),
                answerer=self._answerer,
            )
        return self._me if team == self._me.team else None

    async def start(self) -> None:
        """Tell those whom an earlier run left without an answer."""
        self._answerer.start(self._answerer.apologise())

    async def stop(self) -> None:
        """Let what is under way come to an end."""
        await self._answerer.stop()

    async def left(self, team: str, at: float) -> None:
        """Nothing: a token in the settings is not ours to remove."""


class ManyWorkspaces:
    """The workspaces that have installed the app.

    Args:
        installed: Which ones.
        client: The app.
        answering: Makes what answers in a workspace, from its id and a token.
    """

    def __init__(self, installed: Installed, client: Client, answering: Callable[[str, str], Answerer]) -> None:
        self._installed, self._client, self._answering = installed, client, answering
        self._answerers: dict[str, Answerer] = {}

    async def present(self, team: str | None) -> Present | None:
        """The bot in a workspace, its token fresh; None where the app is not installed, or may not be any more."""
        if team is None or not self._client.admits(team):
            return None
        found = await self._installed.read(team)
        if found is None:
            return None
        one, tokens = found
        answerer = self._answerers.get(team)
        if answerer is None:
            answerer = self._answerers[team] = self._answering(team, tokens.bot)
        answerer.poster.renew(tokens.bot)
        return Present(team, one.enterprise, one.user, one.bot, answerer)

    async def start(self) -> None:
        """Tell those whom an earlier run left without an answer."""
        try:
            for team in await self._installed.teams():
                if (here := await self.present(team)) is not None:
                    here.answerer.start(here.answerer.apologise())
        except TransciteError:
            LOG.exception("the workspaces that have installed the Slack app cannot be read")

    async def stop(self) -> None:
        """Let what is under way come to an end."""
        await asyncio.gather(*(one.stop() for one in self._answerers.values()))
        self._installed.close()

    async def left(self, team: str, at: float) -> None:
        """Forget the tokens of a workspace that has removed the app."""
        if await self._installed.forget(team, at):
            LOG.info("workspace %s has removed the Slack app", team)
