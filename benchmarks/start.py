"""How long a command takes from nothing, and a server until it is ready: a new process each time.

    python benchmarks/start.py [--home FOLDER] [--rounds N]

The files of a library are in memory already: everything is done once before it counts. Without a folder, the seeds are
taken into a library that is thrown away. Processor seconds are said besides those of the clock: they hold where others
use the machine, the clock's do not. A server is ready when /readyz says so: indexes open, encoder loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
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
_LONG_S = 120.0  # after which a server is given up
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a library that is there; its indexes are brought level")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        if options.home is None:
            _run(home, ["ingest", str(ROOT / "seeds")])
        work = {name: lambda arguments=arguments: _run(home, arguments) for name, arguments in COMMANDS.items()}
        work["`transcite serve`, until it is ready"] = lambda: _ready(home)
        for one in work.values():
            one()  # compiles and reads what the others find there
        spent = {name: [one() for _ in range(options.rounds)] for name, one in work.items()}
        held = json.loads(subprocess.check_output(_command(["info", "--json"]), cwd=ROOT, env=_environ(home)))
    rows = []
    for name, some in spent.items():
        cpu, wall = np.array(some).T
        rows.append(f"| {name} | {np.median(wall):.2f} | {wall.min():.2f} | {np.median(cpu):.2f} |")
    record(
        "Start" if options.home is None else f"Start, {held['turns']:,} turns",
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
    before, began = os.times(), time.perf_counter()
    subprocess.run(_command(arguments), cwd=ROOT, env=_environ(home), check=True, stdout=subprocess.DEVNULL)
    after, ended = os.times(), time.perf_counter()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return cpu, ended - began


def _ready(home: Path) -> tuple[float, float]:
    """The same of a server, from its start until it is ready; then it is stopped."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    command = _command(["serve", "--port", str(port)])
    serving = subprocess.Popen(
        command, cwd=ROOT, env=_environ(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _answers(f"http://127.0.0.1:{port}/readyz"):
            if serving.poll() is not None or time.perf_counter() - began > _LONG_S:
                sys.exit("the server does not come up; start it by hand to see why")
            time.sleep(0.01)
        took = time.perf_counter() - began
        times = Path(f"/proc/{serving.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    finally:
        serving.terminate()
        serving.wait()
    return (int(times[11]) + int(times[12])) / _TICKS, took


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=_LONG_S) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "api.main", *arguments]


def _environ(home: Path) -> dict[str, str]:
    return os.environ | {"TRANSCITE_HOME": str(home), "HF_HUB_OFFLINE": "1"}


if __name__ == "__main__":
    main()
