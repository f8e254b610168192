from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from client import Client, parts_of

from api.compose import Parts
from api.http.app import create_app
from tests.fakes import HashingEncoder


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """The parts of a server whose library does not exist yet."""
    return parts_of(tmp_path / "home", HashingEncoder)


@pytest.fixture
def client(parts: Parts) -> Iterator[Client]:
    """A client of the real application, its library empty."""
    with Client(create_app(parts)) as client:
        yield client


@pytest.fixture
def filled(client: Client) -> Client:
    """The same with two transcripts."""
    client.fill()
    return client
