"""The two ways chat models are spoken to over HTTP: OpenAI's chat completions and Anthropic's messages."""

from __future__ import annotations

from urllib.parse import urlsplit

from rag.chat_completions import OpenAi
from rag.messages_api import Anthropic


def dialect_of(url: str) -> OpenAi | Anthropic:
    """Which of the two a base address speaks: Anthropic's for its own host, and for bases that say so."""
    parts = urlsplit(url)
    own = (parts.hostname or "").endswith("anthropic.com")
    said = parts.path.rstrip("/").endswith(("/messages", "/anthropic", "/anthropic/v1"))
    return Anthropic() if own or said else OpenAi()
