"""Traces, with OpenTelemetry's own exporter in memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from client import QUESTION, Client, parts_of
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api.compose import Parts
from api.http.app import create_app
from api.http.current import CURRENT
from api.http.otel import Traces
from api.http.tracing import Tracing, tracing
from api.http.watch import Watch
from tests.fakes import HashingEncoder

ROOT = Path(__file__).parent.parent.parent
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def traced(parts: Parts, spans: InMemorySpanExporter, *, questions: bool = False) -> Iterator[Client]:
    watch = Watch(tracing=Traces(SimpleSpanProcessor(spans)), questions=questions)
    with Client(create_app(parts, watching=watch)) as client:
        client.fill()
        spans.clear()
        yield client


@pytest.fixture
def client(parts: Parts, spans: InMemorySpanExporter) -> Iterator[Client]:
    yield from traced(parts, spans)


@pytest.fixture
def telling(tmp_path: Path, spans: InMemorySpanExporter) -> Iterator[Client]:
    yield from traced(parts_of(tmp_path / "telling", HashingEncoder), spans, questions=True)


def named(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    [span] = [one for one in spans.get_finished_spans() if one.name == name]
    return span


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_question_is_a_trace_of_its_stages(client: Client, spans: InMemorySpanExporter, accept: str) -> None:
    headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "Accept": accept}
    assert client.post("/v1/ask", json={"question": QUESTION}, headers=headers).status_code == 200
    request, search, quote = (named(spans, name) for name in ("POST /v1/ask", "search", "quote"))
    encode = next(one for one in spans.get_finished_spans() if one.name == "encode_question")
    assert {f"{one.context.trace_id:032x}" for one in spans.get_finished_spans()} == {TRACE}
    parents = [one.parent.span_id if one.parent else None for one in (search, quote, encode)]
    assert parents == [request.context.span_id, request.context.span_id, search.context.span_id]
    assert request.start_time <= search.start_time <= search.end_time <= quote.end_time <= request.end_time  # type: ignore[operator]
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == 200
    assert request.resource.attributes["service.name"] == "transcite"


def test_nothing_in_a_trace_says_what_was_asked(client: Client, spans: InMemorySpanExporter) -> None:
    client.post("/v1/ask", json={"question": QUESTION})
    client.get("/", params={"q": QUESTION})
    client.get("/t/some?token=token-secret", headers={"Authorization": "Bearer key-secret", "Cookie": "a=b-secret"})
    client.post("/v1/ask", json={"question": QUESTION * 1000})
    found = spans.get_finished_spans()
    text = "".join(one.to_json() for one in found)
    assert len(found) > 6
    for secret in ("Tamarack", "secret", "grant"):
        assert secret not in text
    queries = [one.attributes["url.query"] for one in found if one.attributes and "url.query" in one.attributes]
    assert queries == ["REDACTED", "REDACTED"]


def test_questions_are_told_where_that_is_asked_for(telling: Client, spans: InMemorySpanExporter) -> None:
    telling.post("/v1/ask", json={"question": QUESTION})
    request = named(spans, "POST /v1/ask")
    assert request.attributes is not None
    assert request.attributes["transcite.question"] == QUESTION


def test_a_failure_is_marked_without_its_text(
    client: Client, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("while asking about Tamarack")

    monkeypatch.setattr(client.app.state.service.load().search, "search", broken)  # type: ignore[attr-defined]
    assert client.post("/v1/ask", json={"question": QUESTION}).status_code == 500
    assert not named(spans, "POST /v1/ask").status.is_ok
    assert "Tamarack" not in "".join(one.to_json() for one in spans.get_finished_spans())


def test_signs_of_life_are_no_traces(client: Client, spans: InMemorySpanExporter) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert client.get(path).status_code == 200
    assert spans.get_finished_spans() == ()


def test_the_log_names_the_trace(client: Client, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr("api.http.observing.log_request", lambda **_: seen.append(CURRENT.get()))
    client.get("/v1/transcripts", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
    assert [one.trace_id for one in seen if one] == [TRACE]


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_TRACES_EXPORTER": "zipkin"},
    ],
)
def test_there_are_none_where_they_have_nowhere_to_go(environ: dict[str, str]) -> None:
    assert type(tracing(environ)) is Tracing


def test_they_go_where_the_environment_says() -> None:
    found = tracing({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"})
    assert isinstance(found, Traces)
    found.close()


def test_without_the_extra_nothing_of_it_is_imported() -> None:
    script = """
import sys
from importlib.abc import MetaPathFinder
class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter")):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
import logging
import api.http.app
from api.http.tracing import Tracing, tracing
said = []
logging.getLogger("transcite").addFilter(lambda record: said.append(record.getMessage()))
assert type(tracing({})) is Tracing
assert said == []
assert type(tracing({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"})) is Tracing
assert "transcite[otel]" in said[0]
assert not any(name.startswith("opentelemetry.sdk") for name in sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
