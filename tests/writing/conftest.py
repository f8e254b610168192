from __future__ import annotations

import pytest

from tests.fakes import MemorySearcher, transcript

GRANT = (
    "DIANE OKAFOR: Why was the grant of Tamarack County taken back?",
    "JOSE IBARRA: Tamarack lost the grant of nine hundred thousand dollars because it filed late.",
    "DIANE OKAFOR: How many ambulances was that grant for?",
    "JOSE IBARRA: The grant was for three ambulances and a garage in Port Ellery.",
    "LEE SAND: I did not vote for the ambulance grant. The ferry runs on Sundays.",
)


@pytest.fixture
def searcher() -> MemorySearcher:
    """A hearing."""
    return MemorySearcher(transcript(*GRANT, title="Hearing"))
