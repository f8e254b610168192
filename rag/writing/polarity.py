"""Whether a claim says yes where the turns it cites say no, or no where they say yes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from rag.sentences import sentence_ranges
from rag.writing.cited import Carried
from rag.writing.claims import Claim
from rag.writing.clauses import Clause, clauses, denied, noes, together
from rag.writing.firmness import overstated
from rag.writing.verbs import base, levelled

_NEAR = 0.8  # of the best overlap: clauses that say as much of the same
_ALIKE = 0.3  # share of a claim's clause that a stretch must have to be about the same
_MOSTLY = 0.3  # of what both say, the share that must be denied in the turn: "we don't go often, once a year" says go
# log odds that a no is said: how much nearer in meaning the turns are with it; how much of what it is about they say
# plainly, how much they deny; how often they say no; and how many of all words are the same: a no then would be, too.
# Fitted on development pairs (docs/experiments.md).
_SWAYED, _PLAINLY, _UNDER, _NOES, _SAME, _LINE = 22.5, -0.9, 4.5, 1.6, -3.6, -0.6
_UNKNOWN = 0.5  # how much is denied of what a "not" at the end of its clause is about
# What a claim may say a no with: "little impact" is not much, "this rather than that" is not that.
_FAINT = re.compile(r"\b(?:(?<!a )little|(?<!a )few|rarely|seldom|too|rather than|instead of)\b", re.IGNORECASE)
_NO = re.compile(
    r"(?:well|so|oh|uh|um|actually)?[,\s]*(?:no\b(?! doubt)|nope|nah|not (?:really|yet|at all|that i|directly|"
    r"necessarily)|(?:i|we) (?:do not|don['’]t) (?:think|believe) so|never\b)",
    re.IGNORECASE,
)

# Pairs of which one is the opposite of the other, where all else is the same.
_PAIRS = """
    increase decrease; increase reduce; rise fall; gain lose; win lose; open close; buy sell; accept reject; accept
    refuse; agree disagree; support oppose; early late; same different; true false; good bad; easy hard; easy
    difficult; remember forget; first last; cheap expensive; fast slow; high low; higher lower; large small; big
    small; bigger smaller; larger smaller; succeed fail; allow forbid; allow prevent; love hate; like dislike; like
    hate; more less; more fewer; faster slower; better worse; start stop; begin end; enter leave; join leave; hire
    fire; approve reject; strong weak; safe dangerous; older younger; earlier later; always never; public private;
    maximum minimum; include exclude; accepted rejected; best worst; raise lower
