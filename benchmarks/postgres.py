"""A library in PostgreSQL beside the same one in a file: moving it over and back, search, and storing a transcript.

    createdb bench && python benchmarks/postgres.py --url postgresql://user@host/bench [--turns N]; dropdb bench

The library is made up: words by Zipf's law, vectors at random, each turn a passage. No encoder is loaded; questions are
encoded already, as search is measured everywhere. Both databases are asked in turn, so that what else the machine does
falls on both.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from common import peak_mib, record

from index.derived import Derived
from index.encoder import Vectors
from index.search import Search
from index.store import moving
from index.store.database import Database
from index.store.library import FILE, Library
from index.store.records import Embedding, Encoded, Origin
from rag.values import Filters, Passage, Transcript, Turn

_WORDS, _TURNS, _DIMENSION = 20_000, 110, 384
_RNG = np.random.default_rng(7)
_VOCABULARY = ["".join(_RNG.choice(list("bcdfglmnprstvaeiou"), 6)) for _ in range(_WORDS)]
_QUESTIONS, _PUTS = 60, 40


class Random:
    """An encoder that knows nothing: a direction of its own for every text."""

    name, dimension = "random", _DIMENSION

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.encode_query(text)[0] for text in texts])

    def encode_query(self, text: str) -> Vectors:
        made = np.random.default_rng(abs(hash(text))).standard_normal((1, _DIMENSION)).astype(np.float32)
        return np.asarray(made / np.linalg.norm(made), dtype=np.float32)


def said(words: int) -> str:
    return " ".join(_VOCABULARY[min(int(at), _WORDS - 1)] for at in _RNG.zipf(1.3, words))


def transcript(number: int) -> tuple[Origin, Encoded]:
    turns = tuple(Turn(n, said(60), f"Speaker {(number + n) % 40}") for n in range(1, _TURNS + 1))
    vectors = _RNG.standard_normal((_TURNS, _DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cut = tuple(Passage((), one.turn, one.text) for one in turns)
    value = Transcript(f"Transcript {number}", turns)
    where = Origin("default", f"/made/{number}.txt", f"{number:064x}")
    return where, Encoded(value, cut, tuple(Embedding(one.astype(np.float16).tobytes()) for one in vectors))


def interleaved(work: dict[str, Callable[[], object]], rounds: int) -> dict[str, np.ndarray]:
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, call in work.items():
            began = time.perf_counter()
            call()
            times[name].append((time.perf_counter() - began) * 1000)
    return {name: np.array(some) for name, some in times.items()}


def timed(call: Callable[[], moving.Moved]) -> tuple[moving.Moved, float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    moved = call()
    return moved, time.perf_counter() - began, time.process_time() - cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--turns", type=int, default=20_000)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        measure(Path(folder), options.url, options.turns // _TURNS)


def measure(folder: Path, url: str, transcripts: int) -> None:
    made = Library(folder / "file", encoder="random")
    for number in range(transcripts):
        made.put(*transcript(number))
    made.close()
    before = peak_mib()
    with closing(Database(folder / "file" / FILE)) as file, closing(Database(folder / FILE, url=url)) as server:
        moved, over_s, over_cpu = timed(lambda: moving.move(file, server))
        peak = peak_mib()
        with closing(Database(folder / "back" / FILE)) as again:
            _, back_s, back_cpu = timed(lambda: moving.move(server, again))
    rows = sum(moved.rows.values())
    file_, server_ = (
        Library(folder / "file", encoder="random"),
        Library(folder / "server", encoder="random", database_url=url),
    )
    searches = {
        name: Search(library, Random(), Derived(library, dimension=_DIMENSION))
        for name, library in (("file", file_), ("PostgreSQL", server_))
    }
    asked = iter([said(8) for _ in range(4 * _QUESTIONS)])
    questions = {name: [] for name in searches}

    def search(name: str) -> object:
        questions[name].append(next(asked))
        return searches[name].search(questions[name][-1], filters=Filters(), top_k=10)

    for name in searches:
        search(name)  # the indexes are made
    found = interleaved({name: lambda name=name: search(name) for name in searches}, _QUESTIONS)
    fresh = {name: iter([transcript(10**6 + n) for n in range(_PUTS)]) for name in searches}
    put = interleaved(
        {
            "file": lambda: file_.put(*next(fresh["file"])),
            "PostgreSQL": lambda: server_.put(*next(fresh["PostgreSQL"])),
        },
        _PUTS,
    )
    read = interleaved({"file": file_.newest, "PostgreSQL": server_.newest}, 300)
    file_.close()
    server_.close()

    def row(what: str, times: dict[str, np.ndarray]) -> str:
        cells = [f"{np.percentile(times[name], 50):.2f} / {np.percentile(times[name], 95):.2f}" for name in times]
        return f"| {what} | {' | '.join(cells)} | {np.median(times['PostgreSQL']) / np.median(times['file']):.1f} |"

    record(
        "PostgreSQL",
        [
            f"{transcripts * _TURNS:,} turns made up, as many passages of {_DIMENSION} numbers; load"
            f" {os.getloadavg()[0]:.1f} on the machine, PostgreSQL on the same one; both databases asked in turn.",
            "",
            "| what, p50 / p95 ms | file | PostgreSQL | ratio of medians |",
            "| --- | --- | --- | --- |",
            row("search, the question encoded", found),
            row(f"store a transcript of {_TURNS} turns", put),
            row("one read (where the history stands)", read),
            "",
            f"`migrate --to`: {rows:,} rows in {over_s:.1f} s ({over_cpu:.1f} s of this process's CPU time,"
            f" {rows / over_cpu:,.0f} rows a CPU second, each copied, read again and compared); `--from`:"
            f" {back_s:.1f} s ({back_cpu:.1f} s). Memory grew by {peak - before:.0f} MiB.",
        ],
    )


if __name__ == "__main__":
    main()
