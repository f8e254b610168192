"""Some of the points that benchmarks/kills.py kills commands at: each in a call that changes a file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.faults.killing import SCENARIOS, staged

NAMES = {one.name: one for one in SCENARIOS}


@pytest.mark.skipif(shutil.which("strace") is None or os.geteuid() != 0, reason="strace has to be there, and allowed")
@pytest.mark.parametrize(("name", "count"), [("replace", 2), ("repair", 2)])
def test_a_command_killed_amid_its_writes(tmp_path: Path, name: str, count: int) -> None:
    stage = staged(NAMES[name], tmp_path)
    every = [(call, nth) for call, most in sorted(stage.calls.items()) for nth in range(1, most + 1)]
    for at in range(count):
        call, nth = every[(at + 1) * len(every) // (count + 1)]
        _, wrong = stage.kill(call, nth)
        assert wrong is None, (call, nth)
