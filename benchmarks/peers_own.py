"""Transcite and the bare limit, for peers.py: as the product has it, and in float32 as the peers calculate."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import encoding
import faiss
import numpy as np
import peers_measure
import torch
from peers_measure import HITS, Hit, Work

from api.eval.running import hits
from index import sentence_encoder
from index.batching import by_budget
from index.derived import Derived
from index.encoder import Vectors
from index.ingest import Ingest
from index.search import Search
from index.sentence_encoder import SentenceEncoder
from index.store.library import Library
from rag.values import Filters


def _encoder(*, float32: bool) -> SentenceEncoder:
    if float32:
        sentence_encoder.dtype = lambda _: torch.float32
    return SentenceEncoder()


class Transcite:
    """Files to a library on disk with both its indexes; search with all that goes before it when a question is put."""

    def __init__(self, work: Work, home: Path, *, float32: bool = False) -> None:
        self._encoder = _encoder(float32=float32)
        self._corpus, self._files = Path(work["corpus"]), work["files"]
        self._passages = [one["text"] for one in work["passages"]]
        self._library = Library(home, encoder=self._encoder.name)

    def ingest(self) -> None:
        Ingest(self._library, lambda: self._encoder).run([self._corpus])
        derived = Derived(self._library, dimension=self._encoder.dimension)
        derived.catch_up()
        derived.save()
        self._search = Search(self._library, self._encoder, derived)

    def encode(self, question: str) -> Vectors:
        return self._encoder.encode_query(question)

    def search(self, question: str) -> list[Hit]:
        found = hits(self._search, question, history=(), filters=Filters(), depth=HITS)
        return [(self._places(one), sum(len(turn.text.split()) for turn in one.turns)) for one in found]

    def more(self) -> dict[str, object]:
        model: Any = self._encoder._model
        pieces = sum(int(model.preprocess([one], task="document")["attention_mask"].sum()) for one in self._passages)
        return {"pieces": pieces, "dtype": str(model.dtype)}

    def _places(self, hit: Any) -> list[tuple[int, int]]:
        file = str(Path(hit.source.source).relative_to(self._corpus))
        return [(self._files.index(file), turn.turn) for turn in hit.turns]


class Bare:
    """The model's arithmetic on word pieces cut beforehand, exact FAISS, and nothing else."""

    def __init__(self, work: Work, home: Path, *, float32: bool = False) -> None:  # noqa: ARG002 - nothing on disk
        self._encoder = _encoder(float32=float32)
        self._passages = work["passages"]
        self._budget, self._round = sentence_encoder._BUDGET, sentence_encoder._PADDED_TO
        model: Any = self._encoder._model
        pieces = [model.preprocess([one["text"]], task="document") for one in self._passages]
        self._lengths = [int(one["attention_mask"].sum()) for one in pieces]
        self._run: Any = encoding._bare(model, pieces, self._lengths, self._budget, sentence_encoder._CORES)
        self._dtype = str(model.dtype)
        self._scans: dict[str, list[float]] = {"faiss_ms": [], "numpy_ms": []}

    def ingest(self) -> None:
        made = np.concatenate([one.float().numpy() for one in self._run()])
        order = [at for places in by_budget(self._lengths, self._budget, round_to=self._round) for at in places]
        self._rows = np.empty_like(made)
        self._rows[order] = made / np.linalg.norm(made, axis=1, keepdims=True)
        began = time.perf_counter()
        self._index = faiss.IndexFlatIP(made.shape[1])
        self._index.add(self._rows)
        self._added = time.perf_counter() - began

    def encode(self, question: str) -> Vectors:
        return self._encoder.encode_query(question)

    def search(self, question: str) -> list[Hit]:
        query = self.encode(question)
        began = time.perf_counter()
        _, found = self._index.search(query, HITS)
        scanned = time.perf_counter()
        scores = self._rows @ query[0]
        best = np.argpartition(-scores, HITS)[:HITS]
        best = best[np.argsort(-scores[best])]
        ended = time.perf_counter()
        for name, seconds in (("faiss_ms", scanned - began), ("numpy_ms", ended - scanned)):
            self._scans[name].append(seconds * 1000)
        shown = [self._passages[at] for at in found[0]]
        return [([tuple(place) for place in one["places"]], len(one["text"].split())) for one in shown]

    def more(self) -> dict[str, object]:
        return {"pieces": sum(self._lengths), "dtype": self._dtype, "faiss_add_s": self._added, **self._scans}


ENGINES = {
    "transcite": Transcite,
    "transcite32": lambda work, home: Transcite(work, home, float32=True),
    "bare": Bare,
    "bare32": lambda work, home: Bare(work, home, float32=True),
}

if __name__ == "__main__":
    peers_measure.main(ENGINES)
