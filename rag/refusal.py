"""Whether the evidence can answer at all. A wrong answer costs more than none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.question import Question
from rag.quote import Extract
from rag.words import content_words


@dataclass(frozen=True, slots=True)
class Signs:
    """What the decision rests on, each 0 to 1.

    Attributes:
        meaning: Nearness of the best sentence to the question.
        covered: Share of the question's telling words in the turns quoted and their speakers' names.
        names: Share of the question's proper names there, or in the titles; 1 when it names nobody.
    """

    meaning: float
    covered: float
    names: float


def signs(question: Question, found: Sequence[Extract], weights: dict[str, float]) -> Signs:
    """Read the signs from the extracts an answer would quote."""
    said: set[str] = set()
    titled: set[str] = set()
    for extract in found:
        said |= set(content_words(f"{extract.turn.speaker or ''} {extract.turn.text}"))
        titled |= set(content_words(extract.source.title))
    covered = sum(weight for word, weight in weights.items() if word in said)
    named = [name in said | titled for name in question.names]
    meaning = max((extract.meaning for extract in found), default=0.0)
    return Signs(max(meaning, 0.0), covered, sum(named) / len(named) if named else 1.0)


def answerable(seen: Signs) -> bool:
    """True when the signs are good enough to answer."""
    return _score(seen) >= 0.0


def _score(seen: Signs) -> float:
    return 4.0 * seen.meaning + 3.0 * seen.covered + 1.0 * seen.names - 4.0
