"""Language models that stand at the door in tests: scripted, obedient, and the client over a mock transport."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any

import httpx

from rag.errors import ModelError
from rag.llm import ChatModel, Limits
from rag.writing.model import Endpoint, Prompt, Usage

KEY = "sk-test-7f3a9c2e5b8d4a6f"
OPENAI = "http://model.example/v1"
ANTHROPIC = "https://api.anthropic.com"


class Scripted:
    """Writes the next of its replies, character by character; a reply that is an error is raised.

    Attributes:
        prompts: What it was given.
        hung_up: How many calls were closed before their end.
    """

    def __init__(self, *replies: str | ModelError, cites_blocks: bool = False) -> None:
        self.name = "scripted"
        self.cites_blocks = cites_blocks
        self.prompts: list[Prompt] = []
        self.hung_up = 0
        self._replies = list(replies)

    def write(self, prompt: Prompt, on_usage: Callable[[Usage], None]) -> Generator[str]:
        self.prompts.append(prompt)
        reply = self._replies.pop(0)
        if isinstance(reply, ModelError):
            raise reply
        try:
            yield from reply
        except GeneratorExit:
            self.hung_up += 1
            raise
        on_usage(Usage(len(prompt.request), len(reply)))


class Obedient:
    """The worst model there can be: it does whatever a turn it is given asks for, and cites that turn for it.

    Args:
        payload: What obeying comes to, when the hostile words are anywhere in what it is given.
        trigger: Words of the hostile turn, by which it finds it.
    """

    name = "obedient"
    cites_blocks = False

    def __init__(self, payload: str, trigger: str) -> None:
        self._payload, self._trigger = payload, trigger
        self.obeyed = 0

    def write(self, prompt: Prompt, on_usage: Callable[[Usage], None]) -> Generator[str]:
        for number, block in enumerate(prompt.evidence, start=1):
            if self._trigger in block:
                self.obeyed += 1
                payload = self._payload.replace("[n]", f"[{number}]").replace("[PROMPT]", prompt.system)
                yield from payload
                return
        yield "The transcripts do not say."


def sse(*events: object, done: bool = True) -> bytes:
    """Events as OpenAI-compatible servers send them."""
    lines = [f"data: {one if isinstance(one, str) else json.dumps(one)}\n\n" for one in events]
    return "".join([*lines, *(["data: [DONE]\n\n"] if done else [])]).encode()


def chunk(text: str | None = None, *, ended: str | None = None, **more: object) -> dict[str, Any]:
    """A chunk of a chat completion, in the fields that OpenAI's reference lists."""
    delta = {} if text is None else {"content": text}
    choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": ended}]
    return {
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more,
    }  # fmt: skip


def written(text: str, *, usage: dict[str, object] | None = None) -> bytes:
    """A whole streamed reply, word by word."""
    words = [chunk(one) for one in re.findall(r"\S+\s*", text)]
    last = [] if usage is None else [{**chunk(), "choices": [], "usage": usage}]
    return sse(chunk("", role="assistant"), *words, chunk(ended="stop"), *last)


def streamed(body: bytes | Iterable[bytes], **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    """A handler that answers every request with this event stream."""

    def handler(_: httpx.Request) -> httpx.Response:
        content = body if isinstance(body, bytes) else iter(body)
        return httpx.Response(200, headers={"content-type": "text/event-stream", **headers}, content=content)

    return handler


class Recorder:
    """A handler in front of others, one a request, the last for all that follow; keeps the requests."""

    def __init__(self, *handlers: Callable[[httpx.Request], httpx.Response]) -> None:
        self._handlers = list(handlers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._handlers[min(len(self.requests), len(self._handlers)) - 1](request)

    def body(self, at: int = -1) -> dict[str, Any]:
        """What was sent."""
        return dict(json.loads(self.requests[at].content))


def chat(
    *handlers: Callable[[httpx.Request], httpx.Response],
    url: str = OPENAI,
    key: str = KEY,
    limits: Limits | None = None,
    slept: list[float] | None = None,
) -> tuple[ChatModel, Recorder]:
    """The real client over a mock transport, and what it sends; `slept` takes the seconds it would have waited."""
    recorder = Recorder(*handlers)
    model = ChatModel(
        Endpoint(url, "some-model", key),
        limits=limits,
        transport=httpx.MockTransport(recorder),
        sleep=(slept if slept is not None else []).append,
    )
    return model, recorder


def text_of(model: ChatModel, prompt: Prompt, usages: list[Usage] | None = None) -> str:
    """All that a model writes."""
    return "".join(model.write(prompt, (usages if usages is not None else []).append))


def drip(pieces: Sequence[bytes], wait: Callable[[], None]) -> Iterator[bytes]:
    """A body that comes slowly."""
    for piece in pieces:
        wait()
        yield piece
