"""How long a folder of transcripts takes to get into a library, and what of that is not the encoder's arithmetic.

    python benchmarks/ingest.py --corpus FOLDER [--home FOLDER] [--sample N]

The limit is the encoder alone on the same passages (batched by length, nothing else): ours is measured against the time
spent inside the model's forward pass in the same run.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from common import peak_mib, record, size_mib

from index.derived import Derived
from index.encoder import Vectors
from index.ingest import Ingest
from index.sentence_encoder import SentenceEncoder
from index.store.library import Library


class Timed:
    """An encoder that counts the seconds spent in it, and in the model's arithmetic alone."""

    def __init__(self) -> None:
        self._inner = SentenceEncoder()
        self.name, self.dimension = self._inner.name, self._inner.dimension
        self.seconds = self.forward = 0.0
        self.texts = 0
        transformer = self._inner._model[0]
        plain = transformer.forward

        def forward(*args: object, **kwargs: object) -> object:
            began = time.perf_counter()
            try:
                return plain(*args, **kwargs)
            finally:
                self.forward += time.perf_counter() - began

        transformer.forward = forward

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        began = time.perf_counter()
        try:
            return self._inner.encode_documents(texts)
        finally:
            self.seconds += time.perf_counter() - began
            self.texts += len(texts)

    def encode_query(self, text: str) -> Vectors:
        return self._inner.encode_query(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--home", type=Path, help="keep the library here (default: a folder that is thrown away)")
    options = parser.parse_args()
    home = options.home or Path(tempfile.mkdtemp(prefix="transcite-bench-"))
    encoder = Timed()
    library = Library(home, encoder=encoder.name)
    began = time.perf_counter()
    report = Ingest(library, lambda: encoder).run([options.corpus])
    stored = time.perf_counter()
    derived = Derived(library, dimension=encoder.dimension)
    derived.catch_up()
    derived.save()
    ended = time.perf_counter()
    entries = library.entries()
    turns, words = sum(one.turns for one in entries), sum(one.words for one in entries)
    total, ours = ended - began, ended - began - encoder.forward
    again = time.perf_counter()
    Ingest(library, lambda: encoder).run([options.corpus])
    unchanged = time.perf_counter() - again
    parts = {name: size_mib(home / name) for name in ("vectors", "words")}
    database = sum(one.stat().st_size for one in home.glob("library.db*")) / 2**20
    record(
        "Ingest",
        [
            f"{report.count('added')} transcripts, {turns:,} turns, {words:,} words, {encoder.texts:,} passages;"
            f" rejected {report.count('rejected')}.",
            "",
            "| what | seconds | share |",
            "| --- | --- | --- |",
            f"| all | {total:.0f} | 100 % |",
            f"| the encoder's arithmetic (the limit) | {encoder.forward:.0f} | {encoder.forward / total:.1%} |",
            f"| ours: everything else | {ours:.0f} | {ours / total:.1%} |",
            f"| of ours: tokenising and batching | {encoder.seconds - encoder.forward:.0f} |"
            f" {(encoder.seconds - encoder.forward) / total:.1%} |",
            f"| of ours: reading, cutting, storing | {stored - began - encoder.seconds:.0f} |"
            f" {(stored - began - encoder.seconds) / total:.1%} |",
            f"| of ours: both indexes | {ended - stored:.0f} | {(ended - stored) / total:.1%} |",
            "",
            f"{turns / total:.0f} turns/s; all of it took {total / encoder.forward:.2f} times as long as the limit.",
            f"The same folder again, unchanged: {unchanged:.1f} s. Peak memory {peak_mib():,.0f} MiB.",
            f"Disk: database {database:.0f} MiB, vectors {parts['vectors']:.0f} MiB, words {parts['words']:.0f} MiB.",
        ],
    )
    library.close()
    if options.home is None:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
