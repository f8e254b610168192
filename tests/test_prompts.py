"""The texts in prompts/: variables are checked, and no text lies there unused."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from string import Template

import pytest

from prompts import REFUSAL, render

ROOT = Path(__file__).parent.parent
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "prompts").glob("*.md")}


def calls() -> Iterator[tuple[str, frozenset[str]]]:
    """Every `render("name", variable=...)` in the code: the name and the variables given."""
    for room in ("api", "index", "rag"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(func=ast.Name(id="render"), args=[ast.Constant(value=str(name))], keywords=keywords):
                        yield name, frozenset(keyword.arg or "**" for keyword in keywords)


def test_variables_are_filled_in() -> None:
    assert render("not_found", refusal=REFUSAL, searched="2 transcripts") == f"{REFUSAL} Searched 2 transcripts."


def test_a_value_is_taken_as_it_is() -> None:
    trap = "$why ${why} {why} {0} %s \\1 $$ $"
    assert render("nothing_to_search", refusal="No.", why=trap) == f"No. Nothing could be searched: {trap}."


@pytest.mark.parametrize("given", [{"refusal": "No."}, {"refusal": "No.", "searched": "2", "why": "3"}, {}])
def test_missing_and_surplus_variables_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(KeyError, match=r"'not_found' takes \['refusal', 'searched'\]"):
        render("not_found", **given)


def test_a_text_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        render("no_such_text")


def test_every_text_is_rendered_somewhere_with_its_variables() -> None:
    wanted = {(name, frozenset(Template(text).get_identifiers())) for name, text in TEXTS.items()}
    assert set(calls()) == wanted


def test_every_text_is_well_formed() -> None:
    assert [name for name, text in TEXTS.items() if not Template(text).is_valid() or not text.endswith("\n")] == []


def test_every_text_is_in_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["prompts"]
    others = [path.name for path in (ROOT / "prompts").iterdir() if path.is_file() and path.suffix != ".py"]
    assert others
    assert [name for name in others if not any(fnmatch(name, pattern) for pattern in patterns)] == []
