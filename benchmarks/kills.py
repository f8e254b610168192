"""Kills `transcite` at some hundred points of everything that changes a library, and looks at what is left.

    python benchmarks/kills.py [--points N] [--only NAME] [--folder FOLDER] [--jobs N]

The points are system calls that change a file or make a change last (write, sync, rename, unlink, ...), spread evenly
over each command; strace, which has to be there, delivers SIGKILL as the call is about to be made. After each: SQLite's
own check; every transcript whole, in its old state or its new one; what was reported there, what was deleted not;
`transcite doctor` finds nothing; search level with the truth; the same command again finishes. Nothing is encoded.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from common import record

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.faults.killing import SCENARIOS, staged


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=60, help="of each command, at most")
    parser.add_argument("--only", help="one command")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="transcite-kills-"))
    some = [one.name for one in SCENARIOS if options.only in {None, one.name}]
    with ProcessPoolExecutor(options.jobs) as pool:  # forked: everything is imported already
        tried = list(pool.map(_tried, some, [options.points] * len(some), [folder] * len(some)))
    rows = [f"| {one.name} | {one.calls:,} | {one.points} | {one.died} | {len(one.wrong)} |" for one in tried]
    wrong, all_killed = [text for one in tried for text in one.wrong], sum(one.died for one in tried)
    lines = [
        f"{all_killed:,} times killed (SIGKILL at a system call, by strace); wrong afterwards: {len(wrong)}.",
        "",
        "| command | calls that change files | points | killed at | wrong |",
        "| --- | --- | --- | --- | --- |",
        *rows,
        "",
        "Where a point was not reached (threads share their calls out differently each time), the command finished.",
    ]
    if options.only is None:
        record("Kill points", lines)
    sys.exit(bool(wrong))


@dataclass(frozen=True)
class Tried:
    """What became of one command: how many calls it makes, at how many it was to be and was killed, what was wrong."""

    name: str
    calls: int
    points: int
    died: int
    wrong: tuple[str, ...]


def _tried(name: str, points: int, folder: Path) -> Tried:
    scenario = next(one for one in SCENARIOS if one.name == name)
    stage = staged(scenario, folder / name.replace(" ", "-"))
    chosen = stage.chosen(points)
    died, wrong = 0, []
    for call, nth in chosen:
        dead, trouble = stage.kill(call, nth)
        died += dead
        if trouble is not None:
            wrong.append(f"{name}, {call} {nth}: {trouble}")
            print(wrong[-1], file=sys.stderr, flush=True)
    print(f"{name}: killed at {died} of {len(chosen)} points, wrong {len(wrong)}", file=sys.stderr, flush=True)
    return Tried(name, sum(stage.calls.values()), len(chosen), died, tuple(wrong))


if __name__ == "__main__":
    main()
