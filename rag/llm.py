"""A language model behind an HTTP address. The door to httpx.

A call is tried again only while nothing was written yet and nothing can have been done twice: the connection was
refused, or the server said "too many" or "not now". Redirects are not followed: the key is for the address set.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from rag.dialects import dialect_of
from rag.errors import ModelError
from rag.replies import bounded, error_in, pieces, refused_parameters, spelt, unfinished
from rag.retrying import BUSY, asked_to_wait, backoff, refused
from rag.sse import EndlessLineError
from rag.writing.model import Endpoint, Prompt, Usage

_MAX_CHARS = 20_000  # of a reply; several times what MAX_TOKENS come to
_SAID = 160  # characters of a server's own words that are passed on


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait, in seconds, and how often to try.

    Attributes:
        connect: For the connection.
        first: For the first token, and between any two signs of life.
        total: For everything, waiting between tries included.
        tries: How often in all.
    """

    connect: float = 5.0
    first: float = 60.0
    total: float = 120.0
    tries: int = 3


class ChatModel:
    """A model at an address; safe to use from several threads.

    Args:
        endpoint: Where.
        limits: How long to wait.
        transport: What carries the requests; the network when None.
        sleep: Waits between tries.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._endpoint = endpoint
        self._limits = limits or Limits()
        self._dialect = dialect_of(endpoint.url)
        self._sleep = sleep
        wait = min(self._limits.first, self._limits.total)
        self._client = httpx.Client(
            timeout=httpx.Timeout(wait, connect=min(self._limits.connect, wait)),
            headers=self._dialect.headers(endpoint.url, endpoint.api_key),
            transport=transport,
        )
        self._otherwise: frozenset[str] = frozenset()  # parameters that its server has refused

    @property
    def name(self) -> str:
        """What its server calls it."""
        return self._endpoint.model

    @property
    def cites_blocks(self) -> bool:
        """Whether its server cites blocks of the evidence by itself."""
        return self._dialect.cites_blocks

    def close(self) -> None:
        """Let its connections go."""
        self._client.close()

    def write(self, prompt: Prompt, on_usage: Callable[[Usage], None]) -> Generator[str]:
        """What the model writes, in pieces as they come; closing the iterator hangs up.

        Raises:
            ModelError: It cannot be reached, refuses, breaks off, says nothing, or takes too long.
        """
        ends_at = time.monotonic() + self._limits.total
        used: list[Usage] = []
        try:
            with self._told(), self._answering(self._dialect.body(prompt, self._endpoint.model), ends_at) as response:
                yield from self._written(response, ends_at, used)
        finally:  # once a call, though servers may count along with every piece
            for usage in used[-1:]:
                on_usage(usage)

    def _written(self, response: httpx.Response, ends_at: float, used: list[Usage]) -> Generator[str]:
        """The text of a reply; an empty piece for a sign of life without text, as when the model thinks."""
        written, ended = 0, ""
        at_once = "json" in response.headers.get("content-type", "")
        for piece in pieces(response.iter_bytes(), self._dialect.reader(), at_once=at_once, ends_at=ends_at):
            if piece.error is not None:
                raise ModelError("the language model failed", detail=self._quoted(piece.error))
            if piece.usage is not None:
                used.append(piece.usage)
            if piece.declined:
                raise ModelError("the language model declines to answer")
            ended = piece.ended or ended
            written += len(piece.text)
            if written > _MAX_CHARS:
                raise ModelError("the language model does not come to an end", detail=f"{written:,} characters")
            yield piece.text
        trouble = unfinished(ended) or ("" if written else "the language model said nothing")
        if trouble:
            raise ModelError(trouble, detail=self._quoted(str(ended)))

    @contextmanager
    def _answering(self, body: dict[str, Any], ends_at: float) -> Iterator[httpx.Response]:
        """The response to a request that was accepted, after as many tries as are allowed."""
        response = self._accepted(body, ends_at)
        try:
            yield response
        finally:
            response.close()

    def _accepted(self, body: dict[str, Any], ends_at: float) -> httpx.Response:
        tried = 1
        while True:
            address = self._dialect.address(self._endpoint.url)
            request = self._client.build_request("POST", address, json=spelt(body, self._otherwise))
            try:
                response = self._client.send(request, stream=True)
            except httpx.ConnectError as error:
                if tried >= self._limits.tries:
                    raise ModelError("the language model cannot be reached", detail=str(error)) from error
                wait = backoff(tried)
            else:
                if response.is_success:
                    return response
                told = self._refusal(response)
                if self._learns(response.status_code, told):
                    continue
                wait = asked_to_wait(response.headers) or backoff(tried)
                if response.status_code not in BUSY or tried >= self._limits.tries:
                    raise refused(response.status_code, told)
            if time.monotonic() + wait >= ends_at:
                raise ModelError("the language model is busy", detail=f"asked to wait {wait:.0f} s")
            self._sleep(wait)
            tried += 1

    def _refusal(self, response: httpx.Response) -> str:
        """What a server says of a request it does not accept; the connection is free again."""
        try:
            text = b"".join(bounded(response.iter_bytes(), _MAX_CHARS)).decode("utf-8", "replace")
        except httpx.HTTPError:
            return ""
        finally:
            response.close()
        return self._quoted(error_in(text, self._dialect.reader()))

    def _learns(self, status: int, told: str) -> bool:
        """Whether the server refused a parameter that can be left out or spelt otherwise; then it is, from now on."""
        new = refused_parameters(status, told) - self._otherwise
        self._otherwise |= new
        return bool(new)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong on the way, in words for readers; none of it holds the key."""
        try:
            yield
        except httpx.TimeoutException as error:
            raise ModelError("the language model takes too long", detail=type(error).__name__) from error
        except (httpx.HTTPError, httpx.InvalidURL, EndlessLineError) as error:
            detail = self._quoted(str(error) or type(error).__name__)
            raise ModelError("the connection to the language model broke", detail=detail) from error

    def _quoted(self, said: str) -> str:
        """A server's own words, in one short line, without the key."""
        key = self._endpoint.api_key
        line = " ".join(said.split())
        return (line.replace(key, "***") if key else line)[:_SAID]
