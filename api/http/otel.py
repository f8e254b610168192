"""Traces through OpenTelemetry's SDK. Its door; imported only where traces are asked for.

FastAPI makes the span of a request, named by route. What readers ask is kept out of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from threading import Thread
from typing import Any

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

from api.http.tracing import Tracing
from api.version import installed

_UNTRACED = frozenset({"/healthz", "/readyz", "/metrics"})
_TOLD = "url.query"  # questions and tokens of sites stand in it
_NS = 1_000_000_000
_GRACE_S = 3.0


class Traces(Tracing):
    """Spans for requests, and in them for the stages of their work.

    Args:
        processor: Sends them.
    """

    def __init__(self, processor: SpanProcessor) -> None:
        name = os.environ.get("OTEL_SERVICE_NAME", "transcite")
        resource = Resource.create({SERVICE_NAME: name, SERVICE_VERSION: installed()})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(_Discreet())
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("transcite")

    def config(self) -> TelemetryConfig:
        """What FastAPI is told."""
        return {**super().config(), "tracing": True, "tracer_provider": self._provider, "exclude": _is_untraced}

    def stage(self, name: str) -> AbstractContextManager[object]:
        """A stage of the work; what goes wrong in it is the log's to tell, not with its text the trace's."""
        return self._tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False)

    def past(self, name: str, *, began: float, seconds: float) -> None:
        """A stage that is over."""
        span = self._tracer.start_span(name, start_time=round(began * _NS))
        span.end(round((began + seconds) * _NS))

    def tell(self, name: str, value: str) -> None:
        """Say something of the span in hand."""
        trace.get_current_span().set_attribute(f"transcite.{name}", value)

    def trace_id(self) -> str | None:
        """Of the request in hand; None when it is not traced."""
        context = trace.get_current_span().get_span_context()
        return trace.format_trace_id(context.trace_id) if context.is_valid else None

    def close(self) -> None:
        """Send what is left, if there is somebody to take it; a server that stops does not wait long."""
        sending = Thread(target=self._provider.shutdown, name="traces", daemon=True)
        sending.start()
        sending.join(_GRACE_S)


class _Discreet(SpanProcessor):
    """Takes out of a span what a reader asked, before anybody else has it."""

    def on_start(self, span: Span, parent_context: object = None) -> None:  # noqa: ARG002 - a processor's shape
        """Look at a new span."""
        if span.attributes and _TOLD in span.attributes:
            span.set_attribute(_TOLD, "REDACTED")


def exporting(exporter: str) -> Traces:
    """Traces that go where the environment says, or to standard error."""
    if exporter == "console":
        return Traces(BatchSpanProcessor(ConsoleSpanExporter(out=sys.stderr)))
    return Traces(BatchSpanProcessor(OTLPSpanExporter()))


def _is_untraced(scope: MutableMapping[str, Any]) -> bool:
    return scope["path"] in _UNTRACED
