from __future__ import annotations

import os
from pathlib import Path
from threading import Event, Thread

import pytest

from index import files
from index.files import Found
from rag.errors import ReadError
from tests.fakes import write
from tests.waiting import wait


def names(folder: Path) -> list[str]:
    return [found.path.relative_to(folder).as_posix() for found in files.find([folder])]


def problems(*paths: Path) -> list[str | None]:
    return [found.problem for found in files.find(paths)]


def test_transcripts_in_a_folder_are_found_in_order_of_name(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "b.txt": "b",
            "a.VTT": "a",
            "deep/er/c.srt": "c",
            "deep/a.json": "{}",
            "README.md": "about",
            "license.txt": "about",
            ".hidden.txt": "no",
            ".git/x.txt": "no",
            "~lock.txt": "no",
            "audio.mp3": "no",
            "z.markdown": "z",
        },
    )
    assert names(tmp_path) == ["a.VTT", "b.txt", "z.markdown", "deep/a.json", "deep/er/c.srt"]


def test_a_file_named_on_its_own_is_tried_whatever_its_name(tmp_path: Path) -> None:
    [path] = write(tmp_path, {"README": "Ann: Hello."})
    assert list(files.find([path])) == [Found(path, 11)]


def test_each_file_once_however_it_is_named(tmp_path: Path) -> None:
    [path] = write(tmp_path, {"a.txt": "a"})
    (tmp_path / "link.txt").symlink_to(path)
    (tmp_path / "folder").symlink_to(tmp_path)
    assert len(list(files.find([path, tmp_path, tmp_path / "folder", tmp_path / "." / "a.txt"]))) == 1


def test_what_cannot_be_read_is_found_with_its_problem(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    assert "no such file" in str(problems(tmp_path / "missing.txt"))
    assert "no transcripts" in str(problems(tmp_path / "none"))
    os.mkfifo(tmp_path / "pipe")
    assert problems(tmp_path / "pipe") == ["is neither a file nor a folder"]


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, {"b.txt": "Ann: Hello."})
    os.mkfifo(tmp_path / "a.txt")
    assert problems(tmp_path) == ["is neither a file nor a folder", None]


def test_links_that_lead_nowhere_or_to_themselves_are_problems_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    (tmp_path / "nowhere.txt").symlink_to("gone")
    write(tmp_path, {"z.txt": "Ann: Hello."})
    found = problems(tmp_path)
    assert [problem is None for problem in found] == [False, False, True]
    assert problems(tmp_path / "loop.txt")[0]


@pytest.mark.parametrize("name", ["x" * 300 + ".txt", "a/b.txt/c.txt"])
def test_a_path_that_cannot_be_is_a_problem(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"a/b.txt": "x"})
    assert problems(tmp_path / name)[0]


def test_a_name_that_is_not_utf_8_is_a_problem_that_can_be_printed(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    try:
        path.write_text("Ann: Hello.")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    assert "not UTF-8" in str(problems(tmp_path))
    assert files.shown(path).endswith("caf\\udce9.txt")


@pytest.mark.parametrize("data", [b"", b"x", b"\x00\xff" * 5000])
def test_a_file_is_read_whole(tmp_path: Path, data: bytes) -> None:
    [path] = write(tmp_path, {"a.txt": data})
    [found] = files.find([path])
    assert files.read(found) == data


def test_a_file_may_be_as_long_as_allowed_and_no_longer(tmp_path: Path) -> None:
    just, more = (
        found for found in files.find(write(tmp_path, {"a.txt": b"x" * 2_000_000, "b.txt": b"x" * 2_000_001}))
    )
    assert len(files.read(just, max_bytes=2_000_000)) == 2_000_000
    with pytest.raises(ReadError, match="TRANSCITE_MAX_FILE_MB"):
        files.read(more, max_bytes=2_000_000)


def test_a_file_that_grew_too_long_after_it_was_listed_is_not_read_in_part(tmp_path: Path) -> None:
    [path] = write(tmp_path, {"a.txt": b"x"})
    [found] = files.find([path])
    path.write_bytes(b"x" * 500)
    with pytest.raises(ReadError):
        files.read(found, max_bytes=100)


def test_a_file_that_vanished_is_an_error_of_its_own(tmp_path: Path) -> None:
    [path] = write(tmp_path, {"a.txt": "x"})
    [found] = files.find([path])
    path.unlink()
    with pytest.raises(ReadError, match="No such file"):
        files.read(found)


def test_a_file_written_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """Another thread appends without pause; reading 16 MB takes longer than an append."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 16_000_000)
    started, finished = Event(), Event()

    def append() -> None:
        with path.open("ab", buffering=0) as file:
            while not finished.is_set():
                file.write(b"y" * 10)
                started.set()

    writer = Thread(target=append)
    writer.start()
    started.wait()

    def refused() -> bool:
        try:
            files.read(Found(path, path.stat().st_size))
        except ReadError as error:
            return "changed while it was being read" in error.reason
        return False  # on a busy machine nothing was appended meanwhile

    try:
        wait(refused)
    finally:
        finished.set()
        writer.join()
    assert files.read(Found(path, path.stat().st_size)) == path.read_bytes()
