"""One engine, measured in a process of its own; says what it found as JSON. Knows nothing of any engine.

Both Pythons run this: the product's and the peers'.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

HITS = 10

# What one hit shows: places of turns, (number of the file, number of the turn), and how many words to read.
Hit = tuple[list[tuple[int, int]], int]
Work = dict[str, Any]


class Engine(Protocol):
    """What is compared; made with the model loaded and nothing in it."""

    def ingest(self) -> None:
        """Take in everything, until it can be searched and is on disk."""
        ...

    def encode(self, question: str) -> object:
        """The question's vector, as search makes it."""
        ...

    def search(self, question: str) -> list[Hit]:
        """The best hits, `HITS` of them."""
        ...

    def more(self) -> dict[str, object]:
        """What only it can say when all is done: how many word pieces it encoded and in which type, at least."""
        ...


def main(engines: Mapping[str, Callable[[Work, Path], Engine]]) -> None:
    """Measure the engine that the command line names, and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=engines)
    parser.add_argument("work", type=Path)
    parser.add_argument("home", type=Path)
    options = parser.parse_args()
    work = json.loads(options.work.read_text(encoding="utf-8"))
    began = time.perf_counter()
    engine = engines[options.engine](work, options.home)
    engine.encode("Loads what is loaded when first used")
    started = time.perf_counter() - began
    cpu, wall = time.process_time(), time.perf_counter()
    engine.ingest()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    found = {
        "start_s": started,
        "cpu_s": cpu,
        "wall_s": wall,
        "peak_mib": _peak_mib(),
        "disk_mib": sum(one.stat().st_size for one in options.home.rglob("*") if one.is_file()) / 2**20,
        **_searched(engine, work["questions"], work["rounds"]),
        **engine.more(),
    }
    print(json.dumps(found))


def _searched(engine: Engine, questions: list[str], rounds: int) -> dict[str, object]:
    """Milliseconds of every question, its encoding apart, and what was found; the first round warms up."""
    encoding: list[float] = []
    whole: list[float] = []
    hits: list[list[Hit]] = []
    for number in range(rounds + 1):
        for question in questions:
            began = time.perf_counter()
            engine.encode(question)
            encoded = time.perf_counter()
            found = engine.search(question)
            ended = time.perf_counter()
            if number:
                encoding.append((encoded - began) * 1000)
                whole.append((ended - encoded) * 1000)
            else:
                hits.append(found)
    return {"encoding_ms": encoding, "search_ms": whole, "hits": hits}


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
