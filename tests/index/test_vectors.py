from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import segment
from index.encoder import Vectors
from index.segment import Mask, Rows, Segment
from index.store.schema import STRIDE
from index.vectors import VectorIndex
from index.windows import NARROW, WIDE, Ids, Scores

D = 16


def unit(rng: np.random.Generator, n: int) -> Vectors:
    """Unit vectors as they are stored, to half precision, a few of them alike so that there are ties."""
    rows = rng.standard_normal((n, D))
    rows[n // 2 : n // 2 + n // 5] = rows[: n // 5]
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float16).astype(np.float32)


def filled(ids: Ids, anchors: Ids, matrix: Vectors) -> VectorIndex:
    index = VectorIndex(D)
    index.add([Rows.of(ids, anchors, matrix)])
    return index


def saved(index: VectorIndex, folder: Path) -> VectorIndex:
    """The same in one part, written and read."""
    index.joined().save(folder, "base")
    VectorIndex(D).save(folder, "changes")
    return VectorIndex.load(folder, "base", "changes")


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
    index = filled(np.arange(n), np.arange(n), matrix)
    allowed = None if share is None else np.asarray(rng.random(n) < share)
    rows = index.nearest(query, limit, allowed)
    best, scores = exact(matrix, query, limit, allowed)
    assert len(rows) == len(set(rows.tolist())) == len(best)
    assert allowed is None or allowed[rows].all()
    np.testing.assert_allclose(scores[rows], best, atol=1e-5)  # rows of the same score may change places


