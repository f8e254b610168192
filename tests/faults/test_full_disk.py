"""The disk fills up under every command, sooner or later: it is said, nothing is lost, and there it goes on."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.store.library import FILE
from rag.errors import LibraryFullError
from tests import fakes
from tests.faults.damage import text, transcite, whole

# Bytes free when a command begins; those that write most get into it, too.
LEFT = {"ingest": (0, 100_000), "repair": (0, 100_000), "make indexes again": (100_000,)}


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of 6 MB, where this user may mount one."""
    with fakes.small_disk(tmp_path_factory.mktemp("disk"), 6) as folder:
        yield folder


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    fakes.write(folder, {f"{n}.txt": text(n, 60) for n in range(4)})
    return folder


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, files: Path) -> Path:
    """A library of four transcripts, as it is copied onto the disk."""
    home = tmp_path_factory.mktemp("filled") / "home"
    assert transcite(home, "ingest", str(files)).code == 0
    return home


def fill(disk: Path, left: int) -> None:
    free = shutil.disk_usage(disk).free - left
    with (disk / "filler").open("wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, max(free, 1))


def older(home: Path) -> None:
    with sqlite3.connect(home / FILE) as connection:
        connection.executescript("DROP TABLE sums; UPDATE meta SET value = '4' WHERE key = 'schema'")
    connection.close()


def damaged(home: Path) -> None:
    with sqlite3.connect(home / FILE) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'turns'").fetchone()[0]
    connection.close()
    data = bytearray((home / FILE).read_bytes())
    data[(root - 1) * 4096] = 0
    (home / FILE).write_bytes(data)


def stale(home: Path) -> None:
    for name in ("vectors", "words"):
        shutil.rmtree(home / name)


def as_it_is(home: Path) -> None:
    pass


COMMANDS: dict[str, tuple[Callable[[Path], None], Callable[[Path, dict[str, object]], list[str]]]] = {
    "ingest": (as_it_is, lambda files, _: ["ingest", str(files.parent / "more")]),
    "delete": (as_it_is, lambda _, ids: ["rm", min(ids)]),
    "rename": (as_it_is, lambda _, ids: ["rename-speaker", min(ids), "Ann", "Anna"]),
    "make indexes again": (stale, lambda *_: ["reindex"]),
    "search": (stale, lambda *_: ["search", "turn507"]),
    "compact": (as_it_is, lambda *_: ["compact"]),
    "upgrade": (older, lambda *_: ["list"]),
    "repair": (damaged, lambda *_: ["doctor", "--repair"]),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_on_a_full_disk(disk: Path, filled: Path, files: Path, name: str) -> None:
    prepare, argv = COMMANDS[name]
    if not (files.parent / "more").exists():
        fakes.write(files.parent / "more", {f"more{n}.txt": text(10 + n, 60) for n in range(3)})
    before, refused = whole(filled), 0
    home = disk / "home"
    for left in LEFT.get(name, (0,)):
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(filled, home)
        prepare(home)
        fill(disk, left)
        command = argv(files, before)
        ended = transcite(home, *command)
        if ended.code:
            refused += 1
            assert "free some space" in ended.err, (left, ended.err)
        (disk / "filler").unlink()
        if name == "repair":
            assert ended.code or transcite(home, "doctor").code == 0
            assert transcite(home, "doctor", "--repair").code == 0
        after = whole(home)
        assert transcite(home, "doctor").code == 0, left
        if ended.code:  # nothing lost, nothing half there, and there it goes on
            assert {one: after.get(one) for one in before} == before, left
            assert transcite(home, *command).code == 0, left
        assert transcite(home, "search", "turn507", "--json").document["hits"]
        assert transcite(home, "doctor").code == 0, left
    assert refused or name == "search"  # which answers all the same, and saves when there is room


def test_answers_and_votes_on_a_full_disk(disk: Path, filled: Path) -> None:
    home = disk / "home"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(filled, home)
    library = fakes.library(home, encoder="all-MiniLM-L6-v2")
    library.answers.keep("one", "{}", [])
    fill(disk, 0)
    long = "word " * 1000

    def keep() -> None:
        for n in range(1000):
            library.answers.keep(f"more-{n}", long, [])

    def vote() -> None:
        for _ in range(1000):
            library.answers.vote("one", "up", long)

    for write in (keep, vote):
        with pytest.raises(LibraryFullError):
            write()
    assert library.answers.get("one") == ("{}", None)
    (disk / "filler").unlink()
    library.answers.vote("one", "down", None)
    assert library.answers.votes() == [("one", "down", None)]
    library.close()
    assert transcite(home, "doctor").code == 0
