"""How long a command takes from nothing: a new process each time, whose files are in memory already.

    python benchmarks/start.py [--home FOLDER] [--rounds N]

Without a folder, the seeds are taken into a library that is thrown away. Processor seconds are said besides those of
the clock: they hold where others use the machine, the clock's do not.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from common import record

ROOT = Path(__file__).parents[1]
COMMANDS = {
    "`transcite --help`": ["--help"],
    "`transcite list`": ["list"],
    "`transcite search`": ["search", "grant money"],
    "`transcite ask`": ["ask", "Which county got its grant money and why?"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a library that is there")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        if options.home is None:
            _run(home, ["ingest", str(ROOT / "seeds")])
        for arguments in COMMANDS.values():
            _run(home, arguments)  # compiles and reads what the others find there
        spent = {name: [_run(home, arguments) for _ in range(options.rounds)] for name, arguments in COMMANDS.items()}
    rows = []
    for name, some in spent.items():
        cpu, wall = np.array(some).T
        rows.append(f"| {name} | {np.median(wall):.2f} | {wall.min():.2f} | {np.median(cpu):.2f} |")
    record(
        "Start",
        [
            f"{options.rounds} rounds, load {os.getloadavg()[0]:.0f}.",
            "",
            "| command | seconds, p50 | best | processor seconds, p50 |",
            "| --- | --- | --- | --- |",
            *rows,
        ],
    )


def _run(home: Path, arguments: list[str]) -> tuple[float, float]:
    """Seconds of the processor and of the clock that a command takes."""
    environ = os.environ | {"TRANSCITE_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    before, began = os.times(), time.perf_counter()
    command = [sys.executable, "-m", "api.main", *arguments]
    subprocess.run(command, cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
    after, ended = os.times(), time.perf_counter()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return cpu, ended - began


if __name__ == "__main__":
    main()
