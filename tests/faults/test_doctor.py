"""A library is damaged, and `transcite doctor` says so, and `--repair` brings back all that is stored."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from index.store import pages
from index.store.library import FILE
from index.store.schema import STRIDE
from tests import fakes
from tests.faults.damage import damaged, text, transcite, try_one, whole

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five transcripts, a sixth gone again, indexes level."""
    folder = tmp_path_factory.mktemp("sound")
    fakes.write(folder / "files", {f"{n}.txt": text(n, 16) for n in range(6)})
    home = folder / "home"
    assert transcite(home, "ingest", str(folder / "files")).code == 0
    assert transcite(home, "rm", max(whole(home))).code == 0
    assert transcite(home, "search", "grant").code == 0
    return home


@pytest.fixture(scope="module")
def before(sound: Path) -> dict[str, Any]:
    return whole(sound)


@pytest.fixture
def home(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "home"))


def change(home: Path, *statements: str) -> None:
    with sqlite3.connect(home / FILE) as connection:
        for one in statements:
            assert connection.execute(one).rowcount > 0
    connection.close()


def findings(home: Path, *options: str) -> list[dict[str, Any]]:
    return list(transcite(home, "doctor", "--json", *options).document["findings"])


def root_of(home: Path, table: str) -> int:
    with sqlite3.connect(home / FILE) as connection:
        found = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    connection.close()
    return int(found)


def overwrite(home: Path, page: int, data: bytes = bytes(4096)) -> None:
    with (home / FILE).open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(data)


def test_a_sound_library_is_sound_and_left_as_it_is(home: Path, before: dict[str, Any]) -> None:
    for options in ((), ("--repair",)):
        report = transcite(home, "doctor", "--json", *options).document
        assert report == {
            "home": str(home),
            "sound": True,
            "transcripts": 5,
            "turns": 80,
            "findings": [],
            "kept": None,
            "server": None,
        }
    assert transcite(home, "doctor").out == f"sound: 5 transcripts of 80 turns in {home}\n"
    assert whole(home) == before


def test_no_library_is_sound(tmp_path: Path) -> None:
    assert transcite(tmp_path / "none", "doctor").code == transcite(tmp_path / "none", "doctor", "--repair").code == 0
    assert not (tmp_path / "none").exists()


class TestOneTranscript:
    def test_a_text_that_changed_goes_whole_and_comes_again(self, home: Path, before: dict[str, Any]) -> None:
        one = min(before)
        change(home, f"UPDATE turns SET text = 'Nobody said so.' WHERE turn_id = {STRIDE + 3}")
        [found] = findings(home)
        assert (found["part"], found["transcript_id"], found["repaired"]) == ("transcript", one, False)
        assert transcite(home, "doctor").code == 1
        assert transcite(home, "show", one).code == 1
        repaired = transcite(home, "doctor", "--repair", "--json")
        assert repaired.code == 1
        assert "ingest" in repaired.err
        [found] = repaired.document["findings"]
        assert (found["transcript_id"], found["source"], found["repaired"]) == (one, before[one]["source"], True)
        assert whole(home) == {key: value for key, value in before.items() if key != one}
        assert transcite(home, "doctor").code == 0
        assert transcite(home, "ingest", before[one]["source"]).code == 0
        assert whole(home) == before

    def test_vectors_that_changed_are_made_again(self, home: Path, before: dict[str, Any]) -> None:
        change(home, f"UPDATE passages SET vector = zeroblob(128) WHERE passage_id = {2 * STRIDE + 3}")
        assert [one["part"] for one in findings(home)] == ["vectors", "index"]
        assert transcite(home, "doctor", "--repair").code == 0
        assert transcite(home, "doctor").code == 0
        assert whole(home) == before

    def test_what_belongs_to_nothing_is_taken_out(self, home: Path, before: dict[str, Any]) -> None:
        one = min(before)
        change(
            home,
            f"DELETE FROM transcripts WHERE id = '{one}'",
            "INSERT INTO duplicates VALUES ('default', '/files/other.txt', 'none-0123456789', 'x')",
        )
        parts = {found["part"] for found in findings(home)}
        assert parts == {"transcript", "database", "index"}
        transcite(home, "doctor", "--repair")
        assert whole(home) == {key: value for key, value in before.items() if key != one}
        assert transcite(home, "doctor").code == 0


