"""Whether what a question takes for granted holds: that it was this person, and that there is such a thing at all.

"What did Ann realize after her race?" has no answer when it was Bob's race, however well his turns match it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.evidence import Searcher
from rag.known import Sought
from rag.question import Question
from rag.values import Filters, Hit
from rag.words import content_words

LOOKED_AT = 50  # hits that tell in whose conversations a question is answered
# The share is a softmax over the best hits: sharper, and one lucky turn decides; flatter, and the rest drowns it.
_BEST, _SHARPNESS = 10, 8.0
# A name that nobody says is telling where much was said, and nothing where little was: on LoCoMo's conversations of
# 550 turns, 13 of 21 questions with such a name were answered all the same.
_MUCH = 10_000  # turns
_RARE = 8.0  # rarity below which a word was said for certain, so that it need not be looked up


@dataclass(frozen=True, slots=True)
class Premise:
    """What of a question's premise was found to hold.

    Attributes:
        own: Share of what was found that the one person asked about says, 0 to 1; 1 when it is not one person.
        unheard: Stems of names in the question that nobody has or says, or of all its words, when none is ever said.
    """

    own: float = 1.0
    unheard: frozenset[str] = frozenset()


def premise(
    question: Question, named: Sequence[str], hits: Sequence[Hit], searcher: Searcher, filters: Filters
) -> Premise:
    """Check what a question takes for granted.

    Args:
        question: The part of it that is asked now.
        named: The people in it that speak in the library, as the library has them.
        hits: Of the question, best first, `LOOKED_AT` of them.
        searcher: The library.
        filters: Which turns were looked at.
    """
    own = own_share(named[0], hits) if len(named) == 1 and not filters.speakers else 1.0
    return Premise(own, _unheard(question, hits, searcher, filters))


def own_share(name: str, hits: Sequence[Hit]) -> float:
    """How much of what was found in somebody's conversations is theirs, 0 to 1; 1 when nothing was found.

    Theirs is what they say, and what others say of them by name, as reporters do: "Sessions called it terrorism". To be
    spoken to is not to be spoken of: "Ann, that is great!" tells nothing of Ann.
    """
    theirs = {hit.source.transcript_id for hit in hits if hit.turns[0].speaker == name}
    best = [hit for hit in hits if hit.source.transcript_id in theirs][:_BEST]
    weights = [math.exp(_SHARPNESS * (hit.score - best[0].score)) for hit in best]
    spoken_of = re.compile(rf"(?<=[\w’'] )(?:{'|'.join(map(re.escape, _short(name)))})\b(?!\s*[,!?.…])")
    own = sum(
        weight
        for weight, hit in zip(weights, best, strict=True)
        if hit.turns[0].speaker == name or spoken_of.search(hit.turns[0].text)
    )
    return own / sum(weights) if best else 1.0


def _short(name: str) -> tuple[str, ...]:
    """The whole name, the first and the last word of it."""
    return tuple(dict.fromkeys((name, name.split(maxsplit=1)[0], name.rsplit(maxsplit=1)[-1])))


def _unheard(question: Question, hits: Sequence[Hit], searcher: Searcher, filters: Filters) -> frozenset[str]:
    """Names that nobody has or says; or all the question's words, when none of them is ever said."""
    rarity = searcher.rarity(question.words)
    # Words never said are all equally rare.
    if len(set(rarity.values())) == 1 and not searcher.saying(Sought(question.words[:1]), filters):
        unsaid = frozenset(question.words)
    else:
        rare = [word for word in question.names if rarity.get(word, 0.0) >= _RARE]
        # Counting takes a query of its own: only where there is a name to doubt.
        much = bool(rare) and searcher.searched(filters).turns >= _MUCH
        unsaid = frozenset(word for word in rare if much and not searcher.saying(Sought((word,)), filters))
    if not unsaid:
        return unsaid
    titles = {word for hit in hits for word in content_words(f"{hit.source.title} {hit.source.source}")}
    speakers = {word for name in searcher.speakers(filters) for word in content_words(name)}
    return unsaid - titles - speakers
