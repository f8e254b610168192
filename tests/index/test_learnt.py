from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index import learnt

FILES = sorted(Path(learnt.__file__).parent.glob("*.npz"))


def test_a_change_is_kept_in_eight_bits() -> None:
    chance = np.random.default_rng(1)
    up, down = (chance.standard_normal(shape).astype(np.float32) for shape in ((40, 3), (3, 50)))
    up[:, 1] *= 100  # a direction of its own size has a step of its own
    stored = learnt.packed("layer.dense", up, down)
    assert {one.dtype.itemsize for name, one in stored.items() if not name.endswith(".step")} == {1}
    [(name, change)] = learnt.changes(stored).items()
    assert name == "layer.dense"
    assert np.linalg.norm(change - up @ down) < 0.02 * np.linalg.norm(up @ down)


def test_a_direction_of_nothing_changes_nothing() -> None:
    nothing = np.zeros((2, 2), dtype=np.float32)
    np.testing.assert_array_equal(learnt.changes(learnt.packed("dense", nothing, nothing))["dense"], nothing)


def test_what_was_learnt_is_small_and_changes_all_layers() -> None:
    assert [one.name for one in FILES] == ["asking.npz", "reader.npz"]
    assert all(one.stat().st_size < 1_000_000 for one in FILES)
    for changes in (learnt.asking(), learnt.reading().changes):
        assert {name.split(".")[2] for name in changes} == set("012345")
        assert {change.shape for change in changes.values()} == {(384, 384), (1536, 384), (384, 1536)}
        assert all(np.linalg.matrix_rank(change) <= 16 for change in list(changes.values())[:2])


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("Which county got its grant money and why?", True),
        ("WHY did it?", True),
        ("Warum hat der Landkreis das Geld nicht bekommen?", False),
        ("Was hat er dann gesagt?", False),
        ("¿Por qué no recibió la subvención el condado?", False),
        ("Combien coûte le nouveau pont ?", False),
        ("Waarom kreeg de gemeente het geld niet?", False),
        ("橋はいくらですか", False),
    ],
)
def test_only_english_is_understood(question: str, *, english: bool) -> None:
    assert learnt.understood(question) == english
