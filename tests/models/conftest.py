from __future__ import annotations

from collections.abc import Iterator

import pytest
from smollm import serving


@pytest.fixture(scope="session")
def model_url() -> Iterator[str]:
    """The base address of the server."""
    url, server = serving()
    yield url
    del server
