"""The caution of the settings holds on every way a question can come to the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from client import Client, parts_of

from api.access import LOCAL
from api.compose import Parts
from api.http.app import create_app
from api.http.service import Service
from api.mcp.tools import Visit, tools_of
from rag.refusal import Caution
from tests.fakes import HashingEncoder

TORN = "What did the budget pay?"  # a sentence speaks of the budget, and of no payment


@pytest.fixture
def cautious(parts: Parts) -> Callable[[Caution], Parts]:
    """The parts of a filled library, with a caution."""
    with Client(create_app(parts)) as client:
        client.fill()
    return lambda caution: Parts(replace(parts.settings, caution=caution), HashingEncoder)


CASES = [("strict", "not_found"), ("eager", "quoted")]


@pytest.mark.parametrize(("caution", "status"), CASES)
def test_over_http_and_as_a_chat(cautious: Callable[[Caution], Parts], caution: Caution, status: str) -> None:
    with Client(create_app(cautious(caution))) as client:
        assert client.ask(TORN)["status"] == status
        chat = client.post(
            "/v1/chat/completions", json={"model": "transcite", "messages": [{"role": "user", "content": TORN}]}
        )
        assert chat.json()["transcite"]["status"] == status


@pytest.mark.parametrize(("caution", "status"), CASES)
def test_as_a_tool(cautious: Callable[[Caution], Parts], caution: Caution, status: str) -> None:
    service = Service(cautious(caution))
    try:
        ask = tools_of(service)["ask_transcripts"]
        result = ask.does(Visit(LOCAL, ""), ask.takes.model_validate({"question": TORN}))
        assert result.data.model_dump()["status"] == status
    finally:
        service.close()


def test_balanced_unless_told(tmp_path: Path) -> None:
    assert parts_of(tmp_path, HashingEncoder).settings.caution == "balanced"
