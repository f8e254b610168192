"""Does one piece of work on a library and says what is finished, so that it can be killed at any moment.

    ingest     read every file of a folder; "done N" when the first N files, by name, are settled
    remove     delete every second transcript, in order of id; "gone ID" after each

After every few steps both indexes are brought level and saved, as the command line does at its end.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from index.derived import Derived
from index.ingest import Ingest
from index.reports import Progress
from index.store.library import Library
from tests import fakes

Say = Callable[[str], None]


def level(indexes: Derived) -> None:
    indexes.catch_up()
    indexes.save()


def ingest(library: Library, folder: Path, say: Say) -> None:
    indexes = fakes.derived(library)
    finished = 0

    def on_progress(progress: Progress) -> None:
        nonlocal finished
        if progress.files > finished:
            finished = progress.files
            say(f"done {finished}")
            level(indexes)

    Ingest(library, fakes.HashingEncoder).run([folder], on_progress=on_progress)
    level(indexes)


def remove(library: Library, say: Say) -> None:
    indexes = fakes.derived(library)
    for n, transcript_id in enumerate(to_remove(library)):
        library.remove((transcript_id,))
        say(f"gone {transcript_id}")
        if n % 5 == 0:
            level(indexes)
    level(indexes)


def to_remove(library: Library) -> list[str]:
    return sorted(entry.source.transcript_id for entry in library.entries())[::2]


def main(home: Path, folder: Path, what: str, told: Connection) -> None:
    """Work, and tell of it: that it has begun, what is finished, and how many of the processor's seconds it took."""

    def say(text: str) -> None:
        told.send_bytes(text.encode())

    library = fakes.library(home)
    say("begun")
    began = time.process_time()
    if what == "ingest":
        ingest(library, folder, say)
    else:
        remove(library, say)
    say(f"worked {time.process_time() - began}")
    say("finished")
