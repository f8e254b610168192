"""Whether a claim says yes where the turns it cites say no, or no where they say yes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from rag.sentences import sentence_ranges
from rag.writing.claims import Claim
from rag.writing.clauses import Clause, clauses, denied, together
from rag.writing.firmness import overstated
from rag.writing.verbs import base, levelled

_NEAR = 0.8  # of the best overlap: clauses that say as much of the same
_ALIKE = 0.4  # share of a claim's clause that a stretch must have to be about the same
_MOSTLY = 0.3  # of what both say, the share that must be denied in the turn: "we don't go often, once a year" says go
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


def contradiction(told: Claim, texts: Sequence[str], best: str, worth: Mapping[str, float]) -> str | None:
    """Why a claim is not what turns say, yes and no compared clause by clause; None when they agree.

    Args:
        told: A sentence.
        texts: What each turn says.
        best: The stretches of them that carry the claim best.
        worth: How telling stems are.
    """
    named = frozenset(levelled(word) for name in told.names for word in name.words)
    units = _units(texts)
    carrying = together(clauses(best))
    if _reversed(together(clauses(told.text)), named, units, worth):
        return OPPOSITE
    for one in clauses(told.text):
        alike = _alike(one.words - named, units, worth)
        reasons = [_conflict(one, unit) for unit in alike]
        if reasons and all(reasons):
            return reasons[0]
        more = overstated(one.text, [unit.text for unit in alike])
        if more is not None:
            return more
        under = one.under - named
        if one.denies and not reasons and not under & carrying.under and (under & carrying.plain or not carrying.under):
            return SAYS_NO
    return None


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


def _alike(words: frozenset[str], units: Sequence[Clause], worth: Mapping[str, float]) -> list[Clause]:
    """The stretches that say most of some words; none where that is too little to compare."""
    usual = sum(worth.values()) / len(worth) if worth else 1.0  # of a number, which the index does not weigh
    whole = sum(worth.get(word, usual) for word in words)
    if not whole:
        return []
    shares = [sum(worth.get(word, usual) for word in words & unit.words) / whole for unit in units]
    best = max(shares, default=0.0)
    return [unit for unit, share in zip(units, shares, strict=True) if best >= _ALIKE and share >= _NEAR * best]


def _conflict(one: Clause, unit: Clause) -> str | None:
    heads = one.heads & unit.words
    if heads and not heads & unit.under:
        return SAYS_NO
    if one.denies and not heads and not unit.under:
        return SAYS_NO
    left_out, shared = unit.heads & one.words - unit.plain, one.words & unit.words
    mostly = len(unit.under & shared) >= _MOSTLY * len(shared)
    if left_out and mostly and not left_out & one.under:
        return LEAVES_OUT
    return None
