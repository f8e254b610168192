"""Whether vectors in Milvus find what vectors in the process find, and how long each takes.

    python benchmarks/engine.py --home FOLDER --suites FOLDER [--url http://localhost:19530] [--search graph]

Every question of the suites, 1,000 at most, is searched in both ways by turns, over the same library and words. Without
`--url` a Milvus server is started from its PyPI package in a temporary folder, and stopped at the end.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from common import record

from index.address import Address
from index.derived import Derived
from index.encoder import Vectors
from index.milvus.engine import Milvus
from index.remote import Remote
from index.search import Search
from index.sentence_encoder import SentenceEncoder
from index.store.library import Library
from rag.values import Filters

_MANY = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--suites", type=Path, required=True)
    parser.add_argument("--url")
    parser.add_argument("--search", choices=("exact", "graph"), default="exact")
    parser.add_argument("--many", type=int, default=_MANY, help="how many questions, at most")
    options = parser.parse_args()
    asked = questions(options.suites, options.many)
    with started(options.url) as url:
        compare(options.home, Address(url, graph=options.search == "graph"), asked)


class Known:
    """An encoder that has encoded all questions beforehand: that is not part of what is measured."""

    def __init__(self, encoder: SentenceEncoder, asked: Sequence[str]) -> None:
        self.name, self.dimension = encoder.name, encoder.dimension
        self.encode_documents = encoder.encode_documents
        self._vectors = {question: encoder.encode_query(question) for question in asked}

    def encode_query(self, text: str) -> Vectors:
        return self._vectors[text]


def questions(suites: Path, many: int = _MANY) -> list[str]:
    """Questions of all three suites, in equal shares as far as they go; each once."""
    lines = (suites / "podcasts" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    podcasts = [json.loads(line)["question"] for line in lines]
    locomo = [
        str(one["question"])
        for path in sorted((suites / "locomo").glob("*.json"))
        for one in json.loads(path.read_text(encoding="utf-8"))["qa"]
    ]
    meetings = [json.loads(line) for line in (suites / "qmsum" / "val.jsonl").open(encoding="utf-8")]
    qmsum = [str(q["query"]) for one in meetings for q in one["general_query_list"] + one["specific_query_list"]]
    pools = [list(dict.fromkeys(pool)) for pool in (podcasts, locomo, qmsum)]
    mixed = [pool[at] for at in range(max(map(len, pools))) for pool in pools if at < len(pool)]
    return list(dict.fromkeys(mixed))[:many]


def compare(home: Path, address: Address, asked: list[str]) -> None:
    encoder = SentenceEncoder()
    library = Library(home, encoder=encoder.name)
    began = time.perf_counter()
    remote = Remote(library, Milvus(address), dimension=encoder.dimension)
    remote.catch_up()
    filling = time.perf_counter() - began
    derived = Derived(library, dimension=encoder.dimension)
    derived.catch_up()
    known = Known(encoder, asked)
    ways = {"in the process": Search(library, known, derived), "Milvus": Search(library, known, remote)}
    times: dict[str, list[float]] = {name: [] for name in ways}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    same = alike = shared = first = 0
    for number, question in enumerate(asked):
        order = list(ways.items())[:: 1 if number % 2 else -1]
        hits = {}
        for name, search in order:
            start, worked = time.perf_counter(), time.process_time()
            found = search.search(question, filters=Filters(), top_k=10)
            times[name].append((time.perf_counter() - start) * 1000)
            cpu[name].append((time.process_time() - worked) * 1000)
            hits[name] = [(one.source.transcript_id, one.turns[0].turn) for one in found]
        one, other = hits["in the process"], hits["Milvus"]
        same += one == other
        alike += set(one) == set(other)
        first += one[:1] == other[:1]
        shared += len(set(one) & set(other)) / max(len(one), 1)
    rows = [
        f"| {name} | {np.percentile(ms, 50):.0f} | {np.percentile(ms, 95):.0f} | {np.percentile(ms, 99):.0f} |"
        f" {np.percentile(cpu[name], 50):.0f} |"
        for name, ms in times.items()
    ]
    many = len(asked)
    record(
        f"Vectors in Milvus, {'a graph' if address.graph else 'exact'}",
        [
            f"{library.shared.count():,} passages, {many:,} questions of podcasts, LoCoMo and QMSum, encoded before;"
            " one process, both ways by turns.",
            f"Filling the engine took {filling:.0f} s (about 0 where it was full before).",
            "",
            f"Same ten turns in the same order: {same / many:.3f} of questions. In any order: {alike / many:.3f}."
            f" Same first: {first / many:.3f}. Turns shared of ten: {10 * shared / many:.2f}.",
            "",
            "| vectors | p50 ms | p95 | p99 | CPU ms here, p50 |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
            f"Peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB.",
        ],
    )
    library.close()


@contextmanager
def started(url: str | None) -> Iterator[str]:
    """The address of a Milvus server: the one named, or one that lives as long as this."""
    if url is not None:
        yield url
        return
    from milvus import MilvusServer, MilvusServerConfig  # noqa: PLC0415 - where none is named

    with TemporaryDirectory(prefix="transcite-milvus-") as folder:
        server = MilvusServer(MilvusServerConfig(data_dir=folder))
        server.start()
        try:
            yield f"http://127.0.0.1:{server.listen_port}"
        finally:
            server.stop()


if __name__ == "__main__":
    main()
