"""Kills a `transcite` command at a chosen system call: strace delivers SIGKILL as it is about to write, sync, rename.

Commands are forked from this process, which has everything imported, and each runs to its death in a process of its
own; so does each look at what is left. Nothing in the product knows of it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss

from api import doctoring, keeping, shelf  # imported by commands when they run; here before anything is forked
from api.main import main
from index import doctor, search
from index.store.library import FILE, Library
from index.store.schema import STRIDE
from rag.values import Filters
from tests import fakes
from tests.faults.damage import text
from tests.waiting import PATIENCE_S

# What changes files, and what makes changes last.
CALLS = ("pwrite64", "write", "fdatasync", "fsync", "rename", "renameat", "unlink", "unlinkat", "ftruncate")
CALLS += ("mkdir", "link", "msync")
_WARM = (doctoring, keeping, shelf, doctor, search)
_EVERY = ",".join(CALLS)


@dataclass(frozen=True)
class Scenario:
    """A command, on a copy of a prepared folder.

    Attributes:
        name: Of what is interrupted.
        prepare: Makes the folder; its library is in `home`.
        argv: The command, given the folder.
        environ: Settings besides TRANSCITE_HOME.
    """

    name: str
    prepare: Callable[[Path], None]
    argv: Callable[[Path], list[str]]
    environ: tuple[tuple[str, str], ...] = ()


def forked(work: Callable[[], Any], out: Path, *, held: bool = False) -> int:
    """Do some work in a fork of this process, which writes what comes of it to a file; returns its id.

    With `held` it waits until it is told to go on (SIGCONT).
    """
    child = os.fork()
    if child:
        return child
    status = 1
    faiss.omp_set_num_threads(1)  # the helpers of the parent's threads are not there in a fork, and would be waited for
    try:
        if held:
            os.kill(os.getpid(), signal.SIGSTOP)
        with out.open("w", encoding="utf-8") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
            sys.stdout, sys.stderr = (os.fdopen(os.dup(number), "w", encoding="utf-8") for number in (1, 2))
            status = int(work() or 0)
            sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def command(folder: Path, scenario: Scenario) -> Callable[[], int]:
    """The command of a scenario, on a folder of its own."""

    def run() -> int:
        environ = {"TRANSCITE_HOME": str(folder / "home"), **dict(scenario.environ)}
        return main(scenario.argv(folder), environ=environ, encoder=fakes.HashingEncoder)

    return run


def traced(folder: Path, scenario: Scenario, *options: str) -> tuple[int, str]:
    """Run a scenario's command under strace; returns how it ended (-9: killed) and what it said."""
    out = folder / "out.txt"
    child = forked(command(folder, scenario), out, held=True)
    os.waitpid(child, os.WUNTRACED)
    log = folder / "strace.txt"
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", str(log), "-p", str(child), *options], stderr=subprocess.PIPE, text=True
    )
    while f"TracerPid:\t{tracer.pid}" not in Path(f"/proc/{child}/status").read_text():
        if tracer.poll() is not None:
            raise RuntimeError(tracer.stderr.read() if tracer.stderr else "strace ended")
    os.kill(child, signal.SIGCONT)
    _, status = os.waitpid(child, 0)
    tracer.wait(PATIENCE_S)
    if tracer.stderr is not None:
        tracer.stderr.close()
    return os.waitstatus_to_exitcode(status), out.read_text(encoding="utf-8", errors="replace")


def points(base: Path, folder: Path, scenario: Scenario) -> dict[str, int]:
    """How often the scenario's busiest thread makes each call: the last of them that a kill can be put at."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder)
    code, said = traced(folder, scenario, "-e", f"trace={_EVERY}")
    assert code == 0 or scenario.name == "repair", said  # which ends with what was lost
    counts: dict[tuple[str, str], int] = {}
    for line in (folder / "strace.txt").read_text(errors="replace").splitlines():
        found = re.match(r"(?:(\d+) +)?(\w+)\(", line)
        if found:
            key = (found[1] or "", found[2])
            counts[key] = counts.get(key, 0) + 1
    most: dict[str, int] = {}
    for (_, call), count in counts.items():
        most[call] = max(most.get(call, 0), count)
    return {call: count for call, count in most.items() if call in CALLS}


def killed(base: Path, folder: Path, scenario: Scenario, call: str, nth: int) -> tuple[int, str]:
    """Run the scenario on a copy of its folder and kill it as a thread is about to make the nth such call."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder)
    return traced(folder, scenario, "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={nth}")


def state(home: Path, *, encoder: str = "all-MiniLM-L6-v2") -> dict[str, Any]:
    """Every transcript in a library, whole, by its id; as a value to compare."""
    library = Library(home, encoder=encoder)
    try:
        return {
            entry.source.transcript_id: repr(library.transcript(entry.source.transcript_id))
            for entry in library.entries()
        }
    finally:
        library.close()


