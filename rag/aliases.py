"""Which names of one list can only be short for which others: "WARREN" and "Sen. Warren" for "Elizabeth Warren"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rag.person_names import Name, differ, is_person, name_of, plain


def fullest_names(names: Iterable[str], titles: Mapping[str, Iterable[str]] | None = None) -> dict[str, str]:
    """Each name, and the longer one of the same list that it can only be short for (itself where there is none).

    "Warren", "Sen. Warren" and "Elizabeth" are short for "Elizabeth Warren" unless "Robert Warren" (or "Elizabeth
    Jones") is there too. "SPEAKER_00" and roles such as "Host" are short for nobody.

    Args:
        names: In any order; doubles do no harm.
        titles: The honorifics a name was seen with, where the name is kept without them.
    """
    known = {text: name_of(text, (titles or {}).get(text, ())) for text in names}
    by_end: defaultdict[str, list[Name]] = defaultdict(list)
    for name in known.values():
        if is_person(name):
            for end in {name.words[0], name.words[-1]}:
                by_end[end].append(name)
    rivals = _rivals(known.values())
    return {text: _fullest(name, by_end, rivals) for text, name in known.items()}


def _rivals(names: Iterable[Name]) -> frozenset[tuple[str, ...]]:
    """Surnames that stand in the list with titles of two people."""
    seen: defaultdict[tuple[str, ...], list[Name]] = defaultdict(list)
    for name in names:
        if name.title is not None:
            seen[name.words].append(name)
    return frozenset(words for words, own in seen.items() if any(differ(a, b) for a in own for b in own))


def _fullest(name: Name, by_end: Mapping[str, Sequence[Name]], rivals: frozenset[tuple[str, ...]]) -> str:
    if not is_person(name):
        return name.text
    near = {found for end in {name.words[0], name.words[-1]} for found in by_end.get(end, ())} - {name}
    fitting = [found for found in near if _fits(name, found, rivals)]
    # "Elizabeth Warren" is no rival of "Elizabeth Ann Warren".
    longest = [one for one in fitting if not any(_fits(one, other, rivals) for other in fitting)]
    return longest[0].text if len(longest) == 1 else name.text


def _fits(short: Name, full: Name, rivals: frozenset[tuple[str, ...]]) -> bool:
    """Whether `short` is a shorter way to write `full`."""
    if differ(short, full) or (short.title is not None and short.words in rivals):
        return False
    if short.words == full.words:
        return _same_words(short, full)
    if short.place or full.title is not None or short.degree not in {"", full.degree}:
        return False
    if full.degree and not short.degree and short.words != full.words[-len(short.words) :]:
        return False  # "Donald Trump" without the "Jr." is the father as likely; "Trump" is whoever is there
    return _short_for(short, full)


def _same_words(short: Name, full: Name) -> bool:
    """As "Warren" is for "Sen. Warren", and "Mr. Green" for "Mr. Green of Texas"."""
    if short.degree != full.degree or short.place not in {"", full.place}:
        return False
    if short.title is None:
        return full.title is not None or (bool(full.place) and not short.place)
    return full.title is not None and plain(short.title) == plain(full.title) and short.place != full.place


def _short_for(short: Name, full: Name) -> bool:
    """Whether the words are the given name, the surname or both without the middle. A title goes with the surname."""
    few, many = short.words, full.words
    if short.title is None and len(few) == len(many) == 2 and few[1] == many[1]:
        return len(few[0]) == 1 < len(many[0]) and few[0] == many[0][0]  # "E. Warren"
    if not len(few) < len(many):
        return False
    if few == many[-len(few) :]:
        return True
    return short.title is None and (few == many[: len(few)] or (len(few) == 2 and (many[0], many[-1]) == few))
