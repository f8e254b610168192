"""What lets requests share one encoder, and lets a question tell what it found before it is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from time import perf_counter
from typing import TYPE_CHECKING

from api.http.queueing import BRIEF, HURRY, PATIENT, Queue
from index.batching import together
from index.encoder import Meant, Parted, Vectors, whole
from rag.known import Place, Sought
from rag.periods import Days
from rag.values import Filters, Hit, Searched, Source, Turn

if TYPE_CHECKING:
    from index.encoder import Encoder
    from rag.evidence import Searcher, Sentence, Stretch

OnHits = Callable[[Sequence[Hit]], None]
# Characters that are encoded before others get their turn: a question's fifty sentences, or a dozen passages.
_CHARACTERS = 8_000


class OneAtATime:
    """An encoder used by one thread at a time, tokenisers refuse to be shared; and always by the same one.

    Every thread that does arithmetic keeps a team of helpers and their memory for good: with a question each in one of
    64 threads, the server would grow for half an hour.

    Args:
        encoder: Nobody else may use it.
        waited: Told how many seconds a question stood in line.
    """

    def __init__(self, encoder: Encoder, waited: Callable[[float], None] = lambda _: None) -> None:
        self._encoder = encoder
        self._queue = Queue(waited)
        self._thread = ThreadPoolExecutor(1, "encoder")
        self.name, self.dimension = encoder.name, encoder.dimension

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, in the order given; a question's own, which takes little, passes between two batches."""
        return whole(self.encode_parted, texts, self.dimension)

    def encode_parted(self, texts: Sequence[Parted]) -> list[Meant]:
        """The same, with vectors of their parts."""
        came = perf_counter()
        return together(texts, _CHARACTERS, lambda some: self.parted(some, HURRY, since=came))

    def encode_query(self, text: str) -> Vectors:
        """The vector of one question, shape (1, dimension)."""
        with self._queue.turn(BRIEF):
            return self._thread.submit(copy_context().run, self._encoder.encode_query, text).result()

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        """How well each sentence of each stretch answers, read together with the question."""
        with self._queue.turn(HURRY):
            return self._thread.submit(copy_context().run, self._encoder.answering, question, stretches).result()

    def patient(self) -> Encoder:
        """The same encoder for work that nobody waits for: it lets every question pass after a few texts."""
        return _Patient(self)

    def parted(self, texts: Sequence[Parted], patience: float, *, since: float | None = None) -> list[Meant]:
        """Vectors of passages for somebody who is as patient as that, and has waited since then."""
        with self._queue.turn(patience, since=since):
            return self._thread.submit(copy_context().run, self._encoder.encode_parted, texts).result()


class _Patient:
    """An encoder that others are to be let pass at.

    Args:
        shared: The encoder.
    """

    def __init__(self, shared: OneAtATime) -> None:
        self._shared = shared
        self.name, self.dimension = shared.name, shared.dimension

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, in the order given."""
        return whole(self.encode_parted, texts, self.dimension)

    def encode_parted(self, texts: Sequence[Parted]) -> list[Meant]:
        """The same, with vectors of their parts."""
        return together(texts, _CHARACTERS, lambda some: self._shared.parted(some, PATIENT))

    def encode_query(self, text: str) -> Vectors:
        """The vector of one question, which is in a hurry wherever it comes from."""
        return self._shared.encode_query(text)

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        """How well each sentence of each stretch answers: a question's too."""
        return self._shared.answering(question, stretches)


class Watched:
    """A searcher that tells what a question found as soon as it is found.

    Args:
        searcher: Does the work.
        on_hits: Told once, also when there is nothing to search.
        most: How many hits it is told: asking looks further, to learn in whose conversations a question is answered.
    """

    def __init__(self, searcher: Searcher, on_hits: OnHits, most: int) -> None:
        self._searcher = searcher
        self._on_hits = on_hits
        self._most = most
        self._told = False

    def search(self, query: str, *, filters: Filters, top_k: int, near: Sequence[Days] = ()) -> list[Hit]:
        """The turns that best match, best first."""
        hits = self._searcher.search(query, filters=filters, top_k=top_k, near=near)
        self._tell(hits[: self._most])
        return hits

    def searched(self, filters: Filters) -> Searched:
        """How much the filters leave to look at; where that is nothing, `search` is not called."""
        searched = self._searcher.searched(filters)
        if searched.turns == 0:
            self._tell(())
        return searched

    def around(self, hit: Hit, *, before: int, after: int, filters: Filters) -> tuple[Turn, ...]:
        """The turns beside a hit that the filters let through, and it among them."""
        return self._searcher.around(hit, before=before, after=after, filters=filters)

    def speakers(self, filters: Filters) -> tuple[str, ...]:
        """Everybody who speaks in the transcripts that the filters let through, rules about speakers aside."""
        return self._searcher.speakers(filters)

    def sources(self, filters: Filters) -> tuple[Source, ...]:
        """The transcripts that the filters let through, rules about speakers aside."""
        return self._searcher.sources(filters)

    def saying(self, sought: Sought, filters: Filters) -> tuple[Place, ...]:
        """Every turn in which the words were said; where that is nowhere, nothing is read, and `search` not called."""
        places = self._searcher.saying(sought, filters)
        if not places:
            self._tell(())
        return places

    def read(self, places: Sequence[Place]) -> tuple[tuple[Source, Turn], ...]:
        """The turns at these places that are still there: what a listing found, in place of hits."""
        found = self._searcher.read(places)
        self._tell([Hit(source, (turn,), 1.0) for source, turn in found])
        return found

    def _tell(self, hits: Sequence[Hit]) -> None:
        if not self._told:
            self._told = True
            self._on_hits(hits)

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        """How well each sentence of each stretch answers; None where nobody has learnt to read like that."""
        return self._searcher.answering(question, stretches)

    def similarity(self, text: str, texts: Sequence[str]) -> list[float]:
        """How near in meaning each of some texts is to another, -1 to 1."""
        return self._searcher.similarity(text, texts)

    def meanings(self, query: str, sentences: Sequence[Sentence]) -> list[float]:
        """How near in meaning each sentence is to the question, as it is meant where it stands."""
        return self._searcher.meanings(query, sentences)

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """How telling each stemmed word is in this library."""
        return self._searcher.rarity(words)

    def rarity_within(self, words: Sequence[str], transcript_id: str) -> dict[str, float]:
        """How telling each of the words said in one transcript is among its turns."""
        return self._searcher.rarity_within(words, transcript_id)