def looked(folder: Path, look: Callable[[Path], Any]) -> Any:
    """What a look at a folder gives, taken in a process of its own; what goes wrong in it is raised here."""
    out = folder / "look.txt"
    child = forked(lambda: print(json.dumps(look(folder))), out)  # noqa: T201
    _, status = os.waitpid(child, 0)
    said = out.read_text(encoding="utf-8")
    if os.waitstatus_to_exitcode(status) or not said:
        raise AssertionError(said)
    return json.loads(said.splitlines()[-1])


def check(folder: Path, old: dict[str, Any], new: dict[str, Any], scenario: Scenario, said: str) -> dict[str, Any]:
    """What is so after a kill; then the command is given again, and has to finish.

    Args:
        folder: Where it happened.
        old, new: `state` before the command, and after it has finished.
        scenario: The command.
        said: What it had said until it was killed.

    Returns:
        How many transcripts were in their new state.
    """
    home = folder / "home"
    environ = {"TRANSCITE_HOME": str(home), **dict(scenario.environ)}
    made_with = environ.get("TRANSCITE_ENCODER", "all-MiniLM-L6-v2")
    # 1. The file is in order, by SQLite's own word.
    repairing = scenario.argv(folder)[:2] == ["doctor", "--repair"]
    if not repairing:
        with sqlite3.connect(home / FILE) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()
        # 2. Every transcript is as it was or as it was to be; what was reported is there, what was deleted is not.
        present = state(home, encoder=made_with)
        assert present.keys() <= old.keys() | new.keys()
        assert old.keys() & new.keys() <= present.keys(), "lost"
        for one, value in present.items():
            assert value in {old.get(one), new.get(one)}, f"half there: {one}"
        if finished(scenario.argv(folder)[0], said):
            assert present == new, "lost or resurrected after it was reported"
        # 3. Nothing is wrong by our own word, and search is level with the truth.
        reindexing = scenario.argv(folder)[0] == "reindex"
        if not reindexing:
            assert main(["doctor"], environ=environ, encoder=fakes.HashingEncoder) == 0
            level(home, made_with)
    else:
        present = {}
    # 4. The same again finishes what was begun.
    again = scenario.argv(folder)
    if again[0] == "rm":
        again = ["rm", *(one for one in again[1:] if one in present)]
    if len(again) > 1 or again[0] != "rm":
        code = main(again, environ=environ, encoder=fakes.HashingEncoder)
        renamed = again[0] == "rename-speaker" and present == new  # nobody has the old name any more
        assert code == int(renamed) or repairing, "the same again"  # what was lost is told as often as it is found
    assert state(home, encoder=made_with) == new
    if repairing or scenario.argv(folder)[0] == "reindex":
        assert main(["doctor"], environ=environ, encoder=fakes.HashingEncoder) == 0
        level(home, made_with)
    return {"new": sum(present.get(one) == value for one, value in new.items()), "of": len(new)}


