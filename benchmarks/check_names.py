"""The proper names in a sentence, as the spoiler of pairs reads them: apart from the check's own reading of names.

A generator that read names with the code under test would make other pairs whenever that code changes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.given_names import FEMALE, MALE
from rag.question import CALENDAR
from rag.words import STOP_WORDS
from rag.writing.names import name_words

_GIVEN = MALE | FEMALE
_PART = r"[A-ZÀ-ÖØ-Þ](?:[\w&]|(?<=\w)[.'’-](?=\w))*"
_NAME = re.compile(
    rf"(?<![\w@#])(?:(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|St)\.\s+)?{_PART}(?:\s+(?:(?:of|the|de|van|von|der|la|le|"
    rf"bin|al)\s+)?{_PART})*"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s+|[\"“”‘(—–-]\s*|\n\s*|\d\.\s+)$")
# What follows a name that begins a sentence, and hardly ever an ordinary word without an article.
_ACTS = re.compile(
    r"\s+(?:said|says|did|does|told|asked|thinks?|thought|believes?|explained|argued|mentioned|claimed|has|had)\b"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name as a claim has it.

    Attributes:
        text: As written.
        words: Its stems, titles left out.
        sure: False for a single word that begins a sentence and may be an ordinary one.
    """

    text: str
    words: frozenset[str]
    sure: bool


def names(text: str) -> list[Name]:
    """The proper names in a claim, in order."""
    found: list[Name] = []
    for match in _NAME.finditer(text):
        possessive = match.group().endswith(("'s", "’s"))
        parts = re.sub(r"['’]s\b", "", match.group()).split()
        first = _SENTENCE_START.search(text[: match.start()]) is not None
        if first and _certainly_plain(parts[0]):
            parts = parts[1:]
        parts = [one for one in parts if one not in CALENDAR]
        words = frozenset(name_words(" ".join(parts)))
        if words:
            sure = not first or len(parts) > 1 or parts[0].lower() in _GIVEN or not parts[0][1:].islower()
            acts = _ACTS.match(text, match.end()) is not None and not parts[0].endswith(("s", "ing"))
            found.append(Name(" ".join(parts), words, sure or possessive or acts))
    return found


def _certainly_plain(word: str) -> bool:
    lower = word.lower()
    return lower in STOP_WORDS or lower in _OPENERS or word in CALENDAR


_OPENERS = frozenset(
    """
    according after although another both each during despite every few first second third finally later meanwhile
    moreover nobody none not only people since someone somebody several speakers speaker they today two three four
    unlike until when while yes yesterday today tonight tomorrow no never instead however
    therefore thus overall here before because either neither
    """.split()
)
