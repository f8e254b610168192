"""Errors as RFC 9457 problem documents: one table, and nothing in them that only the server's keeper should read."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.http.current import request_id
from rag import errors

MEDIA_TYPE = "application/problem+json"
LOG = logging.getLogger("transcite")
_RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of error.

    Attributes:
        status: Of the response.
        name: The last part of its `type`, which never changes.
        title: The same for every error of the kind.
        detail: Said in place of the error's own text, which may name folders of the server; None to say that text.
        retry: Whether the same request may go well soon.
    """

    status: int
    name: str
    title: str
    detail: str | None = None
    retry: bool = False


INTERNAL = Problem(500, "internal", "The server failed", "the server failed on this request; its log says why")
VALIDATION = Problem(422, "validation", "The request is not as documented")
HOST = Problem(400, "host", "This server does not go by that name")
ORIGIN = Problem(403, "origin", "Pages of other sites may not change anything here")
TOO_LARGE = Problem(413, "too-large", "The request is too large")
NO_KEY = Problem(401, "no-key", "A key is needed")
TOO_MANY = Problem(429, "too-many-requests", "Too many requests")
JOB_FAILED = Problem(500, "job-failed", "The upload could not be taken in")  # only ever an event of a stream
NOT_READY = Problem(503, "not-ready", "The server is not ready", retry=True)

# The first line that fits an error is the one that counts.
_RAISED: tuple[tuple[type[errors.TransciteError], Problem], ...] = (
    (errors.QuestionError, Problem(422, "question", "The question cannot be asked")),
    (errors.FilterError, Problem(422, "filter", "The filters cannot mean anything")),
    (errors.ReadError, Problem(422, "unreadable", "The transcript cannot be read")),
    (errors.InputError, Problem(400, "input", "What was given cannot be used")),
    (errors.AccessError, Problem(403, "forbidden", "This key may not do that")),
    (errors.NotFoundError, Problem(404, "not-found", "There is no such thing in the library")),
    (
        errors.LibraryLockedError,
        Problem(503, "library-locked", "The library is busy", "the library is busy; try again soon", retry=True),
    ),
    (
        errors.LibraryFullError,
        Problem(507, "library-full", "The disk is full", "no room is left on the server's disk; nothing is lost"),
    ),
    (
        errors.LibraryUnreachableError,
        Problem(
            503,
            "library-unreachable",
            "The library's database cannot be reached",
            "the library's database cannot be reached just now; try again soon",
            retry=True,
        ),
    ),
    (
        errors.LibraryMismatchError,
        Problem(
            503,
            "library-mismatch",
            "The library was made with other settings",
            "the library was made with another encoder or version than the server runs; `transcite reindex` helps",
        ),
    ),
    (
        errors.LibraryDamagedError,
        Problem(
            503, "library-damaged", "The library is damaged", "the library is damaged; the server's log says where"
        ),
    ),
    (
        errors.LibraryError,
        Problem(503, "library", "The library cannot be used", "the library cannot be used; the server's log says why"),
    ),
    (
        errors.EngineError,
        Problem(
            503,
            "engine",
            "The search engine cannot be used",
            "the search engine cannot be used just now; try again soon, the server's log says why",
            retry=True,
        ),
    ),
    (
        errors.EncoderError,
        Problem(503, "encoder", "The encoder cannot be used", "the encoder cannot be used; the server's log says why"),
    ),
    (  # answers fall back to quotes; this is for whoever uses the model for something else
        errors.ModelError,
        Problem(503, "model", "The language model cannot be used", "the language model cannot be used just now"),
    ),
    (errors.TransciteError, INTERNAL),
)

# What the framework or a route says by status alone.
_BY_STATUS = {
    400: Problem(400, "bad-request", "The request cannot be understood"),
    404: Problem(404, "no-such-address", "There is nothing at this address"),
    405: Problem(405, "method", "This address does not take that method"),
    413: TOO_LARGE,
    415: Problem(415, "media-type", "This media type is not taken"),
}


def of(error: Exception) -> Problem:
    """The kind of problem an error is."""
    for kind, problem in _RAISED:
        if isinstance(error, kind):
            return problem
    return INTERNAL


def noted(error: errors.TransciteError) -> Problem:
    """The kind of problem an error is; where it is the server's own, the log has all of it."""
    problem = of(error)
    if problem.status >= 500:
        LOG.error("%s: %s", type(error).__name__, error, exc_info=error)
    return problem


def document(problem: Problem, detail: str | None = None, **more: Any) -> dict[str, Any]:
    """A problem document; `more` are members beyond those of the RFC."""
    said = problem.detail or detail
    known = {"type": f"/problems/{problem.name}", "title": problem.title, "status": problem.status}
    asked = request_id()  # what the server's log calls the request
    return known | ({"detail": said} if said else {}) | ({"request_id": asked} if asked else {}) | more


def told(error: errors.TransciteError) -> str:
    """What whoever sent something is told of an error that came later: nothing of the server's disk or database."""
    said = document(of(error), str(error))
    return str(said.get("detail", said["title"]))


def response(problem: Problem, detail: str | None = None, *, after_s: int | None = None, **more: Any) -> Response:
    """A response that says what went wrong; `after_s` is when the same request may go well."""
    # As ASCII: what is quoted from a request may not be text that UTF-8 can write.
    content = json.dumps(document(problem, detail, **more))
    headers = {}
    if after_s is not None or problem.retry:
        headers["Retry-After"] = str(_RETRY_AFTER_S if after_s is None else after_s)
    if problem is NO_KEY:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(content, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def install(app: FastAPI) -> None:
    """Let `app` answer every error that reaches it with a problem document."""
    app.add_exception_handler(errors.TransciteError, _raised)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)


def documented() -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of a route's errors."""
    schema = {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "request_id": {"type": "string"},
        },
    }
    content = {MEDIA_TYPE: {"schema": schema}}
    return {
        code: {"description": what, "content": content}
        for code, what in ((422, "Not as documented"), ("4XX", "Refused"), ("5XX", "Failed"))
    }


def _raised(_request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.TransciteError)  # noqa: S101 - what it is registered for
    return response(noted(error), str(error))


def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    found = [{"at": _place(one["loc"]), "problem": str(one["msg"])} for one in error.errors()]
    first = f"{found[0]['at']}: {found[0]['problem']}" if found else None
    return response(VALIDATION, first, errors=found)


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    problem = _BY_STATUS.get(error.status_code, INTERNAL)
    answer = response(problem, error.detail)
    answer.headers.update(_allowed(error.headers))
    return answer


def _allowed(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name: value for name, value in (headers or {}).items() if name.lower() == "allow"}


def _place(location: tuple[int | str, ...]) -> str:
    """Where in the request: "body.filters.since"."""
    return ".".join(str(part)[:100] for part in location)
