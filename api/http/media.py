"""Media types: what a request says it carries and wants. The door to python-multipart, which reads forms."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException

JSON, FORM, EVENTS = "application/json", "multipart/form-data", "text/event-stream"
# No schema says what events look like: OpenAPI 3.1 knows none for a stream of them, and some take one for the whole
# for that of each.
EVENT_STREAM = {EVENTS: {"schema": {"description": "server-sent events"}}}
FIELDS = "application/x-www-form-urlencoded"


def carried(request: Request) -> str:
    """The media type of a request's body."""
    return parse_options_header(request.headers.get("content-type"))[0].decode("latin-1").lower()


def json_only(request: Request) -> None:
    """Refuse a body that does not say it is JSON: other sites' pages can send any other kind without asking.

    Raises:
        HTTPException: It does not.
    """
    if carried(request) != JSON:
        raise HTTPException(415, f"send {JSON}")


def prefers(headers: Sequence[str], preference: str) -> bool:
    """Whether the values of a request's Prefer headers name a preference."""
    named = (one for header in headers for one in header.split(","))
    return any(one.split(";")[0].split("=")[0].strip().lower() == preference for one in named)


def wants_events(request: Request) -> bool:
    """Whether the answer is wanted as a stream of events."""
    wanted = request.headers.get("accept", "").split(",")
    return any(one.split(";")[0].strip().lower() == EVENTS for one in wanted)
