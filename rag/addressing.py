"""Who is spoken to by name in a conversation: called on, welcomed, named in passing. English only, as `rag.clues`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rag.clips import FULL_NAME, NAME_WORD, untitled
from rag.clues import NOT_PEOPLE, Clue
from rag.roles import word_set

_LEAD = r"(?:(?i:and|so|but|well|now|okay|ok|alright|all right|yeah|yes|hey|oh|also|maybe),? )*"
_CALLED = re.compile(rf"{_LEAD}(?P<name>{NAME_WORD}), [^?]*\?\s*$")
_WELCOMED = re.compile(
    r"(?i:welcome(?: back)?(?: to (?:the|our) \w+)?|hi|hello|hey|go ahead|take it away)(?: there)?,? "
    rf"(?P<name>{NAME_WORD})[.!]?\s*$"
)
_ADDRESSED = re.compile(
    r"(?:^|[.!?…,] |\b(?:so|and|but|well|yeah|yes|no|thanks|hi|hey|hello|you|okay|right|sorry) )"
    rf"(?P<name>{NAME_WORD})(?=[,.?!])"
)
_IN_COMMAS = re.compile(rf"(?<=, )(?P<name>{NAME_WORD})(?=, )")
_SENTENCES = re.compile(r"(?<=[.?!…])\s+")
_SMALL, _CAPITAL, _FULL = re.compile(r"\b[a-z]+\b"), re.compile(rf"\b{NAME_WORD}"), re.compile(FULL_NAME)
_EXCLAIMED = word_set(
    "oh yes yeah alright okay ok awesome gotcha wow sorry hello hey hi yup nope absolutely right well sure exactly "
    "great good cool interesting so and but the this that understood usually um mm-hm whoops thanks no now actually "
    "basically again first second yesterday"
)
# People are presented by their full names early on; later ones may be anybody's.
_PRESENTED = 12
# A word that starts sentences is now and then capital; a name is hardly ever small. A place or firm follows "in", "at".
_SMALL_SHARE, _PLACE_SHARE = 0.1, 0.2
_PLACED = re.compile(rf"\b(?:in|at|from|to|the|of|by|into|using|on) (?P<name>{NAME_WORD})(?!,? [A-Z])")


class Addressing:
    """What the turns of one conversation tell together about which capitalised words are people in it."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Count words. `texts` holds every turn's, clips as empty ones."""
        self._texts = texts
        self._small = Counter(word for text in texts for word in _SMALL.findall(text))
        self._capital = Counter(word for text in texts for word in _CAPITAL.findall(text))
        self._placed = Counter(word for text in texts for word in _PLACED.findall(text))
        self._full_at = [frozenset(_first_names(text)) for text in texts]
        self.presented = frozenset[str]().union(*self._full_at[:_PRESENTED])
        self._anywhere = frozenset[str]().union(*self._full_at)

    def is_name(self, word: str) -> bool:
        """Whether a word is written like a person's name wherever it stands."""
        lower, capital = word.lower(), self._capital[word]
        seldom = self._small[lower] <= _SMALL_SHARE * capital and self._placed[word] <= _PLACE_SHARE * capital
        return seldom and lower not in NOT_PEOPLE | _EXCLAIMED

    def has_full_name(self, word: str, turn: int) -> bool:
        """Whether the turn says a full name that begins with the word."""
        return word in self._full_at[turn]

    def called(self) -> Iterator[Clue]:
        """Names a last question begins with ("called"), and names a turn ends in welcoming ("welcomed")."""
        for turn, text in enumerate(self._texts):
            last = _SENTENCES.split(text[-600:])[-1]
            for kind, match in (("called", _CALLED.match(last)), ("welcomed", _WELCOMED.search(text[-200:]))):
                if match and self.is_name(match["name"]):
                    yield Clue(turn, match["name"], 1, f'turn {turn + 1} says "{match[0].strip()[:80]}"', kind)

    def in_passing(self, people: frozenset[str]) -> Iterator[Clue]:
        """Names of `people`, and of who has a full name in the conversation, set off as those spoken to are."""
        for turn, text in enumerate(self._texts):
            for name in dict.fromkeys(match["name"] for match in _ADDRESSED.finditer(text)):
                if name in people or (name in self._anywhere and self.is_name(name)):
                    yield Clue(turn, name, None, f'turn {turn + 1} addresses "{name}"', "addressed")

    def others(self, people: frozenset[str]) -> bool:
        """Whether it looks as if somebody besides `people` is spoken to."""
        found = Counter(match["name"] for text in self._texts for match in _IN_COMMAS.finditer(text))
        return any(
            count >= 2 and name not in people and not self._small[name.lower()] and self.is_name(name)
            for name, count in found.items()
        )


def _first_names(text: str) -> Iterator[str]:
    for found in _FULL.findall(text):
        first, _, rest = untitled(found).partition(" ")
        if rest:
            yield first
