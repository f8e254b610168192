"""Whether the evidence can answer at all. A wrong answer costs more than none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.evidence import Evidence
from rag.question import Question
from rag.quote import Extract
from rag.words import content_words

# What each sign is worth and where the line is drawn: fitted on LoCoMo's true and false premises, the line moved so
# that plain questions of the seeds are answered (docs/experiments.md).
_SCORE, _COVERED, _NAMES, _SPEAKER, _LINE = 2.5, 1.0, 1.0, 2.0, 5.0


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the decision rests on.

    Attributes:
        score: What the signs of the best sentence add up to, about 0.3 to 1.5.
        covered: Share of the question's telling words in the best extract's turn and around it, 0 to 1.
        names: Share of the proper names in the question that turn up in the quoted turns, beside them or in their
            titles, 0 to 1; 1 when it names nobody.
        speaker: 0 when the question names somebody who speaks nearby and the quote is another's who does not mention
            them; 1 otherwise.
    """

    score: float
    covered: float
    names: float
    speaker: float


def grounds(question: Question, found: Sequence[Extract], evidence: Sequence[Evidence]) -> Grounds:
    """Read the grounds for answering from what an answer would quote."""
    if not found:
        return Grounds(0.0, 0.0, 0.0, 0.0)
    best = max(found, key=lambda one: one.score)
    near: set[str] = set()
    for one in evidence:
        if any(one.source == extract.source and one.turn.turn == extract.turn.turn for extract in found):
            beside = (turn for turn in (one.before, one.turn, one.after) if turn is not None)
            near |= {word for turn in beside for word in content_words(f"{turn.speaker or ''} {turn.text}")}
            near |= set(content_words(one.source.title))
    names = question.names
    speakers = {word for one in evidence for word in content_words(one.turn.speaker or "")}
    own = set(content_words(f"{best.turn.speaker or ''} {best.turn.text}"))
    asked_of = names & speakers
    return Grounds(
        score=best.score,
        covered=best.covered,
        names=len(names & near) / len(names) if names else 1.0,
        speaker=float(not asked_of or bool(asked_of & own)),
    )


def answerable(seen: Grounds) -> bool:
    """True when the grounds are good enough to answer."""
    worth = _SCORE * seen.score + _COVERED * seen.covered + _NAMES * seen.names + _SPEAKER * seen.speaker
    return worth >= _LINE
