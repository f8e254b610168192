"""What a search may see, in rules that an engine can take, each short enough to be read quickly.

Milvus reads a list of numbers in about 7 microseconds each (benchmarks/RESULTS.md): lists are cut, the nearest by each
piece are found apart, and the nearest of them all are the same as by the whole rule.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.engine import Ids, Rule
from index.store.records import Scope
from index.store.schema import STRIDE

Flags = npt.NDArray[np.bool_]

LONGEST = 5_000  # numbers in one list
_RUNS = 64  # runs of transcripts up to which they are said as runs


def exact(scope: Scope, longest: int = LONGEST) -> list[Rule]:
    """Rules that part the scope between them: each passage in scope is let through by one, no other by any."""
    transcripts = [Rule(some) for some in _cut(scope.ordinals, longest)] if scope.ordinals is not None else [Rule()]
    if scope.only is not None:
        within = None if scope.ordinals is None else set(scope.ordinals)
        never = set(scope.never)
        only = [one for one in scope.only if (within is None or one // STRIDE in within) and one not in never]
        return [Rule(only=some) for some in _cut(only, longest)]
    if not scope.never:
        return transcripts
    parts = _cut(sorted(scope.never), longest)
    ends = [None, *(part[-1] for part in parts[:-1]), None]
    return [
        Rule(one.ordinals, never=part, above=ends[at], upto=ends[at + 1])
        for one in transcripts
        for at, part in enumerate(parts)
    ]


def loose(scope: Scope) -> Rule | None:
    """One short rule that lets through all of the scope and more; None where there is no such, or none is needed."""
    many = max(len(scope.only or ()), len(scope.never))
    if many <= LONGEST or len(scope.ordinals or ()) > LONGEST:
        return None
    return Rule(scope.ordinals)


def allowed(anchors: Ids, scope: Scope) -> Flags:
    """One flag for each of these turns: whether it may be found."""
    flags = np.ones(len(anchors), dtype=np.bool_)
    if scope.ordinals is not None:
        flags &= np.isin(anchors // STRIDE, np.array(scope.ordinals, dtype=np.int64))
    if scope.only is not None:
        flags &= np.isin(anchors, np.array(scope.only, dtype=np.int64))
    return flags & ~np.isin(anchors, np.array(scope.never, dtype=np.int64))


def expression(rule: Rule) -> str:
    """A rule as Milvus reads it."""
    said = []
    if rule.ordinals is not None:
        said.append(_within(rule.ordinals))
    if rule.only is not None:
        said.append(f"anchor in {list(rule.only)}")
    if rule.never:
        said.append(f"anchor not in {list(rule.never)}")
    if rule.above is not None:
        said.append(f"anchor > {rule.above}")
    if rule.upto is not None:
        said.append(f"anchor <= {rule.upto}")
    return " and ".join(said)


def _within(ordinals: tuple[int, ...]) -> str:
    found = runs(ordinals)
    if len(found) > _RUNS:
        return f"ordinal in {list(ordinals)}"
    return "(" + " or ".join(f"(ordinal >= {first} and ordinal <= {last})" for first, last in found) + ")"


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as first and last of each unbroken run."""
    array: Ids = np.asarray(numbers, dtype=np.int64)
    breaks = np.flatnonzero(np.diff(array) != 1)
    first, last = array[np.r_[0, breaks + 1]], array[np.r_[breaks, len(array) - 1]]
    return list(zip(first.tolist(), last.tolist(), strict=True))


def _cut(numbers: Sequence[int], longest: int) -> list[tuple[int, ...]]:
    return [tuple(numbers[at : at + longest]) for at in range(0, len(numbers), longest)]
