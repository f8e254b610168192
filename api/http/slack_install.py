"""`/slack/install` and `/slack/oauth_redirect`: a workspace installs the app, in a browser of one of its people."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.http import problems
from api.http.pages import FORMS, Pages
from api.slack.installing import STATE_S, Installer, NotInstalledError
from api.slack.manifest import INSTALL, REDIRECT

COOKIE = "transcite_slack_state"


def install_router(installer: Callable[[], Installer | None]) -> APIRouter:
    """The routes.

    Args:
        installer: Installs; None before the bot runs.
    """
    pages = Pages("slack", styles=("base.css", "people.css"), scripts=())
    router = APIRouter(include_in_schema=False)  # for browsers
    pages.serve(router)

    @router.get(INSTALL)
    async def begin(team: str | None = None) -> Response:
        if (ready := installer()) is None:
            return problems.response(problems.NOT_READY, "the bot is not running")
        begun = await ready.begin(team)
        response = RedirectResponse(begun.url, status_code=303)
        # Slack sends the browser back from its own pages, so not "strict".
        response.set_cookie(COOKIE, begun.state, max_age=STATE_S, httponly=True, secure=True, samesite="lax")
        return response

    @router.get(REDIRECT)
    async def end(request: Request) -> Response:
        if (ready := installer()) is None:
            return problems.response(problems.NOT_READY, "the bot is not running")
        status, name, trouble = 200, "", ""
        try:
            name = await ready.end(dict(request.query_params), request.cookies.get(COOKIE))
        except NotInstalledError as error:
            status, trouble = error.status, str(error)
        response = pages.page("installed.html", FORMS, status=status, name=name, trouble=trouble)
        response.delete_cookie(COOKIE, httponly=True, secure=True, samesite="lax")
        return response

    return router
