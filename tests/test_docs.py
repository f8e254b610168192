"""What the README says is so: its settings, its make targets, its tree."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from api.settings import DESCRIPTIONS

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def make_targets() -> list[str]:
    """The targets that `make help` tells of."""
    return re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def top_folders() -> set[str]:
    """The folders of the repository that a reader sees: neither hidden nor ignored by git."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    names = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    return {name for name in names if not any(fnmatch(f"{name}/", pattern) for pattern in ignored)}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_every_setting_is_a_row_of_the_readme(name: str, readme: str) -> None:
    rows = [line for line in readme.splitlines() if line.startswith(f"| `{name}` |")]
    assert rows == [f"| `{name}` | {DESCRIPTIONS[name]} |"]


def test_the_readme_names_no_other_setting(readme: str) -> None:
    assert set(re.findall(r"\bTRANSCITE_[A-Z_]+\b", readme)) <= set(DESCRIPTIONS)


@pytest.mark.parametrize("target", make_targets())
def test_every_make_target_is_in_the_readme(target: str, readme: str) -> None:
    assert re.search(rf"\bmake {target}\b", readme)


def test_the_readme_names_no_other_make_target(readme: str) -> None:
    in_code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", readme, re.DOTALL))
    assert set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)\b", in_code)) <= set(make_targets())


def test_the_tree_in_the_readme_is_the_tree(readme: str) -> None:
    blocks = re.findall(r"^```.*?^```", readme, re.DOTALL | re.MULTILINE)
    listed = {name for block in blocks for name in re.findall(r"^(?:[├└]── )?([\w.-]+)/(?=\s|$)", block, re.MULTILINE)}
    assert {name for name in listed if not name.startswith(".")} == top_folders()
    assert all((ROOT / name).is_dir() for name in listed)


def test_make_help_tells_of_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split()
    assert sorted(make_targets()) == sorted(name for name in phony if name != "venv")  # venv is a step of the others
