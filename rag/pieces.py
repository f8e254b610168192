"""What a model's server says, piece by piece, whichever way it is spoken to; how addresses and counts are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from rag.writing.model import Usage

MAX_TOKENS = 2000  # of an answer; a few sentences need a tenth, but those who think first count that, too


@dataclass(frozen=True, slots=True)
class Piece:
    """What one event says.

    Attributes:
        text: To be added to what was written.
        usage: Tokens counted so far.
        ended: Why the model stopped ("stop", "length", ...); None while it goes on.
        error: What went wrong, in the server's words.
        declined: The model says that it will not answer, in words that are no answer.
    """

    text: str = ""
    usage: Usage | None = None
    ended: str | None = None
    error: str | None = None
    declined: bool = False


class Reader(Protocol):
    """Reads the events of one reply."""

    def event(self, data: Mapping[str, Any]) -> Piece:
        """What an event means."""
        ...

    def whole(self, data: Mapping[str, Any]) -> Piece:
        """The same of a reply that came at once, by a server that does not stream."""
        ...


def under(url: str, end: str) -> str:
    """A base address with the end that requests go to, once; a query is kept."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    return urlunsplit(parts._replace(path=path if path.endswith(end) else path + end, fragment=""))


def count(usage: Mapping[str, Any], name: str) -> int:
    """A number of tokens; 0 where it is not told."""
    value = usage.get(name)
    return value if isinstance(value, int) and value > 0 else 0


def said(error: object) -> str:
    """A server's own words for what went wrong."""
    if isinstance(error, dict):
        return str(error.get("message") or error.get("error") or error.get("type") or error)
    return str(error)
