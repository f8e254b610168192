from __future__ import annotations

from pathlib import Path

import pytest
from suites import Measured


@pytest.fixture
def measured(tmp_path: Path) -> Measured:
    """`transcite eval` with a home and suites of its own."""
    return Measured(tmp_path)
