"""Putting the questions of a suite to the product: its own search, its own asking, nothing beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Literal, TypeVar

from api.eval.gold import Group, Item, Suite
from api.eval.progress import Progress
from index.store.library import Library
from rag.ask import ask
from rag.errors import NotFoundError, TransciteError
from rag.evidence import Searcher
from rag.measures import Place
from rag.question import checked
from rag.refusal import Caution
from rag.timing import days_named
from rag.understanding import understand
from rag.values import Answer, Filters, Hit, Message, Turn

Only = Literal["search", "answers"]

_Done = TypeVar("_Done")

# How many hits a search is asked for: for recall up to 25; for QMSum enough to read 800 words, most turns being short.
_DEPTH = {"locomo": 25, "podcasts": 25, "qmsum": 300}


@dataclass(frozen=True, slots=True)
class Spot:
    """A turn as a reader of the report sees it."""

    place: Place
    title: str
    speaker: str | None
    text: str

    @classmethod
    def of(cls, title: str, transcript_id: str, turn: Turn) -> Spot:
        """A turn of a transcript."""
        return cls((transcript_id, turn.turn), title, turn.speaker, turn.text)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question.

    Attributes:
        item: The question.
        gold: Its gold turns, those that are there, in order.
        found: What search found, turn by turn in rank order; None when it was not searched for.
        explicit: The same for the question made explicit; None when there is no such form.
        answer: What asking answered; None when it was not asked, or failed.
        open: For a question about a speaker: the answer without the filter; None for any other.
        asked: Whether it was put to asking at all.
        error: What failed; a failure counts as a miss.
        search_ms, ask_ms: How long they took; None when not done.
    """

    item: Item
    gold: tuple[Spot, ...]
    found: tuple[Spot, ...] | None = None
    explicit: tuple[Spot, ...] | None = None
    answer: Answer | None = None
    open: Answer | None = None
    asked: bool = False
    error: str | None = None
    search_ms: float | None = None
    ask_ms: float | None = None


def run(suite: Suite, only: Only | None) -> list[Outcome]:
    """Put every question, and keep what came of it, in order.

    Raises:
        TransciteError: The library or the encoder cannot be used, or every single question failed.
    """
    outcomes: list[Outcome] = []
    with Progress(f"{suite.name}: putting questions", suite.size(), "questions") as progress:
        for group in suite.groups:
            with group.parts.library() as library, group.parts.searching(Filters()) as searcher:
                searcher.similarity("", ["loads the encoder"])  # outside the first question's time
                put = _Putting(suite, only, searcher, group.parts.settings.caution)
                for item, gold in zip(group.items, _gold(library, group), strict=True):
                    outcomes.append(put(item, gold))
                    progress.forward()
    if outcomes and all(one.error for one in outcomes):
        raise TransciteError(f"every question failed, the first with: {outcomes[0].error}")
    return outcomes


def hits(searcher: Searcher, question: str, *, history: tuple[Message, ...], filters: Filters, depth: int) -> list[Hit]:
    """What search finds for a question made to stand alone: rules that it lays down itself bind answers, not search."""
    put = understand(checked(question), history=history, filters=filters, knowing=searcher, today=None)
    near = days_named(put.text, today=None, sources=lambda: searcher.sources(filters))
    return searcher.search(put.text, filters=filters, top_k=depth, near=near)


class _Putting:
    """Puts one question after the other to one library."""

    def __init__(self, suite: Suite, only: Only | None, searcher: Searcher, caution: Caution) -> None:
        self._depth = _DEPTH[suite.name]
        self._searches = only != "answers"
        self._asks = only != "search" and suite.name != "qmsum"
        self._searcher = searcher
        self._caution = caution

    def __call__(self, item: Item, gold: tuple[Spot, ...]) -> Outcome:
        found = explicit = answer = opened = search_ms = ask_ms = None
        errors: list[str] = []
        if self._searches:
            found, search_ms = _tried(lambda: self._found(item.text, item.history, item.filters), errors)
            if item.explicit is not None:
                explicit, _ = _tried(lambda: self._found(item.explicit or "", (), item.filters), errors)
        if self._asks:
            answer, ask_ms = _tried(lambda: self._answer(item, item.filters), errors)
            if item.filters.speakers:
                opened, _ = _tried(lambda: self._answer(item, Filters()), errors)
        return Outcome(
            item=item,
            gold=gold,
            found=found if found is not None or not self._searches else (),
            explicit=explicit,
            answer=answer,
            open=opened,
            asked=self._asks,
            error="; ".join(errors) or None,
            search_ms=search_ms,
            ask_ms=ask_ms,
        )

    def _found(self, question: str, history: tuple[Message, ...], filters: Filters) -> tuple[Spot, ...]:
        return _turns(hits(self._searcher, question, history=history, filters=filters, depth=self._depth))

    def _answer(self, item: Item, filters: Filters) -> Answer:
        return ask(item.text, searcher=self._searcher, filters=filters, history=item.history, caution=self._caution)


def _tried(work: Callable[[], _Done], errors: list[str]) -> tuple[_Done | None, float]:
    """What came of some work and its milliseconds; an error is written down, as it counts as a miss."""
    began = perf_counter()
    try:
        done = work()
    except Exception as error:  # whatever it is, the question is counted
        errors.append(f"{type(error).__name__}: {error}")
        done = None
    return done, (perf_counter() - began) * 1000


def _turns(found: Sequence[Hit]) -> tuple[Spot, ...]:
    """A result list read as turns in rank order."""
    return tuple(Spot.of(hit.source.title, hit.source.transcript_id, turn) for hit in found for turn in hit.turns)


def _gold(library: Library, group: Group) -> list[tuple[Spot, ...]]:
    """The gold turns of every question, as the library has them."""
    read: dict[str, list[Spot]] = {}

    def spots(transcript_id: str) -> list[Spot]:
        if transcript_id not in read:
            try:
                source, transcript = library.transcript(transcript_id)
            except NotFoundError:  # a turn that the data names and that is not there
                read[transcript_id] = []
            else:
                read[transcript_id] = [Spot.of(source.title, transcript_id, turn) for turn in transcript.turns]
        return read[transcript_id]

    def of(item: Item) -> tuple[Spot, ...]:
        return tuple(spots(place[0])[place[1] - 1] for place in sorted(item.gold) if spots(place[0]))

    return [of(item) for item in group.items]
