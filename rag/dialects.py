"""The two ways chat models are spoken to over HTTP: OpenAI's chat completions and Anthropic's messages.

Pure: what to send, and what each event that comes back means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from rag.writing.model import Prompt, Usage

MAX_TOKENS = 2000  # of an answer; a few sentences need a tenth, but those who think first count that, too
_ANTHROPIC_VERSION = "2023-06-01"
_AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")


@dataclass(frozen=True, slots=True)
class Piece:
    """What one event says.

    Attributes:
        text: To be added to what was written.
        usage: Tokens counted so far.
        ended: Why the model stopped ("stop", "length", ...); None while it goes on.
        error: What went wrong, in the server's words.
    """

    text: str = ""
    usage: Usage | None = None
    ended: str | None = None
    error: str | None = None


class Reader(Protocol):
    """Reads the events of one reply."""

    def event(self, data: Mapping[str, Any]) -> Piece:
        """What an event means."""
        ...

    def whole(self, data: Mapping[str, Any]) -> Piece:
        """The same of a reply that came at once, by a server that does not stream."""
        ...


class OpenAi:
    """`/chat/completions` as OpenAI, Azure, OpenRouter, Ollama, vLLM, llama.cpp and LM Studio have it."""

    cites_blocks = False

    def address(self, url: str) -> str:
        """Where to send to, given the base that was set; a query such as `?api-version=` is kept."""
        return _under(url, "/chat/completions")

    def headers(self, url: str, key: str) -> dict[str, str]:
        """Who asks."""
        if not key:
            return {}
        if (urlsplit(url).hostname or "").endswith(_AZURE):
            return {"api-key": key}
        return {"Authorization": f"Bearer {key}"}

    def body(self, prompt: Prompt, model: str) -> dict[str, Any]:
        """What to send."""
        told = "\n\n".join([*prompt.evidence, prompt.request])
        return {
            "model": model,
            "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": told}],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0,
            "max_tokens": MAX_TOKENS,
        }

    def reader(self) -> Reader:
        """A reader of one reply."""
        return _OpenAiReader()


class _OpenAiReader:
    def event(self, data: Mapping[str, Any]) -> Piece:
        return self._piece(data, "delta")

    def whole(self, data: Mapping[str, Any]) -> Piece:
        return self._piece(data, "message")

    def _piece(self, data: Mapping[str, Any], part: str) -> Piece:
        if data.get("error"):
            return Piece(error=_said(data["error"]))
        choices = data.get("choices") or [{}]  # the event with the usage has none; vLLM's has null
        choice = choices[0] if isinstance(choices, list) and isinstance(choices[0], dict) else {}
        ended = choice.get("finish_reason")
        if ended == "error":
            return Piece(error="the provider behind it failed")
        content = (choice.get(part) or {}).get("content")
        if isinstance(content, list):  # parts, as some servers write them
            content = "".join(str(one.get("text") or "") for one in content if isinstance(one, dict))
        return Piece(content if isinstance(content, str) else "", _openai_usage(data.get("usage")), ended)


class Anthropic:
    """`/v1/messages`, each turn of the evidence a content block of one document that the model can cite."""

    cites_blocks = True

    def address(self, url: str) -> str:
        """Where to send to, given the base that was set."""
        path = urlsplit(url).path.rstrip("/")
        return _under(url, "/messages" if path.endswith(("/v1", "/messages")) else "/v1/messages")

    def headers(self, url: str, key: str) -> dict[str, str]:  # noqa: ARG002 - the same for every address
        """Who asks, and which edition of the API is meant."""
        return {"anthropic-version": _ANTHROPIC_VERSION} | ({"x-api-key": key} if key else {})

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
                self._read = _count((data.get("message") or {}).get("usage") or {}, "input_tokens")
            case "content_block_start":
                block = data.get("content_block") or {}
                piece = Piece(str(block.get("text") or "") if block.get("type") == "text" else "")
            case "content_block_delta":
                piece = self._delta(data.get("delta") or {})
            case "content_block_stop":
                piece = Piece(self._markers())
            case "message_delta":
                usage = Usage(self._read, _count(data.get("usage") or {}, "output_tokens"))
                piece = Piece(usage=usage, ended=(data.get("delta") or {}).get("stop_reason"))
            case "error":
                piece = Piece(error=_said(data.get("error")))
        return piece

    def whole(self, data: Mapping[str, Any]) -> Piece:
        if data.get("error"):
            return Piece(error=_said(data["error"]))
        text = ""
        for block in data.get("content") or []:
            if isinstance(block, dict) and block.get("type") == "text":
                for citation in block.get("citations") or []:
                    self._cite(citation)
                text += f"{block.get('text') or ''}{self._markers()}"
        usage = data.get("usage") or {}
        counted = Usage(_count(usage, "input_tokens"), _count(usage, "output_tokens"))
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


def dialect_of(url: str) -> OpenAi | Anthropic:
    """Which of the two a base address speaks: Anthropic's for its own host, and for bases that say so."""
    parts = urlsplit(url)
    own = (parts.hostname or "").endswith("anthropic.com")
    said = parts.path.rstrip("/").endswith(("/messages", "/anthropic", "/anthropic/v1"))
    return Anthropic() if own or said else OpenAi()


def _under(url: str, end: str) -> str:
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    return urlunsplit(parts._replace(path=path if path.endswith(end) else path + end, fragment=""))


def _openai_usage(usage: object) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    cost = usage.get("cost")
    return Usage(
        _count(usage, "prompt_tokens"),
        _count(usage, "completion_tokens"),
        float(cost) if isinstance(cost, int | float) else None,
    )


def _count(usage: Mapping[str, Any], name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) and value > 0 else 0


def _said(error: object) -> str:
    if isinstance(error, dict):
        return str(error.get("message") or error.get("type") or error)
    return str(error)