class TestTheDatabase:
    def test_a_tree_that_leads_nowhere_costs_nothing(self, home: Path, before: dict[str, Any]) -> None:
        for table in ("turns", "speakers", "passages"):
            page = root_of(home, table)
            kind = (home / FILE).read_bytes()[(page - 1) * 4096]
            if kind == 5:  # what lies below it is whole
                overwrite(home, page)
        report = transcite(home, "doctor", "--repair", "--json")
        assert report.code == 0, report.err
        assert Path(report.document["kept"]).exists()
        assert whole(home) == before
        assert transcite(home, "doctor").code == 0

    def test_without_its_first_page(self, home: Path, before: dict[str, Any]) -> None:
        overwrite(home, 1)
        assert transcite(home, "list").code == 1
        report = transcite(home, "doctor", "--repair", "--json")
        assert report.code == 0, report.err
        assert whole(home) == before  # and what was deleted is not there, though its pages are

    def test_without_digests_the_vectors_are_made_again(self, home: Path, before: dict[str, Any]) -> None:
        change(home, f"DELETE FROM passages WHERE passage_id = {2 * STRIDE + 3}")
        overwrite(home, root_of(home, "sums"))
        report = transcite(home, "doctor", "--repair", "--json")
        assert report.code == 0, report.err
        assert sum(one["part"] == "vectors" for one in report.document["findings"]) == len(before)
        assert whole(home) == before
        library = fakes.library(home, encoder="all-MiniLM-L6-v2")
        assert len(library.passage_rows([2])) == 16
        library.close()
        assert transcite(home, "doctor").code == 0

    def test_a_library_that_had_keys_stays_closed(self, home: Path) -> None:
        library = fakes.library(home, encoder="all-MiniLM-L6-v2")
        library.keys.create("desk", scope="ask")
        library.close()
        overwrite(home, root_of(home, "keys"))
        transcite(home, "doctor", "--repair")
        library = fakes.library(home, encoder="all-MiniLM-L6-v2")
        assert library.keys.guard()
        library.close()

    def test_vectors_of_an_encoder_that_was_forgotten_are_mixed_with_none(self, home: Path) -> None:
        overwrite(home, root_of(home, "meta"))
        assert "reindex" in transcite(home, "doctor", "--repair").err
        assert "reindex" in transcite(home, "search", "grant").err
        assert transcite(home, "reindex").code == 0
        assert transcite(home, "doctor").code == 0

    def test_answers_that_would_outlive_what_they_quote_are_dropped(self, home: Path, before: dict[str, Any]) -> None:
        library = fakes.library(home, encoder="all-MiniLM-L6-v2")
        for n, one in enumerate([*before, "gone-0123456789"]):
            library.answers.keep(
                f"a{n}", f'{{"citations": [{{"transcript_id": "{one}"}}]}}', [one] if one in before else []
            )
        library.close()
        change(home, "DELETE FROM quoted WHERE number = 2")
        assert [one["part"] for one in findings(home)] == ["answers"]
        transcite(home, "doctor", "--repair")
        library = fakes.library(home, encoder="all-MiniLM-L6-v2")
        with library._database.reading() as connection:
            left = connection.exec_driver_sql("SELECT id FROM answers ORDER BY id").scalars().all()
        library.close()
        assert left == ["a0", "a2", "a3", "a4"]

    def test_it_is_refused_while_another_process_has_it_open(self, home: Path) -> None:
        script = (
            "import sys, sqlite3; c = sqlite3.connect(sys.argv[1]); c.execute('select * from meta').fetchall();"
            "print('open', flush=True); sys.stdin.read()"
        )
        with subprocess.Popen(
            [sys.executable, "-c", script, str(home / FILE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "open\n"
            overwrite(home, root_of(home, "turns"), b"\xff" * 8)
            data = (home / FILE).read_bytes()
            refused = transcite(home, "doctor", "--repair")
            assert refused.code == 1
            assert "in use by another process" in refused.err
            assert (home / FILE).read_bytes() == data
            other.communicate("")
        assert transcite(home, "doctor", "--repair").code == 0

    def test_a_repair_that_was_interrupted_is_finished(self, home: Path, before: dict[str, Any]) -> None:
        (home / FILE).rename(home / f"{FILE}.mended")
        (home / FILE).write_bytes(b"what was damaged")
        assert "interrupted" in transcite(home, "list").err
        assert transcite(home, "doctor", "--repair").code == 0
        assert whole(home) == before

    def test_one_that_is_gone_is_not_taken_for_empty(self, home: Path) -> None:
        (home / FILE).unlink()
        for command in (("list",), ("ask", "what?"), ("doctor",), ("doctor", "--repair")):
            ended = transcite(home, *command)
            assert ended.code == 1
            assert "is gone" in ended.err
            assert "back-up" in ended.err or command == ("doctor",)


@pytest.mark.parametrize(
    ("file", "hows"),
    [
        (FILE, ("cut at 90%",)),
        ("manifest.json", ("garbage",)),
        (".faiss", ("page 1 zeroed",)),
        (".term", ("byte 17 flipped",)),
        (".idx", ("deleted",)),
    ],
)
def test_a_damaged_file(sound: Path, before: dict[str, Any], tmp_path: Path, file: str, hows: tuple[str, ...]) -> None:
    """Some of what benchmarks/damage.py tries."""
    path = next(one for one in sorted(sound.rglob("*")) if one.name.endswith(file))
    ways = dict(damaged(path.read_bytes()))
    for how in hows:
        outcome = try_one(sound, tmp_path / "copy", str(path.relative_to(sound)), how, ways[how], before)
        assert outcome.named == "named"


class TestTheLog:
    @pytest.fixture
    def killed(self, home: Path, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
        """What a process that is killed leaves: its last changes in the log."""
        library = fakes.library(home, encoder="all-MiniLM-L6-v2")
        fakes.write(tmp_path / "more", {f"more{n}.txt": text(10 + n, 16) for n in range(3)})
        transcite(home, "ingest", str(tmp_path / "more"))
        left = Path(shutil.copytree(home, tmp_path / "killed"))
        known = whole(home)
        library.close()
        return left, known

    @pytest.mark.parametrize("at", [5, 40, 32 + 24 + 4096 + 100, 100_000])
    def test_a_byte_of_it_is_named_and_costs_what_it_is(self, killed: tuple[Path, dict[str, Any]], at: int) -> None:
        home, known = killed
        log = home / f"{FILE}-wal"
        data = bytearray(log.read_bytes())
        data[at] ^= 0x20
        log.write_bytes(data)
        refused = transcite(home, "list")
        assert refused.code == 1
        assert "cannot be read" in refused.err
        report = transcite(home, "doctor", "--repair", "--json").document
        lost = {one["transcript_id"] for one in report["findings"] if one["part"] == "transcript"}
        assert whole(home) == {one: value for one, value in known.items() if one not in lost}
        assert len(lost) <= 1
        assert transcite(home, "doctor").code == 0

    def test_one_that_is_whole_is_read_as_sqlite_reads_it(self, killed: tuple[Path, dict[str, Any]]) -> None:
        home, known = killed
        found = pages.read((home / FILE).read_bytes(), (home / f"{FILE}-wal").read_bytes())
        assert (found.whole, found.unread, found.broken_log) == (True, set(), 0)
        with sqlite3.connect(home / FILE) as connection:
            for table in ("turns", "passages", "speakers"):
                rows = [row[1:] for row in found.tables[table]]
                assert sorted(map(repr, rows)) == sorted(map(repr, connection.execute(f"SELECT * FROM {table}")))
        connection.close()
        assert transcite(home, "doctor").code == 0
        assert whole(home) == known


def test_compact_gives_room_back_and_leaves_no_remains(home: Path, before: dict[str, Any]) -> None:
    one = min(before)
    assert transcite(home, "rm", one).code == 0
    report = transcite(home, "compact", "--json").document
    assert report["bytes_after"] < report["bytes_before"]
    assert b"turn503 about the grant of 0" not in (home / FILE).read_bytes()
    assert whole(home) == {key: value for key, value in before.items() if key != one}
    assert transcite(home, "doctor").code == 0
