"""What lets requests share one encoder, and lets a question tell what it found before it is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import TYPE_CHECKING

from rag.values import Filters, Hit, Searched, Turn

if TYPE_CHECKING:
    from index.encoder import Encoder, Vectors
    from rag.evidence import Searcher

OnHits = Callable[[Sequence[Hit]], None]


class OneAtATime:
    """An encoder used by one thread at a time: tokenisers refuse to be shared.

    Args:
        encoder: Nobody else may use it.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._lock = Lock()
        self.name, self.dimension = encoder.name, encoder.dimension

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, in the order given."""
        with self._lock:
            return self._encoder.encode_documents(texts)

    def encode_query(self, text: str) -> Vectors:
        """The vector of one question, shape (1, dimension)."""
        with self._lock:
            return self._encoder.encode_query(text)


class Watched:
    """A searcher that tells what a question found as soon as it is found.

    Args:
        searcher: Does the work.
        on_hits: Told once a question, also when there is nothing to search.
    """

    def __init__(self, searcher: Searcher, on_hits: OnHits) -> None:
        self._searcher = searcher
        self._on_hits = on_hits

    def search(self, query: str, *, filters: Filters, top_k: int) -> list[Hit]:
        """The turns that best match, best first."""
        hits = self._searcher.search(query, filters=filters, top_k=top_k)
        self._on_hits(hits)
        return hits

    def searched(self, filters: Filters) -> Searched:
        """How much the filters leave to look at; where that is nothing, `search` is not called."""
        searched = self._searcher.searched(filters)
        if searched.turns == 0:
            self._on_hits(())
        return searched

    def around(self, hit: Hit, *, before: int, after: int, filters: Filters) -> tuple[Turn, ...]:
        """The turns beside a hit that the filters let through, and it among them."""
        return self._searcher.around(hit, before=before, after=after, filters=filters)

    def similarity(self, query: str, texts: Sequence[str]) -> list[float]:
        """How near in meaning each text is to the question, -1 to 1."""
        return self._searcher.similarity(query, texts)

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """How telling each stemmed word is in this library."""
        return self._searcher.rarity(words)

    def rarity_within(self, words: Sequence[str], transcript_id: str) -> dict[str, float]:
        """How telling each of the words said in one transcript is among its turns."""
        return self._searcher.rarity_within(words, transcript_id)
