"""The chat client: what it sends, what it makes of replies shaped as the servers' references show, its tries."""

from __future__ import annotations

import httpx
import pytest
from models import ANTHROPIC, KEY, chat, chunk, sse, streamed, text_of, written

from rag.errors import ModelError
from rag.llm import Limits
from rag.writing.model import Endpoint, Prompt, Usage

PROMPT = Prompt("Be exact.", ("<turn 1>", "<turn 2>"), "Question: why?")


def status(code: int, body: object = None, **headers: str) -> object:
    return lambda _: httpx.Response(code, json=body or {"error": {"message": "no"}}, headers=headers)


def refused(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("[Errno 111] Connection refused", request=request)


def test_openai_is_sent_the_turns_and_the_question() -> None:
    usages: list[Usage] = []
    model, sent = chat(streamed(written("It filed late [2].", usage={"prompt_tokens": 90, "completion_tokens": 7})))
    assert text_of(model, PROMPT, usages) == "It filed late [2]."
    assert str(sent.requests[0].url) == "http://model.example/v1/chat/completions"
    assert sent.requests[0].headers["authorization"] == f"Bearer {KEY}"
    body = sent.body()
    assert body["messages"] == [
        {"role": "system", "content": "Be exact."},
        {"role": "user", "content": "<turn 1>\n\n<turn 2>\n\nQuestion: why?"},
    ]
    assert (body["model"], body["stream"], body["temperature"]) == ("some-model", True, 0)
    assert usages == [Usage(90, 7)]


def test_azure_takes_its_own_header_and_keeps_the_version() -> None:
    base = "https://res.openai.azure.com/openai/deployments/gpt?api-version=2024-10-21"
    # Azure's first event has no choices but the results of its content filter.
    first = {"id": "", "object": "", "created": 0, "model": "", "choices": [], "prompt_filter_results": []}
    model, sent = chat(streamed(sse(first, chunk("Yes."), chunk(ended="stop"))), url=base)
    assert text_of(model, PROMPT) == "Yes."
    assert str(sent.requests[0].url) == (
        "https://res.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21"
    )
    assert sent.requests[0].headers["api-key"] == KEY
    assert "authorization" not in sent.requests[0].headers


def test_ollama_needs_no_key() -> None:
    model, sent = chat(streamed(written("Yes.")), key="", url="http://localhost:11434/v1/")
    assert text_of(model, PROMPT) == "Yes."
    assert "authorization" not in sent.requests[0].headers
    assert sent.requests[0].url.path == "/v1/chat/completions"


def test_openrouter_comments_are_passed_over_and_cost_is_kept() -> None:
    usages: list[Usage] = []
    usage = {"prompt_tokens": 194, "completion_tokens": 2, "total_tokens": 196, "cost": 0.00095}
    body = b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n" + written("Yes.", usage=usage)
    model, _ = chat(streamed(body))
    assert text_of(model, PROMPT, usages) == "Yes."
    assert usages == [Usage(194, 2, 0.00095)]


def test_openrouter_tells_of_errors_inside_the_stream() -> None:
    error = {"code": 502, "message": f"upstream said {KEY}"}
    model, _ = chat(streamed(sse(chunk("It "), {"error": error, "choices": [{"delta": {}, "finish_reason": "error"}]})))
    with pytest.raises(ModelError, match=r"^the language model failed$") as caught:
        text_of(model, PROMPT)
    assert caught.value.detail == "upstream said ***"


def test_vllm_ends_with_usage_beside_null_choices() -> None:
    usages: list[Usage] = []
    last = {"choices": None, "usage": {"prompt_tokens": 3, "completion_tokens": 1}}
    model, _ = chat(streamed(sse(chunk("Yes."), chunk(ended="stop"), last)))
    assert text_of(model, PROMPT, usages) == "Yes."
    assert usages == [Usage(3, 1)]


def test_a_server_that_does_not_stream_is_read_all_the_same() -> None:
    reply = {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Yes."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1},
    }
    model, _ = chat(lambda _: httpx.Response(200, json=reply))
    assert text_of(model, PROMPT) == "Yes."


ANTHROPIC_EVENTS = [
    {
        "type": "message_start",
        "message": {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": "claude",
                    "stop_reason": None, "usage": {"input_tokens": 472, "output_tokens": 2}},
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "It filed "}},
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {
            "type": "citations_delta",
            "citation": {"type": "content_block_location", "cited_text": "it filed late", "document_index": 0,
                         "document_title": "Turns", "start_block_index": 1, "end_block_index": 2},
        },
    },
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "late."}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": " No more."}},
    {"type": "content_block_stop", "index": 1},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 9},
    },
    {"type": "message_stop"},
]  # fmt: skip


