"""What is measured of searching and answering, as arithmetic on what was found, cited and said. Nothing is read here.

A place is a turn: (transcript id, number). A result list is read as turns in rank order, a hit of several turns
contributing its turns in order; a turn that is found twice takes up room twice and counts once.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

Place = tuple[str, int]

# Taken out, where all other marks separate words: apostrophes, and commas between digits.
_INSIDE = re.compile(r"['’‘`´]|(?<=\d),(?=\d)")
_WORD = re.compile(r"[^\W_]+")
_ARTICLES = frozenset({"a", "an", "the"})


def turn_recall(found: Sequence[Place], gold: Collection[Place], also: Collection[Place] = (), *, k: int) -> float:
    """The share of the gold turns among the first `k` turns found, 0 to 1.

    Args:
        found: Turns in rank order.
        gold: The turns that answer, at least one.
        also: Turns that answer as well: any of them stands for every gold turn.
        k: How many turns are looked at, from 1.

    Raises:
        ValueError: There is no gold turn.
    """
    if not gold:
        raise ValueError("no gold turn to be found")
    return _share(set(found[:k]), gold, also)


def words_found(found: Sequence[Place], gold: Collection[Place], words: Mapping[Place, int], *, budget: int) -> float:
    """The share of the gold turns' words among the first `budget` words found, 0 to 1.

    The turn in which the budget runs out counts with those of its words that still fit.

    Args:
        found: Turns in rank order.
        gold: The turns that answer, of at least one word together.
        words: How many words each of the turns has, found or gold.
        budget: How many words are read.

    Raises:
        ValueError: The gold turns have no word.
    """
    all_gold = sum(words[place] for place in set(gold))
    if all_gold == 0:
        raise ValueError("no gold word to be found")
    left, right = budget, 0
    seen: set[Place] = set()
    for place in found:
        read = min(words[place], left)
        left -= read
        if place in gold and place not in seen:
            right += read
        seen.add(place)
    return right / all_gold


def words_read(found: Sequence[Place], words: Mapping[Place, int], *, budget: int) -> int:
    """How much of the budget a result list used up, in words."""
    return min(budget, sum(words[place] for place in found))


def citation_precision(cited: Collection[Place], gold: Collection[Place], also: Collection[Place] = ()) -> float:
    """The share of the cited turns that answer, 0 to 1; 0 when nothing is cited."""
    each = set(cited)
    return len(each & (set(gold) | set(also))) / len(each) if each else 0.0


def citation_recall(cited: Collection[Place], gold: Collection[Place], also: Collection[Place] = ()) -> float:
    """The share of the gold turns that are cited, 0 to 1; any of `also` stands for every gold turn."""
    return _share(set(cited), gold, also)


def has_keys(keys: Sequence[str], said: str) -> bool:
    """Whether every key string is in what was said; case and the width of white space do not matter."""
    folded = _folded(said)
    return all(_folded(key) in folded for key in keys)


def tokens(text: str) -> list[str]:
    """Words as answers are compared: lower case, no accents, punctuation or articles ("the" alone stays a word)."""
    plain = unicodedata.normalize("NFKD", _INSIDE.sub("", text)).casefold()
    found = _WORD.findall("".join(char for char in plain if not unicodedata.combining(char)))
    return [word for word in found if word not in _ARTICLES] or found


def token_f1(said: str, answer: str) -> float:
    """The harmonic mean of the shares of tokens that both have, each as often as both, 0 to 1."""
    ours, theirs = Counter(tokens(said)), Counter(tokens(answer))
    both = sum((ours & theirs).values())
    return 2 * both / (sum(ours.values()) + sum(theirs.values())) if both else 0.0


def coverage(answer: str, quotes: str) -> float:
    """The share of an answer's tokens that are in the quotes, 0 to 1.

    Raises:
        ValueError: The answer has no token.
    """
    wanted = tokens(answer)
    if not wanted:
        raise ValueError(f"the answer {answer!r} has no words")
    there = set(tokens(quotes))
    return sum(word in there for word in wanted) / len(wanted)


@dataclass(frozen=True, slots=True)
class Refusals:
    """Refusals counted against what should have been refused.

    Attributes:
        right: Refused, and rightly.
        wrong: Refused, but answerable.
        missed: Answered, or failed at, but unanswerable.
    """

    right: int
    wrong: int
    missed: int

    @classmethod
    def of(cls, refused: Sequence[bool], unanswerable: Sequence[bool]) -> Refusals:
        """Count, question by question."""
        pairs = Counter(zip(refused, unanswerable, strict=True))
        return cls(pairs[True, True], pairs[True, False], pairs[False, True])

    @property
    def precision(self) -> float:
        """The share of the refusals that are right, 0 to 1; 0 when nothing was refused."""
        return self.right / (self.right + self.wrong) if self.right else 0.0

    @property
    def recall(self) -> float:
        """The share of the unanswerable that was refused, 0 to 1; 0 when there is none."""
        return self.right / (self.right + self.missed) if self.right else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0


def refusal_curve(grounds: Sequence[float], unanswerable: Sequence[bool]) -> list[tuple[float, Refusals]]:
    """Refusals as the line moves: for every value that grounds take, what refusing up to and with it comes to."""
    rows = sorted(zip(grounds, unanswerable, strict=True))
    every, right, points = sum(unanswerable), 0, []
    for at, (value, rightly) in enumerate(rows, start=1):
        right += rightly
        if at == len(rows) or rows[at][0] != value:
            points.append((value, Refusals(right, at - right, every - right)))
    return points


def _share(seen: set[Place], gold: Collection[Place], also: Collection[Place]) -> float:
    if not seen.isdisjoint(also):
        return 1.0
    each = set(gold)
    return len(seen & each) / len(each) if each else 0.0


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
