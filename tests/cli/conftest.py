from __future__ import annotations

from pathlib import Path

import pytest
from command import BRIDGE, HEARING, Transcite


@pytest.fixture
def transcite(tmp_path: Path) -> Transcite:
    """The command line with a home that does not exist yet."""
    return Transcite(tmp_path / "home")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder of two transcripts."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "hearing.txt").write_text(HEARING, encoding="utf-8")
    (folder / "bridge.vtt").write_text(BRIDGE, encoding="utf-8")
    return folder


@pytest.fixture
def filled(transcite: Transcite, files: Path) -> Transcite:
    """The command line with both transcripts in its library."""
    assert transcite("ingest", files).code == 0
    transcite.encoders.clear()
    return transcite
