"""Questions to turns: meaning and words propose candidates, which are weighed, read and ranked.

Single turns rank well at the top, windows find more further down: both are proposed, by vectors and by BM25, and every
candidate gets its score in every channel (`index.ranking`). Filters decide beforehand what may be a candidate at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from index import ranking, stretches
from index.derived import Derived
from index.encoder import Encoder
from index.knowing import Names
from index.lexicon import Allowed
from index.meaning import Meaning
from index.store.library import Library
from index.store.records import Scope
from index.store.schema import STRIDE
from rag.known import Place, Sought
from rag.periods import Days
from rag.question import parse
from rag.values import Filters, Hit, Searched, Source, Turn

_NEAREST = 200  # rows proposed by meaning, their neighbours besides
_LEXICAL = 300  # turns proposed by words, alone and in windows each
_READ = 150  # candidates whose text is looked at


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

    def search(self, query: str, *, filters: Filters, top_k: int, near: Sequence[Days] = ()) -> list[Hit]:
        """The turns that best match `query`, best first.

        Args:
            query: A question or some words.
            filters: Which turns may be looked at.
            top_k: At most this many hits, each of one turn.
            near: Days that it names: transcripts of these days come forward.
        """
        # 1. Level with the library, and what of it may be seen.
        self._derived.catch_up()
        scope = self._library.scope(filters)
        # 2. Candidates, by meaning and by words.
        question = parse(query)
        meaning = Meaning(self._derived.vectors, self._encoder.encode_query(query), scope)
        words = self._derived.lexicon.find(question.sought, limit=_LEXICAL, allowed=_allowed(scope))
        nearest = meaning.nearest(_NEAREST)
        candidates = sorted({*nearest, *words.alone, *words.windows, *words.wide})
        nearest |= meaning.of([turn_id for turn_id in candidates if turn_id not in nearest])
        # 3. How well each was found.
        known = ranking.found(candidates, nearest, words)
        best = sorted(candidates, key=lambda turn_id: -known[turn_id])[: max(_READ, 2 * top_k)]
        # 4. Read the best, as long as they are still in the library: what in them speaks for an answer.
        turns = self._library.turns([*best, *(turn_id - 1 for turn_id in best)])
        worth = ranking.read(question, {one: known[one] for one in best}, turns, known)
        worth = ranking.of_days(near, worth, turns)
        # 5. What is answered by minutes of talk is found where the most of it lies.
        if question.broad:
            turns = self._library.turns(_let_through(stretches.around(best), scope))
            worth = stretches.dense(question, known, worth, dict(sorted(turns.items())))
        ranked = sorted(worth.items(), key=lambda one: (-one[1], one[0]))
        hits = [Hit(turns[turn_id][0], (turns[turn_id][1],), score) for turn_id, score in ranked[:top_k]]
        self._library.vouch({turn_id // STRIDE for turn_id, _ in ranked[:top_k]})
        return hits

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


def _allowed(scope: Scope) -> Allowed:
    return Allowed(scope.ordinals, scope.only, scope.never)


def _let_through(turn_ids: list[int], scope: Scope) -> list[int]:
    """Those of these turns, all of transcripts in scope, that are in scope themselves."""
    only, never = None if scope.only is None else set(scope.only), set(scope.never)
    return [one for one in turn_ids if (only is None or one in only) and one not in never]
