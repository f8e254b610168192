"""The widget's one file, at an address that stays and at one that changes with what is in it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from api.embedding import STABLE, Script
from api.http.pages import FOREVER, READ, matches

_SHORTLY = "public, max-age=300"  # a new version is everywhere within five minutes


def script_router(script: Script) -> APIRouter:
    """`/widget.js` and `/widget.{digest}.js`, for pages of everywhere: there is nothing secret in them."""
    router = APIRouter(include_in_schema=False)
    for path, kept in ((STABLE, _SHORTLY), (script.pinned, FOREVER)):
        router.add_api_route(path, _sender(script, kept), methods=READ)
    return router


def _sender(script: Script, kept: str) -> Callable[[Request], Response]:
    headers = {
        "Cache-Control": kept,
        "ETag": f'"{script.digest}"',
        "Access-Control-Allow-Origin": "*",  # browsers check no integrity without it
        "Cross-Origin-Resource-Policy": "cross-origin",
    }

    def send(request: Request) -> Response:
        if matches(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(script.content, media_type="text/javascript; charset=utf-8", headers=headers)

    return send
