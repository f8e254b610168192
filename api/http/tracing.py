"""Traces: of requests and of the stages of their work, when they are asked for.

OpenTelemetry's SDK comes with an extra (`transcite[otel]`). Without it, or with nowhere to send traces to, there are
none and nothing is imported.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

from fastapi.telemetry import TelemetryConfig

_LOG = logging.getLogger("transcite")
_WHERE = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_EXPORTERS = ("otlp", "console")


class Tracing:
    """No traces; what makes some is derived from it."""

    def config(self) -> TelemetryConfig:
        """What FastAPI is told: nothing of its own choice, which would tell what is asked in addresses."""
        return {"tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False}

    def stage(self, name: str) -> AbstractContextManager[object]:
        """A stage of the work, from here to the end of the block."""
        return nullcontext(name)

    def past(self, name: str, *, began: float, seconds: float) -> None:
        """A stage that is over: `began` at a time since 1970, and took `seconds`."""

    def tell(self, name: str, value: str) -> None:
        """Say something of the request in hand."""

    def trace_id(self) -> str | None:
        """Of the request in hand."""
        return None

    def close(self) -> None:
        """Send what is left."""


def tracing(environ: Mapping[str, str]) -> Tracing:
    """The traces that an environment asks for, by OpenTelemetry's own names."""
    exporter = environ.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if not exporter and any(environ.get(name) for name in _WHERE):
        exporter = "otlp"
    if exporter in {"", "none"} or environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return Tracing()
    if exporter not in _EXPORTERS:
        _LOG.warning("no traces: OTEL_TRACES_EXPORTER is %r; allowed is %s or none", exporter, " or ".join(_EXPORTERS))
        return Tracing()
    try:
        from api.http import otel  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        _LOG.warning("no traces: OpenTelemetry is asked for and not installed; pip install 'transcite[otel]'")
        return Tracing()
    return otel.exporting(exporter)
