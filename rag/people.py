"""The people who speak in a library, as questions name them: whole, by given name or surname, with a title."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from rag.labels import HONORIFICS, PARTICLES, is_unidentified
from rag.person_names import Name, differ, is_person, name_of, plain
from rag.question import CALENDAR
from rag.words import STOP_WORDS

_TOKEN = re.compile(r"[^\W\d_][\w'’-]*(?:\.(?=[^\W\d_])[\w'’-]+)*")
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$", re.I)
_GAP = re.compile(r"\.? ")  # between the words of one name: "Dr. Chen", "Ann Lee"
_JOINED = re.compile(r",? (?:and|or|nor) |, ")  # between names of a list
# Words besides the commonest that begin a question and no name.
_OPENERS = STOP_WORDS | frozenset(
    """according after anything apart aside before beside besides between both compare did despite does during each
    every everything except excluding find give list nothing only please quote show since summarize tell under until
    using were without""".split()
)
_LONGEST = 6  # words of a name with its title
_CLOSE = 0.8  # likeness, by difflib, above which one name may be a slip for another


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a text that names somebody.

    Attributes:
        start, end: Its characters, a possessive 's left out.
        text: They.
        names: Whom it means, as the library has them; more than one where several people are called that, none where
            it is written like a name and nobody who speaks has it.
        whole: Whether it is sure to be a name: capitalised, or at least two words of one.
    """

    start: int
    end: int
    text: str
    names: tuple[str, ...]
    whole: bool


class People:
    """Everybody who speaks in a library.

    Args:
        names: As the library has them.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = [name_of(one) for one in dict.fromkeys(names) if not is_unidentified(one)]
        self._called: defaultdict[tuple[str, ...], list[Name]] = defaultdict(list)
        for name in self._names:
            if is_person(name):
                for words in _ways(name.words):
                    self._called[words].append(name)
            elif len(name.words) > 1:
                self._called[name.words].append(name)

    def meant(self, text: str) -> tuple[str, ...]:
        """Whom a name in a question means: everybody who may be called that, whatever speaks against it aside.

        "Elizabeth Warren" also means the one speaker who is only "Sen. Warren" to the transcripts, when there is no
        other Warren.
        """
        asked = name_of(text)
        known = [one for one in self._called.get(asked.words, ()) if _fits(asked, one)]
        if len(asked.words) > 1 and not known:
            known = self._shorter(asked)
        return tuple(dict.fromkeys(one.text for one in known))

    def close(self, text: str) -> str | None:
        """The name that one nobody has may be a slip for."""
        spelled = {" ".join(one.words): one.text for one in self._names if is_person(one)}
        found = get_close_matches(plain(text), spelled, n=1, cutoff=_CLOSE)
        return spelled[found[0]] if found else None

    def mentions(self, text: str) -> list[Mention]:
        """Who is named in a text, in order; lists of names are taken apart."""
        tokens = list(_TOKEN.finditer(text))
        found: list[Mention] = []
        at = 0
        while at < len(tokens):
            one, used = self._mention(text, tokens[at:])
            if one is not None:
                found.append(one)
            at += used
        return found

    def _shorter(self, asked: Name) -> list[Name]:
        """Labels of one word that can only be short for the name asked for."""
        if asked.words[0] in _OPENERS or not asked.text[0].isupper():
            return []
        for word in (asked.words[-1], asked.words[0]):
            known = self._called.get((word,), [])
            if len(known) == 1 and known[0].words == (word,) and _fits(asked, known[0]):
                return known
        return []

    def _mention(self, text: str, tokens: list[re.Match[str]]) -> tuple[Mention | None, int]:
        """The name that begins with the first token, and how many tokens it takes."""
        run = _run(text, tokens)
        for length in range(len(run), 1, -1):  # the longest that somebody has
            said = _said(text, run[:length])
            if _one_case(said) and not _cut_short(run, length) and (names := self.meant(said)):
                return Mention(run[0].start(), run[0].start() + len(said), said, names, whole=True), length
        first = _said(text, run[:1])
        capitalised = _capitalised(run)
        if len(capitalised) > 1 and plain(first) not in _OPENERS:
            said = _said(text, capitalised)
            return Mention(run[0].start(), run[0].start() + len(said), said, (), whole=True), len(capitalised)
        if plain(first) in _OPENERS or first in CALENDAR or plain(first) in HONORIFICS:
            return None, 1
        names = self.meant(first)
        if not names and not capitalised:
            return None, 1
        return Mention(run[0].start(), run[0].start() + len(first), first, names, whole=bool(capitalised)), 1


@lru_cache(maxsize=32)
def people(names: tuple[str, ...]) -> People:
    """The people of these names, prepared once."""
    return People(names)


def listed(text: str, mentions: list[Mention], at: int) -> list[Mention]:
    """The list of names that begins with number `at`: "Ann, Bob and Carla"."""
    found = [mentions[at]]
    for one in mentions[at + 1 :]:
        if _JOINED.fullmatch(text[found[-1].end : one.start]) is None:
            break
        found.append(one)
    return found


def _ways(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    """The ways somebody of these names may be called: by the first ones, the last ones, or without the middle."""
    some = {words[:end] for end in range(1, len(words) + 1)} | {words[start:] for start in range(len(words))}
    some = {one for one in some if len(one) > 1 or one[0] not in PARTICLES}
    return some | ({(words[0], words[-1])} if len(words) > 2 else set())


def _fits(asked: Name, known: Name) -> bool:
    return not differ(asked, known) and (not asked.degree or not known.degree or asked.degree == known.degree)


def _run(text: str, tokens: list[re.Match[str]]) -> list[re.Match[str]]:
    """The words that may make up one name, from the first on; a possessive ends it."""
    run = tokens[:1]
    for one in tokens[1:_LONGEST]:
        if _GAP.fullmatch(text[run[-1].end() : one.start()]) is None or _POSSESSIVE.search(run[-1].group()):
            break
        run.append(one)
    return run


def _capitalised(run: list[re.Match[str]]) -> list[re.Match[str]]:
    """The words of a run that are written like a name, particles between them included."""
    end = 0
    for at, one in enumerate(run):
        if one.group()[0].isupper() and (one.group() not in CALENDAR):
            end = at + 1
        elif one.group().lower() not in PARTICLES:
            break
    return run[:end]


def _said(text: str, run: list[re.Match[str]]) -> str:
    return _POSSESSIVE.sub("", text[run[0].start() : run[-1].end()])


def _cut_short(run: list[re.Match[str]], length: int) -> bool:
    """Whether a title and one name leave the rest of a name out: "Mayor Carlos" of "Mayor Carlos Gimenez"."""
    names = [one for one in run[:length] if one.group().lower().strip(".") not in HONORIFICS]
    return len(names) < 2 and length < len(run) and run[length].group()[0].isupper()


def _one_case(said: str) -> bool:
    """Whether all words are written alike, titles and particles aside: "Will young" is no name, "will young" may be."""
    words = [word for word in said.split() if word.lower().strip(".") not in PARTICLES | HONORIFICS]
    return len({word[0].isupper() for word in words}) <= 1
