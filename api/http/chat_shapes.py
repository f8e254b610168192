"""What OpenAI-compatible clients send and get. Far more may be sent than is listed: what cannot matter here is ignored.

Open WebUI and LibreChat send sampling parameters, tools and fields of their own along with every message.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from api import wire
from api.http.bodies import Name, Text
from api.wire import Wire

_PARTS: dict[str, Any] = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "text"],
                "properties": {"type": {"const": "text"}, "text": {"type": "string"}},
            },
        },
        {"type": "null"},
    ]
}


def _text(content: object) -> object:
    """What a message says, whether as text, in parts, or (beside a call of a tool) not at all."""
    if content is None:
        return ""
    if not isinstance(content, list):
        return content
    texts = [part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None for part in content]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("only parts of type text can be read; leave out images, sounds and files")
    return "\n".join(str(text) for text in texts)


class _Sent(Wire):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Said(_Sent):
    """One message; those of system, developer and tools are not followed."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[Text, BeforeValidator(_text), WithJsonSchema(_PARTS)] = ""


class StreamOptions(_Sent):
    """What goes with a stream."""

    include_usage: bool | None = None


class Chat(_Sent):
    """A conversation whose last message of the user is the question."""

    model: Name
    messages: Annotated[list[Said], Field(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1, description="There is one answer.")] | None = None
    tool_choice: Any = Field(default=None, description="Tools are never called, so they cannot be required.")
    response_format: Any = Field(default=None, description="Answers are text.")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.tool_choice not in (None, "none", "auto"):
            raise ValueError("tool_choice asks for a call, and this model calls no tools; leave it out")
        wanted = self.response_format
        if wanted is not None and not (isinstance(wanted, dict) and wanted.get("type") == "text"):
            raise ValueError("response_format asks for more than text; leave it out")
        return self


class UrlCitation(Wire):
    """The characters `start_index` to `end_index` (exclusive) of the content link to `url`."""

    url: str
    title: str
    start_index: int
    end_index: int


class Annotation(Wire):
    """A citation, as OpenAI's web search gives them."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class Reply(Wire):
    """What the model says."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[Annotation]


class Choice(Wire):
    """The only answer."""

    index: Literal[0] = 0
    message: Reply
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class Usage(Wire):
    """How much was read and written, in words and punctuation marks."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Completion(Wire):
    """A finished answer; `transcite` is the answer as `/v1/ask` gives it."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    transcite: wire.Answer


class Delta(Wire):
    """What a chunk adds to the message."""

    role: Literal["assistant"] | None = Field(default=None, exclude_if=lambda value: value is None)
    content: str | None = Field(default=None, exclude_if=lambda value: value is None)
    annotations: list[Annotation] | None = Field(default=None, exclude_if=lambda value: value is None)


class ChunkChoice(Wire):
    """The only answer, as far as it goes in a chunk."""

    index: Literal[0] = 0
    delta: Delta
    logprobs: None = None
    finish_reason: Literal["stop"] | None = None


class Chunk(Wire):
    """A part of a streamed answer."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: Usage | None = Field(default=None, exclude_if=lambda value: value is None)
    transcite: wire.Answer | None = Field(default=None, exclude_if=lambda value: value is None)


class Model(Wire):
    """A library, or one collection of it, as a model."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: Literal["transcite"] = "transcite"


class Models(Wire):
    """What may be asked."""

    object: Literal["list"] = "list"
    data: list[Model]
