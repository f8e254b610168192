"""A worker on a library in PostgreSQL that says when it encodes, so that it can be killed amid its work.

hand.py HOME URL
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from index.documents import Upload
from index.encoder import Vectors
from index.ingest import Ingest
from index.queued import Hooks, Taking
from index.reports import Progress, Report
from index.store import shared_jobs
from tests import fakes

SILENT_S = 2.0


class Slow(fakes.HashingEncoder):
    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        sys.stdout.write("encoding\n")
        sys.stdout.flush()
        time.sleep(0.3)
        return super().encode_documents(texts)


def main(home: str, url: str) -> None:
    library = fakes.library(Path(home), url=url)
    jobs = shared_jobs.of(library.jobs)

    def take(
        uploads: Sequence[Upload], *, collection: str, as_format: str | None, on_progress: Callable[[Progress], None]
    ) -> Report:
        return Ingest(library, Slow).take(uploads, collection=collection, on_progress=on_progress)

    worker = jobs.worker(Taking(jobs, take, Hooks(lambda: False), max_bytes=1_000_000).take, silent_s=SILENT_S)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()
    library.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
