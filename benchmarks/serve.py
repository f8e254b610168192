"""Requests a second, and how long each takes, at several numbers of clients and workers.

    python benchmarks/serve.py --home FOLDER --questions FILE.jsonl [--seconds N]

The limit is the same work called in process, one question after the other, without HTTP. Clients run in this process,
the server in others; each client sends its next request when it has the answer to the one before.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import numpy as np
from common import record
from server import serving

from index.derived import Derived
from index.search import Search
from index.sentence_encoder import SentenceEncoder
from index.store.library import Library
from rag.ask import ask
from rag.values import Filters

CLIENTS = (1, 8, 32)
WORKERS = (1, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    questions = [json.loads(line)["question"] for line in options.questions.open(encoding="utf-8")]
    limits, turns = _in_process(options.home, questions, options.seconds)
    rows = [_row(f"{what}, in process", "-", "-", ms, limits[what]) for what, ms in limits.items()]
    for workers in WORKERS:
        with serving(options.home, workers=workers) as server:
            for what, path, field in (("search", "/v1/search", "query"), ("ask", "/v1/ask", "question")):
                bodies = [{field: question} for question in questions]
                asyncio.run(_load(server.url + path, bodies, clients=2 * workers, seconds=3))  # warms up
                for clients in CLIENTS:
                    ms = asyncio.run(_load(server.url + path, bodies, clients=clients, seconds=options.seconds))
                    rows.append(_row(what, str(workers), str(clients), ms, limits[what]))
            memory = server.memory_mib()
        rows.append(f"| memory of the server, shared pages once | {workers} | | | | | | {memory:,.0f} MiB |")
    record(
        "Serve",
        [
            f"{len(questions)} questions, {turns:,} turns, {options.seconds:g} s a row; clients on the same machine.",
            "",
            "| what | workers | clients | requests/s | p50 ms | p95 ms | p99 ms | requests/s against in process |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
            *rows,
        ],
    )


def _in_process(home: Path, questions: list[str], seconds: float) -> tuple[dict[str, list[float]], int]:
    """Milliseconds of each call, without a server; and how many turns there are."""
    encoder = SentenceEncoder()
    library = Library(home, encoder=encoder.name)
    derived = Derived(library, dimension=encoder.dimension)
    derived.catch_up()
    derived.save()
    search = Search(library, encoder, derived)
    work: dict[str, Callable[[str], object]] = {
        "search": lambda question: search.search(question, filters=Filters(), top_k=10),
        "ask": lambda question: ask(question, searcher=search),
    }
    times: dict[str, list[float]] = {}
    for name, call in work.items():
        call(questions[0])
        ends, times[name] = time.perf_counter() + seconds, []
        for question in itertools.cycle(questions):
            began = time.perf_counter()
            call(question)
            times[name].append((time.perf_counter() - began) * 1000)
            if time.perf_counter() > ends:
                break
    turns = search.searched(Filters()).turns
    library.close()
    return times, turns


async def _load(url: str, bodies: list[dict[str, str]], *, clients: int, seconds: float) -> list[float]:
    """Milliseconds of every request that `clients` finish within `seconds`, the wall time of all as the last."""
    times: list[float] = []
    next_body = itertools.cycle(bodies)
    began = time.perf_counter()

    async def one_client() -> None:
        async with httpx2.AsyncClient(timeout=120) as client:
            while time.perf_counter() - began < seconds:
                sent = time.perf_counter()
                response = await client.post(url, json=next(next_body))
                response.raise_for_status()
                times.append((time.perf_counter() - sent) * 1000)

    await asyncio.gather(*(one_client() for _ in range(clients)))
    times.append((time.perf_counter() - began) * 1000)
    return times


def _row(what: str, workers: str, clients: str, ms: list[float], limit: list[float]) -> str:
    """A line of the table; of clients' times the last is how long they took together."""
    best = len(limit) / (sum(limit) / 1000)
    if workers == "-":
        rate, each = best, ms
    else:
        *each, wall = ms
        rate = len(each) / (wall / 1000)
    p50, p95, p99 = np.percentile(each, [50, 95, 99])
    return f"| {what} | {workers} | {clients} | {rate:.1f} | {p50:.0f} | {p95:.0f} | {p99:.0f} | {rate / best:.2f} |"


if __name__ == "__main__":
    main()
