"""OpenAI's chat completions, as the servers that copy them have it, each with its own turns.

Pure: what to send, and what each event that comes back means.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from rag.pieces import MAX_TOKENS, Piece, Reader, count, said, under
from rag.writing.model import Prompt, Usage

_AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")


class OpenAi:
    """`/chat/completions` as OpenAI, Azure, OpenRouter, Ollama, vLLM, llama.cpp and LM Studio have it."""

    cites_blocks = False

    def address(self, url: str) -> str:
        """Where to send to, given the base that was set; a query such as `?api-version=` is kept."""
        return under(url, "/chat/completions")

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
        if data.get("error") or data.get("object") == "error":  # the latter: vLLM before 0.10
            return Piece(error=said(data.get("error") or data))
        choices = data.get("choices") or [{}]  # the event with the usage has none; vLLM's has null
        choice = choices[0] if isinstance(choices, list) and isinstance(choices[0], dict) else {}
        ended = choice.get("finish_reason")
        if ended == "error" or choice.get("error"):
            return Piece(error=said(choice.get("error") or "the provider behind it failed"))
        message = choice.get(part) or {}
        content = message.get("content")
        if isinstance(content, list):  # parts, of which those that think have no text (Mistral)
            content = "".join(str(one.get("text") or "") for one in content if isinstance(one, dict))
        text = content if isinstance(content, str) else ""
        return Piece(text, _usage(data.get("usage")), ended, declined=bool(message.get("refusal")))


def _usage(usage: object) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    cost = usage.get("cost")
    return Usage(
        count(usage, "prompt_tokens"),
        count(usage, "completion_tokens"),
        float(cost) if isinstance(cost, int | float) else None,
    )
