"""How commands end: exit codes, one line of reason, nothing made by those who only read."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from command import HashEncoder, Transcite

from api.main import main

ROOT = Path(__file__).parents[2]


def raising(error: BaseException) -> NoReturn:
    raise error


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["list"], "is empty; add transcripts with `transcite ingest PATH`"),
        (["list", "--json"], '{\n  "transcripts": []\n}\n'),
        (["info"], "transcripts"),
        (["search", "bridge"], "Nothing found."),
        (["search", "bridge", "--json"], '{\n  "hits": []\n}\n'),
        (["ask", "Why?"], "The transcripts do not say."),
        (["ask", "Why?", "--json"], '"status": "not_found"'),
        (["reindex"], "is empty"),
    ],
)
def test_reading_an_empty_home_makes_nothing(transcite: Transcite, argv: list[str], said: str) -> None:
    result = transcite(*argv)
    assert result.code == 0
    assert said in result.out
    assert not transcite.home.exists()
    assert transcite.encoders == []
    if argv[0] in {"ask", "search"}:
        assert (result.err.count("\n"), "is empty" in result.err) == (1, True)


@pytest.mark.parametrize(
    "argv", [["show", "x"], ["rm", "x"], ["rename-speaker", "x", "a", "b"], ["show", "x", "--json"]]
)
def test_what_is_not_there_fails_in_one_line(transcite: Transcite, argv: list[str]) -> None:
    result = transcite(*argv)
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    assert result.err.startswith("transcite: no transcript 'x'")
    assert not transcite.home.exists()


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (["ask", " ?! "], "the question is empty"),
        (["search", "x" * 4001], "the query has 4,001 characters"),
        (["ask", "Why?", "--since", "2024-02-01", "--until", "2024-01-31"], "--since 2024-02-01 is after"),
        (["show", "nothing\nof the kind"], "no transcript 'nothing\\nof the kind'"),
        (["rename-speaker", "{hearing}", "Nobody", "Somebody"], "nobody named 'Nobody' speaks in"),
        (["rename-speaker", "{hearing}", "Diane Okafor", "  "], "a speaker's new name needs"),
        (["rm", "{hearing}", "x"], "no transcript 'x'"),
        (["ingest", "/no/such/file"], "/no/such/file: there is no such file"),
    ],
)
def test_work_that_fails_says_why_in_one_line(filled: Transcite, argv: list[str], reason: str) -> None:
    hearing = filled.ids()["Hearing on the Ambulance Grant"]
    result = filled(*(one.format(hearing=hearing) for one in argv))
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert result.err.startswith(f"transcite: {reason}")
    assert len(filled.ids()) == 2


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["fly"],
        ["ask"],
        ["ask", "Why?", "--top-k", "0"],
        ["search", "why", "--top-k", "101"],
        ["search", "why", "--top-k", "many"],
        ["ask", "Why?", "--since", "last week"],
        ["ask", "Why?", "and", "how?"],
        ["list", "--no-such-option"],
        ["ingest"],
        ["ingest", "x", "--watch", "--json"],
        ["ingest", "x", "--watch", "--distributed"],
        ["migrate"],
        ["migrate", "--to", "postgresql://a/b", "--from", "postgresql://a/b"],
        ["ingest", "x", "--collection", ""],
        ["ingest", "x", "--collection", "c" * 101],
        ["ingest", "x", "--collection", "a\tb"],
        ["rm"],
        ["slack", "manifest", "--socket", "--several"],
    ],
)
def test_wrong_usage(transcite: Transcite, argv: list[str]) -> None:
    result = transcite(*argv)
    assert (result.code, result.out) == (2, "")
    assert "Usage: transcite" in result.err
    assert not transcite.home.exists()


def test_a_setting_that_is_not_one(transcite: Transcite) -> None:
    transcite.environ["TRANSCITE_NOPE"] = "1"
    result = transcite("list")
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    assert "TRANSCITE_NOPE" in result.err
    assert transcite("--help").code == 0


def test_a_home_that_is_a_file(transcite: Transcite) -> None:
    transcite.home.write_text("no folder")
    for argv in (["list"], ["ask", "Why?"], ["ingest", __file__]):
        result = transcite(*argv)
        assert (result.code, result.err.count("\n")) == (1, 1)
        assert str(transcite.home) in result.err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyboardInterrupt(), "stopped; what was finished is kept, run it again to continue"),
        (MemoryError(), "not enough memory"),
        (OSError(28, "No space left on device", "/some/file"), "/some/file: No space left on device"),
        (ZeroDivisionError("by\nnought"), "internal error: ZeroDivisionError: by nought; please report it"),
    ],
)
def test_whatever_happens_is_one_line(filled: Transcite, error: BaseException, said: str) -> None:
    result = filled("ask", "Why?", load=lambda _: raising(error))
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    assert result.err.startswith(f"transcite: {said}")


def test_an_interrupted_ingest_goes_on_where_it_stopped(transcite: Transcite, files: Path) -> None:
    assert transcite("ingest", files / "bridge.vtt").code == 0
    result = transcite("ingest", files, "--json", load=lambda _: raising(KeyboardInterrupt()))
    assert (result.code, result.out) == (1, "")
    report = transcite("ingest", files, "--json").document
    assert (report["added"], report["unchanged"]) == (1, 1)


def test_another_encoder_is_refused_before_it_is_loaded(filled: Transcite, files: Path) -> None:
    filled.environ["TRANSCITE_ENCODER"] = "another"
    for argv in (["ask", "Why?"], ["search", "bridge"], ["ingest", str(files)]):
        result = filled(*argv)
        assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
        assert "'another'" in result.err
    assert filled.encoders == []
    assert "'another'" in filled("info", "--json").document["mismatch"]
    assert filled("list").code == 0


def test_reindex_takes_up_another_encoder(filled: Transcite) -> None:
    filled.environ["TRANSCITE_ENCODER"] = "another"
    assert filled("reindex").code == 0
    assert [one.name for one in filled.encoders] == ["another"]
    info = filled("info", "--json").document
    assert (info["mismatch"], info["indexes_level"]) == (None, True)
    assert len(filled("search", "harbor bridge", "--json").document["hits"]) > 1


def test_reindex_encodes_again_only_when_told_to(filled: Transcite) -> None:
    assert filled("reindex").code == 0
    assert filled.encoders == []
    assert filled("reindex", "--encode").code == 0
    assert [one.name for one in filled.encoders] == ["all-MiniLM-L6-v2"]
    assert len(filled("search", "harbor bridge", "--json").document["hits"]) > 1


def test_a_reader_that_leaves_is_no_failure(filled: Transcite) -> None:
    def left(*argv: str) -> tuple[int, str]:
        reading, writing = os.pipe()
        os.close(reading)
        err = io.StringIO()
        out = os.fdopen(writing, "w", encoding="utf-8")
        with out, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            return main(argv, environ=filled.environ), err.getvalue()

    assert left("list") == (0, "")
    assert left("list", "--json") == (0, "")


def test_help_and_listing_import_nothing_heavy(filled: Transcite) -> None:
    code = (
        "import sys; from api.main import main; main(sys.argv[1:]);"
        "print(','.join(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)"
    )

    def imported(*argv: str) -> set[str]:
        command = [sys.executable, "-c", code, *argv]
        done = subprocess.run(
            command, cwd=ROOT, env=filled.environ, capture_output=True, text=True, check=True, encoding="utf-8"
        )
        return set(done.stderr.split(","))

    heavy = {
        "torch",
        "sentence_transformers",
        "faiss",
        "sqlalchemy",
        "tantivy",
        "blingfire",
        "numpy",
        "pydantic",
        "rich",
        "yaml",
        "slack_bolt",
        "slack_sdk",
        "aiohttp",
    }
    assert imported("--help") & heavy == set()
    assert imported("slack", "--help") & heavy <= {"pydantic"}  # typer itself takes it, for the help of any group
    assert imported("list") & {"torch", "sentence_transformers", "faiss"} == set()


def test_version(transcite: Transcite) -> None:
    result = transcite("--version")
    assert result.code == 0
    assert result.out.startswith("transcite")


def test_the_encoder_is_loaded_by_those_who_need_it_only(filled: Transcite, files: Path) -> None:
    hearing = filled.ids()["Hearing on the Ambulance Grant"]
    for argv in (["list"], ["show", hearing], ["info"], ["reindex"], ["ingest", str(files)]):
        assert filled(*argv).code == 0
    assert filled("rename-speaker", hearing, "Diane Okafor", "Diane").code == 0
    assert filled("rm", hearing).code == 0
    assert filled.encoders == []
    assert filled("search", "bridge").code == 0
    assert [type(one) for one in filled.encoders] == [HashEncoder]
