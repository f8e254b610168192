"""Who "she" is in a sentence that begins so: whoever the sentence before it that a reader sees is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.given_names import FEMALE, MALE
from rag.words import surface_words
from rag.writing.names import name_words, names, same

_LEADING = re.compile(
    r"^(?P<before>(?:(?:and|but|then|later|also|so|however|instead|additionally|in addition|there|again),?\s+)?)"
    r"(?P<who>he|she|his|her)\b",
    re.IGNORECASE,
)


def leans(sentence: str) -> str | None:
    """The pronoun a sentence begins with, whose meaning hangs on what stands before it; None where it has none."""
    found = _LEADING.match(sentence)
    return found["who"] if found else None


def persons(sentence: str, speakers: Iterable[str]) -> tuple[str, ...]:
    """The people a sentence names, in order: those who speak, and whoever has a given name."""
    known = [name_words(one) for one in speakers]
    return tuple(
        one.text
        for one in names(sentence)
        if any(same(one.words, each) for each in known) or set(surface_words(one.text)) & (MALE | FEMALE)
    )


def readings(sentence: str, people: Sequence[str]) -> list[str]:
    """A sentence with a name in the place of the pronoun it begins with, for each of some people it can stand for."""
    found = _LEADING.match(sentence)
    if found is None:
        return []
    male = found["who"].lower() in {"he", "his"}
    others = FEMALE if male else MALE
    possible = [one for one in people if not set(surface_words(one)) & others]
    owned = found["who"].lower() in {"his", "her"}
    return [f"{found['before']}{one}{'’s' if owned else ''}{sentence[found.end() :]}" for one in possible]
