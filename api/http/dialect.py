"""Errors as OpenAI's clients understand them: a problem document that has their `error` member beside its own.

Middleware, because whoever refuses a request, guard, gate or route, does it with a problem document.
"""

from __future__ import annotations

import json
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import MEDIA_TYPE

CHAT, MODELS = "/v1/chat/completions", "/v1/models"

_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_CODES = {"no-key": "invalid_api_key", "too-many-requests": "rate_limit_exceeded", "not-found": "model_not_found"}


def error_of(problem: dict[str, Any]) -> dict[str, Any]:
    """The `error` member of a problem document."""
    name = str(problem["type"]).rsplit("/", 1)[-1]
    at = str(problem["errors"][0]["at"]).removeprefix("body").lstrip(".") if problem.get("errors") else ""
    return {
        "message": problem.get("detail") or problem["title"],
        "type": _TYPES.get(problem["status"], "server_error" if problem["status"] >= 500 else "invalid_request_error"),
        "code": _CODES.get(name, name),
        "param": at or None,
    }


def documented() -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of these routes' errors."""
    text, error = {"type": "string"}, ("message", "type", "code", "param")
    schema = {
        "type": "object",
        "required": ["type", "title", "status", "error"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "error": {
                "type": "object",
                "required": list(error),
                "properties": {name: {"type": ["string", "null"]} for name in error},
            },
        },
    }
    content = {MEDIA_TYPE: {"schema": schema}}
    return {code: {"description": what, "content": content} for code, what in (("4XX", "Refused"), ("5XX", "Failed"))}


class Dialect:
    """Middleware.

    Args:
        app: Everything else.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        own = scope["type"] == "http" and (
            scope["path"] in {CHAT, MODELS} or str(scope["path"]).startswith(f"{MODELS}/")
        )
        await self._app(scope, receive, _translating(send) if own else send)


def _translating(send: Send) -> Send:
    """`send`, holding a problem document back until it is whole."""
    start: Message | None = None
    held = b""

    async def translating(message: Message) -> None:
        nonlocal start, held
        if message["type"] == "http.response.start" and _is_problem(message):
            start = message
        elif start is None:
            await send(message)
        else:
            held += message.get("body", b"")
            if not message.get("more_body", False):
                for one in _translated(start, held):
                    await send(one)

    return translating


def _is_problem(start: Message) -> bool:
    return MutableHeaders(scope=start).get("content-type", "").startswith(MEDIA_TYPE)


def _translated(start: Message, body: bytes) -> tuple[Message, Message]:
    """The response with an `error` member; what is not as documented has the status that OpenAI's clients expect."""
    problem = json.loads(body)
    if problem["status"] == 422:
        problem["status"] = 400
    content = json.dumps(problem | {"error": error_of(problem)}).encode()
    start = dict(start) | {"status": problem["status"]}
    MutableHeaders(scope=start)["content-length"] = str(len(content))
    return start, {"type": "http.response.body", "body": content}
