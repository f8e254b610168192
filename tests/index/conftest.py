from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.store.library import Library
from tests import fakes

fakes.settle_hypothesis()
_POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test of a library is made of one in a file and of one in PostgreSQL, but where it is about the file."""
    if "library" in metafunc.fixturenames:
        both = [] if metafunc.definition.get_closest_marker("embedded") else [_POSTGRES]
        metafunc.parametrize("library", ["sqlite", *both], indirect=True)


@pytest.fixture
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    """An empty library."""
    url = None if request.param == "sqlite" else request.getfixturevalue("database_url")
    made = fakes.library(tmp_path / "home", url=url)
    yield made
    made.close()
