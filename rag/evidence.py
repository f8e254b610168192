"""Hits to evidence: the turns an answer may be quoted from, exchanges kept whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.known import Knowing
from rag.periods import Days
from rag.values import Filters, Hit, Searched, Source, Turn

_ANSWERS = 0.97  # what the answer to a question that was found is worth, against the question
_BESIDE = 0.75  # what any other turn beside a hit is worth


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a turn of the library.

    Attributes:
        transcript_id, turn: Where it is said.
        at, count: Its place among the turn's sentences, from 0, and how many those are (`quotable_ranges`).
        spoken: What is read of it where nothing is known of the sentences of its turn.
    """

    transcript_id: str
    turn: int
    at: int
    count: int
    spoken: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive sentences of a turn.

    Attributes:
        context: Who says them, and the question that the turn answers.
        text: The sentences, verbatim.
        sentences: Where each begins and ends in `text`.
    """

    context: str
    text: str
    sentences: tuple[tuple[int, int], ...]


class Searcher(Knowing, Protocol):
    """What asking needs of a library."""

    def search(self, query: str, *, filters: Filters, top_k: int, near: Sequence[Days] = ()) -> list[Hit]:
        """The turns that best match, best first; those of transcripts of the days that are named gain by it."""
        ...

    def around(self, hit: Hit, *, before: int, after: int, filters: Filters) -> tuple[Turn, ...]:
        """The turns beside a hit that the filters let through, and it among them."""
        ...

    def searched(self, filters: Filters) -> Searched:
        """How much the filters leave to look at."""
        ...

    def similarity(self, text: str, texts: Sequence[str]) -> list[float]:
        """How near in meaning each of some texts is to another, -1 to 1."""
        ...

    def meanings(self, query: str, sentences: Sequence[Sentence]) -> list[float]:
        """How near in meaning each sentence is to the question, about -1 to 1, as it is meant where it stands."""
        ...

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        """How well each sentence of each stretch answers, read together with the question.

        Returns:
            Log odds against that nothing of what was found answers; None where nobody has learnt to read like that.
        """
        ...

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """How telling each stemmed word is in this library."""
        ...

    def rarity_within(self, words: Sequence[str], transcript_id: str) -> dict[str, float]:
        """How telling each of the words said in one transcript is among its turns."""
        ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """A turn that may answer.

    Attributes:
        score: How well it, or the turn that brought it in, was found; 0 to 1.
        before, after: The turns next to it, where the filters let them through.
    """

    source: Source
    turn: Turn
    score: float
    before: Turn | None
    after: Turn | None


def gather(hits: Sequence[Hit], searcher: Searcher, filters: Filters) -> list[Evidence]:
    """The turns of the hits and those beside them, each once, best first.

    A question that was found brings the turn that answers it almost at its own worth.
    """
    found: dict[tuple[str, int], Evidence] = {}
    for hit in hits:
        near = {turn.turn: turn for turn in searcher.around(hit, before=2, after=2, filters=filters)}
        first, last = hit.turns[0].turn, hit.turns[-1].turn
        for number in range(first - 1, last + 2):
            turn = near.get(number)
            if turn is None:
                continue
            if first <= number <= last:
                worth = hit.score
            elif number == last + 1 and asks(hit.turns[-1].text):
                worth = hit.score * _ANSWERS
            else:
                worth = hit.score * _BESIDE
            one = Evidence(hit.source, turn, worth, near.get(number - 1), near.get(number + 1))
            key = (hit.source.transcript_id, number)
            if key not in found or found[key].score < worth:
                found[key] = one
    return sorted(found.values(), key=lambda one: -one.score)


def asks(text: str) -> bool:
    """True when a turn ends by asking."""
    return text.rstrip(" \"'”’)").endswith("?")
