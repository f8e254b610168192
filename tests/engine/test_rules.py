from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.engine import Rule
from index.rules import LONGEST, allowed, exact, expression, loose, runs
from index.store.records import Scope
from index.store.schema import STRIDE
from tests.fake_engine import lets

ANCHORS = [ordinal * STRIDE + turn for ordinal in range(1, 9) for turn in range(1, 5)]
SOME = st.lists(st.sampled_from(ANCHORS), max_size=20).map(lambda some: tuple(sorted(set(some))))
SCOPES = st.builds(
    Scope,
    st.none() | st.lists(st.integers(1, 8), max_size=8).map(lambda some: tuple(sorted(set(some)))),
    st.none() | SOME,
    SOME,
)


@given(scope=SCOPES, longest=st.integers(1, 9))
def test_rules_part_the_scope_between_them(scope: Scope, longest: int) -> None:
    parts = exact(scope, longest)
    for anchor, flag in zip(ANCHORS, allowed(np.array(ANCHORS), scope).tolist(), strict=True):
        inside = scope.ordinals is None or anchor // STRIDE in scope.ordinals
        assert flag == (inside and (scope.only is None or anchor in scope.only) and anchor not in scope.never)
        assert sum(lets(rule, anchor) for rule in parts) == flag
    assert all(max(len(one.ordinals or ()), len(one.only or ()), len(one.never)) <= longest for one in parts)


@given(numbers=st.lists(st.integers(0, 30), min_size=1).map(lambda some: sorted(set(some))))
def test_runs_are_the_numbers(numbers: list[int]) -> None:
    found = runs(numbers)
    assert [one for first, last in found for one in range(first, last + 1)] == numbers
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(found))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule(), ""),
        (Rule((3, 4, 5, 9)), "((ordinal >= 3 and ordinal <= 5) or (ordinal >= 9 and ordinal <= 9))"),
        (Rule(tuple(range(0, 400, 2))), f"ordinal in {list(range(0, 400, 2))}"),
        (Rule(only=(7, 8)), "anchor in [7, 8]"),
        (
            Rule((1,), never=(5,), above=3, upto=6),
            "((ordinal >= 1 and ordinal <= 1)) and anchor not in [5] and anchor > 3 and anchor <= 6",
        ),
    ],
)
def test_a_rule_is_said_as_milvus_reads_it(rule: Rule, said: str) -> None:
    assert expression(rule) == said


@pytest.mark.parametrize(
    ("scope", "rule"),
    [
        (Scope(), None),
        (Scope((1, 2), tuple(range(LONGEST))), None),
        (Scope((1, 2), tuple(range(LONGEST + 1))), Rule((1, 2))),
        (Scope(never=tuple(range(LONGEST + 1))), Rule()),
        (Scope(tuple(range(LONGEST + 1)), never=tuple(range(LONGEST + 1))), None),
    ],
)
def test_a_wider_rule_is_asked_first_where_a_list_would_be_long(scope: Scope, rule: Rule | None) -> None:
    assert loose(scope) == rule
