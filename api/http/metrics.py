"""What the server counts, for Prometheus. The door to prometheus_client.

No label carries a collection, a key, a question or a transcript: whoever reads the figures learns how much, not what.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
    values,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from api.version import installed

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where the library looks for it
_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"})
_REFUSALS = {401: "no_key", 403: "forbidden", 413: "too_large", 429: "too_many"}
_REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_STAGE_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of something at the moment."""

    name: str
    says: str
    value: float


class Metrics:
    """The counts of one server.

    Args:
        folder: Where the processes of the server keep them together; None when there is only this one.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        # The library chooses between the two by its environment, when it is imported, which may have been before.
        values.ValueClass = values.MutexValue
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            os.environ[_FOLDER] = str(folder)
            values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        if folder is None:
            with suppress(OSError):  # only some systems have what it reads
                ProcessCollector(registry=self._registry)
        self._requests = self._counter("http_requests", "Requests", "route", "method", "status")
        self._took = self._histogram("http_request_duration", "From first to last byte", _REQUEST_S, "route", "method")
        self._refused = self._counter("http_refused", "Requests that were not let in", "reason")
        self._stages = self._histogram("stage_duration", "What the parts of the work take", _STAGE_S, "stage")
        self._answers = self._counter("answers", "Answers given", "status")
        self._tokens = self._counter("model_tokens", "Tokens the language model read and wrote", "kind")
        self._cost = self._counter("model_cost", "What the language model cost, where its server says so")
        self._troubles = self._counter("model_troubles", "Times the language model could not be used", "reason")
        self._votes = self._counter("feedback", "What readers thought of answers", "vote")
        self._files = self._counter("ingest_files", "Files taken in or not", "outcome")
        self.in_flight = Gauge(
            "transcite_http_requests_in_flight",
            "Requests being handled",
            registry=self._registry,
            multiprocess_mode="livesum",
        )

    def request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that is over; `route` is what it matched, never its path."""
        method = method if method in _METHODS else "other"
        self._requests.labels(route, method, str(status)).inc()
        self._took.labels(route, method).observe(seconds)
        if status in _REFUSALS:
            self._refused.labels(_REFUSALS[status]).inc()

    def stage(self, name: str, seconds: float) -> None:
        """Count what a part of the work took."""
        self._stages.labels(name).observe(seconds)

    def answer(self, status: str) -> None:
        """Count an answer."""
        self._answers.labels(status).inc()

    def model(self, *, read: int, written: int, cost: float | None) -> None:
        """Count what a call of the language model took."""
        self._tokens.labels("read").inc(read)
        self._tokens.labels("written").inc(written)
        if cost is not None:
            self._cost.inc(cost)

    def trouble(self, reason: str) -> None:
        """Count that the language model could not be used."""
        self._troubles.labels(reason).inc()

    def vote(self, vote: str) -> None:
        """Count what a reader thought."""
        self._votes.labels(vote).inc()

    def files(self, outcome: str, number: int = 1) -> None:
        """Count files with one outcome."""
        self._files.labels(outcome).inc(number)

    def text(self, sizes: Iterable[Size]) -> bytes:
        """All of it as Prometheus reads it, of every process of the server, with `sizes` of this moment."""
        now = CollectorRegistry()
        now.register(_Now([*sizes, Size("up", "The server runs", 1)]))
        if self._folder is None:
            return generate_latest(self._registry) + generate_latest(now)
        _bury(self._folder)
        together = CollectorRegistry()
        MultiProcessCollector(together, str(self._folder))  # type: ignore[no-untyped-call]
        return generate_latest(together) + generate_latest(now)

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"transcite_{name}", says, labels, registry=self._registry)

    def _histogram(self, name: str, says: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"transcite_{name}_seconds", says, labels, buckets=buckets, registry=self._registry)


class _Now(Collector):
    """Sizes, and what this is."""

    def __init__(self, sizes: Iterable[Size]) -> None:
        self._sizes = tuple(sizes)

    def collect(self) -> Iterator[Metric]:
        for size in self._sizes:
            yield GaugeMetricFamily(f"transcite_{size.name}", size.says, size.value)
        built = GaugeMetricFamily("transcite_build_info", "Which Transcite this is", labels=["version"])
        built.add_metric([installed()], 1)
        yield built


def _bury(folder: Path) -> None:
    """Forget what processes that died had in hand; what they counted stays."""
    for path in folder.glob("gauge_live*.db"):
        process = int(path.stem.rsplit("_", 1)[1])
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            mark_process_dead(process, str(folder))  # type: ignore[no-untyped-call]
        except PermissionError:
            pass  # it lives, as someone else
