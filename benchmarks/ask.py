"""How long search and a quoted answer take on a library that is there already.

    python benchmarks/ask.py --home FOLDER --questions FILE.jsonl [--rounds N]

The limit for search is what nobody can leave out: encoding the question and one pass of exact FAISS over the vectors.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from common import peak_mib, record

from index.derived import Derived
from index.remembering import Remembering
from index.search import Search
from index.sentence_encoder import SentenceEncoder
from index.store.library import Library
from rag.ask import ask
from rag.values import Filters


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    questions = [json.loads(line)["question"] for line in options.questions.open(encoding="utf-8")]
    began = time.perf_counter()
    encoder = SentenceEncoder()
    loaded = time.perf_counter()
    library = Library(options.home, encoder=encoder.name)
    derived = Derived(library, dimension=encoder.dimension)
    derived.catch_up()
    opened = time.perf_counter()
    search = Search(library, encoder, derived)
    work: dict[str, Callable[[str], object]] = {
        "limit: encode the question, exact FAISS": lambda q: derived.vectors.nearest(encoder.encode_query(q), 10),
        "search": lambda q: search.search(q, filters=Filters(), top_k=10),
        # A question is encoded once for each time it is asked, as the server does, and no more often.
        "ask": lambda q: ask(q, searcher=Search(library, Remembering(encoder), derived)),
    }
    times: dict[str, list[float]] = {name: [] for name in work}
    for number in range(options.rounds + 1):  # the first round warms up
        for question in questions:
            for name, call in work.items():
                start = time.perf_counter()
                call(question)
                if number:
                    times[name].append((time.perf_counter() - start) * 1000)
    limit = float(np.median(times["limit: encode the question, exact FAISS"]))
    rows = [
        f"| {name} | {np.percentile(ms, 50):.0f} | {np.percentile(ms, 95):.0f} | {np.median(ms) / limit:.1f} |"
        for name, ms in times.items()
    ]
    record(
        "Ask",
        [
            f"{len(questions)} questions, {options.rounds} rounds, {len(derived.vectors):,} passages.",
            "",
            "| what | p50 ms | p95 ms | times the limit |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
            f"Before the first question: {loaded - began:.1f} s to load the encoder, {opened - loaded:.2f} s to open"
            f" the library and its indexes. Peak memory {peak_mib():,.0f} MiB.",
        ],
    )


if __name__ == "__main__":
    main()
