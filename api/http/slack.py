"""`/slack/events`: everything Slack sends. It bears no key: Slack's signature is its right to be let in."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.http import problems
from api.http.service import Service
from api.http.slack_install import install_router
from api.settings_slack import Slack
from api.slack.checks import RefusedError, checked
from api.slack.ledger import Ledger
from api.slack.manifest import PATH
from api.slack.running import Running, running

_UNSIGNED = problems.Problem(401, "slack-signature", "The request is not signed by Slack")
_NOT_YET = "the bot is not running"


class SlackDesk:
    """The address that Slack sends to.

    Args:
        service: Does the work.
        slack: The app.
        base: What links begin with.
        run: What this run of the server is called; all its workers call it the same.
    """

    def __init__(self, service: Service, slack: Slack, base: str, run: str) -> None:
        self._service, self._slack, self._base = service, slack, base
        self._ledger = Ledger(service.library.home / "slack.db", run)
        self._running: Running | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer from here to the end of the block."""
        async with running(self._service, self._slack, self._ledger, self._base) as self._running:
            yield

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False)  # nobody but Slack can call it

        @router.post(PATH)
        async def events(request: Request) -> Response:
            return await self._taken(request)

        if self._slack.client is not None:
            router.include_router(install_router(lambda: self._running.installer if self._running else None))
        return router

    async def _taken(self, request: Request) -> Response:
        if self._running is None:
            return problems.response(problems.NOT_READY, _NOT_YET)
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            text = checked(headers, await request.body(), secret=self._slack.secret, now=time.time())
        except RefusedError as error:
            if error.status != _UNSIGNED.status:
                raise HTTPException(error.status, str(error)) from error
            return problems.response(_UNSIGNED, str(error))
        reply = await self._running.bot.take(text, headers)
        return Response(reply.body, status_code=reply.status, media_type=reply.content_type)
