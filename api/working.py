"""The commands of machines that share an ingest: `transcite worker`, and `transcite ingest --distributed`."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from api import keeping
from api.compose import Parts
from api.meter import Meter
from api.streams import say, tell
from index.documents import Upload
from index.handing import Handing
from index.ingest import Ingest
from index.queued import Hooks, Taking
from index.reports import FileReport, Progress, Report
from index.store import shared_jobs
from index.store.library import Library

_GRACE_S = 5.0  # for the files in hand when it is told to stop
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def work(parts: Parts) -> None:
    """Take in what any machine handed over, until told to stop (Ctrl-C, or SIGTERM); files in hand go back then.

    Raises:
        InputError: The library is in a file of this machine.
        LibraryError: It cannot be opened.
    """
    with parts.library() as library:
        jobs = shared_jobs.of(library.jobs)
        library.check()
        last_s = [float("inf")]
        hooks = Hooks(lambda: time.monotonic() > last_s[0], on_report=_told)
        worker = jobs.worker(Taking(jobs, _taker(parts, library), hooks, max_bytes=parts.settings.max_bytes).take)

        def stop() -> None:
            last_s[0] = time.monotonic() + _GRACE_S
            worker.stop()

        with _at_signals(stop):
            say(f"taking in what is handed over to {library.name}; Ctrl-C stops it", at_once=True)
            worker.run()


def hand_over(parts: Parts, paths: list[Path], *, collection: str, as_format: str | None, as_json: bool) -> None:
    """Hand files over to the workers of all machines, and tell what became of them when all are taken in.

    Raises:
        InputError: The library is in a file of this machine.
        ReadError: Some files were rejected; all others are in, and the report is out.
    """
    with parts.library() as library:
        handing = Handing(library, max_bytes=parts.settings.max_bytes, as_format=as_format)
        with Meter() as meter:
            report = handing.run(paths, collection=collection, on_progress=meter, on_alone=_alone)
    keeping.finish(report, as_json=as_json)


def _taker(parts: Parts, library: Library) -> Callable[..., Report]:
    def take(
        uploads: Sequence[Upload],
        *,
        collection: str,
        as_format: str | None,
        on_progress: Callable[[Progress], None],
    ) -> Report:
        run = Ingest(library, lambda: parts.encoder, max_bytes=parts.settings.max_bytes, as_format=as_format)
        return run.take(uploads, collection=collection, on_progress=on_progress)

    return take


def _told(one: FileReport) -> None:
    said = one.reason if one.outcome == "rejected" else f"{one.turns:,} turns"
    say(f"{one.outcome} {one.path} ({said})", at_once=True)


def _alone() -> None:
    tell("handed over, and nobody takes it in yet: start `transcite worker` on as many machines as you like")


@contextmanager
def _at_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` when somebody wants it to end."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop()

    before = {one: signal.signal(one, handle) for one in _SIGNALS}
    try:
        yield
    finally:
        for one, known in before.items():
            signal.signal(one, known)