class Truth:
    """Rows in plain arrays: what an index holds, by numpy."""

    def __init__(self) -> None:
        self.matrix: Vectors = np.empty((0, D), dtype=np.float32)
        self.ids: Ids = np.empty(0, dtype=np.int64)
        self.last = 0

    def come(self, rng: np.random.Generator) -> Rows:
        """A few transcripts, with a passage missing here and there."""
        ids, ordinals = [], range(self.last + 1, self.last + 1 + int(rng.integers(0, 4)))
        for ordinal in ordinals:
            self.last = ordinal
            ids.append(ordinal * STRIDE + np.cumsum(rng.choice([1, 1, 1, 2], int(rng.integers(1, 12)))))
        fresh = np.concatenate([np.empty(0, dtype=np.int64), *ids])
        more = unit(rng, len(fresh))
        self.matrix, self.ids = np.concatenate([self.matrix, more]), np.concatenate([self.ids, fresh])
        return Rows.of(fresh, fresh * 10, more)

    def go(self, ordinals: Sequence[int]) -> None:
        kept = ~np.isin(self.ids // STRIDE, ordinals)
        self.matrix, self.ids = self.matrix[kept], self.ids[kept]

    def check(self, index: VectorIndex, query: Vectors) -> None:
        """The index holds these rows, finds the nearest of them and knows what the windows around them are worth."""
        assert len(index) == len(self.ids)
        assert index.ids.tolist() == self.ids.tolist()
        assert index.anchors.tolist() == (self.ids * 10).tolist()
        np.testing.assert_array_equal(index.matrix(), self.matrix)
        rows = index.nearest(query, 10)
        best, scores = exact(self.matrix, query, 10, None)
        by_turn = dict(zip((self.ids * 10).tolist(), scores.tolist(), strict=True))
        np.testing.assert_allclose([by_turn[one] for one in index.turns(rows).tolist()], best, atol=1e-5)
        everything = index.standing_for(self.ids * 10, self.ids * 10 + 1)
        assert index.turns(everything).tolist() == (self.ids * 10).tolist()
        if len(self.ids):
            alone, *found = index.scores(query, everything)
            np.testing.assert_allclose(alone, scores, atol=1e-5)
            for beside, window in zip((NARROW, WIDE), found, strict=True):
                np.testing.assert_allclose(window, windows(self.matrix, self.ids, beside) @ query[0], atol=1e-5)


@given(
    seed=st.integers(0, 10_000),
    steps=st.lists(st.sampled_from(["add", "remove", "all", "join"]), min_size=1, max_size=8),
)
def test_adds_and_removes_leave_what_numpy_has(seed: int, steps: list[str]) -> None:
    rng, truth = np.random.default_rng(seed), Truth()
    index, before = VectorIndex(D), VectorIndex(D)
    for step in ["add", *steps]:
        held, index = before.ids.tolist(), index.copy()
        if step == "add":
            index.add([truth.come(rng)])
        elif step == "join":
            index = VectorIndex(D, index.joined())
        else:
            known = np.unique(truth.ids // STRIDE)
            gone = known[np.asarray(rng.random(len(known)) < (0.4 if step == "remove" else 2.0))].tolist()
            index.remove([*gone, 999])  # and one that is not there
            truth.go(gone)
        truth.check(index, unit(rng, 1))
        assert before.ids.tolist() == held  # who searches the state before is not disturbed
        before = index


@given(seed=st.integers(0, 10_000))
def test_what_changed_while_the_parts_were_joined_is_kept(seed: int) -> None:
    rng, truth = np.random.default_rng(seed), Truth()
    since = VectorIndex(D)
    since.add([truth.come(rng), truth.come(rng)])
    since = VectorIndex(D, since.joined())
    since.add([truth.come(rng)])
    joined, now = since.joined(), since.copy()
    now.add([truth.come(rng)])
    gone = [one for one in range(1, truth.last + 1) if rng.random() < 0.4]
    now.remove(gone)
    truth.go(gone)
    truth.check(now.moved(joined, since), unit(rng, 1))


def test_codes_propose_and_rows_decide(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Beyond a size: what is found is what an exact search finds, filtered, deleted and added rows included."""
    rng = np.random.default_rng(5)
    centres = rng.standard_normal((300, 64))
    rows = np.repeat(centres, 20, axis=0) + 0.6 * rng.standard_normal((6000, 64))
    matrix = np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float16)
    ids = np.arange(6000) // 20 * STRIDE + np.arange(6000) % 20 + STRIDE
    monkeypatch.setattr(segment, "COARSE_FROM", 5000)
    Segment(64, [Rows.of(ids, ids, matrix)]).save(tmp_path, "base")
    VectorIndex(64).save(tmp_path, "changes")
    index = VectorIndex.load(tmp_path, "base", "changes")
    queries = [np.asarray(matrix[n : n + 1], dtype=np.float32) for n in range(0, 6000, 150)]

    def found(allowed: Mask | None = None) -> float:
        """Share of the ten nearest by numpy that is found, over all queries."""
        held, shares = index.matrix().astype(np.float32), []
        known = {one: at for at, one in enumerate(index.ids.tolist())}
        for query in queries:
            got = [known[one] for one in index.turns(index.nearest(query, 10, allowed)).tolist()]
            inside = None if allowed is None else np.isin(index.ids, ids[allowed[: len(ids)]])
            best, scores = exact(held, query, 10, inside)
            shares.append(np.mean(scores[got] >= best[-1] - 1e-5))
        return float(np.mean(shares))

    assert found() >= 0.99
    index.remove(range(1, 40))
    assert found() >= 0.99
    more = np.asarray(matrix[:40][::-1], dtype=np.float16)
    index.add([Rows.of(np.arange(40) + 900 * STRIDE, np.arange(40) + 900 * STRIDE, more)])
    assert found() >= 0.99
    assert found(np.concatenate([np.arange(6000) % 1000 == 3, np.zeros(40, dtype=np.bool_)])) == 1.0


def test_when_all_that_is_near_was_deleted_the_rest_is_looked_through(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rng = np.random.default_rng(6)
    matrix = rng.standard_normal((4000, 32)) + np.repeat([[3.0], [-3.0]], [1500, 2500], axis=0)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    ids = np.arange(4000) // 10 * STRIDE + np.arange(4000) % 10 + STRIDE
    monkeypatch.setattr(segment, "COARSE_FROM", 3000)
    Segment(32, [Rows.of(ids, ids, matrix.astype(np.float16))]).save(tmp_path, "base")
    VectorIndex(32).save(tmp_path, "changes")
    index = VectorIndex.load(tmp_path, "base", "changes")
    query = np.asarray(matrix[:1], dtype=np.float32)
    assert (index.nearest(query, 200) < 1500).all()
    index.remove(range(1, 151))
    rows = index.nearest(query, 200)
    best, scores = exact(matrix.astype(np.float16).astype(np.float32)[1500:], query, 200, None)
    np.testing.assert_allclose(scores[rows - 1500], best, atol=1e-5)


def test_a_window_ends_where_its_transcript_ends() -> None:
    """Ids of two transcripts are far apart; rows side by side are not neighbours then."""
    rng = np.random.default_rng(0)
    matrix, query = unit(rng, 7), unit(rng, 1)
    ids = np.array([0, 1, 2, 1 << 20, (1 << 20) + 1, (1 << 20) + 3, 5 << 20], dtype=np.int64)
    index = filled(ids, ids, matrix)
    _, window, _ = index.scores(query, np.arange(7))
    np.testing.assert_allclose(window, windows(matrix, ids, NARROW) @ query[0], atol=1e-6)
    single = float(matrix[6] @ query[0] / np.linalg.norm(matrix[6]))
    assert window[6] == pytest.approx(single, abs=1e-6)
    half = 0.5 * matrix[1] + matrix[2]
    assert window[2] == pytest.approx(float(half @ query[0] / np.linalg.norm(half)), abs=1e-6)


def test_scores_are_of_the_rows_asked_for_in_their_order() -> None:
    rng = np.random.default_rng(1)
    matrix, query = unit(rng, 9), unit(rng, 1)
    index = filled(np.arange(9), np.arange(9), matrix)
    rows = np.array([8, 0, 4, 4])
    alone, _, wide = index.scores(query, rows)
    np.testing.assert_allclose(alone, matrix[rows] @ query[0], atol=1e-6)
    np.testing.assert_allclose(wide, (windows(matrix, np.arange(9), WIDE) @ query[0])[rows], atol=1e-6)


def test_halves_of_every_kind_count_for_what_they_are() -> None:
    """Nothing, the smallest there are, ones below the normal, and either sign."""
    row = np.array([[0.0, -0.0, 6e-8, -6e-8, 6e-5, -6.1e-5, 1.0, -1.0] * 2], dtype=np.float16)
    index = filled(np.array([1]), np.array([1]), row.astype(np.float32))
    for at in range(D):
        one = np.zeros((1, D), dtype=np.float32)
        one[0, at] = 1.0
        assert float(index.scores(one, np.array([0]))[0, 0]) == float(row[0, at])


def test_nothing_in_nothing_out() -> None:
    index = VectorIndex(D)
    query = unit(np.random.default_rng(0), 1)
    assert index.nearest(query, 5).tolist() == []
    index.remove([1])
    index.add([])
    assert (len(index), index.dimension) == (0, D)


@pytest.mark.parametrize("n", [0, 1, 500])
def test_what_is_saved_is_loaded(tmp_path: Path, n: int) -> None:
    rng = np.random.default_rng(n)
    matrix, query = unit(rng, n), unit(rng, 1)
    index = filled(np.arange(n) * 3, np.arange(n) * 2, matrix)
    again = saved(index, tmp_path)
    assert (again.ids.tolist(), again.anchors.tolist()) == (index.ids.tolist(), index.anchors.tolist())
    assert again.nearest(query, 20).tolist() == index.nearest(query, 20).tolist()
    again.add([Rows.of(np.array([5 * STRIDE]), np.array([5]), unit(rng, 1))])
    again.remove([0])
    assert again.ids.tolist() == [5 * STRIDE]
    again.save(tmp_path, "later")
    assert VectorIndex.load(tmp_path, "base", "later").ids.tolist() == [5 * STRIDE]


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    for name, n in (("a", 3), ("b", 4)):
        filled(np.arange(n), np.arange(n), unit(np.random.default_rng(n), n)).joined().save(tmp_path, name)
    (tmp_path / "a.npy").replace(tmp_path / "b.npy")
    with pytest.raises(ValueError, match="4 vectors"):
        Segment.load(tmp_path, "b")
