"""The examples of the documentation. They follow from each other: every one works once the transcript is in."""

from __future__ import annotations

from typing import Any

_CONTENT = """Title: Hearing on the ambulance grant
Date: 2023-05-16

DIANE OKAFOR, CHAIR: Why was the grant of Tamarack County taken back?

IBARRA, DEPUTY COMMISSIONER: Tamarack lost the grant of nine hundred thousand dollars because it filed late.
"""

UPLOAD = {
    "a transcript": {"filename": "hearing.txt", "content": _CONTENT, "collection": "council", "date": "2023-05-16"}
}
ASK = {
    "a question": {"question": "Why did Tamarack lose the grant?"},
    "a follow-up": {
        "question": "And who said that?",
        "history": [
            {"role": "user", "content": "Why did Tamarack lose the grant?"},
            {"role": "assistant", "content": "Ibarra: “Tamarack lost the grant because it filed late.” [1]"},
        ],
        "filters": {"collections": ["council"], "since": "2023-01-01"},
        "top_k": 5,
    },
}
CHAT = {
    "a question": {"model": "transcite", "messages": [{"role": "user", "content": "Why did Tamarack lose the grant?"}]},
    "a follow-up in one collection, as a stream": {
        "model": "transcite/council",
        "messages": [
            {"role": "system", "content": "You are a helpful assistant."},
            {"role": "user", "content": "Why did Tamarack lose the grant?"},
            {"role": "assistant", "content": "Ibarra: “Tamarack lost the grant because it filed late.” [[1]](...)"},
            {"role": "user", "content": [{"type": "text", "text": "And who said that?"}]},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
    },
}
SEARCH = {"some words": {"query": "ambulance grant", "filters": {"not_speakers": ["Diane Okafor"]}, "top_k": 5}}
AMEND = {
    "a speaker and a title": {"rename_speakers": {"Ibarra": "José Ibarra"}, "title": "Hearing on the Tamarack grant"}
}
FEEDBACK = {"a vote": {"vote": "down", "comment": "the second quote is about another county"}}


def shown(examples: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Examples as OpenAPI writes them."""
    return {name: {"value": value} for name, value in examples.items()}
