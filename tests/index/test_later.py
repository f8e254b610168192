from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest

from index.later import postponed

HEAVY = """
from heavy.inside import Base
WORD = "heavy"
class Shape(Base):
    pass
def area(side, *, times=1):
    return side * side * times
def marked(function=None, recursive=True):
    raise AssertionError("a mark was set")
class Names:
    count = 3
"""
LIGHT = """
from __future__ import annotations
import heavy
import heavy.inside
from heavy import Names, Shape, area, marked
from heavy.inside import Base

@marked
def plain(value: Shape | None) -> int:
    return 1

@marked(recursive=False)
def other() -> int:
    return 2

def is_shape(value):
    return isinstance(value, Shape)
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that is heavy, and a module that takes things out of it."""
    folder = tmp_path / "heavy"
    folder.mkdir()
    (folder / "__init__.py").write_text(HEAVY)
    (folder / "inside.py").write_text("class Base:\n    pass\nFOUND = 'inside'\n")
    (tmp_path / "light.py").write_text(LIGHT)
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def light() -> ModuleType:
    with postponed(["heavy"], marks=["heavy.marked"]):
        return importlib.import_module("light")


def test_a_module_waits_until_it_is_used(packages: Path) -> None:
    module = light()
    assert not [name for name in sys.modules if name.startswith("heavy")]
    assert module.area(3, times=2) == 18
    assert sys.modules["heavy"].WORD == "heavy"


def test_what_was_never_imported_has_no_instances(packages: Path) -> None:
    module = light()
    assert not module.is_shape(object())
    assert not issubclass(int, module.Shape)
    assert "heavy" not in sys.modules
    real = importlib.import_module("heavy")
    assert module.is_shape(real.Shape())
    assert issubclass(real.Shape, module.Shape)
    assert not module.is_shape(object())


def test_a_class_built_upon_it_is_built_upon_the_real_one(packages: Path) -> None:
    (packages / "built.py").write_text("from heavy import Shape\nclass Square(Shape):\n    pass\n")
    with postponed(["heavy"]):
        built = importlib.import_module("built")
    assert built.Square.__mro__[1] is sys.modules["heavy"].Shape


def test_marks_leave_functions_as_they_are(packages: Path) -> None:
    module = light()
    assert (module.plain(None), module.other()) == (1, 2)
    assert "heavy" not in sys.modules


def test_a_mark_is_none_any_more_afterwards(packages: Path) -> None:
    module = light()
    with pytest.raises(AssertionError, match="a mark was set"):
        module.marked(len)


def test_attributes_and_whole_modules_are_the_real_ones_when_asked_for(packages: Path) -> None:
    module = light()
    assert module.heavy.inside.FOUND == "inside"
    assert module.heavy.WORD == "heavy"
    assert module.Names.count == 3


def test_what_one_forces_to_be_imported_sees_no_stand_ins(packages: Path) -> None:
    (packages / "more.py").write_text("import heavy\nLETTERS = heavy.WORD[0]\n")
    (packages / "first.py").write_text("import heavy\nfrom more import LETTERS\nFIRST = LETTERS.upper()\n")
    with postponed(["heavy", "more"]):
        first = importlib.import_module("first")
    assert first.FIRST == "H"


def test_what_is_imported_already_stays(packages: Path) -> None:
    real = importlib.import_module("heavy")
    with postponed(["heavy"]):
        from_now = importlib.import_module("heavy")
    assert from_now is real
    assert sys.modules["heavy.inside"].Base is real.Base


def test_other_threads_import_what_they_always_did(packages: Path) -> None:
    found: list[ModuleType] = []
    with postponed(["heavy"]):
        other = Thread(target=lambda: found.append(importlib.import_module("heavy")))
        other.start()
        other.join()
    assert found[0].WORD == "heavy"


def test_nothing_is_left_behind_when_an_import_fails(packages: Path) -> None:
    (packages / "broken.py").write_text("import heavy\nraise ValueError('broken')\n")
    finders = list(sys.meta_path)
    with pytest.raises(ValueError, match="broken"), postponed(["heavy"]):
        importlib.import_module("broken")
    assert sys.meta_path == finders
    assert "heavy" not in sys.modules
