"""The body of a model's reply to the pieces in it, within bounds of time and size."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rag.errors import ModelError
from rag.pieces import Piece, Reader
from rag.sse import datas

_MAX_BYTES = 200_000  # of a reply that comes at once
# What servers refuse that do not know a parameter of ours, or know it by another name.
_OTHERWISE: Mapping[str, str | None] = {
    "max_tokens": "max_completion_tokens",
    "temperature": None,
    "stream_options": None,
}
# Why models stop that have not come to the end of an answer, as OpenAI, Mistral, Gemini and Anthropic name it.
_CUT, _DECLINED = "the language model stopped in the middle", "the language model declines to answer"
_TOOL = "the language model called a tool instead of answering"
_UNFINISHED = {
    **dict.fromkeys(("length", "max_tokens", "model_length", "model_context_window_exceeded", "pause_turn"), _CUT),
    **dict.fromkeys(("content_filter", "refusal", "safety", "recitation", "guardrail_intervened"), _DECLINED),
    **dict.fromkeys(("tool_calls", "tool_use", "function_call"), _TOOL),
}


def pieces(chunks: Iterator[bytes], reader: Reader, *, at_once: bool, ends_at: float) -> Iterator[Piece]:
    """What a reply says, in pieces as they come.

    Args:
        chunks: The body as it arrives.
        reader: Knows the dialect.
        at_once: The server does not stream: the body is one document.
        ends_at: When to stop waiting, on the monotonic clock.

    Raises:
        ModelError: It is no reply of a model, or takes too long.
    """
    timely = _in_time(chunks, ends_at)
    if at_once:
        yield _read(reader.whole, b"".join(bounded(timely, _MAX_BYTES)).decode("utf-8", "replace"))
        return
    for data in datas(timely):
        if data.strip() == "[DONE]":
            return
        if not data.strip():
            continue  # an event to keep the connection open
        yield _read(reader.event, data)


def unfinished(ended: str) -> str:
    """Why what was written is no whole answer, given why the model stopped; empty where it came to its end."""
    if not ended:
        return "the language model broke off"
    return _UNFINISHED.get(str(ended).lower(), "")


def error_in(text: str, reader: Reader) -> str:
    """What a server says of a request that it does not accept; empty where it sends a page for people."""
    try:
        said = _read(reader.whole, text).error
    except ModelError:
        return ""
    return said or str(json.loads(text).get("detail") or "")  # as FastAPI names what it does not take


def refused_parameters(status: int, told: str) -> frozenset[str]:
    """Which parameters of ours a server does not take, going by what it says."""
    return frozenset(name for name in _OTHERWISE if status in {400, 422} and name in told)


def spelt(body: Mapping[str, Any], otherwise: frozenset[str]) -> dict[str, Any]:
    """A request with some of its parameters left out, or under the other name they go by."""
    renamed = {other: body[name] for name in otherwise if (other := _OTHERWISE[name]) and name in body}
    return {name: value for name, value in body.items() if name not in otherwise} | renamed


def bounded(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """The first chunks, until they come to `most` bytes."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        yield chunk
        if size > most:
            return


def _in_time(chunks: Iterator[bytes], ends_at: float) -> Iterator[bytes]:
    for chunk in chunks:
        if time.monotonic() > ends_at:
            raise ModelError("the language model takes too long", detail="the whole reply")
        yield chunk


def _read(read: Callable[[Mapping[str, Any]], Piece], text: str) -> Piece:
    try:
        data = json.loads(text)
        if isinstance(data, dict):
            return read(data)
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError, IndexError) as error:
        raise ModelError("the language model's server does not answer as one", detail=type(error).__name__) from error
    raise ModelError("the language model's server does not answer as one", detail=f"a {type(data).__name__}")
