"""What Milvus needs for many passages: memory, disk, time to fill, and time to find the nearest 200.

    python benchmarks/engine_growth.py --home FOLDER [--sizes 100000 300000 1000000] [--search graph]

One standalone server from its PyPI package, in a temporary folder; the library's own vectors, repeated with noise of a
fifth of their length beyond what there is. Nothing is read from a library while it is measured.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from cluster import resident_mib
from common import record, size_mib

from index.address import Address
from index.derived import Derived
from index.encoder import Vectors
from index.engine import Rule, Standing
from index.milvus.engine import Milvus
from index.store.library import Library
from index.store.records import Point
from index.store.schema import STRIDE

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.engine.milvus_server import serving

_STEP, _PER_TRANSCRIPT, _QUESTIONS = 20_000, 125, 100
_FREE = 7  # transcripts in a thousand that the narrow filter lets through


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--encoder", default="all-MiniLM-L6-v2", help="name of the encoder the library was made with")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 300_000, 1_000_000])
    parser.add_argument("--search", choices=("exact", "graph"), default="exact")
    options = parser.parse_args()
    library = Library(options.home, encoder=options.encoder)
    derived = Derived(library, dimension=library.dimension() or 0)
    derived.catch_up()
    vectors = derived.vectors.matrix().astype(np.float32)
    library.close()
    with TemporaryDirectory(prefix="transcite-growth-") as folder, serving(Path(folder)) as server:
        address = Address(f"http://127.0.0.1:{server.listen_port}", graph=options.search == "graph")
        milvus, data = Milvus(address, timeout_s=120), Path(folder) / "data"
        for rows in grown(milvus, server.server_proc.pid, data, vectors, options.sizes):
            tell(rows, vectors, options.search)


def tell(rows: list[str], vectors: Vectors, search: str) -> None:
    record(
        f"Milvus by number of passages, {search}",
        [
            f"Vectors of {vectors.shape[1]} numbers; {len(vectors):,} real ones, beyond that the same with noise."
            f" Nearest 200 of {_QUESTIONS} passages with noise, one at a time; narrow: {_FREE} of 1,000 transcripts.",
            "",
            "| passages | filled, rows/s | server MiB | disk MiB | p50 ms | p99 | narrow p50 | recall of 200 |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
            *rows,
        ],
    )


def grown(milvus: Milvus, pid: int, data: Path, vectors: Vectors, sizes: list[int]) -> Iterator[list[str]]:
    """The rows of the table, so far, after each size."""
    rng = np.random.default_rng(3)
    name, there, rows = milvus.make("growth_0", vectors.shape[1]), 0, list[str]()
    asked = noisy(vectors[rng.integers(0, len(vectors), _QUESTIONS)], rng)
    best = np.full((_QUESTIONS, 200), -9.0, np.float32)
    for size in sizes:
        began, before = time.perf_counter(), there
        while there < size:
            many = min(_STEP, size - there)
            at = np.arange(there, there + many)
            fresh = vectors[at % len(vectors)]
            fresh = fresh if there + many <= len(vectors) else noisy(fresh, rng)
            ids = (at // _PER_TRANSCRIPT + 1) * STRIDE + at % _PER_TRANSCRIPT
            milvus.add(name, ids, ids + 1, fresh)
            best = np.sort(np.concatenate([best, asked @ fresh.T], axis=1), axis=1)[:, -200:]
            there += many
        floor = milvus.mark(name, Point(1, 1))
        filled = (there - before) / (time.perf_counter() - began)
        milvus.switch("growth_0", name)
        settle(milvus, name)
        standing = Standing(name, Point(1, 1), floor, vectors.shape[1])
        narrow = Rule(tuple(one for one in range(1, there // _PER_TRANSCRIPT + 1) if one % 1_000 < _FREE))
        whole, recall = timed(milvus, standing, asked, Rule(), best)
        few, _ = timed(milvus, standing, asked, narrow, best)
        rows.append(
            f"| {there:,} | {filled:,.0f} | {resident_mib(pid):,.0f} | {size_mib(data):,.0f} |"
            f" {np.percentile(whole, 50):.0f} | {np.percentile(whole, 99):.0f} | {np.percentile(few, 50):.0f} |"
            f" {recall:.3f} |"
        )
        yield rows


def noisy(vectors: Vectors, rng: np.random.Generator) -> Vectors:
    """The vectors with noise of a fifth of their length, of unit length again."""
    noise = rng.standard_normal(vectors.shape).astype(np.float32)
    mixed = vectors + 0.2 * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), dtype=np.float32)


def settle(milvus: Milvus, name: str) -> None:
    """Wait until every sealed row has its index."""
    for _ in range(600):
        known = milvus._calls.twice(lambda c: c.describe_index(name, "vector"))
        if known.get("pending_index_rows", 0) == 0:
            return
        time.sleep(1)


def timed(milvus: Milvus, standing: Standing, asked: Vectors, rule: Rule, best: Vectors) -> tuple[list[float], float]:
    """Milliseconds of each search, and what share of the 200 nearest it found, by their scores."""
    took, found = [], 0.0
    for question, scores in zip(asked, best, strict=True):
        began = time.perf_counter()
        nearest = milvus.nearest(standing, question[None, :], 200, rule)
        took.append((time.perf_counter() - began) * 1000)
        found += float((nearest.scores >= scores[0] - 1e-5).sum()) / 200
    return took, found / len(asked)


if __name__ == "__main__":
    main()
