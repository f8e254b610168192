"""Replies as servers really shape them beyond the ordinary, as their references and their issues show them."""

from __future__ import annotations

import httpx
import pytest
from models import ANTHROPIC, KEY, chat, chunk, sse, streamed, text_of, written

from rag.errors import ModelError
from rag.writing.model import Prompt, Usage

PROMPT = Prompt("Be exact.", ("<turn 1>",), "Question: why?")
ENDS = chunk(ended="stop")


def delta(**fields: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": None}]}


def event(**fields: object) -> dict[str, object]:
    return dict(fields)


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([delta(role="assistant"), delta(role="assistant", content=None), chunk("Yes.")], id="role alone"),
        pytest.param([delta(content="", reasoning_content="Hm, is it?"), chunk("Yes.")], id="vLLM, DeepSeek: thoughts"),
        pytest.param(
            [delta(content=None, reasoning="Hm", reasoning_details=[]), chunk("Yes.")], id="OpenRouter: thoughts"
        ),
        pytest.param(
            [delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]),
             delta(content=[{"type": "text", "text": "Yes."}])],
            id="Mistral: parts",
        ),
        pytest.param([chunk("Yes.", usage=None), {"choices": []}], id="OpenAI: usage null on every chunk"),
        pytest.param(
            [chunk("Yes."), {"choices": [{"index": 0, "content_filter_results": {}, "content_filter_offsets": {}}]}],
            id="Azure: filter results without a delta",
        ),
        pytest.param([delta(content="Yes.", refusal=None, tool_calls=None, function_call=None)], id="nulls of OpenAI"),
        pytest.param(["", chunk("Yes.")], id="empty events to keep the connection open"),
        pytest.param([chunk("Yes.", usage={}), chunk(None, ended="")], id="an empty reason before the end"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_passed_over(events: list[object]) -> None:
    model, _ = chat(streamed(sse(*events, ENDS)))
    assert text_of(model, PROMPT) == "Yes."


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        ("length", "stopped in the middle"),
        ("model_length", "stopped in the middle"),
        ("content_filter", "declines to answer"),
        ("SAFETY", "declines to answer"),
        ("tool_calls", "called a tool"),
        ("function_call", "called a tool"),
    ],
)
def test_what_is_no_whole_answer_is_told(ended: str, words: str) -> None:
    model, _ = chat(streamed(sse(chunk("It filed "), chunk(ended=ended))))
    with pytest.raises(ModelError, match=words) as caught:
        text_of(model, PROMPT)
    assert caught.value.detail == ended


def test_a_refusal_of_openai_is_no_answer() -> None:
    model, _ = chat(streamed(sse(delta(content=None, refusal="I can't"), delta(refusal=" help."), ENDS)))
    with pytest.raises(ModelError, match="declines to answer"):
        text_of(model, PROMPT)


def test_a_tool_call_without_a_word_is_told() -> None:
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "search", "arguments": "{}"}}
    model, _ = chat(streamed(sse(delta(content=None, tool_calls=[call]), chunk(ended="tool_calls"))))
    with pytest.raises(ModelError, match="called a tool"):
        text_of(model, PROMPT)


@pytest.mark.parametrize(
    "body",
    [
        # llama.cpp until September 2025 (its pull request 16109), then "[DONE]" as if nothing was
        pytest.param(b'error: {"code":400,"message":"too long: sk"}\n\ndata: [DONE]\n\n', id="llama.cpp, before"),
        pytest.param(sse({"error": {"code": 400, "message": "too long: sk", "type": "x"}}), id="llama.cpp, now"),
        pytest.param(sse({"object": "error", "message": "too long: sk", "code": 400}), id="vLLM before 0.10"),
        pytest.param(sse({"error": {"object": "error", "message": "too long: sk", "code": 400}}), id="SGLang, vLLM"),
        pytest.param(b'event: error\ndata: {"error":{"message":"too long: sk"},"message":"x"}\n\n', id="LM Studio"),
        pytest.param(sse({"error": "too long: sk"}), id="LM Studio, as text"),
        pytest.param(b'{"error":{"message":"too long: sk","type":"api_error"}}\n', id="Ollama: a bare line"),
        pytest.param(b"error: too long: sk\n\n", id="no JSON at all"),
        pytest.param(
            sse({"choices": [{"delta": {}, "finish_reason": "error", "error": {"message": "too long: sk"}}]}),
            id="OpenRouter: in the choice",
        ),
    ],
)  # fmt: skip
def test_an_error_in_the_middle_is_told_in_the_servers_words(body: bytes) -> None:
    begun = sse(chunk("It filed "), done=False)
    model, _ = chat(streamed(begun + body.replace(b"sk", KEY.encode())))
    with pytest.raises(ModelError, match=r"^the language model failed$") as caught:
        text_of(model, PROMPT)
    assert caught.value.detail == "too long: ***"


