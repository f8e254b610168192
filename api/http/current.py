"""The request that is being handled, for whoever writes a line about it: its log, its problem documents, its traces."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Current:
    """A request.

    Attributes:
        request_id: What it is called in logs; the client's own name for it where that can be one.
        trace_id: Of the trace it belongs to; None when nothing is traced.
    """

    request_id: str
    trace_id: str | None = None


# Copied into the threads and tasks that work for a request.
CURRENT: ContextVar[Current | None] = ContextVar("transcite_request", default=None)


def request_id() -> str | None:
    """What the request in hand is called; None outside of any."""
    current = CURRENT.get()
    return None if current is None else current.request_id


def named(given: str | None) -> str:
    """The name a client gave a request if it can be written anywhere, else one that is made up."""
    return given if given is not None and _SANE.fullmatch(given) else secrets.token_hex(8)
