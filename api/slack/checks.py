"""Whether a request is Slack's and can be read. Bolt checks less, later, and fails on some that are neither."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qs

_OLDEST_S = 300  # Slack's own recommendation against replayed requests
_MOST_FIELDS = 100  # of a form; Slack sends some fifteen


class RefusedError(Exception):
    """A request is not taken.

    Args:
        status: Of the response.
        why: For who sent it.
    """

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def checked(headers: Mapping[str, str], body: bytes, *, secret: str, now: float) -> str:
    """The body of a request that Slack signed, as text that can be taken apart.

    Args:
        headers: By name in lower case.
        body: As it came.
        secret: That Slack signs with.
        now: Seconds since 1970.

    Raises:
        RefusedError: 401 where it is not Slack's or too old, 400 or 415 where it cannot be read.
    """
    # 1. Who sent it; nothing is read of what anybody may send.
    _signed(headers, body, secret, now)
    # 2. Whether it is text.
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError(400, "the body is not UTF-8") from error
    # 3. Whether it has one of Slack's two shapes.
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        _shaped(text)
    elif kind == "application/x-www-form-urlencoded":
        _form(text)
    else:
        raise RefusedError(415, "Slack sends JSON or a form")
    return text


def _signed(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> None:
    when, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    if not re.fullmatch(r"[0-9]{1,12}", when) or not re.fullmatch(r"v0=[0-9a-f]{64}", signature):
        raise RefusedError(401, "it bears no signature of Slack")
    if abs(now - int(when)) > _OLDEST_S:
        raise RefusedError(401, "it was signed more than five minutes ago, or the clock of this server is wrong")
    right = hmac.new(secret.encode(), b"v0:" + when.encode() + b":" + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"v0={right}", signature):
        raise RefusedError(401, "the signature is not the one of this app's signing secret")


def _form(text: str) -> None:
    try:
        fields = parse_qs(text, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise RefusedError(400, "the form cannot be read") from error
    if "payload" in fields:
        _shaped(fields["payload"][0])
    elif not {"command", "ssl_check"} & fields.keys():
        raise RefusedError(400, "the form is none of Slack's")


def _shaped(text: str) -> None:
    """Refuse what is no JSON object, and an event whose parts are not what they should be."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "the body is not JSON") from error
    if not isinstance(given, dict) or not isinstance(given.get("type"), str):
        raise RefusedError(400, "the body is not an object with a type")
    if given["type"] == "event_callback":
        event = given.get("event")
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            raise RefusedError(400, "the event is not an object with a type")
