"""What `ingest` says files were read as, what it passed over, and reading them as what the user says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command import Transcite

from rag.formats import NAMES

TABLE = "speaker,text\nAnn Lee,Good morning.\nBob Ray,Good morning to you.\n"
SILENT = {"format": None, "speakers": 0, "times": False}


def read_as(transcite: Transcite, *argv: str | Path) -> dict[str, dict[str, object]]:
    """The report's files, by name."""
    return {Path(one["path"]).name: one for one in transcite("ingest", *argv, "--json").document["files"]}


def test_the_report_says_what_each_file_was_read_as(transcite: Transcite, files: Path) -> None:
    (files / "empty.txt").write_text("")
    expected = {
        "bridge.vtt": {"format": "vtt", "speakers": 2, "times": True},
        "hearing.txt": {"format": "text", "speakers": 2, "times": False},
        "empty.txt": SILENT,
    }
    for outcome in ("added", "unchanged"):
        found = read_as(transcite, files)
        assert {name: {key: one[key] for key in SILENT} for name, one in found.items()} == expected
        assert found["bridge.vtt"]["outcome"] == outcome
    (files / "copy.vtt").write_bytes((files / "bridge.vtt").read_bytes())
    copy = read_as(transcite, files / "copy.vtt")["copy.vtt"]
    assert (copy["outcome"], copy["format"], copy["speakers"], copy["times"]) == ("duplicate", "vtt", 2, True)


def test_of_a_transcript_that_is_there_the_report_says_what_it_is_now(filled: Transcite, files: Path) -> None:
    bridge = filled.ids()["Bridge talk"]
    assert filled("rename-speaker", bridge, "Leo Sand", "Anna Berg").code == 0
    assert read_as(filled, files / "bridge.vtt")["bridge.vtt"]["speakers"] == 1


def test_people_see_it_in_columns(transcite: Transcite, files: Path) -> None:
    lines = [" ".join(line.split()) for line in transcite("ingest", files).out.splitlines()]
    assert lines[0] == "outcome read as turns speakers times file"
    assert f"added vtt 2 2 yes {files / 'bridge.vtt'}" in lines
    assert f"added text 4 2 no {files / 'hearing.txt'}" in lines


def test_of_many_files_people_see_the_formats_counted(transcite: Transcite, tmp_path: Path) -> None:
    for n in range(31):
        (tmp_path / f"talk{n:02}.txt").write_text(f"ANNA BERG: This is talk number {n}.\n\nLEO SAND: So it is.\n")
    (tmp_path / "table.csv").write_text(TABLE)
    assert "read as text 31, csv 1\n" in transcite("ingest", tmp_path).out


def test_what_was_passed_over_is_told(transcite: Transcite, files: Path) -> None:
    for name in ("a.mp3", "b.mp3", "c.mp3", "d.mp3", "README.md", "plan", "~$minutes.docx", ".DS_Store"):
        (files / name).write_text("Ann Lee: Hello.")
    (files / ".git").mkdir()
    (files / "again").symlink_to(files)
    said = transcite("ingest", files).out.splitlines()[-1]
    for part in (
        "4 (.mp3 is not what transcripts end in)",
        "README.md (tells about the folder)",
        "plan (no ending is not what transcripts end in)",
        "~$minutes.docx (what an open program keeps)",
        ".DS_Store, .git (hidden)",
        "again (a link to a folder)",
    ):
        assert part in said
    skipped = transcite("ingest", files, "--json").document["skipped"]
    assert {"path": str(files / "c.mp3"), "reason": ".mp3 is not what transcripts end in"} in skipped
    assert len(skipped) == 10
    assert transcite("ingest", files / "hearing.txt", "--json").document["skipped"] == []


def test_a_name_that_is_not_utf8_is_passed_over_and_told(transcite: Transcite, files: Path) -> None:
    Path(os.fsdecode(os.fsencode(files) + b"/caf\xe9.\xe9x")).write_text("x")
    assert "caf\\udce9.\\udce9x" in transcite("ingest", files).out
    assert len(transcite("ingest", files, "--json").document["skipped"]) == 1


def test_as_overrides_what_a_file_looks_like(transcite: Transcite, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    assert read_as(transcite, path)["table.csv"]["format"] == "csv"
    forced = read_as(transcite, path, "--as", "unlabelled")["table.csv"]
    assert (forced["outcome"], forced["format"], forced["speakers"]) == ("replaced", "unlabelled", 0)
    assert read_as(transcite, path, "--as", "Unlabelled")["table.csv"]["outcome"] == "unchanged"
    assert read_as(transcite, path)["table.csv"]["outcome"] == "replaced"


def test_what_cannot_be_read_as_that_is_rejected_with_the_reason(transcite: Transcite, files: Path) -> None:
    result = transcite("ingest", files / "hearing.txt", "--as", "deepgram")
    assert result.code == 1
    assert "not JSON" in result.err
    assert transcite("ingest", files / "bridge.vtt", "--as", "docx").code == 1


@pytest.mark.parametrize("name", ["word", "", "VTT2", "json "])
def test_a_format_that_is_not_there_is_wrong_usage(transcite: Transcite, files: Path, name: str) -> None:
    result = transcite("ingest", files, "--as", name)
    if name.strip() in NAMES:
        assert result.code == 1  # hearing.txt and bridge.vtt are no JSON
        return
    assert result.code == 2
    listed = " ".join(result.err.replace("│", " ").split())
    assert all(known in listed for known in NAMES)
