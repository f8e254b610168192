from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoder import Vectors
from index.vectors import NARROW, WIDE, Ids, Mask, Scores, VectorIndex

D = 16


def unit(rng: np.random.Generator, n: int) -> Vectors:
    """Unit vectors, a few of them alike so that there are ties."""
    rows = rng.standard_normal((n, D))
    rows[n // 2 : n // 2 + n // 5] = rows[: n // 5]
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def exact(matrix: Vectors, query: Vectors, limit: int, allowed: Mask | None) -> tuple[list[float], Scores]:
    """The best scores and every score, by numpy."""
    scores = matrix @ query[0]
    left = scores if allowed is None else scores[allowed]
    return sorted(map(float, left), reverse=True)[:limit], scores


def windows(matrix: Vectors, ids: Ids, beside: Sequence[float]) -> Vectors:
    """Each row and its weighed neighbours: as many rows away as their ids are apart; row by row."""
    mixed = np.zeros((len(ids), D))
    for row, one in enumerate(ids.tolist()):
        for other, its in enumerate(ids.tolist()):
            distance = abs(other - row)
            if distance <= len(beside) and abs(its - one) == distance:
                mixed[row] += ([1.0, *beside])[distance] * matrix[other]
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), dtype=np.float32)


@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 200),
    limit=st.integers(1, 250),
    share=st.sampled_from([None, 0.0, 0.1, 0.5, 1.0]),
)
def test_nearest_is_what_numpy_finds(seed: int, n: int, limit: int, share: float | None) -> None:
    rng = np.random.default_rng(seed)
    matrix, query = unit(rng, n), unit(rng, 1)
    index = VectorIndex(D)
    index.add(np.arange(n, dtype=np.int64), np.arange(n, dtype=np.int64), matrix)
    allowed = None if share is None else np.asarray(rng.random(n) < share)
    rows = index.nearest(query, limit, allowed)
    best, scores = exact(matrix, query, limit, allowed)
    assert len(rows) == len(set(rows.tolist())) == len(best)
    assert allowed is None or allowed[rows].all()
    np.testing.assert_allclose(scores[rows], best, atol=1e-5)  # rows of the same score may change places


@given(seed=st.integers(0, 10_000), steps=st.lists(st.sampled_from(["add", "remove", "all"]), min_size=1, max_size=8))
def test_adds_and_removes_leave_what_numpy_has(seed: int, steps: list[str]) -> None:
    rng = np.random.default_rng(seed)
    index, matrix, ids, last = VectorIndex(D), np.empty((0, D), np.float32), np.empty(0, np.int64), 0
    for step in ["add", *steps]:
        if step == "add":
            more = unit(rng, int(rng.integers(0, 40)))
            fresh = last + np.cumsum(rng.integers(1, 3, len(more))).astype(np.int64)
            last = int(fresh[-1]) + 1 if len(fresh) else last
            index.add(fresh, fresh * 10, more)
            matrix, ids = np.concatenate([matrix, more]), np.concatenate([ids, fresh])
        else:
            gone = np.asarray(rng.random(len(ids)) < (0.4 if step == "remove" else 2.0))
            index.remove(gone)
            matrix, ids = matrix[~gone], ids[~gone]
        assert len(index) == len(ids)
        assert index.ids.tolist() == ids.tolist()
        assert index.anchors.tolist() == (ids * 10).tolist()
        query = unit(rng, 1)
        rows = index.nearest(query, 10)
        best, scores = exact(matrix, query, 10, None)
        np.testing.assert_allclose(scores[rows], best, atol=1e-5)
        if len(ids):
            everything = np.arange(len(ids))
            alone, *found = index.scores(query, everything)
            np.testing.assert_allclose(alone, scores, atol=1e-5)
            for beside, window in zip((NARROW, WIDE), found, strict=True):
                np.testing.assert_allclose(window, windows(matrix, ids, beside) @ query[0], atol=1e-5)


def test_a_window_ends_where_its_transcript_ends() -> None:
    """Ids of two transcripts are far apart; rows side by side are not neighbours then."""
    rng = np.random.default_rng(0)
    matrix, query = unit(rng, 7), unit(rng, 1)
    ids = np.array([0, 1, 2, 1 << 20, (1 << 20) + 1, (1 << 20) + 3, 5 << 20], dtype=np.int64)
    index = VectorIndex(D)
    index.add(ids, ids, matrix)
    _, window, _ = index.scores(query, np.arange(7))
    np.testing.assert_allclose(window, windows(matrix, ids, NARROW) @ query[0], atol=1e-6)
    single = float(matrix[6] @ query[0])
    assert window[6] == pytest.approx(single, abs=1e-6)
    half = 0.5 * matrix[1] + matrix[2]
    assert window[2] == pytest.approx(float(half @ query[0] / np.linalg.norm(half)), abs=1e-6)


def test_scores_are_of_the_rows_asked_for_in_their_order() -> None:
    rng = np.random.default_rng(1)
    matrix, query = unit(rng, 9), unit(rng, 1)
    index = VectorIndex(D)
    index.add(np.arange(9), np.arange(9), matrix)
    rows = np.array([8, 0, 4, 4])
    alone, _, wide = index.scores(query, rows)
    np.testing.assert_allclose(alone, matrix[rows] @ query[0], atol=1e-6)
    np.testing.assert_allclose(wide, (windows(matrix, np.arange(9), WIDE) @ query[0])[rows], atol=1e-6)


def test_nothing_in_nothing_out() -> None:
    index = VectorIndex(D)
    query = unit(np.random.default_rng(0), 1)
    assert index.nearest(query, 5).tolist() == []
    index.remove(np.zeros(0, dtype=np.bool_))
    index.add(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, D), np.float32))
    assert (len(index), index.dimension) == (0, D)


@pytest.mark.parametrize("n", [0, 1, 500])
def test_what_is_saved_is_loaded(tmp_path: Path, n: int) -> None:
    rng = np.random.default_rng(n)
    matrix, query = unit(rng, n), unit(rng, 1)
    index = VectorIndex(D)
    index.add(np.arange(n) * 3, np.arange(n) * 2, matrix)
    index.save(tmp_path, "7-1")
    again = VectorIndex.load(tmp_path, "7-1")
    assert (again.ids.tolist(), again.anchors.tolist()) == (index.ids.tolist(), index.anchors.tolist())
    assert again.nearest(query, 20).tolist() == index.nearest(query, 20).tolist()
    again.add(np.array([n * 3 + 1]), np.array([5]), unit(rng, 1))
    again.remove(np.arange(n + 1) == 0)
    assert len(again) == n


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    for name, n in (("a", 3), ("b", 4)):
        index = VectorIndex(D)
        index.add(np.arange(n), np.arange(n), unit(np.random.default_rng(n), n))
        index.save(tmp_path, name)
    (tmp_path / "a.npy").replace(tmp_path / "b.npy")
    with pytest.raises(ValueError, match="4 vectors"):
        VectorIndex.load(tmp_path, "b")
