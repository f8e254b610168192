"""What tests of every area may need: an end, and a real PostgreSQL server, started when the first test asks for it."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from tests import fakes, postgres
from tests.limit import LIMIT_S, limited


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Limit every test, what it makes and what it tidies up included."""
    with limited(LIMIT_S):
        return (yield)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A server for all tests of a run; who stops it starts it again."""
    with postgres.server() as running:
        yield running


@pytest.fixture(scope="session")
def _kept(postgres_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the tables of a library, for one test after the other."""
    url = postgres_server.fresh()
    fakes.library(tmp_path_factory.mktemp("kept"), url=url).close()
    return url


@pytest.fixture
def database_url(postgres_server: postgres.Server, _kept: str) -> str:
    """Where an empty library is."""
    return postgres_server.emptied(_kept)
