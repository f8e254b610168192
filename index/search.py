"""Questions to turns: meaning and words, alone and in windows, fused by normalised scores.

Each of four channels (vectors and BM25, of single turns and of windows of three) proposes candidates; every candidate
gets its score in every channel; each channel is scaled to 0..1 over the candidates and added with its weight. Single
turns rank well at the top, windows find more further down. Filters decide beforehand what may be a candidate at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from index.derived import Derived
from index.encoder import Encoder
from index.knowing import Names
from index.lexicon import Allowed, Matches
from index.meaning import Meaning, Nearness
from index.store.library import Library
from index.store.records import Scope
from index.store.schema import STRIDE
from rag.evidence import asks
from rag.known import Place, Sought
from rag.values import Filters, Hit, Searched, Source, Turn
from rag.words import content_words

# Weights of the channels, chosen on LoCoMo and QMSum development data: docs/experiments.md.
_WEIGHTS = {
    "meaning alone": 1.0,
    "meaning window": 2.0,
    "words alone": 1.0,
    "words window": 2.0,
    "words transcript": 1.0,
}
_NEAREST = 300  # rows proposed by meaning, their neighbours besides
_LEXICAL = 600  # turns proposed by words, alone and as windows each
_READ = 120  # candidates whose text is looked at
# What the turn after a question gains of the question's score, and what a question loses: docs/experiments.md.
_ANSWERS, _ASKS = 0.1, 0.05

Channel = npt.NDArray[np.float64]


class Search:
    """Finding in one library; safe to use from several threads.

    Args:
        library: The truth.
        encoder: Of questions; the one whose vectors the library holds.
        derived: The library's indexes.
    """

    def __init__(self, library: Library, encoder: Encoder, derived: Derived) -> None:
        self._library = library
        self._encoder = encoder
        self._derived = derived
        self._names = Names(library)

    def search(self, query: str, *, filters: Filters, top_k: int) -> list[Hit]:
        """The turns that best match `query`, best first.

        Args:
            query: A question or some words.
            filters: Which turns may be looked at.
            top_k: At most this many hits, each of one turn.
        """
        # 1. Level with the library, and what of it may be seen.
        self._derived.catch_up()
        scope = self._library.scope(filters)
        # 2. Candidates, by meaning and by words.
        meaning = Meaning(self._derived.vectors, self._encoder.encode_query(query), scope)
        asked = list(dict.fromkeys(content_words(query)))
        words = self._derived.lexicon.find(asked, limit=_LEXICAL, allowed=_allowed(scope))
        near = meaning.nearest(_NEAREST)
        candidates = sorted({*near, *words.alone, *words.windows})
        near |= meaning.of([turn_id for turn_id in candidates if turn_id not in near])
        # 3. One score each.
        scores = _fused(candidates, near, words)
        # 4. Read the best, as long as they are still in the library, and rank answers before questions.
        best = sorted(candidates, key=lambda turn_id: -scores[turn_id])[: max(_READ, 2 * top_k)]
        found = self._library.turns([*best, *(turn_id - 1 for turn_id in best)])
        ranked = sorted(_read({one: scores[one] for one in best}, found).items(), key=lambda one: (-one[1], one[0]))
        return [Hit(found[turn_id][0], (found[turn_id][1],), score) for turn_id, score in ranked[:top_k]]

    def around(self, hit: Hit, *, before: int, after: int, filters: Filters) -> tuple[Turn, ...]:
        """The turns beside a hit that `filters` let through, and it among them, in order."""
        first, last = hit.turns[0].turn - before, hit.turns[-1].turn + after
        return self._library.turn_range(hit.source.transcript_id, first, last, filters=filters)

    def searched(self, filters: Filters) -> Searched:
        """How much `filters` leave to look at."""
        counts = self._library.counts(self._library.scope(filters))
        return Searched(counts.collections, counts.transcripts, counts.turns, filters)

    def speakers(self, filters: Filters) -> tuple[str, ...]:
        """Everybody who speaks in the transcripts that `filters` let through, rules about speakers aside."""
        return self._names.within(filters)

    def sources(self, filters: Filters) -> tuple[Source, ...]:
        """The transcripts that `filters` let through, rules about speakers aside."""
        return self._library.sources(self._library.scope(replace(filters, speakers=(), not_speakers=())))

    def saying(self, sought: Sought, filters: Filters) -> tuple[Place, ...]:
        """Every turn that `filters` let through in which the words were said, best first; none is left out."""
        self._derived.catch_up()
        allowed = _allowed(self._library.scope(filters))
        found = self._derived.lexicon.saying(sought.words, together=sought.together, allowed=allowed)
        return self._library.places(found)

    def read(self, places: Sequence[Place]) -> tuple[tuple[Source, Turn], ...]:
        """The turns at these places that are still there, in the order given."""
        return tuple(
            (one.source, turn)
            for one in places
            for turn in self._library.turn_range(one.source.transcript_id, one.turn, one.turn, filters=Filters())
        )

    def similarity(self, query: str, texts: Sequence[str]) -> list[float]:
        """Cosine of each text's vector with the question's, -1 to 1."""
        if not texts:
            return []
        vectors = self._encoder.encode_documents(texts)
        return [float(value) for value in vectors @ self._encoder.encode_query(query)[0]]

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """How telling each stemmed word is in this library, 0 for one that is everywhere."""
        return self._derived.lexicon.rarity(words)

    def rarity_within(self, words: Sequence[str], transcript_id: str) -> dict[str, float]:
        """The same among the turns of one transcript, of those words that are said in it."""
        size = self._library.size(transcript_id)
        return {} if size is None else self._derived.lexicon.rarity_within(words, size[0], turns=size[1])


def _fused(candidates: list[int], near: Nearness, words: Matches) -> dict[int, float]:
    """Every channel's scores scaled to 0..1 over the candidates, weighed and added, by turn id."""
    if not candidates:
        return {}
    nowhere = (0.0, 0.0)
    channels = {
        "meaning alone": [near.get(one, nowhere)[0] for one in candidates],
        "meaning window": [near.get(one, nowhere)[1] for one in candidates],
        "words alone": [words.alone.get(one, 0.0) for one in candidates],
        "words window": [words.windows.get(one, 0.0) for one in candidates],
        "words transcript": [words.transcripts.get(one // STRIDE, 0.0) for one in candidates],
    }
    weighed = np.stack([_WEIGHTS[name] * _scaled(values) for name, values in channels.items()])
    return dict(zip(candidates, (weighed.sum(axis=0) / sum(_WEIGHTS.values())).tolist(), strict=True))


def _read(scores: dict[int, float], found: dict[int, tuple[Source, Turn]]) -> dict[int, float]:
    """Scores by turn id, exchanges taken into account: a question that matches lifts the turn that answers it."""
    asking = {turn_id for turn_id, (_, turn) in found.items() if asks(turn.text)}
    return {
        turn_id: score
        + (_ANSWERS * scores.get(turn_id - 1, 0.0) if turn_id - 1 in asking else 0.0)
        - (_ASKS if turn_id in asking else 0.0)
        for turn_id, score in scores.items()
        if turn_id in found
    }


def _allowed(scope: Scope) -> Allowed:
    return Allowed(scope.ordinals, scope.only, scope.never)


def _scaled(values: Sequence[float]) -> Channel:
    """Shifted and stretched to 0..1; all 0 where there is nothing to tell apart."""
    array = np.asarray(values, dtype=np.float64)
    low, high = float(array.min()), float(array.max())
    return (array - low) / (high - low) if high > low else np.zeros_like(array)
