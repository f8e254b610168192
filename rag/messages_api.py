"""Anthropic's messages, with citations by block.

Pure: what to send, and what each event that comes back means.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from rag.pieces import MAX_TOKENS, Piece, Reader, count, said, under
from rag.writing.model import Prompt, Usage

_VERSION = "2023-06-01"


class Anthropic:
    """`/v1/messages`, each turn of the evidence a content block of one document that the model can cite."""

    cites_blocks = True

    def address(self, url: str) -> str:
        """Where to send to, given the base that was set."""
        path = urlsplit(url).path.rstrip("/")
        return under(url, "/messages" if path.endswith(("/v1", "/messages")) else "/v1/messages")

    def headers(self, url: str, key: str) -> dict[str, str]:  # noqa: ARG002 - the same for every address
        """Who asks, and which edition of the API is meant."""
        return {"anthropic-version": _VERSION} | ({"x-api-key": key} if key else {})

    def body(self, prompt: Prompt, model: str) -> dict[str, Any]:
        """What to send."""
        request: list[dict[str, Any]] = [{"type": "text", "text": prompt.request}]
        if prompt.evidence:
            blocks = [{"type": "text", "text": one} for one in prompt.evidence]
            source = {"type": "content", "content": blocks}
            document = {"type": "document", "source": source, "title": "Turns", "citations": {"enabled": True}}
            request.insert(0, document)
        return {
            "model": model,
            "max_tokens": MAX_TOKENS,
            "system": prompt.system,
            "messages": [{"role": "user", "content": request}],
            "stream": True,
            "temperature": 0,
        }

    def reader(self) -> Reader:
        """A reader of one reply."""
        return _AnthropicReader()


class _AnthropicReader:
    """Citations belong to a text block and come in between its text: they are written behind it, as our markers."""

    def __init__(self) -> None:
        self._cited: list[int] = []
        self._read = 0

    def event(self, data: Mapping[str, Any]) -> Piece:
        piece = Piece()  # ping, message_stop, and what is new: to be passed over, its documentation says
        match data.get("type"):
            case "message_start":
                self._read = _read((data.get("message") or {}).get("usage") or {})
            case "content_block_start":
                block = data.get("content_block") or {}
                piece = Piece(str(block.get("text") or "") if block.get("type") == "text" else "")
            case "content_block_delta":
                piece = self._delta(data.get("delta") or {})
            case "content_block_stop":
                piece = Piece(self._markers())
            case "message_delta":
                counted = data.get("usage") or {}
                usage = Usage(_read(counted) or self._read, count(counted, "output_tokens"))
                piece = Piece(usage=usage, ended=(data.get("delta") or {}).get("stop_reason"))
            case "error":
                piece = Piece(error=said(data.get("error")))
        return piece

    def whole(self, data: Mapping[str, Any]) -> Piece:
        if data.get("error"):
            return Piece(error=said(data["error"]))
        text = ""
        for block in data.get("content") or []:
            if isinstance(block, dict) and block.get("type") == "text":
                for citation in block.get("citations") or []:
                    self._cite(citation)
                text += f"{block.get('text') or ''}{self._markers()}"
        usage = data.get("usage") or {}
        counted = Usage(_read(usage), count(usage, "output_tokens"))
        return Piece(text, counted, data.get("stop_reason"))

    def _delta(self, delta: Mapping[str, Any]) -> Piece:
        if delta.get("type") == "citations_delta":
            self._cite(delta.get("citation") or {})
        return Piece(str(delta.get("text") or "") if delta.get("type") == "text_delta" else "")

    def _cite(self, citation: Mapping[str, Any]) -> None:
        """Blocks are counted from 0, the end is not among them."""
        first, end = citation.get("start_block_index"), citation.get("end_block_index")
        if isinstance(first, int) and isinstance(end, int):
            self._cited.extend(range(first + 1, min(end, first + 20) + 1))

    def _markers(self) -> str:
        cited, self._cited = dict.fromkeys(self._cited), []
        return "".join(f"[{n}]" for n in cited)


def _read(usage: Mapping[str, Any]) -> int:
    """Tokens of a request: Anthropic counts those that it has in its cache, or puts there, by themselves."""
    return sum(
        count(usage, name) for name in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    )
