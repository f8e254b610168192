"""Whether two texts say yes and no to the same thing: which words stand under a negation."""

from __future__ import annotations

import re

from rag.words import STOP_WORDS, stem, surface_words

_CUES = frozenset(
    """
    not no never none nobody nothing nowhere neither nor without hardly scarcely barely cannot cant dont doesnt didnt isnt
    arent wasnt werent wont wouldnt shouldnt couldnt hasnt havent hadnt aint mustnt neednt
    """.split()
)
# Verbs and adjectives that say no by themselves: they stand for a negation on either side.
_DENIALS = frozenset(
    stem(word)
    for word in """
    refuse deny denied fail lack avoid stop stopped quit prevent reject rejected oppose unable impossible unlikely without
    lose lost false wrong untrue absent missing against decline declined turn cancel cancelled unnecessary unaware
    uncomfortable neither rather instead never rarely seldom little few except unless hate dislike disagree doubt
    """.split()
)
_REACH = 6  # words behind a negation that it is about
_CLAUSE = re.compile(
    r"[.!?;:—]|,\s+(?=but\b|and\b|so\b|because\b|though\b|although\b|which\b|who\b)|\b(?:but|because|although|though|until|unless)\b"
)
_IDIOMS = re.compile(
    r"\bnot only\b|\bno (?:doubt|matter|problem|wonder|worries|longer than|more than|later than)\b|\bwhy not\b|\bor not\b|\bif not\b"
    r"|\bnot just\b|\b(?:do|does|did|is|are|was|were|have|has|wo|ca|could|would|should)n['’]t (?:you|we|they|it|he|she|i)\b"
    r"|\bi (?:don['’]t|do not) (?:know|think so|mind)\b|\b(?:can['’]t|cannot|can not) (?:wait|believe|help)\b|\bno[,!.]\s|^\s*no\b(?!\s+(?:one|\w+ing))|\bnot (?:to mention|sure)\b"
    r"|\bnever (?:thought|imagined|knew)\b|\bnothing (?:but|like)\b|\bnot (?:that )?(?:long|far)\b",
    re.IGNORECASE,
)


def negated(text: str) -> frozenset[str]:
    """The stems of the words that stand under a negation in `text`."""
    under: set[str] = set()
    for clause in _CLAUSE.split(_IDIOMS.sub(" ", text)):
        if clause is None:
            continue
        words = surface_words(clause)
        for at, word in enumerate(words):
            if word in _CUES:
                told = [stem(one) for one in words[at + 1 :] if one not in STOP_WORDS]
                under.update(told[:_REACH])
    return frozenset(under)


def is_negative(text: str) -> bool:
    """Whether `text` says no in any way."""
    words = surface_words(_IDIOMS.sub(" ", text))
    return any(word in _CUES or stem(word) in _DENIALS for word in words)


def denies(text: str) -> bool:
    """Whether `text` holds a plain negation."""
    return any(word in _CUES for word in surface_words(_IDIOMS.sub(" ", text)))
