"""Does one piece of work on a library and says what is finished, so that it can be killed at any moment.

    worker.py HOME FOLDER ingest     read every file of FOLDER; "done N" when the first N files, by name, are settled
    worker.py HOME FOLDER remove     delete every second transcript, in order of id; "gone ID" after each

After every few steps both indexes are brought level and saved, as the command line does at its end.
"""

from __future__ import annotations

import sys
from pathlib import Path

from index.derived import Derived
from index.ingest import Ingest
from index.reports import Progress
from index.store.library import Library
from tests import fakes


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def level(indexes: Derived) -> None:
    indexes.catch_up()
    indexes.save()


def ingest(library: Library, folder: Path) -> None:
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


def remove(library: Library) -> None:
    indexes = fakes.derived(library)
    for n, transcript_id in enumerate(to_remove(library)):
        library.remove((transcript_id,))
        say(f"gone {transcript_id}")
        if n % 5 == 0:
            level(indexes)
    level(indexes)


def to_remove(library: Library) -> list[str]:
    return sorted(entry.source.transcript_id for entry in library.entries())[::2]


def main(home: str, folder: str, what: str) -> None:
    library = fakes.library(Path(home))
    say("begun")
    if what == "ingest":
        ingest(library, Path(folder))
    else:
        remove(library)
    say("finished")


if __name__ == "__main__":
    main(*sys.argv[1:])
