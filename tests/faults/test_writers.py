"""Several processes change one library at the same time: everything is in once, and nothing that one did is undone."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.main import main
from index.store.library import FILE
from tests import fakes
from tests.faults.damage import text, transcite, whole
from tests.faults.killing import forked


def together(folder: Path, *commands: list[str]) -> list[tuple[int, Any]]:
    """Run commands at the same time, each in a process of its own; how each ended, and its report."""

    def work(argv: list[str]) -> Callable[[], int]:
        environ = {"TRANSCITE_HOME": str(folder / "home")}
        return lambda: main(argv, environ=environ, encoder=fakes.HashingEncoder)

    outs = [folder / f"out{n}.txt" for n in range(len(commands))]
    children = [forked(work(argv), out, held=True) for argv, out in zip(commands, outs, strict=True)]
    for child in children:
        os.waitpid(child, os.WUNTRACED)
    for child in children:
        os.kill(child, signal.SIGCONT)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    said = [out.read_text(encoding="utf-8") for out in outs]
    return [
        (code, json.loads(text[text.index("{") :]) if "{" in text else text)
        for code, text in zip(codes, said, strict=True)
    ]


def twice(home: Path) -> list[Any]:
    """Sources that are in a library more than once."""
    with sqlite3.connect(home / FILE) as connection:
        found = connection.execute(
            "SELECT source FROM (SELECT source FROM transcripts UNION ALL SELECT source FROM duplicates)"
            " GROUP BY source HAVING count(*) > 1"
        ).fetchall()
    connection.close()
    return found


def test_two_ingests_of_folders_that_overlap(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "one" / "other"
    fakes.write(one, {f"a{n}.txt": text(n) for n in range(6)})
    fakes.write(other, {f"b{n}.txt": text(10 + n) for n in range(6)} | {"copy.txt": text(2)})
    ended = together(tmp_path, ["ingest", str(one), "--json"], ["ingest", str(other), "--json"])
    assert [code for code, _ in ended] == [0, 0], ended
    outcomes: dict[str, list[str]] = {}
    for _, report in ended:
        for file in report["files"]:
            outcomes.setdefault(file["path"], []).append(file["outcome"])
    assert all(seen.count("added") + seen.count("duplicate") >= 1 for seen in outcomes.values())
    assert sum(seen.count("added") for seen in outcomes.values()) == 12  # thirteen files, two of them alike
    assert twice(tmp_path / "home") == []
    assert len(whole(tmp_path / "home")) == 12
    assert transcite(tmp_path / "home", "doctor").code == 0


def test_an_ingest_beside_a_removal_a_correction_and_a_reindex(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fakes.write(tmp_path / "old", {f"a{n}.txt": text(n) for n in range(6)})
    fakes.write(tmp_path / "new", {f"b{n}.txt": text(10 + n) for n in range(8)})
    assert transcite(home, "ingest", str(tmp_path / "old")).code == 0
    before = sorted(whole(home))
    ended = together(
        tmp_path,
        ["ingest", str(tmp_path / "new"), "--json"],
        ["rm", before[0], before[1]],
        ["rename-speaker", before[2], "Ann", "Anna"],
        ["reindex"],
    )
    assert [code for code, _ in ended] == [0, 0, 0, 0], ended
    after = whole(home)
    assert len(after) == 6 - 2 + 8
    assert not {before[0], before[1]} & after.keys()
    assert after[before[2]]["speakers"] == ["Bob", "Anna", "Zoe"]
    assert transcite(home, "doctor").code == 0
    hits = transcite(home, "search", "turn507 about the grant", "--top-k", "50", "--json").document["hits"]
    assert {one["transcript_id"] for one in hits} <= after.keys()
    assert transcite(home, "doctor").code == 0


def test_two_compactions_and_a_doctor_beside_an_ingest(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fakes.write(tmp_path / "old", {f"a{n}.txt": text(n) for n in range(6)})
    fakes.write(tmp_path / "new", {f"b{n}.txt": text(10 + n) for n in range(6)})
    assert transcite(home, "ingest", str(tmp_path / "old")).code == 0
    ended = together(
        tmp_path,
        ["ingest", str(tmp_path / "new"), "--json"],
        ["compact", "--json"],
        ["compact", "--json"],
        ["doctor", "--json"],
    )
    assert [code for code, _ in ended] == [0, 0, 0, 0], ended
    assert len(whole(home)) == 12
    assert transcite(home, "doctor").code == 0
