# ruff: noqa: PLC0415 - the encoder, FAISS and tantivy take seconds to import; each waits until it is needed
"""One library, its indexes and its encoder, shared by every request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from api import wire
from api.access import Caller
from api.compose import Parts
from api.http import problems
from api.http.holdings import Holdings
from api.http.problems import LOG
from api.http.queueing import HURRY, Queue
from api.http.sharing import OneAtATime, OnHits
from api.http.watch import Watch
from rag.ask import ask
from rag.errors import EngineError, LibraryError, LibraryFullError
from rag.question import checked
from rag.refusal import Caution
from rag.timing import days_named
from rag.values import Filters, Hit, Message
from rag.writing.page import OnText
from rag.writing.writer import Writer

if TYPE_CHECKING:
    from index.documents import Upload
    from index.encoder import Encoder
    from index.reports import Progress, Report
    from index.search import Indexes, Search

_PATIENCE_S = 0.02  # of a search for changes that are being taken in; the pause it sees is about twice as long at most
_REMEMBERED = 6  # answers of a conversation that a follow-up is read with

_Held = TypeVar("_Held")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what goes with it; `conversation_id` is whatever the client calls the conversation."""

    question: str
    filters: Filters
    history: tuple[Message, ...]
    top_k: int
    conversation_id: str | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What takes seconds to load."""

    patient: Encoder  # for ingests: it lets questions pass
    derived: Indexes
    search: Search


class Service:
    """What the routes do, safe to use from several threads.

    Args:
        parts: Of this process.
        watch: Is told what is done; one that keeps it to itself when None.

    Raises:
        LibraryError: The library cannot be opened.
    """

    def __init__(self, parts: Parts, watch: Watch | None = None) -> None:
        self._parts = parts
        self.watch = watch or Watch()
        self._closing = ExitStack()
        self.library = self._closing.enter_context(parts.library())
        self.holdings = Holdings(self.library)
        self.max_bytes = parts.settings.max_bytes
        self._loading, self._ingesting = Lock(), Queue()
        self._loaded: Loaded | None = None
        self._trouble: str | None = None

    def keep(self, held: AbstractContextManager[_Held]) -> _Held:
        """Enter something that is left when the service closes."""
        return self._closing.enter_context(held)

    def close(self) -> None:
        """Write the indexes down and let the library go."""
        with self._loading:
            if self._loaded is not None:
                _save(self._loaded)
            self._closing.close()

    @property
    def caution(self) -> Caution:
        """How sure an answer must be where nothing else is said."""
        return self._parts.settings.caution

    @property
    def is_ready(self) -> bool:
        """Whether the index is loaded and the encoder ready."""
        return self._loaded is not None

    @property
    def vectors(self) -> int:
        """How many vectors the index holds; none before it is loaded."""
        return 0 if self._loaded is None else self._loaded.derived.count

    @property
    def trouble(self) -> str | None:
        """Why it is not ready, when that is more than a matter of seconds; nothing of the server's disk in it."""
        return self._trouble

    def warm(self) -> None:
        """Load, so that the first question need not wait; what goes wrong is told by `trouble`."""
        try:
            self.load()
        except Exception as error:  # whatever it is, those who wait for the server are to be told
            LOG.exception("the index and the encoder cannot be loaded")
            self._trouble = problems.of(error).detail

    def load(self) -> Loaded:
        """The encoder and the indexes, loaded when first asked for.

        Raises:
            EncoderError: The encoder cannot be loaded; the next call tries again.
            LibraryMismatchError: The library holds vectors of another encoder.
        """
        with self._loading:
            self.library.check()
            if self._loaded is None:
                from index.remembering import Remembering
                from index.search import Search

                encoder = OneAtATime(self.watch.encoder(self._parts.encoder), self.watch.waited)
                derived = self._parts.indexes(self.library, dimension=encoder.dimension)
                derived.catch_up()
                search = Search(self.library, Remembering(encoder), derived, patience_s=_PATIENCE_S)
                self._loaded = Loaded(encoder.patient(), derived, search)
            return self._loaded

    def ask(self, caller: Caller, asked: Asked, on_hits: OnHits, on_text: OnText = lambda _: None) -> wire.Answer:
        """Answer a question, and keep the answer.

        Args:
            caller: Who asks, and so what is looked at.
            asked: The question and what goes with it.
            on_hits: Told what was found, before the answer is made of it.
            on_text: Told each checked piece of an answer that a language model writes; what it raises ends the writing.

        Raises:
            QuestionError: The question is empty or too long.
        """
        checked(asked.question)  # before the encoder takes its seconds
        self.watch.asked(asked.question, caller)
        found = ask(
            asked.question,
            searcher=self.watch.searcher(self.load().search, on_hits, most=asked.top_k),
            filters=caller.narrowed(asked.filters),
            history=asked.history or self._said_before(caller, asked.conversation_id),
            top_k=asked.top_k,
            today=dt.date.today(),
            caution=caller.caution or self.caution,
            writer=self._writer(on_text),
        )
        # Which collections were asked for is told, not what that came to for this caller.
        told = replace(found.searched.filters, collections=asked.filters.collections)
        searched = replace(found.searched, filters=told)
        answer = wire.Answer.of(replace(found, searched=searched, conversation_id=asked.conversation_id))
        self._keep(answer, caller)
        self.watch.answered(answer.status, answer.timings_ms)
        return answer

    def find(self, caller: Caller, query: str, filters: Filters, *, top_k: int) -> list[Hit]:
        """The turns that best match some words.

        Raises:
            QuestionError: The query is empty or too long.
        """
        wanted = checked(query, what="query")
        self.watch.asked(wanted, caller)
        searcher, allowed = self.load().search, caller.narrowed(filters)
        with self.watch.stage("search"):
            near = days_named(wanted, today=dt.date.today(), sources=lambda: searcher.sources(allowed))
            return searcher.search(wanted, filters=allowed, top_k=top_k, near=near)

    def ingest(
        self,
        uploads: Sequence[Upload],
        *,
        collection: str,
        patience: float = HURRY,
        on_progress: Callable[[Progress], None] = lambda _: None,
        as_format: str | None = None,
    ) -> Report:
        """Take transcripts in, one call after the other, and bring the indexes level.

        Args:
            uploads: What was sent.
            collection: Which collection they belong to.
            patience: `PATIENT` lets those pass who wait for theirs, and leaves it to `save` to write the vectors down.
            on_progress: Called often; what it raises ends the ingest.
            as_format: Read every file as this, whatever it looks like.
        """
        from index.ingest import Ingest

        with self._ingesting.turn(patience):
            loaded = self.load()
            run = Ingest(self.library, lambda: loaded.patient, max_bytes=self.max_bytes, as_format=as_format)
            report = run.take(uploads, collection=collection, on_progress=on_progress)
            _level(loaded)
            if patience == HURRY:
                _save(loaded)
        self.watch.ingested(report)
        return report

    def save(self) -> None:
        """Write the indexes down, as far as they are not."""
        if self._loaded is not None:
            _save(self._loaded)

    def _writer(self, on_text: OnText) -> Writer | None:
        model = self._parts.model
        if model is None:
            return None
        return Writer(
            model,
            on_text=on_text,
            on_usage=self.watch.used,
            on_trouble=self.watch.troubled,
            budget=self._parts.settings.llm_evidence,
        )

    def _said_before(self, caller: Caller, conversation_id: str | None) -> tuple[Message, ...]:
        """The conversation as far as it is kept: of this caller's only."""
        if conversation_id is None:
            return ()
        documents = self.library.answers.conversation(conversation_id, asker=caller.id, last=_REMEMBERED)
        given = [wire.Answer.model_validate_json(one) for one in documents]
        # What they may not see any more is not read with the next question either.
        said = [one for one in given if all(caller.sees(cited.collection) for cited in one.citations)]
        return tuple(
            message
            for one in said
            for message in (Message("user", one.standalone_question), Message("assistant", one.text))
        )

    def _keep(self, answer: wire.Answer, caller: Caller) -> None:
        cited = {one.transcript_id for one in answer.citations}
        try:
            self.library.answers.keep(
                answer.id, answer.model_dump_json(), cited, asker=caller.id, conversation_id=answer.conversation_id
            )
        except LibraryError:  # its reader has it; it cannot be had again
            LOG.warning("an answer could not be kept", exc_info=True)


def _level(loaded: Loaded) -> None:
    """Bring the indexes level; where the engine is away it waits for the next search, and what was taken in is in."""
    try:
        loaded.derived.catch_up()
    except EngineError:
        LOG.warning("the search engine could not be brought level; the next search tries again", exc_info=True)


def _save(loaded: Loaded) -> None:
    """Write the vectors down; being derived, they can wait for the next time when the disk is full."""
    with suppress(LibraryFullError):
        loaded.derived.save()
