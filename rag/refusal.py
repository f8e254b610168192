"""Whether the evidence can answer at all. A wrong answer costs more than none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.evidence import Evidence
from rag.premise import Premise
from rag.question import Question
from rag.quote import Extract
from rag.reading import holds
from rag.words import content_words

Caution = Literal["strict", "balanced", "eager"]
"""How sure the evidence must be: "strict" rather refuses, "eager" rather answers."""

# What each sign is worth where question and evidence are only looked at apart, and where the line is drawn: fitted on
# LoCoMo's true and false premises, the line moved so that plain questions of the seeds are answered.
_SCORE, _COVERED, _NAMES, _SPEAKER, _KIND, _LINE = 2.5, 1.0, 1.0, 2.0, 1.5, 6.40
# Where they are read together, that tells more than all of these: the log odds needed. What reads has learnt from what
# search finds, and is no judge of what has nothing to do with the question: apart, it may not be so far below the line.
_READ_LINE, _FAR = -1.8, 0.8
# Of what was found, the person asked about must say this share, and how fast grounds fall below it: on LoCoMo's
# development conversations the share alone refuses false premises with an F1 of 0.73 at 0.60 and 0.64 at 0.50.
_OWN_SHARE, _OWN_WORTH = 0.58, 10.0
# Up to this share it must be read to answer, the more surely the less of it is theirs.
_PLAIN_SHARE, _PLAIN_WORTH = 0.72, 12.0
_UNHEARD = -10.0  # whoever or whatever is asked about by name is never spoken of: no grounds at all
_LEAST: dict[Caution, float] = {"strict": 0.7, "balanced": 0.0, "eager": -1.3}


# Who said something is answered by whoever says it.
_WHO = re.compile(r"\bwho\b", re.I)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the decision rests on.

    Attributes:
        score: What the signs of the best sentence add up to, looked at apart from the question, about 0.3 to 1.5.
        answers: Log odds that it answers, read together with the question; None where nobody can read like that.
        covered: Share of the question's telling words in the best extract's turn and around it, 0 to 1.
        names: Share of the proper names in the question that turn up in the quoted turns, beside them or in their
            titles, 0 to 1; 1 when it names nobody.
        speaker: 0 when the question names somebody who speaks nearby and the quote is another's who does not mention
            them; 1 otherwise.
        kind: Share of the kinds of thing asked for (a number, a time, a name) that the extracts hold; 1 when none is.
        premise: What of the question's premise holds.
    """

    score: float
    answers: float | None
    covered: float
    names: float
    speaker: float
    kind: float
    premise: Premise


def grounds(question: Question, found: Sequence[Extract], evidence: Sequence[Evidence], premise: Premise) -> Grounds:
    """Read the grounds for answering from what an answer would quote.

    Args:
        question: As it was asked; what the conversation adds to it names people it is not about.
        found: The extracts.
        evidence: The turns they were picked from.
        premise: What of the question's premise holds.
    """
    if not found:
        return Grounds(0.0, None, 0.0, 0.0, 0.0, 0.0, premise)
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
        score=best.apart,
        answers=best.answers,
        covered=best.covered,
        names=len(names & near) / len(names) if names else 1.0,
        speaker=float(not asked_of or bool(asked_of & own)),
        kind=_kind(question, found),
        premise=premise,
    )


def lines() -> dict[Caution, float]:
    """The least that grounds must be worth for an answer, for each caution, the surest first."""
    return dict(_LEAST)


def answerable(seen: Grounds, caution: Caution = "balanced") -> bool:
    """True when the grounds are good enough to answer."""
    return worth(seen) >= _LEAST[caution]


def worth(seen: Grounds) -> float:
    """How good the grounds are: 0 and more for a balanced yes; comparable between questions."""
    if seen.premise.unheard:
        return _UNHEARD
    own = seen.premise.own
    said = (
        _SCORE * seen.score
        + _COVERED * seen.covered
        + _NAMES * seen.names
        + _SPEAKER * seen.speaker
        + _KIND * seen.kind
    )
    apart, theirs = said - _LINE, _OWN_WORTH * (own - _OWN_SHARE)
    if seen.answers is None:
        return min(apart, theirs)
    plainly = seen.answers + _PLAIN_WORTH * (own - _PLAIN_SHARE)
    return min(seen.answers - _READ_LINE, apart + _FAR, theirs, plainly)


def _kind(question: Question, found: Sequence[Extract]) -> float:
    """Reasons are left out: they are given without a word for it as often as not. So are names in unpunctuated text."""
    spoken_by = [one.turn.speaker for one in found if one.turn.speaker is not None and _WHO.search(question.text)]
    text = " ".join([*(f"by {name}" for name in spoken_by), *(one.text for one in found)])
    wanted = [kind for kind in ("number", "time", "name") if kind in question.wants]
    if not any(char.isupper() for one in found for char in one.turn.text):
        wanted = [kind for kind in wanted if kind != "name"]
    return sum(holds(kind, text, question) for kind in wanted) / len(wanted) if wanted else 1.0
