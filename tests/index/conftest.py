from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.store.library import Library
from tests import fakes

fakes.settle_hypothesis()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library."""
    made = fakes.library(tmp_path / "home")
    yield made
    made.close()
