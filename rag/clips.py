"""Whose voice a clip is: the person the words before it are about, when they announce it.

English only, as `rag.clues`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.labels import HONORIFICS
from rag.roles import word_set
from rag.speakers import fullest_names

NAME_WORD = r"[A-Z][\w’-]*(?:'[A-Z])?[\w’-]*[a-zà-ÿ]"
FULL_NAME = rf"{NAME_WORD}(?: (?:[A-Z]\.|St\.|de|van|von|der|bin|al|{NAME_WORD})){{1,3}}"

_TITLES = HONORIFICS | word_set(
    "attorney former vice prime deputy acting first king queen pope house senate majority minority leader party and "
    "but so then now when if as why did does has while because the well today yesterday"
)
_SAYING = (
    r"(?:sa(?:id|ys)|told|tells|spoke|speaks|vented|singled|argue[ds]|criticized|criticizes|called|calls|warn(?:ed|s)|"
    r"urge[ds]|announce[ds]|defend(?:ed|s)|insist(?:ed|s)|explain(?:ed|s)|address(?:ed|es)|testified|respond(?:ed|s)|"
    r"put|describe[ds]|praise[ds]|blame[ds]|add(?:ed|s)|recall(?:ed|s)|remember(?:ed|s)|"
    r"ha[ds] (?:this|something) to say)"
)
_LINK = r"(?:(?:And|But|So|Then|Now|Today|Yesterday|Later|Earlier),? )?"
_SAYS = re.compile(
    rf"{_LINK}(?P<who>(?:{NAME_WORD} ){{1,4}}|He |She )(?:\w+ly |also |later |then |has |had )?{_SAYING}\b"
)
_SUBJECT = re.compile(rf"{_LINK}(?P<who>(?:{NAME_WORD} ){{1,4}})(?=[a-z])")
_PRONOUN = re.compile(rf"{_LINK}(?:(?:Did|Does|Has|Had|Was|Is|Will|Would|Could|Can) )?(?P<who>[Hh]e|[Ss]he)\b")
_HERE_IS = re.compile(
    r"\b(?:[Hh]ere(?:['’]s| is| are)|[Ll]isten to|[Ll]et['’]s (?:hear|listen to))\b[^.?!]*?\b"
    rf"(?P<who>he|she|(?:{NAME_WORD} )*{NAME_WORD})"
    r"(?: (?:had|has|said|says|put|speaking|talking|told|explain|on|in|at)\b|[.:]?$)"
)
_SENTENCES = re.compile(r"(?<=[.?!])\s+")
_MOST_SENTENCES_BACK = 8


def untitled(name: str) -> str:
    """A name without the titles and connecting words that stand before it."""
    words = name.split()
    while len(words) > 1 and words[0].rstrip(".").lower() in _TITLES:
        words.pop(0)
    return " ".join(words)


def mentioned(texts: Sequence[str]) -> frozenset[str]:
    """The runs of two and more capitalised words in a conversation: people, and much that is none."""
    found = (untitled(name) for text in texts for name in re.findall(FULL_NAME, text))
    return frozenset(name for name in found if " " in name)


def clip_voice(texts: Sequence[str], n: int, known: frozenset[str]) -> tuple[str, str] | None:
    """The full name of the voice in turn `n` (0-based) and why, when the sentence before announces it.

    Args:
        texts: The words of all turns.
        n: A turn set off from the others, not the first.
        known: As `mentioned` gives: a surname counts only as short for exactly one of these.
    """
    before = list(_sentences_back(texts, n))
    cue = before[0] if before else ""
    match = _SAYS.match(cue) or _HERE_IS.search(cue)
    if match is None:
        return None
    who = match["who"].strip()
    subject = _antecedent(before[1:], who.lower()) if who.lower() in {"he", "she"} else who
    name = _full_name(subject, known) if subject else None
    return (name, f'turn {n} ends "{cue[-100:]}" before a clip') if name else None


def _sentences_back(texts: Sequence[str], n: int) -> Iterator[str]:
    """Sentences before turn `n`, the nearest first, from the two turns before it."""
    sentences = [s for text in texts[max(0, n - 2) : n] for s in _SENTENCES.split(text[-4000:]) if s]
    yield from sentences[: -_MOST_SENTENCES_BACK - 1 : -1]


def _antecedent(sentences: Sequence[str], pronoun: str) -> str | None:
    """Whom "he" means: the subject of the nearest sentence before that is not itself about "he"."""
    for sentence in sentences:
        again = _PRONOUN.match(sentence)
        if again is not None:
            if again["who"].lower() != pronoun:
                return None
            continue
        subject = _SUBJECT.match(sentence)
        return subject["who"].strip() if subject else None
    return None


def _full_name(name: str, known: frozenset[str]) -> str | None:
    short = untitled(name)
    full = short if short in known else fullest_names([short, *sorted(known)])[short]
    return full if full in known else None
