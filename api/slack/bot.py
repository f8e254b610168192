"""What the bot listens to. The door to Bolt, which knows how Slack talks."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from api.settings_slack import Slack
from api.slack.answering import Answerer
from api.slack.blocks import FEEDBACK, SHARE
from api.slack.changing import changed, opened, settings_asked, told
from api.slack.commanding import LOOKING, asked_about, commanded, shared
from api.slack.forms import CHANGE, SETTINGS
from api.slack.heard import halted, heard
from api.slack.manifest import COMMAND, SHORTCUT
from api.slack.posting import LOG
from api.slack.reasons import REASON
from api.slack.voting import explained, voted
from api.slack.workspaces import Present, Workspaces

_PRESENT = "transcite_present"  # in the context of a request: the bot in the workspace that it comes from


@dataclass(frozen=True, slots=True)
class Reply:
    """What Slack is answered, at once."""

    status: int
    body: str
    content_type: str


class Bot:
    """The bot, while the server runs.

    Args:
        workspaces: Where it is.
        slack: The app.
    """

    def __init__(self, workspaces: Workspaces, slack: Slack) -> None:
        self._workspaces = workspaces
        self.hears: dict[str, Callable[..., Awaitable[None]]] = {
            "app_mention": self._mentioned,
            "message": self._said,
            "agent_session_stopped": self._halted,
            "app_uninstalled": self._left,
            "tokens_revoked": self._left,
        }
        with _undisturbed():
            self.app = self._listening(slack)

    async def take(self, body: str, headers: Mapping[str, str]) -> Reply:
        """Take a request that has been checked; what takes long is done behind."""
        # Bolt's types want lists; it takes both.
        request = AsyncBoltRequest(body=body, headers=dict(headers))
        reply = await self.app.async_dispatch(request)
        kind = reply.headers.get("content-type", ["text/plain"])[0]
        return Reply(reply.status, reply.body or "", kind)

    def _listening(self, slack: Slack) -> AsyncApp:
        async def authorize(context: AsyncBoltContext, team_id: str | None) -> AuthorizeResult | None:
            return await self._who(context, team_id)

        app = AsyncApp(
            name="transcite",
            signing_secret=slack.secret,
            client=AsyncWebClient(base_url=slack.api_url),
            authorize=authorize,  # type: ignore[arg-type]  # Bolt takes None for nobody
            logger=LOG.getChild("slack"),
        )
        for name, listener in self.hears.items():
            app.event(name)(listener)
        app.event(re.compile(".*"))(_passed)  # or Slack is told 404 and sends it again
        app.command(COMMAND)(self._commanded)
        app.shortcut(SHORTCUT)(self._chosen)
        app.action(FEEDBACK)(self._voted)
        app.action(SHARE)(self._shared)
        app.action(CHANGE)(self._opened)
        app.view(SETTINGS)(self._changed)
        app.view(REASON)(self._explained)
        return app

    async def _who(self, context: AsyncBoltContext, team: str | None) -> AuthorizeResult | None:
        """Who the bot is; None where it is not in the workspace that a request comes from."""
        here = await self._workspaces.present(team)
        if here is None:
            return None
        context[_PRESENT] = here
        return AuthorizeResult(enterprise_id=here.enterprise, team_id=here.team, bot_user_id=here.user, bot_id=here.bot)

    async def _mentioned(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        if (message := heard(body)) is not None:
            answerer = _here(context).answerer
            answerer.start(answerer.answer(message))

    async def _said(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Answer what is said to the bot alone, and what goes on in a thread that it answered in.

        A mention comes as one by itself, too.
        """
        message, here = heard(body), _here(context)
        if message is None or here.user in message.mentions:
            return
        if message.direct or (message.threaded and await here.answerer.continues(message)):
            here.answerer.start(here.answerer.answer(message))

    async def _halted(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        if (found := halted(body)) is not None:
            answerer = _here(context).answerer
            answerer.start(answerer.halt(*found))

    async def _left(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Forget a workspace that has removed the app or revoked the bot's token; we hold none of anybody else."""
        event = body["event"]
        if event["type"] == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return
        if context.team_id:
            await self._workspaces.left(context.team_id, float(body.get("event_time") or 0))

    async def _commanded(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        if settings_asked(body):
            await ack()
            _start(context, told, body)
            return
        await ack(text=LOOKING, response_type="ephemeral")
        _start(context, commanded, body)

    async def _chosen(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        _start(context, asked_about, body)

    async def _shared(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        _start(context, shared, body)

    async def _voted(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        _start(context, voted, body)

    async def _opened(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        _start(context, opened, body)

    async def _changed(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        _start(context, changed, body)

    async def _explained(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        _start(context, explained, body)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without what Bolt would take up by itself from the environment: tokens, secrets, a whole OAuth flow."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("SLACK_")}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _here(context: AsyncBoltContext) -> Present:
    found = context[_PRESENT]
    assert isinstance(found, Present)  # noqa: S101 - `_who` put it there
    return found


def _start(
    context: AsyncBoltContext,
    work: Callable[[Answerer, dict[str, Any]], Coroutine[None, None, None]],
    body: dict[str, Any],
) -> None:
    """Do what a request asks for behind, where it comes from."""
    answerer = _here(context).answerer
    answerer.start(work(answerer, body))


async def _passed() -> None:
    """Nothing: the event is not for the bot."""
