"""How near encoding is to the best the machine gives the model; how long a question and an answer's sentences take.

    python benchmarks/encoding.py --corpus FOLDER [--texts N] [--rounds N]

The limit is the model's arithmetic alone, on the same texts: cut into word pieces beforehand, exactly sorted, padded to
the longest of its batch, each way of batching tried and the best one taken. What is compared runs in turns in one
process. Processor time is what counts where others use the machine; wall time is said besides.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from common import peak_mib, record

from index import files, sentence_encoder
from index.batching import by_budget
from index.sentence_encoder import SentenceEncoder
from rag.errors import ReadError
from rag.formats import read_transcript
from rag.passages import passages
from rag.sentences import sentence_ranges

_BUDGETS = (512, 1024, 2048, 4096)
_SENTENCES = 48  # that quoting compares with a question


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--texts", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    texts = _texts(options.corpus, options.texts)
    encoder = SentenceEncoder()
    model: Any = encoder._model
    cores = sentence_encoder._CORES
    pieces = [model.preprocess([text], task="document") for text in texts]
    lengths = [int(one["attention_mask"].sum()) for one in pieces]
    bare = {budget: _bare(model, pieces, lengths, budget, cores) for budget in _BUDGETS}
    best, _ = min(((budget, _cost(run)[0]) for budget, run in bare.items()), key=lambda one: one[1])
    ways: dict[str, Callable[[], object]] = {
        f"limit: arithmetic alone, {best:,} word pieces a batch": bare[best],
        "ours: encode_documents": lambda: encoder.encode_documents(texts),
        "the library's own encode_document, 32 texts a batch": lambda: model.encode_document(texts, batch_size=32),
    }
    costs: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, run in ways.items():
            costs[name].append(_cost(run))
    limit = min(one[0] for one in costs[next(iter(ways))])
    rows = []
    for name, some in costs.items():
        cpu, wall = min(one[0] for one in some), min(one[1] for one in some)
        rows.append(f"| {name} | {cpu:.2f} | {cpu / limit:.2f} | {len(texts) / wall:.0f} |")
    record(
        "Encoding",
        [
            f"{len(texts)} passages of the corpus, {sum(lengths):,} word pieces; {cores} at once; best of"
            f" {options.rounds} rounds in turns.",
            "",
            "| what | processor seconds | against the limit | texts/s (wall) |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
            *_short(encoder, texts),
            "",
            f"Peak memory {peak_mib():,.0f} MiB.",
        ],
    )


def _texts(corpus: Path, wanted: int) -> list[str]:
    """Passages of the corpus, the same ones every time."""
    found = list(files.find([corpus], lambda _: None))
    random.Random(4).shuffle(found)
    texts: list[str] = []
    for one in found:
        try:
            read = read_transcript(one.path.read_bytes(), one.path.name)
        except ReadError:
            continue
        texts += [passage.text for passage in passages(read.turns)]
        if len(texts) > 4 * wanted:
            break
    random.Random(4).shuffle(texts)
    return texts[:wanted]


def _bare(
    model: Any, pieces: Sequence[dict[str, Any]], lengths: Sequence[int], budget: int, cores: int
) -> Callable[[], object]:
    """The arithmetic alone, on batches made beforehand."""
    batches = []
    for places in by_budget(lengths, budget, round_to=sentence_encoder._PADDED_TO):
        width = max(lengths[at] for at in places)
        rows = {
            name: torch.stack([torch.nn.functional.pad(pieces[at][name][0], (0, 256))[:width] for at in places])
            for name in ("input_ids", "attention_mask", "token_type_ids")
        }
        batches.append(rows)

    def forward(features: dict[str, Any]) -> object:
        with torch.inference_mode():
            return model(dict(features))["sentence_embedding"]

    pool = ThreadPoolExecutor(cores)
    return lambda: list(pool.map(forward, batches))


def _cost(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the processor and of the clock."""
    cpu, wall = time.process_time(), time.perf_counter()
    run()
    return time.process_time() - cpu, time.perf_counter() - wall


def _short(encoder: SentenceEncoder, texts: Sequence[str]) -> list[str]:
    """A question, and the sentences of an answer: ours and the library's own, in turns."""
    model: Any = encoder._model
    sentences = [text[start:end] for text in texts for start, end in sentence_ranges(text)]
    random.Random(4).shuffle(sentences)
    groups = [sentences[at : at + _SENTENCES] for at in range(0, 10 * _SENTENCES, _SENTENCES)]
    questions = [" ".join(one.split()[:10]) for one in sentences[:60]]
    ways: dict[str, tuple[Sequence[Any], Callable[[Any], object]]] = {
        "a question, ours": (questions, encoder.encode_query),
        "a question, the library's own encode_query": (questions, lambda one: model.encode_query([one])),
        f"{_SENTENCES} sentences, ours": (groups, encoder.encode_documents),
        f"{_SENTENCES} sentences, the library's own, 16 texts a batch": (
            groups,
            lambda some: model.encode_document(some, batch_size=16),
        ),
    }
    rows = ["| what | processor ms, p50 | wall ms, p50 |", "| --- | --- | --- |"]
    for name, (inputs, call) in ways.items():
        call(inputs[0])
        costs = np.array([_cost(lambda one=one, call=call: call(one)) for one in inputs])  # type: ignore[misc]
        rows.append(f"| {name} | {np.median(costs[:, 0]) * 1000:.1f} | {np.median(costs[:, 1]) * 1000:.1f} |")
    return rows


if __name__ == "__main__":
    main()
