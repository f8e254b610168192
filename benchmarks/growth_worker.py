"""What search costs on one library, measured in a process of its own; prints one JSON document. See growth.py.

python benchmarks/growth_worker.py HOME QUESTIONS.json VECTORS.npy ROUNDS
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import faiss
import numpy as np
from enlarging import settings
from meters import Known, Times, memory

from index.derived import Derived
from index.encoder import Vectors
from index.meaning import mask
from index.search import Search
from index.store.library import Library
from index.store.records import Embedding, Encoded, Origin
from rag.passages import passages
from rag.values import Filters, Transcript, Turn

TURNS = 100  # of the transcript that comes, is replaced, renamed and goes
PATIENCE_S = 0.02  # as a server has it
LONG_S = 30.0  # after which a change that is not seen is given up on


def main(home: Path, texts: list[str], vectors: Vectors, rounds: int) -> dict[str, Any]:
    faiss.omp_set_num_threads(1)
    encoder = Known(settings(home)["encoder"], texts, vectors)
    before = memory(home)
    began = time.perf_counter()
    library = Library(home, encoder=encoder.name)
    derived = Derived(library, dimension=encoder.dimension)
    derived.catch_up()
    told: dict[str, Any] = {"start_s": time.perf_counter() - began, "passages": len(derived.vectors)}
    search = Search(library, encoder, derived, patience_s=PATIENCE_S)
    looked = Times()
    for number in range(rounds + 1):  # the first round warms up
        for text in texts:
            call = lambda text=text: search.search(text, filters=Filters(), top_k=10)  # noqa: E731
            looked.take(call) if number else call()
    told["search"] = looked.told()
    told["filtered"] = filtered(library, derived, search, texts, rounds)
    after = memory(home)
    told["memory"] = {"own": after["own"] - before["own"], "files": after["files"]}
    told["changes"] = changes(library, derived, search, texts)
    told |= bare(derived, vectors, rounds)
    return told


def filtered(library: Library, derived: Derived, search: Search, texts: list[str], rounds: int) -> dict[str, Any]:
    """Search in one transcript, and how many of the ten nearest vectors in it are found: all, if filters are exact."""
    one = library.entries()[-1].source.transcript_id
    filters, times, shares = Filters(transcripts=(one,)), Times(), []
    vectors, scope = derived.vectors, library.scope(filters)
    allowed = mask(vectors, scope)
    assert allowed is not None, "a filter that lets everything through"
    inside = np.flatnonzero(allowed)
    rows = vectors.base.halves()[inside].astype(np.float32)
    for _ in range(rounds):
        for text in texts:
            times.take(lambda text=text: search.search(text, filters=filters, top_k=10))
    for text in texts:
        query = search._encoder.encode_query(text)
        scores = rows @ query[0]
        found = np.searchsorted(inside, vectors.nearest(query, 10, allowed))
        shares.append(np.mean(scores[found] >= np.sort(scores)[-10:][0] - 1e-5))  # some are as good as others
    return {**times.told(), "kept": len(inside) / len(vectors), "recall@10": float(np.mean(shares))}


def bare(derived: Derived, vectors: Vectors, rounds: int) -> dict[str, Any]:
    """The vectors alone: ours, faiss flat in float32, numpy; one after the other on each question."""
    rows = derived.vectors.matrix().astype(np.float32)
    flat = faiss.IndexFlatIP(rows.shape[1])
    flat.add(rows)
    times = {"ours": Times(), "faiss": Times(), "numpy": Times()}
    shares = []
    for number in range(rounds + 1):
        for at in range(len(vectors)):
            query = vectors[at : at + 1]
            taken = times if number else {name: Times() for name in times}
            found = taken["ours"].take(lambda query=query: derived.vectors.nearest(query, 200))
            best = taken["faiss"].take(lambda query=query: flat.search(query, 200)[1][0])
            taken["numpy"].take(lambda query=query: np.argpartition(-(rows @ query[0]), min(200, len(rows) - 1))[:200])
            if number:
                # What came was put into the small part and went from there: rows are numbered as in the matrix.
                shares.append(len(np.intersect1d(found[:10], best[:10])) / len(best[:10]))
    return {"bare": {name: one.told() for name, one in times.items()}, "recall@10": float(np.mean(shares))}


def changes(library: Library, derived: Derived, search: Search, texts: list[str]) -> dict[str, Any]:
    """How long each kind of change takes to be seen, and the longest search meanwhile, by another thread."""
    calm = _longest(search, texts, lambda: time.sleep(2))
    seen: dict[str, float] = {}
    pauses: dict[str, float] = {}

    def until(what: str, do: Callable[[], object], is_seen: Callable[[], bool]) -> None:
        def work() -> None:
            do()
            began = time.perf_counter()
            while not is_seen():
                if time.perf_counter() - began > LONG_S:
                    raise RuntimeError(f"{what}: not seen after {LONG_S} s")
            seen[what] = time.perf_counter() - began
            time.sleep(0.3)  # what is still done behind the reader's back

        pauses[what] = _longest(search, texts, work)

    def speakers(text: str) -> set[str | None]:
        return {hit.turns[0].speaker for hit in search.search(text, filters=Filters(), top_k=5)}

    origin = Origin("growth", "/growth/new.txt", "1")
    until("add", lambda: library.put(origin, _made("zebuline")), lambda: "Zoe Quist" in speakers("zebuline"))
    fresh = Origin("growth", "/growth/new.txt", "2")
    until("replace", lambda: library.put(fresh, _made("xanthoque")), lambda: "Zoe Quist" in speakers("xanthoque"))
    one = origin.transcript_id
    quist, vell = "Zoe Quist", "Ada Vell"
    until("rename", lambda: library.rename_speaker(one, quist, vell), lambda: vell in speakers("vell"))
    until("delete", lambda: library.remove((one,)), lambda: "Ada Vell" not in speakers("xanthoque"))
    began = time.perf_counter()
    pauses["save"] = _longest(search, texts, derived.save)
    seen["save"] = time.perf_counter() - began
    return {"seen_s": seen, "longest_ms": pauses, "calm_ms": calm}


def _made(word: str) -> Encoded:
    turns = tuple(Turn(n, f"Turn {n} of a talk about {word} and what it is for.", "Zoe Quist") for n in range(1, TURNS))
    cut = passages(turns)
    random = np.random.default_rng(len(word)).standard_normal((len(cut), 384))
    rows = (random / np.linalg.norm(random, axis=1, keepdims=True)).astype(np.float16)
    return Encoded(Transcript("A talk", turns), cut, tuple(Embedding(row.tobytes()) for row in rows))


def _longest(search: Search, texts: list[str], work: Callable[[], object]) -> float:
    """The longest search of another thread while `work` is done, in ms."""
    finished, longest = [], [0.0]

    def look() -> None:
        while not finished:
            for text in texts:
                began = time.perf_counter()
                search.search(text, filters=Filters(), top_k=10)
                longest[0] = max(longest[0], (time.perf_counter() - began) * 1000)
                if finished:
                    return

    thread = Thread(target=look)
    thread.start()
    try:
        work()
    finally:
        finished.append(True)
        thread.join()
    return longest[0]


if __name__ == "__main__":
    folder, questions, rows, times = sys.argv[1:]
    print(json.dumps(main(Path(folder), json.loads(Path(questions).read_text()), np.load(rows), int(times))))
