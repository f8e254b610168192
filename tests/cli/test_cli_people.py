"""What people see, and that any terminal can show it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from command import Transcite
from rich.console import Console

from api.meter import Meter
from api.render import clock
from index.reports import Progress

QUESTION = "Why was the grant of Tamarack County taken back?"


def test_an_answer_with_its_sources(filled: Transcite) -> None:
    result = filled("ask", QUESTION)
    assert (result.code, result.err) == (0, "")
    answer, sources = result.out.split("Sources\n")
    assert "José Ibarra: “Tamarack lost the grant" in answer
    assert "[1]" in answer
    assert "José Ibarra, Hearing on the Ambulance Grant, 2023-05-16, turn 2" in sources
    assert "    “Tamarack lost the grant" in sources
    assert "#turn-2" in sources


def test_no_answer_shows_the_nearest_passages(filled: Transcite) -> None:
    result = filled("ask", "Which violins did the zookeeper auction?")
    assert result.code == 0
    assert result.out.startswith("The transcripts do not say.")
    assert "Sources" not in result.out
    assert "Nearest passages" in result.out


def test_hits_say_when(filled: Transcite) -> None:
    out = filled("search", "painting the harbor bridge", "--top-k", "1").out
    assert out.startswith("[1] Leo Sand, Bridge talk, turn 2, 1:02:03")
    assert "    Painting the harbor bridge took most of the budget." in out


def test_lists_and_transcripts(filled: Transcite) -> None:
    ids = filled.ids()
    listed = filled("list").out
    assert all(one in listed for pair in ids.items() for one in pair)
    shown = filled("show", ids["Bridge talk"]).out
    assert "1  Anna Berg  0:00:03\n    The harbor bridge" in shown


def test_a_collection_that_is_not_there_names_those_that_are(filled: Transcite) -> None:
    assert "there are: default" in filled("list", "--collection", "other").out


def test_a_report_lists_few_files_and_counts_many(transcite: Transcite, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(31):
        (folder / f"talk{n:02}.txt").write_text(f"ANNA BERG: This is talk number {n}.\n\nLEO SAND: So it is.\n")
    (folder / "bad.vtt").write_bytes(b"\x00\x01\x02\x03")
    result = transcite("ingest", folder)
    assert result.code == 1
    assert "31 added, 0 replaced, 0 unchanged, 0 duplicate, 1 rejected" in result.out
    assert "talk00.txt" not in result.out
    assert "bad.vtt: " in result.out
    few = transcite("ingest", folder / "talk00.txt", folder / "talk01.txt")
    assert few.code == 0
    assert few.out.count("unchanged") == 3


def test_what_was_done_is_said(filled: Transcite) -> None:
    hearing = filled.ids()["Hearing on the Ambulance Grant"]
    assert (
        filled("rename-speaker", hearing, "José Ibarra", "J. Ibarra").out
        == "2 turns of José Ibarra are now J. Ibarra's\n"
    )
    assert filled("rm", hearing).out.startswith("1 transcript of 4 turns removed")
    assert "again" in filled("reindex").out
    assert "indexes      level" in filled("info").out


@pytest.mark.parametrize("columns", ["1", "8", "40"])
def test_narrow_terminals_and_no_colour(filled: Transcite, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("FORCE_COLOR", "1")
    hearing = filled.ids()["Hearing on the Ambulance Grant"]
    for argv in (["list"], ["show", hearing], ["info"], ["search", "grant"], ["ask", QUESTION]):
        coloured = filled(*argv)
        assert (coloured.code, coloured.err) == (0, "")
        assert columns == "1" or "\x1b[" in coloured.out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[36m" not in filled("show", hearing).out


def test_an_encoding_without_the_letters(filled: Transcite) -> None:
    result = filled("ask", QUESTION, encoding="ascii")
    assert result.code == 0
    assert "Jos? Ibarra" in result.out
    assert filled("show", "José", encoding="ascii").err.startswith("transcite: no transcript 'Jos?'")


def test_a_transcript_cannot_command_the_terminal(transcite: Transcite, tmp_path: Path) -> None:
    (tmp_path / "evil.json").write_text(
        '[{"speaker": "Eve\\u001b[2J", "text": "Look: \\u001b]0;owned\\u0007 and \\u009b31m red [bold]words[/bold]"}]'
    )
    assert transcite("ingest", tmp_path / "evil.json").code == 0
    (transcript,) = transcite("list", "--json").document["transcripts"]
    shown = transcite("show", transcript["id"]).out
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)
    assert "[bold]words[/bold]" in shown


@pytest.mark.parametrize(("seconds", "said"), [(0.0, "0:00:00"), (59.99, "0:00:59"), (3723.5, "1:02:03")])
def test_clock(seconds: float, said: str) -> None:
    assert clock(seconds) == said


def test_the_meter_leaves_nothing_behind() -> None:
    screen = io.StringIO()
    with Meter(Console(file=screen, force_terminal=True, width=100)) as meter:
        for step in (Progress(0, 3, 0, 900, 0.0), Progress(0, 3, 0, 900, 20.0), Progress(2, 3, 600, 900, 40.0)):
            meter(step)
    drawn = screen.getvalue()
    assert "2 of 3 files" in drawn
    assert "turns/s" in drawn
    assert drawn.rstrip().endswith("\x1b[2K")  # the line is wiped


def test_the_meter_draws_nothing_into_a_file() -> None:
    log = io.StringIO()
    with Meter(Console(file=log)) as meter:
        meter(Progress(1, 1, 10, 10, 2.0))
    assert log.getvalue() == ""
