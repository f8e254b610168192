"""What the bot listens to. The door to Bolt, which knows how Slack talks."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from api.http.service import Service
from api.settings_slack import Slack
from api.slack.answering import Answerer
from api.slack.blocks import FEEDBACK, SHARE
from api.slack.commanding import LOOKING, asked_about, commanded, shared
from api.slack.heard import halted, heard
from api.slack.ledger import Ledger
from api.slack.manifest import COMMAND, EVENTS, SHORTCUT
from api.slack.posting import LOG, Poster, session
from api.slack.reasons import REASON
from api.slack.voting import explained, voted


@dataclass(frozen=True, slots=True)
class Reply:
    """What Slack is answered, at once."""

    status: int
    body: str
    content_type: str


class Bot:
    """The bot, while the server runs.

    Args:
        answerer: Answers.
        slack: The app.
    """

    def __init__(self, answerer: Answerer, slack: Slack) -> None:
        self._answerer = answerer
        self._me: AuthorizeResult | None = None
        self._app = self._listening(slack)

    async def take(self, body: str, headers: Mapping[str, str]) -> Reply:
        """Take a request that has been checked; what takes long is done behind."""
        # Bolt's types want lists; it takes both.
        request = AsyncBoltRequest(body=body, headers=dict(headers))
        reply = await self._app.async_dispatch(request)
        kind = reply.headers.get("content-type", ["text/plain"])[0]
        return Reply(reply.status, reply.body or "", kind)

    def _listening(self, slack: Slack) -> AsyncApp:
        """Everything settled here: what is left open, Bolt reads in the environment."""

        async def authorize(team_id: str | None) -> AuthorizeResult | None:
            return await self._who(team_id)

        app = AsyncApp(
            name="transcite",
            signing_secret=slack.secret,
            client=AsyncWebClient(base_url=slack.api_url),
            authorize=authorize,  # type: ignore[arg-type]  # Bolt takes None for nobody
            logger=LOG.getChild("slack"),
        )
        hearing = {"app_mention": self._mentioned, "message": self._said, "agent_session_stopped": self._halted}
        for name in dict.fromkeys(one.partition(".")[0] for one in EVENTS):
            app.event(name)(hearing[name])
        app.event(re.compile(".*"))(_passed)  # or Slack is told 404 and sends it again
        app.command(COMMAND)(self._commanded)
        app.shortcut(SHORTCUT)(self._chosen)
        app.action(FEEDBACK)(self._voted)
        app.action(SHARE)(self._shared)
        app.view(REASON)(self._explained)
        return app

    async def _who(self, team: str | None) -> AuthorizeResult | None:
        """Who the bot is; None where a request comes from another workspace than its own."""
        if self._me is None:
            try:
                told = await self._answerer.poster.me()
            except SlackApiError as error:
                LOG.error("Slack refuses the bot's token: %s", error.response.get("error"))
                return None
            self._me = AuthorizeResult(
                enterprise_id=told.get("enterprise_id"),
                team_id=told.get("team_id"),
                bot_user_id=told.get("user_id"),
                bot_id=told.get("bot_id"),
            )
        return self._me if team == self._me.team_id else None

    async def _mentioned(self, body: dict[str, Any]) -> None:
        if (message := heard(body)) is not None:
            self._answerer.start(self._answerer.answer(message))

    async def _said(self, body: dict[str, Any]) -> None:
        """Answer what is said to the bot alone, and what goes on in a thread that it answered in.

        A mention comes as one by itself, too.
        """
        message = heard(body)
        if message is None or (self._me is not None and self._me.bot_user_id in message.mentions):
            return
        if message.direct or (message.threaded and await self._answerer.continues(message)):
            self._answerer.start(self._answerer.answer(message))

    async def _halted(self, body: dict[str, Any]) -> None:
        if (found := halted(body)) is not None:
            self._answerer.start(self._answerer.halt(*found))

    async def _commanded(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(text=LOOKING, response_type="ephemeral")
        self._answerer.start(commanded(self._answerer, body))

    async def _chosen(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self._answerer.start(asked_about(self._answerer, body))

    async def _shared(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self._answerer.start(shared(self._answerer, body))

    async def _voted(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self._answerer.start(voted(self._answerer, body))

    async def _explained(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self._answerer.start(explained(self._answerer, body))


@asynccontextmanager
async def running(service: Service, slack: Slack, ledger: Ledger, base: str) -> AsyncIterator[Bot]:
    """The bot, from here to the end of the block.

    Args:
        service: Does the work.
        slack: The app.
        ledger: Of what was taken on.
        base: What links begin with.
    """
    async with session() as connections:
        answerer = Answerer(service, Poster(connections, slack), ledger, base=base, seen_in=slack.seen_in)
        answerer.start(answerer.apologise())
        try:
            yield Bot(answerer, slack)
        finally:
            await answerer.stop()


async def _passed() -> None:
    """Nothing: the event is not for the bot."""