@dataclass(frozen=True)
class Stage:
    """A scenario made ready.

    Attributes:
        base: Its folder as prepared; copied to `folder` for every run.
        folder: Where the command runs: paths are part of what a library holds.
        old, new: `state` before the command and after it.
        calls: `points` of it.
    """

    scenario: Scenario
    base: Path
    folder: Path
    old: dict[str, Any]
    new: dict[str, Any]
    calls: dict[str, int]

    def chosen(self, count: int) -> list[tuple[str, int]]:
        """So many points, spread evenly over the calls and over each call's times."""
        every = [(call, nth) for call, most in sorted(self.calls.items()) for nth in range(1, most + 1)]
        if len(every) <= count:
            return every
        return [every[at * len(every) // count] for at in range(count)]

    def kill(self, call: str, nth: int) -> tuple[bool, str | None]:
        """Kill it there; returns whether it died of that, and what is wrong afterwards, None for nothing."""
        code, said = killed(self.base, self.folder, self.scenario, call, nth)
        try:
            looked(self.folder, lambda folder: check(folder, self.old, self.new, self.scenario, said))
        except AssertionError as error:
            return code == -signal.SIGKILL, str(error)
        return code == -signal.SIGKILL, None


def staged(scenario: Scenario, parent: Path) -> Stage:
    """Make a scenario ready in a folder of its own."""
    for encoder in ("all-MiniLM-L6-v2", "another"):  # what words are to it is remembered, and inherited
        fakes.HashingEncoder(encoder).encode_documents([text(n) for n in range(14)])
    base, folder = parent / "base", parent / "run"
    for one in (base, folder):
        shutil.rmtree(one, ignore_errors=True)
    folder.mkdir(parents=True)
    scenario.prepare(folder)
    shutil.copytree(folder, base)
    reading = dict(scenario.environ).get("TRANSCITE_ENCODER", "all-MiniLM-L6-v2")
    old = {} if scenario.name == "repair" else looked(folder, lambda one: state(one / "home", encoder=reading))
    calls = points(base, folder, scenario)
    new = looked(folder, lambda one: state(one / "home", encoder=reading))
    return Stage(scenario, base, folder, old, new, calls)


def finished(verb: str, said: str) -> bool:
    """Whether a command had said that it was done."""
    return {
        "ingest": '"rejected": 0,\n' in said,
        "rm": "removed;" in said,
        "rename-speaker": "are now" in said,
    }.get(verb, False)


def level(home: Path, encoder: str) -> None:
    """Search finds what the truth holds, and nothing else."""
    library = Library(home, encoder=encoder)
    indexes = fakes.derived(library)
    searcher = fakes.searching(library, indexes)
    hits = searcher.search("turn507 about the grant", filters=Filters(), top_k=30)
    live = library.ordinals()
    assert {one // STRIDE for one in indexes.vectors.ids.tolist()} == set(live)
    assert indexes.vectors.ids.tolist() == [one.passage_id for one in library.passage_rows(live)]
    assert indexes.lexicon.point() == library.newest()
    for hit in hits:
        assert hit.turns[0] in library.transcript(hit.source.transcript_id)[1].turns
    indexes.save()
    library.close()


def _run(folder: Path, *argv: str, environ: Sequence[tuple[str, str]] = ()) -> None:
    settings = {"TRANSCITE_HOME": str(folder / "home"), **dict(environ)}
    child = forked(lambda: main(list(argv), environ=settings, encoder=fakes.HashingEncoder), folder / "prepare.txt")
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, (folder / "prepare.txt").read_text()


def _files(folder: Path, numbers: Sequence[int], *, more: int = 0) -> None:
    fakes.write(folder / "files", {f"{n:02}.txt": text(n, 12 + n % 5 + more) for n in numbers})


def _filled(folder: Path) -> None:
    """Six transcripts, one of them gone again, and indexes of them."""
    _files(folder, range(7))
    fakes.write(folder / "files", {"copy.txt": text(3, 15)})
    _run(folder, "ingest", str(folder / "files"), "--json")
    (folder / "files" / "06.txt").unlink()
    _run(folder, "rm", *_ids(folder, "06"))


def _ids(folder: Path, *stems: str) -> list[str]:
    with sqlite3.connect(folder / "home" / FILE) as connection:
        found = [row[0] for row in connection.execute("SELECT id FROM transcripts ORDER BY ordinal")]
    connection.close()
    return [one for one in found if one.rsplit("-", 1)[0] in stems]


def _to_ingest(folder: Path) -> None:
    _filled(folder)
    _files(folder, range(7, 13))


def _to_replace(folder: Path) -> None:
    _filled(folder)
    _files(folder, range(6), more=3)


def _to_compact(folder: Path) -> None:
    _filled(folder)
    _run(folder, "rm", *_ids(folder, "01", "02", "04"))


def _of_version_2(folder: Path) -> None:
    _of_version_4(folder)
    with sqlite3.connect(folder / "home" / FILE) as connection:
        connection.executescript(
            "DROP TABLE keys; DROP TABLE jobs; DROP TABLE job_files; DROP TABLE conversations; DROP TABLE marks;"
            "ALTER TABLE answers DROP COLUMN asker; ALTER TABLE transcripts DROP COLUMN corrected;"
            "UPDATE meta SET value = '2' WHERE key = 'schema'"
        )
    connection.close()


def _of_version_4(folder: Path) -> None:
    _filled(folder)
    with sqlite3.connect(folder / "home" / FILE) as connection:
        connection.executescript("DROP TABLE sums; DROP TABLE sentences")
        connection.execute("UPDATE meta SET value = '4' WHERE key = 'schema'")
    connection.close()


def _without_indexes(folder: Path) -> None:
    _filled(folder)
    for name in ("vectors", "words"):
        shutil.rmtree(folder / "home" / name)


def _to_repair(folder: Path) -> None:
    """A page that SQLite cannot do without, and one transcript that is not what it was."""
    _filled(folder)
    with sqlite3.connect(folder / "home" / FILE) as connection:
        connection.execute("UPDATE turns SET text = 'Nobody said so.' WHERE turn_id = 2 * 1048576 + 3")
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'turns'").fetchone()[0]
    connection.close()
    data = bytearray((folder / "home" / FILE).read_bytes())
    data[(root - 1) * 4096 : (root - 1) * 4096 + 8] = b"\xff" * 8
    (folder / "home" / FILE).write_bytes(data)


def _ingest(folder: Path) -> list[str]:
    return ["ingest", str(folder / "files"), "--json"]


SCENARIOS = (
    Scenario("ingest", _to_ingest, _ingest),
    Scenario("replace", _to_replace, _ingest),
    Scenario("delete", _filled, lambda folder: ["rm", *_ids(folder, "00", "03", "05")]),
    Scenario("rename", _filled, lambda folder: ["rename-speaker", *_ids(folder, "02"), "Ann", "Anna"]),
    Scenario("compact", _to_compact, lambda _: ["compact"]),
    Scenario("upgrade from 2", _of_version_2, lambda _: ["list"]),
    Scenario("upgrade from 4", _of_version_4, lambda _: ["list"]),
    Scenario("reindex", _filled, lambda _: ["reindex"], (("TRANSCITE_ENCODER", "another"),)),
    Scenario("make indexes again", _without_indexes, lambda _: ["search", "the grant"]),
    Scenario("repair", _to_repair, lambda _: ["doctor", "--repair"]),
)