"""
_OPPOSITES: defaultdict[str, set[str]] = defaultdict(set)
for _pair in _PAIRS.split(";"):
    for _word, _other in (_pair.split(), _pair.split()[::-1]):
        _OPPOSITES[base(_word)].add(base(_other))

SAYS_NO = "it says no where the cited turn does not"
LEAVES_OUT = "it leaves out the no of the cited turn"
OPPOSITE = "it says the opposite of the cited turn"


def contradiction(
    told: Claim, texts: Sequence[str], carrying: Carried, worth: Mapping[str, float], *, share: float
) -> str | None:
    """Why a claim is not what turns say, yes and no compared clause by clause; None when they agree.

    Args:
        told: A sentence.
        texts: What each turn says.
        carrying: The stretches of them that carry the claim best.
        worth: How telling stems are.
        share: How much of its words they have, 0 to 1: the more is the same, the less a no can be put in other words.
    """
    named = frozenset(levelled(word) for name in told.names for word in name.words)
    units, nearest = _units(texts), _units([carrying.text])
    if _reversed(together(clauses(told.text)), named, units, worth):
        return OPPOSITE
    for one in clauses(told.text):
        alike = _alike(one.words - named, units, worth)
        closest = _alike(one.words - named, nearest, worth)
        if not _FAINT.search(one.text) and (_leave_out(one, alike) or _leave_out(one, closest)):
            return LEAVES_OUT
        more = overstated(one.text, [unit.text for unit in alike])
        if more is not None:
            return more
    said_no = _denied(told, named, units, worth)
    if said_no is not None:
        odds = said_no + _SWAYED * carrying.swayed + _NOES * min(noes(carrying.text), 2) + _SAME * share
        return SAYS_NO if odds < _LINE else None
    return None


def _denied(told: Claim, named: frozenset[str], units: Sequence[Clause], worth: Mapping[str, float]) -> float | None:
    """How far turns deny what the clauses of a claim that say no deny, in log odds; None where none does."""
    denying = [one for one in clauses(told.text) if one.denies]
    if not denying:
        return None
    plainly, under = 0.0, 1.0
    for one in denying:
        heads, about = one.heads - named, _Weighed(one.under - named, worth)
        denied_in = [about.share(unit) for unit in units if heads & unit.under]
        said_in = [about.share(unit) for unit in units if heads & unit.plain and not heads & unit.under]
        plainly = max([plainly, *said_in])
        under = min(under, max(denied_in, default=0.0) if heads else _UNKNOWN)
    return _PLAINLY * plainly + _UNDER * under


def _units(texts: Sequence[str]) -> list[Clause]:
    """The clauses of turns, and their sentences where these have several; a question answered with no is denied."""
    units: list[Clause] = []
    for text in texts:
        asked: tuple[Clause, ...] = ()
        for start, end in sentence_ranges(text):
            parts = clauses(text[start:end])
            units.extend(denied(asked) if _NO.match(text, start) else asked)
            asked = parts if text[:end].endswith("?") else ()
            if asked:
                continue
            units.extend(parts)
            if len(parts) > 1:
                units.append(together(parts))
        units.extend(asked)
    return units


def _reversed(one: Clause, named: frozenset[str], units: Sequence[Clause], worth: Mapping[str, float]) -> bool:
    """Whether a claim has a word where those who say the same have its opposite instead."""
    for word in one.plain:
        opposite = _OPPOSITES.get(word, set()) - one.words
        if opposite and not any(word in unit.words for unit in units):
            alike = _alike(one.words - named - {word}, units, worth)
            if alike and all(opposite & unit.plain for unit in alike):
                return True
    return False


class _Weighed:
    """Words of a clause, of which others have a share."""

    def __init__(self, words: frozenset[str], worth: Mapping[str, float]) -> None:
        self._usual = sum(worth.values()) / len(worth) if worth else 1.0  # of a number, which the index does not weigh
        self._words, self._worth = words, worth
        self._whole = self._sum(words)

    def share(self, unit: Clause) -> float:
        """How much of the words a stretch has, 0 to 1."""
        return self._sum(self._words & unit.words) / self._whole if self._whole else 0.0

    def _sum(self, words: frozenset[str]) -> float:
        return sum(self._worth.get(word, self._usual) for word in words)


def _alike(words: frozenset[str], units: Sequence[Clause], worth: Mapping[str, float]) -> list[Clause]:
    """The stretches that say most of some words; none where that is too little to compare."""
    weighed = _Weighed(words, worth)
    shares = [weighed.share(unit) for unit in units]
    best = max(shares, default=0.0)
    return [unit for unit, share in zip(units, shares, strict=True) if best >= _ALIKE and share >= _NEAR * best]


def _leave_out(one: Clause, alike: Sequence[Clause]) -> bool:
    """Whether all stretches that say the same as a clause deny what it says plainly."""
    return bool(alike) and all(_leaves_out(one, unit) for unit in alike)


def _leaves_out(one: Clause, unit: Clause) -> bool:
    left_out, shared = unit.heads & one.words - unit.plain, one.words & unit.words
    mostly = len(unit.under & shared) >= _MOSTLY * len(shared)
    return bool(left_out) and mostly and not left_out & one.under