def test_usage_told_with_every_piece_counts_once() -> None:
    usages: list[Usage] = []
    counted = [{"prompt_tokens": 9, "completion_tokens": n, "total_tokens": 9 + n} for n in (1, 2)]
    model, _ = chat(streamed(sse(chunk("It ", usage=counted[0]), chunk("filed.", usage=counted[1]), ENDS)))
    assert text_of(model, PROMPT, usages) == "It filed."
    assert usages == [Usage(9, 2)]


def test_what_a_failed_call_took_is_counted() -> None:
    usages: list[Usage] = []
    model, _ = chat(streamed(sse(chunk("It ", usage={"prompt_tokens": 9, "completion_tokens": 1}), {"error": "no"})))
    with pytest.raises(ModelError):
        text_of(model, PROMPT, usages)
    assert usages == [Usage(9, 1)]


def test_a_model_that_thinks_gives_signs_of_life() -> None:
    model, _ = chat(streamed(sse(delta(reasoning_content="Hm"), delta(reasoning_content="so"), chunk("Yes."), ENDS)))
    assert list(model.write(PROMPT, lambda _: None))[:3] == ["", "", "Yes."]


def test_a_parameter_that_fastapi_does_not_take_is_left_out() -> None:
    told = {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs"}]}
    model, sent = chat(lambda _: httpx.Response(422, json=told), streamed(written("Yes.")))
    assert text_of(model, PROMPT) == "Yes."
    assert "stream_options" not in sent.body()


@pytest.mark.parametrize(
    ("code", "body", "words", "detail"),
    [
        (402, {"error": {"message": "Insufficient credits"}}, "out of credit", "HTTP 402 Insufficient credits"),
        (404, {"error": {"message": 'model "x" not found, try pulling it first'}}, "refuses", "try pulling it first"),
        (400, {"object": "error", "message": "maximum context is 4096 tokens"}, "refuses", "4096 tokens"),
        (400, {"error": {"code": "content_filter", "message": "The response was filtered"}}, "refuses", "was filtered"),
        (413, {"type": "error", "error": {"message": "Too large"}}, "refuses", "Too large"),
    ],
)  # fmt: skip
def test_why_a_request_is_refused_is_told(code: int, body: object, words: str, detail: str) -> None:
    model, _ = chat(lambda _: httpx.Response(code, json=body))
    with pytest.raises(ModelError, match=words) as caught:
        text_of(model, PROMPT)
    assert detail in caught.value.detail


def anthropic(*events: dict[str, object]) -> bytes:
    usage = {"input_tokens": 20, "cache_creation_input_tokens": 300, "cache_read_input_tokens": 100, "output_tokens": 1}
    started = {"type": "message_start", "message": {"usage": usage}}
    return b"".join(f"event: {one['type']}\n".encode() + sse(one, done=False) for one in (started, *events))


def block(kind: str, **fields: object) -> dict[str, object]:
    return event(type="content_block_start", index=0, content_block={"type": kind, **fields})


def part(kind: str, **fields: object) -> dict[str, object]:
    return event(type="content_block_delta", index=0, delta={"type": kind, **fields})


def stops(reason: str) -> dict[str, object]:
    return event(type="message_delta", delta={"stop_reason": reason}, usage={"output_tokens": 7})


STOP = event(type="content_block_stop", index=0)


def test_anthropic_thinks_and_counts_what_it_has_cached() -> None:
    usages: list[Usage] = []
    body = anthropic(
        block("thinking", thinking="", signature=""), part("thinking_delta", thinking="Hm"),
        part("signature_delta", signature="Eq"), STOP, block("redacted_thinking", data="x"), STOP,
        block("text", text=""), part("text_delta", text="Yes."), STOP, stops("end_turn"), event(type="message_stop"),
    )  # fmt: skip
    model, _ = chat(streamed(body), url=ANTHROPIC)
    assert text_of(model, PROMPT, usages) == "Yes."
    assert usages == [Usage(420, 7)]


def test_anthropic_cites_several_turns_and_passes_over_citations_of_other_kinds() -> None:
    cited = [
        {"type": "content_block_location", "start_block_index": 0, "end_block_index": 2, "document_index": 0},
        {"type": "char_location", "start_char_index": 0, "end_char_index": 9, "document_index": 0},
        {"type": "content_block_location", "start_block_index": 1, "end_block_index": 2, "document_index": 0},
    ]
    body = anthropic(
        block("text", text=""), *(part("citations_delta", citation=one) for one in cited),
        part("text_delta", text="Yes."), STOP, stops("end_turn"),
    )  # fmt: skip
    model, _ = chat(streamed(body), url=ANTHROPIC)
    assert text_of(model, PROMPT) == "Yes.[1][2]"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("refusal", "declines to answer"),
        ("max_tokens", "stopped in the middle"),
        ("model_context_window_exceeded", "stopped in the middle"),
        ("pause_turn", "stopped in the middle"),
        ("tool_use", "called a tool"),
    ],
)
def test_anthropic_stops_before_the_end(reason: str, words: str) -> None:
    body = anthropic(block("text", text=""), part("text_delta", text="It filed "), STOP, stops(reason))
    model, _ = chat(streamed(body), url=ANTHROPIC)
    with pytest.raises(ModelError, match=words):
        text_of(model, PROMPT)
