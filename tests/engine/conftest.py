from __future__ import annotations

import platform
import sys
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


@pytest.fixture(scope="session")
def milvus_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Milvus server that lives as long as the tests."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip(f"the Milvus server of PyPI runs on Linux on x86-64; this is {sys.platform}, {platform.machine()}")
    from milvus_server import running  # noqa: PLC0415 - only where it can run

    with running(tmp_path_factory.mktemp("milvus")) as url:
        yield url
