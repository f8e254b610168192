"""A person's name taken apart for comparing it with others: title, words, degree, place and what they tell."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.given_names import FEMALE, MALE
from rag.labels import HONORIFICS, PARTICLES, is_unidentified, split_honorific
from rag.roles import word_set

_DEGREES = word_set("jr sr ii iii iv")
_NOBODY = word_set(
    "host guest moderator audience man woman boy girl question answer narrator announcer speaker member crowd group "
    "all both everyone clip interviewer reporter caller operator clerk chair court judge jury witness q a mc the and "
    "from of at on in i me"
)
# What nobody is two of at once: "Sen. Smith" is not "Rep. Smith", nor "Mr. Ames" "Ms. Ames".
_SEXES = {**dict.fromkeys(("mr", "sir"), "man"), **dict.fromkeys(("mrs", "ms", "miss", "dame", "madam"), "woman")}
_OFFICES = {
    **dict.fromkeys(("sen", "senator"), "senator"),
    **dict.fromkeys(("rep", "representative", "congressman", "congresswoman", "delegate"), "representative"),
    **dict.fromkeys(("gov", "governor"), "governor"),
    **dict.fromkeys(("judge", "justice"), "judge"),
    **dict.fromkeys(("gen", "general"), "general"),
    **dict.fromkeys(("col", "colonel"), "colonel"),
    **dict.fromkeys(("capt", "captain"), "captain"),
    **{title: title for title in ("mayor", "sgt", "ambassador", "minister")},
}


@dataclass(frozen=True, slots=True)
class Name:
    """One name taken apart for comparing.

    Attributes:
        text: As written.
        title: The honorific, as written; None where there is none.
        words: Given name first, in small letters and without accents; never empty.
        degree: "jr", "iii", ... or "".
        place: "texas" of "Mr. Miller of Texas", or "".
        traits: What is known of its bearer that two names of one person cannot differ in: "man", "senator", ...
    """

    text: str
    title: str | None
    words: tuple[str, ...]
    degree: str
    place: str
    traits: frozenset[str]

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for two spellings of one name."""
        return plain(self.title or ""), self.words, self.degree, self.place


def plain(text: str) -> str:
    """Small letters; Latin ones without accents; one kind of apostrophe; no periods: "JOSÉ O’HARA" is "jose o'hara"."""
    parts = unicodedata.normalize("NFD", text.casefold().replace("’", "'").replace(".", ""))
    kept = (c for n, c in enumerate(parts) if not ("\u0300" <= c <= "\u036f" and n and parts[n - 1].isascii()))
    return unicodedata.normalize("NFC", "".join(kept))


def name_of(text: str, titles: Iterable[str] = ()) -> Name:
    """Take a name apart.

    Args:
        text: Not empty.
        titles: Honorifics this name was seen with elsewhere.
    """
    title, rest = split_honorific(text)
    rest, _, place = rest.partition(" of ")
    rest, degree = _without_degree(rest)
    surname, comma, given = rest.partition(", ")
    words = plain(f"{given} {surname}" if comma else rest).replace(",", " ").split()
    first = words[0] if title is None and len(words) > 1 else ""
    traits = {found for one in (title, *titles) if one for word in plain(one).split() for found in _traits(word)}
    if not traits & {"man", "woman"}:
        traits |= {"man"} if first in MALE else {"woman"} if first in FEMALE else set()
    return Name(text, title, tuple(words) or (plain(text),), degree, plain(place), frozenset(traits))


def _without_degree(name: str) -> tuple[str, str]:
    head, _, last = name.rpartition(" ")
    degree = plain(last)
    return (head.rstrip(","), degree) if head and degree in _DEGREES else (name, "")


def _traits(title: str) -> Iterator[str]:
    yield from (found for kinds in (_SEXES, _OFFICES) if (found := kinds.get(title)) is not None)


def differ(one: Name, other: Name) -> bool:
    """Whether what is known of two names rules out that they are one person's."""
    return any(
        mine and theirs and mine != theirs
        for kind in (frozenset(_SEXES.values()), frozenset(_OFFICES.values()))
        for mine, theirs in [(one.traits & kind, other.traits & kind)]
    )


def is_person(name: Name) -> bool:
    """Whether a name is made like a person's: words only, each capitalised or a particle, none of them a role."""
    words = split_honorific(name.text)[1].partition(" of ")[0].split()
    return (
        not is_unidentified(name.text)
        and name.text.rstrip(".").lower() not in HONORIFICS
        and all(_is_name_word(word.strip(".,'’")) for word in words)
    )


def _is_name_word(word: str) -> bool:
    lower = word.lower()
    made_of_letters = bool(word) and all(c.isalpha() or c in "-'’." for c in word)
    return made_of_letters and lower not in _NOBODY and (word[0] != word[0].lower() or lower in PARTICLES)
