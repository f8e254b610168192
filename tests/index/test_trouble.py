"""What can be wrong with a library on disk, and what is said then."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread

import pytest

from index.derived import Derived
from index.store.library import FILE, Library
from rag import passages
from rag.errors import LibraryError, LibraryFullError, LibraryLockedError, LibraryMismatchError
from tests import fakes
from tests.fakes import encoded, origin, put, store, transcript
from tests.waiting import PATIENCE_S, quickest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.embedded


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another connection that holds the write lock, as another process would."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def one_line(error: BaseException) -> str:
    text = str(error)
    assert text
    assert "\n" not in text
    assert "sqlalche" not in text.lower()
    return text


def test_a_writer_waits_as_long_as_it_was_told_and_then_says_who_is_in_the_way(tmp_path: Path) -> None:
    library = fakes.library(tmp_path, lock_timeout_s=0.3)
    one = put(library, "a.txt", "Ann: Hello there.")
    with held(library.home / FILE):
        for change in (
            lambda: store(library, "b.txt", "Ann: Other."),
            lambda: library.remove((one,)),
            lambda: library.rename_speaker(one, "Ann", "Anna"),
            lambda: library.link(origin("c.txt", "Ann: Hello there.")),
        ):

            def refused(change: Callable[[], object] = change) -> None:
                with pytest.raises(LibraryLockedError, match="locked by another process") as caught:
                    change()
                one_line(caught.value)

            assert 0.25 <= quickest(refused, within_s=3) < 3
    assert store(library, "b.txt", "Ann: Other.")[0] == "added"
    library.close()


def test_readers_never_wait_for_a_writer(tmp_path: Path) -> None:
    library = fakes.library(tmp_path, lock_timeout_s=0.3)
    one = put(library, "a.txt", "Ann: Hello there.")
    with held(library.home / FILE):
        assert library.transcript(one)[1].turns[0].text == "Hello there."
        again = fakes.library(tmp_path, lock_timeout_s=0.3)
        assert again.generation() == library.generation()
        again.close()
    library.close()


def test_a_writer_gets_its_turn_when_the_other_has_finished(tmp_path: Path) -> None:
    library = fakes.library(tmp_path, lock_timeout_s=10)
    with held(library.home / FILE):
        waiting = Thread(target=lambda: store(library, "a.txt", "Ann: Hello there."))
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join(PATIENCE_S)
    assert len(library.entries()) == 1
    library.close()


def test_a_new_library_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    together, failed = Barrier(6), []

    def go(n: int) -> None:
        together.wait()
        try:
            library = fakes.library(tmp_path)
            put(library, f"{n}.txt", f"Ann: Number {n}.")
            library.close()
        except Exception as error:
            failed.append(error)

    threads = [Thread(target=go, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    library = fakes.library(tmp_path)
    assert len(library.entries()) == 6
    library.close()


class TestFullDisk:
    def test_the_database_may_not_grow(self, library: Library) -> None:
        one = put(library, "a.txt", "Ann: Hello there.")
        before = library.generation(), library.transcript(one), library.entries()
        with library._database._engine.connect() as connection:  # the pool hands the same connection out again
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        lines = [f"Ann: Number {n} {'word ' * 100}" for n in range(100)]
        with pytest.raises(LibraryFullError) as refused:
            store(library, "b.txt", *lines)
        assert "free some space" in one_line(refused.value)
        with pytest.raises(LibraryFullError):
            store(library, "a.txt", *lines)
        assert (library.generation(), library.transcript(one), library.entries()) == before
        with library._database._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert store(library, "b.txt", *lines)[0] == "added"

    def test_nothing_may_be_written_any_more(self, tmp_path: Path) -> None:
        """A process whose files may not grow past 600 KB: what it finished is kept, what it did not is not there."""
        script = (
            "import resource, sys\n"
            "from pathlib import Path\n"
            "from rag.errors import LibraryError\n"
            "from tests import fakes\n"
            "library = fakes.library(Path(sys.argv[1]))\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))\n"
            "try:\n"
            "    for n in range(1000):\n"
            "        fakes.put(library, f'{n}.txt', *(f'Ann: {k} of {n}, {\"word \" * 40}' for k in range(40)))\n"
            "        print(n, flush=True)\n"
            "except LibraryError as error:\n"
            "    print(error)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_S,
        )
        *finished, reason = done.stdout.splitlines()
        assert finished
        assert "cannot" in reason or "free" in reason or "disk" in reason
        library = fakes.library(tmp_path)
        assert len(library.entries()) == len(finished)
        assert all(entry.turns == 40 for entry in library.entries())
        assert store(library, "more.txt", "Ann: There is room again.")[0] == "added"
        library.close()
        assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 600_000

    def test_a_full_file_system(self, small_disk: Path) -> None:
        library = fakes.library(small_disk / "home")
        one = put(library, "a.txt", "Ann: Hello there.")
        filler = small_disk / "filler"
        fill(filler)
        before = library.generation(), library.transcript(one)
        with pytest.raises(LibraryFullError) as refused:
            store(library, "b.txt", *(f"Ann: Number {n} {'word ' * 100}" for n in range(100)))
        assert "free some space" in one_line(refused.value)
        assert (library.generation(), library.transcript(one)) == before
        filler.unlink()
        assert store(library, "b.txt", "Ann: There is room again.")[0] == "added"
        library.close()

    def test_derived_indexes_say_so_too_and_lose_nothing(self, small_disk: Path) -> None:
        library = fakes.library(small_disk / "home")
        lines = [f"Ann: Number {n} {'word ' * 30} {n * 7919}" for n in range(300)]
        put(library, "a.txt", *lines)
        indexes = fakes.derived(library)
        filler = small_disk / "filler"
        fill(filler)
        with pytest.raises(LibraryFullError) as refused:
            level(indexes)
        assert "free some space" in one_line(refused.value)
        filler.unlink()
        level(indexes)
        assert len(indexes.vectors) == 300
        assert fakes.found(fakes.searching(library, indexes), "7919")
        library.close()


def level(indexes: Derived) -> None:
    indexes.catch_up()
    indexes.save()


def fill(path: Path) -> None:
    """Leave no byte free."""
    with path.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB, where this user may mount one."""
    (tmp_path / "disk").mkdir()
    with fakes.small_disk(tmp_path / "disk", 4) as folder:
        yield folder