def test_anthropic_is_sent_one_block_a_turn_and_its_citations_become_markers() -> None:
    usages: list[Usage] = []
    body = "".join(f"event: {one['type']}\ndata: {httpx.Response(200, json=one).text}\n\n" for one in ANTHROPIC_EVENTS)
    model, sent = chat(streamed(body.encode()), url=ANTHROPIC)
    assert text_of(model, PROMPT, usages) == "It filed late.[2] No more."
    request = sent.requests[0]
    assert str(request.url) == "https://api.anthropic.com/v1/messages"
    assert (request.headers["x-api-key"], request.headers["anthropic-version"]) == (KEY, "2023-06-01")
    document, question = sent.body()["messages"][0]["content"]
    assert document["citations"] == {"enabled": True}
    assert document["source"] == {
        "type": "content",
        "content": [{"type": "text", "text": "<turn 1>"}, {"type": "text", "text": "<turn 2>"}],
    }
    assert question == {"type": "text", "text": "Question: why?"}
    assert sent.body()["system"] == "Be exact."
    assert usages == [Usage(472, 9)]
    assert model.cites_blocks


def test_anthropic_overloaded_in_the_middle() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    model, _ = chat(streamed(sse(*ANTHROPIC_EVENTS[:4], error, done=False)), url=ANTHROPIC)
    with pytest.raises(ModelError, match="failed") as caught:
        text_of(model, PROMPT)
    assert caught.value.detail == "Overloaded"


@pytest.mark.parametrize("code", [429, 503, 529])
def test_a_busy_server_is_asked_again_when_it_says(code: int) -> None:
    slept: list[float] = []
    busy = status(code, **{"Retry-After": "7"})
    model, sent = chat(busy, busy, streamed(written("Yes.")), slept=slept)  # type: ignore[arg-type]
    assert text_of(model, PROMPT) == "Yes."
    assert slept == [7.0, 7.0]
    assert len(sent.requests) == 3


def test_a_refused_connection_is_tried_again_with_jitter() -> None:
    slept: list[float] = []
    model, _ = chat(refused, refused, streamed(written("Yes.")), slept=slept)
    assert text_of(model, PROMPT) == "Yes."
    assert 0.25 <= slept[0] <= 0.5 <= slept[1] <= 1.0


def test_it_does_not_wait_past_its_time() -> None:
    slept: list[float] = []
    model, sent = chat(status(429, **{"Retry-After": "600"}), limits=Limits(total=30), slept=slept)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="busy"):
        text_of(model, PROMPT)
    assert (slept, len(sent.requests)) == ([], 1)


@pytest.mark.parametrize("code", [400, 401, 404, 500, 502])
def test_other_refusals_are_final(code: int) -> None:
    model, sent = chat(status(code, {"error": {"message": f"bad key {KEY}"}}))  # type: ignore[arg-type]
    with pytest.raises(ModelError) as caught:
        text_of(model, PROMPT)
    assert len(sent.requests) == 1
    assert str(code) in caught.value.detail
    assert KEY not in f"{caught.value} {caught.value.detail}"


def test_nothing_is_tried_again_after_the_first_token() -> None:
    def breaks() -> object:
        yield sse(chunk("It filed "), done=False)
        raise httpx.ReadError("reset by peer")

    model, sent = chat(streamed(breaks()), streamed(written("Yes.")))  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="broke"):
        text_of(model, PROMPT)
    assert len(sent.requests) == 1


def test_a_parameter_the_server_does_not_take_is_spelt_otherwise_and_that_is_remembered() -> None:
    told = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    no_heat = "Unsupported value: 'temperature' does not support 0 with this model."
    model, sent = chat(
        status(400, {"error": {"message": told}}),  # type: ignore[arg-type]
        status(400, {"error": {"message": no_heat}}),  # type: ignore[arg-type]
        streamed(written("Yes.")),
    )
    assert text_of(model, PROMPT) == "Yes."
    assert "max_tokens" not in sent.body()
    assert sent.body()["max_completion_tokens"] > 0
    assert "temperature" not in sent.body()
    assert text_of(model, PROMPT) == "Yes."
    assert len(sent.requests) == 4


def test_closing_hangs_up() -> None:
    closed: list[bool] = []

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> object:  # type: ignore[override]
            while True:
                yield sse(chunk("on and "), done=False)

        def close(self) -> None:
            closed.append(True)

    model, _ = chat(lambda _: httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Endless()))
    pieces = model.write(PROMPT, lambda _: None)
    assert next(pieces) == "on and "
    pieces.close()
    assert closed == [True]


def test_a_redirect_is_not_followed_with_the_key() -> None:
    model, sent = chat(lambda _: httpx.Response(307, headers={"location": "http://elsewhere.example/"}))
    with pytest.raises(ModelError):
        text_of(model, PROMPT)
    assert len(sent.requests) == 1


def test_the_key_is_not_shown() -> None:
    assert KEY not in repr(Endpoint(ANTHROPIC, "m", KEY))
    model, _ = chat(streamed(b""))
    assert KEY not in repr(model)
    assert KEY not in repr(vars(model)["_endpoint"])
