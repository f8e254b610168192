"""Questions to turns: meaning and words propose candidates, which are weighed, read and ranked.

Single turns rank well at the top, windows find more further down: both are proposed, by vectors and by BM25, and every
candidate gets its score in every channel (`index.ranking`). Filters decide beforehand what may be a candidate at all.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from index import codes, ranking, stretches
from index.encoder import Encoder, Vectors
from index.knowing import Names
from index.lexicon import Allowed, Lexicon
from index.meaning import Nearness
from index.ranking import Scores
from index.store.library import Library
from index.store.records import Scope
from index.store.schema import STRIDE
from rag.evidence import Sentence, Stretch
from rag.known import Place, Sought
from rag.periods import Days
from rag.question import Question, parse
from rag.values import Filters, Hit, Searched, Source, Turn

_NEAREST = 200  # rows proposed by meaning, their neighbours besides
_LEXICAL = 300  # turns proposed by words, alone and in windows each
_READ = 150  # candidates whose text may be looked at
# A sentence read amid its turn is near to the others there, so that cosines differ less than those of sentences read
# alone: docs/experiments.md.
_LIKE_ALONE = 1.25
_TOGETHER = 50  # of them, read at once; for ten hits, one or two times will do


class Near(Protocol):
    """One question's vector against all vectors that may be seen."""

    def nearest(self, limit: int) -> Nearness:
        """The turns of the `limit` nearest passages and of the passages beside them."""

    def of(self, turn_ids: list[int]) -> Nearness:
        """Those of these turns that have a passage."""


class Indexes(Protocol):
    """Both indexes of a library: in this process (`index.derived`), or the vectors in an engine (`index.remote`)."""

    @property
    def lexicon(self) -> Lexicon:
        """The words."""

    @property
    def count(self) -> int:
        """How many passages the vectors are of."""

    def catch_up(self, *, patience_s: float | None = None) -> None:
        """Bring both to the library's present; after so long, where it may be, go on with what there is."""

    def save(self) -> None:
        """Write down what is kept in this process, if it changed."""

    def meaning(self, query: Vectors, scope: Scope) -> Near:
        """A question's vector, shape (1, dimension), against the vectors as they are now."""