@pytest.mark.parametrize("content", [b"hello, I am no database" * 500, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(LibraryError) as refused:
        fakes.library(tmp_path)
    assert FILE in one_line(refused.value)
    assert (tmp_path / FILE).read_bytes() == content


def test_a_database_damaged_in_the_middle_is_an_error_in_one_line(tmp_path: Path) -> None:
    library = fakes.library(tmp_path)
    put(library, "a.txt", *(f"Ann: Number {n} {'word ' * 100}" for n in range(200)))
    library.close()
    data = bytearray((tmp_path / FILE).read_bytes())
    data[4096 * 8 :] = b"\xab" * (len(data) - 4096 * 8)
    (tmp_path / FILE).write_bytes(bytes(data))
    with pytest.raises(LibraryError) as refused:
        fakes.every_turn(fakes.library(tmp_path))
    one_line(refused.value)


def test_a_home_that_is_a_file_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("I am a file")
    with pytest.raises(LibraryError) as refused:
        fakes.library(tmp_path / "home")
    one_line(refused.value)


class TestMismatch:
    def test_another_encoder(self, library: Library) -> None:
        put(library, "a.txt", "Ann: Hello there.")
        other = fakes.library(library.home, encoder="another")
        with pytest.raises(LibraryMismatchError, match="transcite reindex") as refused:
            other.check()
        assert "hashing" in one_line(refused.value)
        assert "another" in str(refused.value)
        other.close()

    def test_other_passage_settings(self, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
        put(library, "a.txt", "Ann: Hello there.")
        monkeypatch.setattr(passages, "SETTINGS", "turns/99w/1")
        other = fakes.library(library.home)
        with pytest.raises(LibraryMismatchError, match="transcite reindex") as refused:
            other.check()
        assert "turns/99w/1" in one_line(refused.value)
        other.close()

    def test_the_same_ones_pass(self, library: Library) -> None:
        put(library, "a.txt", "Ann: Hello there.")
        again = fakes.library(library.home)
        again.check()
        again.close()

    def test_an_empty_library_takes_any(self, library: Library) -> None:
        other = fakes.library(library.home, encoder="another")
        other.check()
        other.close()

    def test_vectors_of_two_encoders_are_never_mixed(self, library: Library) -> None:
        """Two processes open an empty library with different encoders, both check, both write."""
        other = fakes.library(library.home, encoder="another")
        library.check()
        other.check()
        put(library, "a.txt", "Ann: Hello there.")
        with pytest.raises(LibraryMismatchError):
            other.put(origin("b.txt"), encoded(transcript("Ann: Other.")))
        assert len(library.entries()) == 1
        other.close()

    def test_tables_of_another_version(self, library: Library) -> None:
        with sqlite3.connect(library.home / FILE) as connection:
            connection.execute("update meta set value = '99' where key = 'schema'")
        connection.close()
        with pytest.raises(LibraryMismatchError, match="99") as refused:
            fakes.library(library.home)
        one_line(refused.value)
