"""The bot, put together for as long as something runs it: a server, or a connection that is held open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from slack_sdk.web.async_client import AsyncWebClient

from api.http.service import Service
from api.settings_slack import Slack
from api.slack.answering import Answerer
from api.slack.bot import Bot
from api.slack.installed import Installed
from api.slack.installing import Installer
from api.slack.ledger import Ledger
from api.slack.posting import Poster, session
from api.slack.rules import Rules
from api.slack.workspaces import ManyWorkspaces, OneWorkspace, Workspaces


@dataclass(frozen=True, slots=True)
class Running:
    """What runs.

    Attributes:
        bot: Takes what Slack sends.
        installer: Lets workspaces install the app; None where there is one by its token.
        calling: Calls Slack with the bot's token, or as nobody where there are several.
    """

    bot: Bot
    installer: Installer | None
    calling: AsyncWebClient


@asynccontextmanager
async def running(service: Service, slack: Slack, ledger: Ledger, base: str) -> AsyncIterator[Running]:
    """The bot, from here to the end of the block.

    Args:
        service: Does the work.
        slack: The app.
        ledger: Of what was taken on.
        base: What links begin with.
    """
    store = service.library.slack
    rules = Rules(slack, store)
    async with session() as connections:
        poster = Poster(connections, slack)
        workspaces: Workspaces
        if slack.client is None:
            installer = None
            workspaces = OneWorkspace(Answerer(service, poster, ledger, base=base, rules=rules))
        else:

            def answering(team: str, token: str) -> Answerer:
                own = Poster(connections, replace(slack, token=token))
                return Answerer(service, own, ledger.of(team), base=base, rules=rules)

            installed = Installed(store, slack.client, poster.client)
            installer = Installer(slack, poster.client, installed, base)
            workspaces = ManyWorkspaces(installed, slack.client, answering)
        starting = asyncio.create_task(workspaces.start())  # it may call Slack, and nobody is to wait for that
        try:
            yield Running(Bot(workspaces, slack), installer, poster.client)
        finally:
            starting.cancel()
            await workspaces.stop()
