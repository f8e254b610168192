"""Whatever the model's server does: a valid answer, within its time, and no key in a log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from functools import cache

import httpx
import pytest
from models import KEY, chat, chunk, drip, sse, streamed, written

from rag.ask import ask
from rag.errors import ModelError
from rag.llm import Limits
from rag.values import Answer
from rag.writing.writer import Writer
from tests.fakes import MemorySearcher
from tests.waiting import quickest

QUESTION = "Why did Tamarack lose the grant?"
Handler = Callable[[httpx.Request], httpx.Response]


def refuses(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("[Errno 111] Connection refused", request=request)


def hangs(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("timed out", request=request)


def resets() -> Iterator[bytes]:
    yield sse(chunk("Tamarack lost the grant because it filed late [2]. "), chunk("It was for three "), done=False)
    raise httpx.ReadError("[Errno 104] Connection reset by peer")


def anew(body: Callable[[], Iterator[bytes]]) -> Handler:
    """A handler that answers every request with this body from its beginning."""

    def handler(request: httpx.Request) -> httpx.Response:
        return streamed(body())(request)

    return handler


@cache
def reply_of_a_megabyte() -> bytes:
    return written("word " * 200_000)


def megabyte() -> Iterator[bytes]:
    yield reply_of_a_megabyte()  # made when it is first asked for: not every test process asks


def status(code: int, body: object = None, **headers: str) -> Handler:
    return lambda _: httpx.Response(code, json=body or {"error": {"message": f"no: {KEY}"}}, headers=headers)


def slowly() -> Iterator[bytes]:
    return drip([f"data: {'x' * 10}".encode()] + [b"y"] * 500, lambda: time.sleep(0.01))


def comments() -> Iterator[bytes]:
    return drip([b": still here\n\n"] * 500, lambda: time.sleep(0.01))


GOOD = "Tamarack lost the grant because it filed late [2]."
FAULTS: dict[str, tuple[Handler, str, str]] = {
    # what happens: the server, the status of the answer, words of the reason
    "refused": (refuses, "quoted", "cannot be reached"),
    "time-out before the first token": (hangs, "quoted", "takes too long"),
    "reset in the middle": (anew(resets), "quoted", "broke"),
    "ends without an end": (streamed(sse(chunk(GOOD), done=False)), "quoted", "broke off"),
    "garbage for events": (streamed(b"data: {not json\n\ndata: [1, 2]\n\n"), "quoted", "does not answer as one"),
    "no event stream": (streamed(b"\x00\xff\xfe<html>hello</html>"), "quoted", "broke off"),
    "slow drip": (anew(slowly), "quoted", "takes too long"),
    "nothing but comments": (anew(comments), "quoted", "takes too long"),
    "429 with Retry-After past the time": (status(429, **{"Retry-After": "900"}), "quoted", "busy"),
    "429 for good": (status(429, **{"Retry-After": "0"}), "quoted", "busy"),
    "500": (status(500), "quoted", "refuses the question"),
    "401": (status(401), "quoted", "refuses the key"),
    "404 page": (lambda _: httpx.Response(404, html="<h1>404</h1>"), "quoted", "refuses the question"),
    "no choice": (streamed(sse({"choices": []})), "quoted", "broke off"),
    "empty choice": (streamed(sse(chunk(""), chunk(ended="stop"))), "quoted", "said nothing"),
    "cut at its longest": (streamed(sse(chunk(GOOD), chunk(ended="length"))), "quoted", "in the middle"),
    "1 MB reply": (anew(megabyte), "quoted", "does not come to an end"),
    "1 MB line": (streamed(b"data: " + b"x" * 1_100_000), "quoted", "broke"),
    "wrong JSON": (lambda _: httpx.Response(200, json={"detail": ["?"]}), "quoted", "broke off"),
    "JSON of other kinds": (
        streamed(sse({"choices": [{"delta": [1], "finish_reason": 3}]})),
        "quoted",
        "does not answer",
    ),
    "error in the stream": (streamed(sse({"error": {"message": KEY}})), "quoted", "failed"),
    "no markers": (streamed(written("Tamarack lost the grant because it filed late.")), "answered", ""),
    "only wrong markers": (streamed(written("Pigs fly at night [9]. The moon is cheese [17].")), "quoted", "no turn 9"),
    "wrong turns cited": (
        streamed(written("Tamarack lost the grant because it filed late [5].")),
        "quoted",
        "does not say",
    ),
    "refuses in the constant phrase": (streamed(written("The transcripts do not say.")), "not_found", ""),
}
# What takes longer than it may; everything else has all the time there is, on a busy machine as well.
LONG = {"time-out before the first token", "slow drip", "nothing but comments", "429 with Retry-After past the time"}


def assert_valid(answer: Answer) -> None:
    """What the contract says of every answer."""
    for one in answer.citations:
        assert one.quote == one.turn.text[one.span.char_start : one.span.char_end] != ""
    numbers = {one.n for one in answer.citations if not one.nearest}
    assert {n for one in answer.sentences for n in one.citations} == numbers
    assert all(f"[{n}]" in answer.text for n in numbers)
    assert answer.text
    assert (answer.model is not None) == (answer.status == "answered")
    assert all(0 <= one.support <= 1 for one in answer.sentences)


@pytest.mark.parametrize("name", FAULTS)
def test_there_is_an_answer_whatever_happens(
    name: str, searcher: MemorySearcher, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    handler, expected, words = FAULTS[name]
    told: list[ModelError] = []

    def asked() -> None:
        model, _ = chat(handler, limits=Limits(connect=1, first=1, total=1) if name in LONG else Limits())
        answers.append(ask(QUESTION, searcher=searcher, writer=Writer(model, on_trouble=told.append)))

    answers: list[Answer] = []
    assert quickest(asked, within_s=3) < 3
    answer = answers[-1]
    assert_valid(answer)
    assert answer.status == expected
    assert any(words in one.reason for one in answer.dropped) or not words
    if expected == "quoted":
        assert "filed late" in answer.text
    said = caplog.text + "".join(f"{one} {one.detail}" for one in told) + repr(answer)
    assert KEY not in said


def test_what_was_shown_before_a_reset_had_been_checked(searcher: MemorySearcher) -> None:
    model, _ = chat(streamed(resets()))
    shown: list[str] = []
    answer = ask(QUESTION, searcher=searcher, writer=Writer(model, on_text=lambda told: shown.append(told.text)))
    assert "".join(shown) == "Tamarack lost the grant because it filed late. [1]"
    assert answer.status == "quoted"
