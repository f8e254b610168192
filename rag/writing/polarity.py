"""Whether two texts say yes and no to the same thing: which words stand under a negation."""

from __future__ import annotations

import re

from rag.words import STOP_WORDS, stem, surface_words

_CUES = frozenset(
    """
    not no never none nobody nothing nowhere neither nor without hardly scarcely barely cannot cant dont doesnt didnt
    isnt arent wasnt werent wont wouldnt shouldnt couldnt hasnt havent hadnt aint mustnt neednt
    """.split()
)
# Words that say no by themselves: a claim with one of them may stand for a "not" in the turn, and the other way round.
_DENIALS = frozenset(
    stem(word)
    for word in """
    refuse deny denied fail lack avoid stop stopped quit prevent reject rejected oppose unable impossible unlikely
    lose lost decline cancel cancelled without unnecessary uncomfortable unfair unaware missing false wrong
    """.split()
)
_REACH = 5  # words behind a negation that it is about
_CLAUSE = re.compile(r"[.!?;:—,]\s|\b(?:but|because|although|though|until|unless)\b")
_IDIOMS = re.compile(
    r"\bnot only\b|\bno (?:doubt|matter|problem|wonder|worries|longer than|more than|later than)\b|\bwhy not\b|"
    r"\bor not\b|\bif not\b"
    r"|\bnot just\b|\b(?:do|does|did|is|are|was|were|have|has|wo|ca|could|would|should)n['’]t (?:you|we|they|it|"
    r"he|she|i)\b"
    r"|\bi (?:don['’]t|do not) (?:know|think so|mind)\b|\b(?:can['’]t|cannot|can not) (?:wait|believe|help)\b|"
    r"\bno[,!.]\s|^\s*no\b(?!\s+(?:one|\w+ing))|\bnot (?:to mention|sure)\b"
    r"|\bnever (?:thought|imagined|knew)\b|\bnothing (?:but|like)\b|\bnot (?:that )?(?:long|far)\b",
    re.IGNORECASE,
)


def negated(text: str) -> frozenset[str]:
    """The stems of the words that stand under a negation in `text`."""
    under: set[str] = set()
    for clause in _CLAUSE.split(_IDIOMS.sub(" ", text)):
        words = surface_words(clause)
        for at, word in enumerate(words):
            if word in _CUES:
                told = [stem(one) for one in words[at + 1 :] if one not in STOP_WORDS]
                under.update(told[:_REACH])
    return frozenset(under)


def denies(text: str) -> bool:
    """Whether `text` holds a plain negation."""
    return any(word in _CUES for word in surface_words(_IDIOMS.sub(" ", text)))


def refuses(text: str) -> bool:
    """Whether `text` says no by a word that means no: "refused", "without"."""
    return any(stem(word) in _DENIALS for word in surface_words(text))


def affirmed(text: str) -> frozenset[str]:
    """The stems of the words that stand, at least once, under no negation in `text`."""
    said: set[str] = set()
    for clause in _CLAUSE.split(_IDIOMS.sub(" ", text)):
        words = surface_words(clause)
        cut = next((at for at, word in enumerate(words) if word in _CUES), len(words))
        told = [stem(one) for one in words[cut + 1 :] if one not in STOP_WORDS]
        said.update(stem(one) for one in words[:cut] if one not in STOP_WORDS)
        said.update(told[_REACH:])
    return frozenset(said)