class Search:
    """Finding in one library; safe to use from several threads.

    Args:
        library: The truth.
        encoder: Of questions; the one whose vectors the library holds.
        derived: The library's indexes.
        patience_s: How long a search in a large library waits for what changed to be taken in, before it goes on with
            what there is; what was deleted is not found even so. None to wait for all of it.
    """

    def __init__(
        self, library: Library, encoder: Encoder, derived: Indexes, *, patience_s: float | None = None
    ) -> None:
        self._library = library
        self._encoder = encoder
        self._derived = derived
        self._patience_s = patience_s
        self._names = Names(library)

    def search(self, query: str, *, filters: Filters, top_k: int, near: Sequence[Days] = ()) -> list[Hit]:
        """The turns that best match `query`, best first.

        Args:
            query: A question or some words.
            filters: Which turns may be looked at.
            top_k: At most this many hits, each of one turn.
            near: Days that it names: transcripts of these days come forward.
        """
        for _ in range(3):  # again where something of it is deleted meanwhile: others take its place
            hits, whole = self._search(query, filters=filters, top_k=top_k, near=near)
            if whole:
                break
        return hits

    def _search(self, query: str, *, filters: Filters, top_k: int, near: Sequence[Days]) -> tuple[list[Hit], bool]:
        """The same, once; and whether all that was found was there to the end."""
        # 1. Level with the library, and what of it may be seen.
        self._derived.catch_up(patience_s=self._patience_s)
        scope = self._library.scope(filters)
        # 2. Candidates, by meaning and by words.
        question = parse(query)
        meaning = self._derived.meaning(self._encoder.encode_query(query), scope)
        allowed = Allowed(scope.ordinals, scope.only, scope.never)
        words = self._derived.lexicon.find(question.sought, limit=_LEXICAL, allowed=allowed)
        nearest = meaning.nearest(_NEAREST)
        candidates = sorted({*nearest, *words.alone, *words.windows, *words.wide})
        nearest |= meaning.of([turn_id for turn_id in candidates if turn_id not in nearest])
        # 3. How well each was found.
        known = ranking.found(candidates, nearest, words)
        raised = ranking.of_days(near, known, self._library.dates(candidates)) if near else known
        best = sorted(candidates, key=lambda turn_id: -raised[turn_id])[: max(_READ, 2 * top_k)]
        # 4. Read the best, as long as they are still in the library: what in them speaks for an answer.
        worth = self._read(question, {one: raised[one] for one in best}, known, top_k)
        # 5. What is answered by minutes of talk is found where the most of it lies.
        if question.broad:
            turns = self._library.said(stretches.in_scope(stretches.around(best), scope))
            worth = stretches.dense(question, known, worth, dict(sorted(turns.items())))
        ranked = sorted(worth.items(), key=lambda one: (-one[1], one[0]))[:top_k]
        whole = self._library.turns([turn_id for turn_id, _ in ranked])
        self._library.vouch({turn_id // STRIDE for turn_id in whole})
        hits = [Hit(whole[one][0], (whole[one][1],), score) for one, score in ranked if one in whole]
        return hits, len(hits) == len(ranked)

    def _read(self, question: Question, scores: Scores, known: Scores, top_k: int) -> Scores:
        """What turns are worth once they are read; those left out that cannot be among the `top_k` best.

        Args:
            question: Taken apart; all turns are read for a broad one.
            scores: How well the turns were found, what their days gain them included.
            known: How well all candidates were found.
            top_k: How many turns are wanted.
        """
        ceilings, worth = ranking.ceilings(question, scores, known), dict[int, float]()
        order = sorted(scores, key=lambda turn_id: -ceilings[turn_id])
        for at in range(0, len(order), _TOGETHER):
            if not question.broad and len(worth) >= top_k:
                last = heapq.nlargest(top_k, worth.values())[-1]
                if ceilings[order[at]] < last:
                    break
            some = order[at : at + _TOGETHER]
            turns = self._library.said([*some, *(turn_id - 1 for turn_id in some)])
            worth |= ranking.read(question, {one: scores[one] for one in some}, turns, known)
        return worth

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
        scope = self._library.scope(filters)
        allowed = Allowed(scope.ordinals, scope.only, scope.never)
        found = self._derived.lexicon.saying(sought.words, together=sought.together, allowed=allowed)
        return self._library.places(found)

    def read(self, places: Sequence[Place]) -> tuple[tuple[Source, Turn], ...]:
        """The turns at these places that are still there, in the order given."""
        return tuple(
            (one.source, turn)
            for one in places
            for turn in self._library.turn_range(one.source.transcript_id, one.turn, one.turn, filters=Filters())
        )

    def similarity(self, text: str, texts: Sequence[str]) -> list[float]:
        """Cosine of each of some texts with another, -1 to 1: how alike they are, not how well they answer it."""
        if not texts:
            return []
        vectors = self._encoder.encode_documents([text, *texts])
        return [float(one) for one in vectors[1:] @ vectors[0]]

    def meanings(self, query: str, sentences: Sequence[Sentence]) -> list[float]:
        """How near in meaning each sentence is to the question, about -1 to 1.

        What they mean where they stand is in the library; of those of which it is not, what is spoken is encoded.
        """
        asked = self._encoder.encode_query(query)[0]
        stored = self._library.codes({(one.transcript_id, one.turn) for one in sentences})
        told = [_told(one, stored, self._encoder.dimension) for one in sentences]
        near = iter(codes.cosines(b"".join(one for one in told if one), asked))
        spoken = [one.spoken for one, own in zip(sentences, told, strict=True) if not own]
        alone = iter(self._encoder.encode_documents(spoken) @ asked)
        return [_LIKE_ALONE * float(next(near)) if own else float(next(alone)) for own in told]

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        """How well each sentence of each stretch answers; None if the library's encoder has not learnt to tell."""
        return self._encoder.answering(question, stretches)

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """How telling each stemmed word is in this library, 0 for one that is everywhere."""
        return self._derived.lexicon.rarity(words)

    def rarity_within(self, words: Sequence[str], transcript_id: str) -> dict[str, float]:
        """The same among the turns of one transcript, of those words that are said in it."""
        size = self._library.size(transcript_id)
        return {} if size is None else self._derived.lexicon.rarity_within(words, size[0], turns=size[1])


def _told(sentence: Sentence, stored: Mapping[tuple[str, int], bytes], dimension: int) -> bytes:
    """What a sentence means, packed; nothing where it is not known, or the turn was replaced by another since."""
    own, size = stored.get((sentence.transcript_id, sentence.turn), b""), codes.size(dimension)
    return own[sentence.at * size : (sentence.at + 1) * size] if len(own) == sentence.count * size else b""
