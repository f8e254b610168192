"""Whether vectors in Milvus find what vectors in the process find, and how long each takes.

    python benchmarks/engine.py --home FOLDER --suites FOLDER [--url http://localhost:19530] [--search graph]

Every question of the suites, 1,000 at most, is searched in all ways by turns, over the same library and words. In the
process there are two: as it is, where from 100,000 passages on codes of one bit a number propose, and with every vector
looked at, as Milvus does by `exact`. Without `--url` a Milvus server is started from its PyPI package in a temporary
folder, and stopped at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from common import record

from index import segment
from index.address import Address
from index.derived import Derived
from index.encoder import Vectors
from index.milvus.engine import Milvus
from index.remote import Remote
from index.search import Search
from index.sentence_encoder import SentenceEncoder
from index.store.library import Library
from rag.values import Filters

sys.path.insert(0, str(Path(__file__).parents[1]))
_MANY = 1_000

Places = list[tuple[str, int]]


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
    known = Known(encoder, asked)
    ways = {
        "in the process": Search(library, known, derived(library, encoder.dimension)),
        "in the process, every vector looked at": Search(
            library, known, derived(library, encoder.dimension, whole=True)
        ),
        "Milvus": Search(library, known, remote),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    found: dict[str, list[Places]] = {name: [] for name in ways}
    for number, question in enumerate(asked):
        for name, search in list(ways.items())[:: 1 if number % 2 else -1]:
            start, worked = time.perf_counter(), time.process_time()
            hits = search.search(question, filters=Filters(), top_k=10)
            times[name].append((time.perf_counter() - start) * 1000)
            cpu[name].append((time.process_time() - worked) * 1000)
            found[name].append([(one.source.transcript_id, one.turns[0].turn) for one in hits])
    record(
        f"Vectors in Milvus, {'a graph' if address.graph else 'exact'}",
        [
            f"{library.shared.count():,} passages, {len(asked):,} questions of podcasts, LoCoMo and QMSum, encoded"
            f" before; one process, all ways by turns. Load {os.getloadavg()[0]:.0f}.",
            f"Filling the engine took {filling:.0f} s (about 0 where it was full before).",
            "",
            "| vectors | p50 ms | p95 | p99 | CPU ms here, p50 | as Milvus: same ten turns in order | in any order |"
            " same first | shared of ten |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
            *(
                f"| {name} | {np.percentile(ms, 50):.0f} | {np.percentile(ms, 95):.0f} | {np.percentile(ms, 99):.0f} |"
                f" {np.percentile(cpu[name], 50):.0f} | {alike(found[name], found['Milvus'])} |"
                for name, ms in times.items()
            ),
            "",
            f"Peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB.",
        ],
    )
    library.close()


def derived(library: Library, dimension: int, *, whole: bool = False) -> Derived:
    """The indexes in the process; `whole`, they look at every vector, however many there are."""
    usual, segment.COARSE_FROM = segment.COARSE_FROM, sys.maxsize if whole else segment.COARSE_FROM
    made = Derived(library, dimension=dimension)
    made.catch_up()
    segment.COARSE_FROM = usual
    return made


def alike(some: list[Places], others: list[Places]) -> str:
    """Shares of questions with the same turns in the same order, in any order, and the same first; turns shared."""
    pairs = list(zip(some, others, strict=True))
    shares = [
        np.mean([one == other for one, other in pairs]),
        np.mean([set(one) == set(other) for one, other in pairs]),
        np.mean([one[:1] == other[:1] for one, other in pairs]),
    ]
    shared = np.mean([len(set(one) & set(other)) for one, other in pairs])
    return " | ".join([*(f"{one:.3f}" for one in shares), f"{shared:.2f}"])


@contextmanager
def started(url: str | None) -> Iterator[str]:
    """The address of a Milvus server: the one named, or one that lives as long as this."""
    if url is not None:
        yield url
        return
    from tests.engine.milvus_server import running  # noqa: PLC0415 - where none is named

    with TemporaryDirectory(prefix="transcite-milvus-") as folder, running(Path(folder)) as address:
        yield address


if __name__ == "__main__":
    main()
