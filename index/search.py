"""Questions to turns: meaning and words, alone and in windows, fused by normalised scores.

Each of four channels (vectors and BM25, of single turns and of windows of three) proposes candidates; every candidate
gets its score in every channel; each channel is scaled to 0..1 over the candidates and added with its weight. Single
turns rank well at the top, windows find more further down. Filters decide beforehand what may be a candidate at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from index.derived import Derived
from index.encoder import Encoder
from index.lexicon import Allowed
from index.store.library import Library
from index.store.records import Scope
from index.store.schema import STRIDE
from index.vectors import Ids, Mask
from rag.evidence import asks
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
        # 2. Candidates and their scores, by meaning and by words.
        vector = self._encoder.encode_query(query)
        meaning = self._by_meaning(vector, scope)
        words = self._derived.lexicon.find(
            list(dict.fromkeys(content_words(query))), limit=_LEXICAL, allowed=_allowed(scope)
        )
        candidates = np.array(sorted({*meaning, *words.alone, *words.windows}), dtype=np.int64)
        if len(candidates) == 0:
            return []
        missing = self._meaning_of(vector, [one for one in candidates.tolist() if one not in meaning])
        meaning |= missing
        # 3. One score each.
        channels = {
            "meaning alone": [meaning.get(one, (0.0, 0.0))[0] for one in candidates.tolist()],
            "meaning window": [meaning.get(one, (0.0, 0.0))[1] for one in candidates.tolist()],
            "words alone": [words.alone.get(one, 0.0) for one in candidates.tolist()],
            "words window": [words.windows.get(one, 0.0) for one in candidates.tolist()],
            "words transcript": [words.transcripts.get(one // STRIDE, 0.0) for one in candidates.tolist()],
        }
        fused = sum(_WEIGHTS[name] * _scaled(values) for name, values in channels.items()) / sum(_WEIGHTS.values())
        # 4. Read the best, as long as they are still in the library, and rank answers before questions.
        best = np.argsort(-np.asarray(fused), kind="stable")[: max(_READ, 2 * top_k)]
        scores = {int(candidates[at]): float(np.asarray(fused)[at]) for at in best}
        found = self._library.turns([*scores, *(turn_id - 1 for turn_id in scores)])
        ranked = sorted(_read(scores, found).items(), key=lambda item: (-item[1], item[0]))
        return [Hit(found[turn_id][0], (found[turn_id][1],), score) for turn_id, score in ranked[:top_k]]

    def around(self, hit: Hit, *, before: int, after: int, filters: Filters) -> tuple[Turn, ...]:
        """The turns beside a hit that `filters` let through, and it among them, in order."""
        first, last = hit.turns[0].turn - before, hit.turns[-1].turn + after
        return self._library.turn_range(hit.source.transcript_id, first, last, filters=filters)

    def searched(self, filters: Filters) -> Searched:
        """How much `filters` leave to look at."""
        counts = self._library.counts(self._library.scope(filters))
        return Searched(counts.collections, counts.transcripts, counts.turns, filters)

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

    def _by_meaning(self, vector: npt.NDArray[np.float32], scope: Scope) -> dict[int, tuple[float, float]]:
        """Scores (alone, window) of the nearest turns and of those beside them, by turn id."""
        vectors = self._derived.vectors
        allowed = _mask(vectors.anchors, scope)
        rows = vectors.nearest(vector, _NEAREST, allowed)
        beside = np.unique(np.concatenate([rows - 1, rows, rows + 1]))
        beside = beside[(beside >= 0) & (beside < len(vectors))]
        return self._scores(vector, beside if allowed is None else beside[allowed[beside]])

    def _meaning_of(self, vector: npt.NDArray[np.float32], turn_ids: list[int]) -> dict[int, tuple[float, float]]:
        """The same of turns that only their words proposed."""
        anchors = self._derived.vectors.anchors
        wanted = np.array(turn_ids, dtype=np.int64)
        first, last = np.searchsorted(anchors, wanted, "left"), np.searchsorted(anchors, wanted, "right")
        rows = [np.arange(low, high) for low, high in zip(first, last, strict=True) if low < high]
        return self._scores(vector, np.concatenate(rows)) if rows else {}

    def _scores(self, vector: npt.NDArray[np.float32], rows: Ids) -> dict[int, tuple[float, float]]:
        if len(rows) == 0:
            return {}
        vectors = self._derived.vectors
        alone, window = vectors.scores(vector, rows)
        scores: dict[int, tuple[float, float]] = {}
        for anchor, one, other in zip(vectors.anchors[rows].tolist(), alone.tolist(), window.tolist(), strict=True):
            known = scores.get(anchor, (-1.0, -1.0))
            scores[anchor] = (max(known[0], one), max(known[1], other))
        return scores


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


def _mask(anchors: Ids, scope: Scope) -> Mask | None:
    """One flag a row: whether the turn it stands for may be found. None for all."""
    if scope.everything:
        return None
    mask = np.ones(len(anchors), dtype=np.bool_)
    if scope.ordinals is not None:
        mask &= np.isin(anchors // STRIDE, np.array(scope.ordinals, dtype=np.int64))
    if scope.only is not None:
        mask &= np.isin(anchors, np.array(scope.only, dtype=np.int64))
    if scope.never:
        mask &= ~np.isin(anchors, np.array(scope.never, dtype=np.int64))
    return mask


def _scaled(values: Sequence[float]) -> Channel:
    """Shifted and stretched to 0..1; all 0 where there is nothing to tell apart."""
    array = np.asarray(values, dtype=np.float64)
    low, high = float(array.min()), float(array.max())
    return (array - low) / (high - low) if high > low else np.zeros_like(array)
