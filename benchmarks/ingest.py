"""How long a folder of transcripts takes to get into a library, and what of that is not the encoder's arithmetic.

    python benchmarks/ingest.py --corpus FOLDER [--home FOLDER] [--sample N]

The limit is the model's forward pass in the same run. Each batch is calculated by one thread, so the processor seconds
of those threads are the arithmetic's, whatever else the machine does. The share of wall time is worked out for as many
idle cores, as if nothing of ours went on beside the arithmetic: cutting into word pieces does.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from common import peak_mib, record, size_mib

from index import files, sentence_encoder
from index.derived import Derived
from index.encoder import Meant, Parted, Vectors
from index.ingest import Ingest
from index.sentence_encoder import SentenceEncoder
from index.store.library import Library
from rag.evidence import Stretch


class Timed:
    """An encoder that counts the processor seconds spent on word pieces, and on the model's arithmetic."""

    def __init__(self) -> None:
        self._inner = SentenceEncoder()
        self.name, self.dimension = self._inner.name, self._inner.dimension
        self.pieces: list[float] = []
        self.forward: list[float] = []
        self.texts = 0
        model = self._inner._model
        model.forward = _counting(model.forward, self.forward)
        model.preprocess = _counting(model.preprocess, self.pieces)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self._inner.encode_documents(texts)

    def encode_parted(self, texts: Sequence[Parted]) -> list[Meant]:
        self.texts += len(texts)
        return self._inner.encode_parted(texts)

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        return self._inner.answering(question, stretches)

    def encode_query(self, text: str) -> Vectors:
        return self._inner.encode_query(text)


def _counting(call, spent: list[float]):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - whatever it takes
    """`call`, the processor seconds of its own thread appended to `spent`."""

    def counted(*args: object, **kwargs: object) -> object:
        began = time.thread_time()
        try:
            return call(*args, **kwargs)
        finally:
            spent.append(time.thread_time() - began)

    return counted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--home", type=Path, help="keep the library here (default: a folder that is thrown away)")
    parser.add_argument("--sample", type=int, help="only so many of the files, drawn the same way every time")
    options = parser.parse_args()
    paths = [options.corpus]
    if options.sample is not None:
        paths = sorted(one.path for one in files.find([options.corpus], lambda _: None))
        paths = random.Random(4).sample(paths, options.sample)
    home = options.home or Path(tempfile.mkdtemp(prefix="transcite-bench-"))
    encoder = Timed()
    library = Library(home, encoder=encoder.name)
    marks = [_now()]
    report = Ingest(library, lambda: encoder).run(paths)
    marks.append(_now())
    derived = Derived(library, dimension=encoder.dimension)
    derived.catch_up()
    derived.save()
    marks.append(_now())
    entries = library.entries()
    turns, words = sum(one.turns for one in entries), sum(one.words for one in entries)
    again = time.perf_counter()
    Ingest(library, lambda: encoder).run(paths)
    unchanged = time.perf_counter() - again
    parts = {name: size_mib(home / name) for name in ("vectors", "words")}
    database = sum(one.stat().st_size for one in home.glob("library.db*")) / 2**20
    began, stored, ended = (one[0] for one in marks)
    cpu, wall = ended - began, marks[2][1] - marks[0][1]
    arithmetic, pieces = sum(encoder.forward), sum(encoder.pieces)
    ours, cores = cpu - arithmetic, sentence_encoder._CORES
    shares = {
        "all": cpu,
        "the encoder's arithmetic (the limit)": arithmetic,
        "ours: everything else": ours,
        "of ours: word pieces": pieces,
        "of ours: reading, cutting, storing": stored - began - arithmetic - pieces,
        "of ours: both indexes": ended - stored,
    }
    record(
        "Ingest" if options.sample is None else "Ingest of a sample",
        [
            f"{report.count('added')} transcripts, {turns:,} turns, {words:,} words, {encoder.texts:,} passages;"
            f" rejected {report.count('rejected')}.",
            "",
            "| what | processor seconds | share |",
            "| --- | --- | --- |",
            *(f"| {what} | {seconds:.1f} | {seconds / cpu:.1%} |" for what, seconds in shares.items()),
            "",
            f"Ours is at most {ours / (arithmetic / cores + ours):.1%} of wall time on {cores} idle cores."
            f" By the clock {wall:.0f} s, {turns / wall:.0f} turns/s.",
            f"The same files again, unchanged: {unchanged:.1f} s. Peak memory {peak_mib():,.0f} MiB.",
            f"Disk: database {database:.0f} MiB, vectors {parts['vectors']:.0f} MiB, words {parts['words']:.0f} MiB.",
        ],
    )
    library.close()
    if options.home is None:
        shutil.rmtree(home)


def _now() -> tuple[float, float]:
    """Seconds of the processor and of the clock."""
    return time.process_time(), time.perf_counter()


if __name__ == "__main__":
    main()
