"""What becomes known of the work while it is done: counted, traced, and in the log where that may say it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from api.http.metrics import Metrics
from api.http.sharing import OnHits, Watched
from api.http.tracing import Tracing
from api.logs import log_question, log_trouble
from rag.periods import Days
from rag.values import Filters, Hit

if TYPE_CHECKING:
    from api.access import Caller
    from index.encoder import Encoder, Meant, Parted, Vectors
    from index.reports import Report
    from rag.errors import ModelError
    from rag.evidence import Searcher, Stretch
    from rag.writing.model import Usage

_Stage = Callable[[str], AbstractContextManager[None]]
_MEASURED = frozenset({"search"})  # by a block of its own


class Watch:
    """Watches the work of one server.

    Args:
        metrics: Count it; new ones when None.
        tracing: Traces it; nothing does when None.
        questions: Whether what is asked may stand in the log and in traces.
    """

    def __init__(
        self, metrics: Metrics | None = None, tracing: Tracing | None = None, *, questions: bool = False
    ) -> None:
        self.metrics = metrics or Metrics()
        self.tracing = tracing or Tracing()
        self._questions = questions

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A stage of the work: from here to the end of the block."""
        began = time.perf_counter()
        with self.tracing.stage(name):
            try:
                yield
            finally:
                self.metrics.stage(name, time.perf_counter() - began)

    def waited(self, seconds: float) -> None:
        """A question stood in line for the encoder."""
        self.metrics.stage("encoder_wait", seconds)

    def asked(self, question: str, caller: Caller) -> None:
        """Somebody asks or searches."""
        if self._questions:
            log_question(question, caller.id)
            self.tracing.tell("question", question)

    def answered(self, status: str, timings_ms: Mapping[str, float]) -> None:
        """A question has its answer; its stages followed each other, and ended just now."""
        self.metrics.answer(status)
        ended = time.time()
        for name, took_ms in reversed(list(timings_ms.items())):
            if name == "total":
                self.metrics.stage(name, took_ms / 1000)
                continue
            ended -= took_ms / 1000
            if name not in _MEASURED:
                self.metrics.stage(name, took_ms / 1000)
                self.tracing.past(name, began=ended, seconds=took_ms / 1000)

    def used(self, usage: Usage) -> None:
        """The language model was called."""
        self.metrics.model(read=usage.read, written=usage.written, cost=usage.cost)

    def troubled(self, error: ModelError) -> None:
        """The language model could not be used."""
        self.metrics.trouble(str(error))
        log_trouble(str(error), error.detail)

    def ingested(self, report: Report) -> None:
        """Files were taken in, or not."""
        for one in report.files:
            self.metrics.files(one.outcome)

    def encoder(self, encoder: Encoder) -> Encoder:
        """`encoder`, its work measured."""
        return _Timed(encoder, self.stage)

    def searcher(self, searcher: Searcher, on_hits: OnHits, *, most: int) -> Searcher:
        """`searcher`, its searches measured, that tells what one question found, the best `most` of it."""
        return _Searching(searcher, on_hits, most, self.stage)


class _Timed:
    """An encoder whose work is measured."""

    def __init__(self, encoder: Encoder, stage: _Stage) -> None:
        self._encoder = encoder
        self._stage = stage
        self.name, self.dimension = encoder.name, encoder.dimension

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, in the order given."""
        with self._stage("encode_texts"):
            return self._encoder.encode_documents(texts)

    def encode_parted(self, texts: Sequence[Parted]) -> list[Meant]:
        """The same, with vectors of their parts."""
        with self._stage("encode_texts"):
            return self._encoder.encode_parted(texts)

    def encode_query(self, text: str) -> Vectors:
        """The vector of one question, shape (1, dimension)."""
        with self._stage("encode_question"):
            return self._encoder.encode_query(text)

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        """How well each sentence of each stretch answers, read together with the question."""
        with self._stage("read_together"):
            return self._encoder.answering(question, stretches)


class _Searching(Watched):
    """A searcher whose searches are measured."""

    def __init__(self, searcher: Searcher, on_hits: OnHits, most: int, stage: _Stage) -> None:
        super().__init__(searcher, on_hits, most)
        self._measured = stage

    def search(self, query: str, *, filters: Filters, top_k: int, near: Sequence[Days] = ()) -> list[Hit]:
        """The turns that best match, best first."""
        with self._measured("search"):
            return super().search(query, filters=filters, top_k=top_k, near=near)
