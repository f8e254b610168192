from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.formats import read_transcript
from rag.values import Transcript

DATA = Path(__file__).parent / "data"


@pytest.fixture
def sample() -> Callable[[str], Transcript]:
    """Reads one of the files in data/."""
    return lambda name: read_transcript((DATA / name).read_bytes(), name)


@pytest.fixture
def read() -> Callable[..., Transcript]:
    """Reads a text written inline."""
    return lambda text, name="meeting.txt": read_transcript(text.encode(), name)


@pytest.fixture
def said(read: Callable[..., Transcript]) -> Callable[..., list[tuple[str | None, str]]]:
    """(speaker, text) of the turns of a text written inline."""
    return lambda text, name="meeting.txt": [(t.speaker, t.text) for t in read(text, name).turns]
