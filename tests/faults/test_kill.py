"""A process that works on a library is killed (SIGKILL) at twenty moments; afterwards everything is right.

Right means: each transcript is wholly there, in its old or its new version, or not at all; what was said to be finished
is; a search works at once and finds only what is there; doing the work again completes it.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from index.ingest import Ingest
from index.store.library import Library
from index.store.schema import STRIDE
from rag.formats import read_transcript
from rag.passages import passages
from rag.values import Filters, Turn
from tests import fakes
from tests.faults.worker import level, to_remove
from tests.faults.worker import main as worker_main

# Workers are forked from a process that has imported what they need and does nothing else.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.faults.worker"])
FILES = 60
KILLS = 20


def text(n: int, version: int) -> str:
    """A file's content: some long turns, some that only agree, more or fewer from version to version."""
    lines = []
    for k in range(15 + (n * 7 + version * 3) % 20):
        who = "Ann" if k % 2 else "Bob"
        said = (
            "Mm-hm." if k % 5 == 4 else f"Version {version} of file {n}, turn {k}, about the grant. " * (1 + k % 3 * 5)
        )
        lines.append(f"{who}: {said.strip()}\n")
    return "".join(lines)


@cache
def read(name: str, version: int) -> tuple[Turn, ...]:
    """A version of a file as it is read."""
    return read_transcript(text(int(name[:2]), version).encode(), name).turns


@cache
def encoded(turns: tuple[Turn, ...]) -> tuple[list[int], list[bytes]]:
    """The anchors and vectors of their passages."""
    cut = passages(turns)
    vectors = fakes.HashingEncoder().encode_documents([one.text for one in cut]).astype("float16")
    return [one.anchor for one in cut], [vector.tobytes() for vector in vectors]


class Work:
    """A library, a folder of files, and what a worker has to do next."""

    def __init__(self, folder: Path) -> None:
        self.home, self.files = folder / "home", folder / "files"
        self.version = 0

    def write(self) -> None:
        self.version += 1
        fakes.write(self.files, {f"{n:02}.txt": text(n, self.version) for n in range(FILES)})

    def begin(self, what: str) -> tuple[BaseProcess, Connection]:
        """A process that works, and what it tells."""
        heard, told = FORKS.Pipe(duplex=False)
        worker = FORKS.Process(target=worker_main, args=(self.home, self.files, what, told))
        worker.start()
        told.close()
        return worker, heard

    def library(self) -> Library:
        return fakes.library(self.home)


def spent(worker: BaseProcess) -> float:
    """The processor's seconds that a worker has taken until now; no end of them when it has ended."""
    try:
        fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return math.inf
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def all_of(heard: Connection) -> Iterator[str]:
    """What a worker tells until it ends; what it was killed amid is not told."""
    with heard, suppress(EOFError, ConnectionResetError):
        while True:
            yield heard.recv_bytes().decode()


def killed(work: Work, what: str, after_s: float) -> list[str]:
    """Let a worker begin, kill it when it has worked for a while, and return what it said until then."""
    worker, heard = work.begin(what)
    said = [heard.recv_bytes().decode()]
    began = spent(worker)
    while spent(worker) - began < after_s:
        time.sleep(0.001)
    worker.kill()
    said.extend(all_of(heard))
    worker.join()
    assert said[0] == "begun"
    return said


def check(library: Library, may_be: dict[str, set[int]]) -> None:
    """Every transcript is in one of the versions it may be in, and both indexes agree with the library."""
    live = {c.ordinal for c in library.changes(0) if c.kind == "added"}
    live -= {c.ordinal for c in library.changes(0) if c.kind == "removed"}
    sources = {one: library.turns([one * STRIDE + 1])[one * STRIDE + 1][0] for one in live}
    stored = {Path(source.source).name: one for one, source in sources.items()}
    assert len(stored) == len(live) == len(library.entries())
    expected_rows = []
    for name, versions in may_be.items():
        if name not in stored:
            assert 0 in versions, name
            continue
        found = library.transcript(sources[stored[name]].transcript_id)[1].turns
        assert found in [read(name, version) for version in versions if version], name
        rows = library.passage_rows([stored[name]])
        assert ([row.anchor - stored[name] * STRIDE for row in rows], [row.vector for row in rows]) == encoded(found)
        expected_rows.extend(row.passage_id for row in rows)
    assert set(stored) <= set(may_be)
    indexes = fakes.derived(library)
    searcher = fakes.searching(library, indexes)
    hits = searcher.search("Version of file about the grant", filters=Filters(), top_k=20)
    assert bool(hits) == bool(stored)
    for hit in hits:
        assert hit.turns[0] == library.transcript(hit.source.transcript_id)[1].turns[hit.turns[0].turn - 1]
    assert indexes.vectors.ids.tolist() == sorted(expected_rows)
    assert indexes.lexicon.point() == library.newest()


def measured(work: Work, what: str) -> float:
    """How long a worker works that is left alone: the processor's seconds, however busy the machine is."""
    worker, heard = work.begin(what)
    *_, worked, end = all_of(heard)
    worker.join()
    assert end == "finished"
    return float(worked.removeprefix("worked "))


def test_a_process_killed_at_any_moment_leaves_everything_right(tmp_path: Path) -> None:
    chance, work = random.Random(20), Work(tmp_path)
    work.write()
    duration = {what: measured(work, what) for what in ("ingest", "remove")}
    shutil.rmtree(work.home)
    present = {f"{n:02}.txt": 0 for n in range(FILES)}  # version of each file in the library, 0 for none
    interrupted = 0
    for kill in range(KILLS):
        what = "remove" if kill % 3 == 2 else "ingest"
        if what == "ingest":
            work.write()
            may_be = {name: {version, work.version} for name, version in present.items()}
        else:
            library = work.library()
            doomed = {Path(library.transcript(one)[0].source).name: one for one in to_remove(library)}
            library.close()
            may_be = {name: {version, 0} if name in doomed else {version} for name, version in present.items()}
        said = killed(work, what, chance.uniform(0, 0.8 * duration[what]))
        interrupted += said[-1] != "finished"
        for line in said:
            word, _, rest = line.partition(" ")
            if word == "done":
                may_be |= {name: {work.version} for name in sorted(may_be)[: int(rest)]}
            elif word == "gone":
                may_be |= {name: {0} for name, one in doomed.items() if one == rest}
        library = work.library()
        check(library, may_be)
        if what == "ingest":
            report = Ingest(library, fakes.HashingEncoder).run([work.files])
            assert report.count("rejected") == report.count("duplicate") == 0
            present = dict.fromkeys(present, work.version)
        else:
            left = {entry.source.transcript_id for entry in library.entries()} & set(doomed.values())
            library.remove(tuple(left))
            present |= dict.fromkeys(doomed, 0)
        level(fakes.derived(library))
        check(library, {name: {version} for name, version in present.items()})
        library.close()
    assert interrupted >= KILLS // 4  # or the test proves little
