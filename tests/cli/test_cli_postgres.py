"""The command line on a library in PostgreSQL, and moving one there and back."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command import Transcite

from index.store.job_files import Sent
from index.store.library import FILE
from index.store.slack import ChannelRule, Installation
from tests import fakes, postgres

pytestmark = pytest.mark.postgres
QUESTION = "Why was the grant of Tamarack County taken back?"


@pytest.fixture
def shared(tmp_path: Path, database_url: str) -> Transcite:
    """The command line of a machine whose library is in PostgreSQL."""
    return on(tmp_path / "shared", database_url)


def on(home: Path, url: str) -> Transcite:
    made = Transcite(home)
    made.environ["TRANSCITE_DATABASE_URL"] = url
    return made


def answer(machine: Transcite) -> dict[str, Any]:
    found = machine("ask", QUESTION, "--json").document
    return {name: found[name] for name in ("status", "text", "citations", "searched")}


def everything(machine: Transcite) -> Any:
    """All a library says of itself."""
    ids = sorted(machine.ids().values())
    shown = [machine("show", one, "--json").document for one in ids]
    keys = machine("keys", "list", "--json").document
    return shown, machine("list", "--json").document, keys, answer(machine)


def test_every_command_does_the_same(shared: Transcite, filled: Transcite, files: Path) -> None:
    name = shared("info", "--json").document["database"]  # before there is anything in it
    assert name.startswith("the database 'library_")
    assert shared("list").out.startswith(f"the library in {name} is empty")
    assert [one["outcome"] for one in shared("ingest", files, "--json").document["files"]] == ["added", "added"]
    assert not (shared.home / FILE).exists()
    for machine in (shared, filled):
        hearing = machine.ids()["Hearing on the Ambulance Grant"]
        assert machine("rename-speaker", hearing, "José Ibarra", "Jo Ibarra").code == 0
    ours, theirs = everything(shared), everything(filled)
    for one in (*ours[1]["transcripts"], *theirs[1]["transcripts"]):
        one.pop("added_at", None)
    assert ours == theirs
    assert shared("search", "bridge", "--json").document == filled("search", "bridge", "--json").document
    assert shared("reindex").code == 0
    assert shared("rm", shared.ids()["Bridge talk"]).code == 0
    assert set(shared.ids()) == {"Hearing on the Ambulance Grant"}
    info = shared("info", "--json").document
    assert (info["transcripts"], info["indexes_level"]) == (1, False)


def test_what_one_machine_removes_is_gone_on_the_other(shared: Transcite, files: Path, tmp_path: Path) -> None:
    other = on(tmp_path / "other", shared.environ["TRANSCITE_DATABASE_URL"])
    shared("ingest", files)
    assert answer(other)["status"] == "quoted"
    shared("rm", shared.ids()["Hearing on the Ambulance Grant"])
    assert "Tamarack" not in json.dumps(answer(other)["citations"])


def test_a_library_moves_over_and_back_with_all_that_is_in_it(
    filled: Transcite, tmp_path: Path, database_url: str
) -> None:
    filled("keys", "create", "admin", "--scope", "manage")
    filled("rename-speaker", filled.ids()["Bridge talk"], "Leo Sand", "Leonie Sand")
    answer(filled)
    filled("rm", filled.ids()["Bridge talk"])
    filled("ingest", tmp_path / "files" / "bridge.vtt")
    before, truth = everything(filled), (filled.home / FILE).read_bytes()
    moved = filled("migrate", "--to", database_url, "--json").document
    assert (moved["transcripts"], moved["rows"]["keys"], moved["rows"]["answers"]) == (2, 1, 0)
    assert (filled.home / FILE).read_bytes() == truth
    there = on(tmp_path / "there", database_url)
    there.encoders.clear()
    assert everything(there) == before
    assert [len(one.name) for one in there.encoders] != []  # for the question; the passages were encoded before
    # Indexes made from the file are as good for the database: its history is the same.
    here = on(filled.home, database_url)
    assert here("info", "--json").document["indexes_level"] is True
    there("ingest", tmp_path / "files", "--collection", "again")
    after = everything(there)
    back = Transcite(tmp_path / "back")
    assert back("migrate", "--from", database_url).code == 0
    assert everything(back) == after
    assert back("info", "--json").document["generation"] == moved["generation"] + 2


def test_numbers_that_were_given_out_are_not_given_out_again(
    filled: Transcite, tmp_path: Path, database_url: str
) -> None:
    filled("rm", filled.ids()["Bridge talk"])  # it had the highest number

    def numbers(statement: str) -> list[Any]:
        with closing(sqlite3.connect(filled.home / FILE)) as database:
            return database.execute(statement).fetchall()

    [(highest,)] = numbers("SELECT seq FROM sqlite_sequence WHERE name = 'transcripts'")
    filled("migrate", "--to", database_url)
    on(tmp_path / "there", database_url)("ingest", tmp_path / "files" / "bridge.vtt")
    library = fakes.library(tmp_path / "look", encoder="all-MiniLM-L6-v2", url=database_url)
    assert max(fakes.sql(library, "SELECT ordinal FROM transcripts"))[0] == highest + 1
    library.close()


def test_two_libraries_are_never_mixed(filled: Transcite, shared: Transcite, files: Path, database_url: str) -> None:
    shared("ingest", files)
    for machine, option in ((filled, "--to"), (filled, "--from")):
        refused = machine("migrate", option, database_url)
        assert (refused.code, refused.out) == (1, "")
        assert "holds a library already" in refused.err
        assert postgres.PASSWORD not in refused.err
    assert len(filled.ids()) == len(shared.ids()) == 2


def test_a_library_there_is_held_against_what_was_stored_and_mended(
    shared: Transcite, files: Path, tmp_path: Path, database_url: str
) -> None:
    """What is PostgreSQL's own to check, repair and compact is left to it, and said so."""
    shared("ingest", files)
    answer(shared)
    told = shared("doctor", "--json").document
    assert (told["sound"], told["transcripts"], told["findings"]) == (True, 2, [])
    assert database_url.rpartition("/")[2] in told["server"]
    assert "pg_amcheck" in shared("doctor").out
    library = fakes.library(tmp_path / "look", encoder="all-MiniLM-L6-v2", url=database_url)
    bridge = shared.ids()["Bridge talk"]
    fakes.sql(
        library,
        "UPDATE turns SET text = 'No.' WHERE turn_id = (SELECT ordinal * 1048576 + 1 FROM transcripts WHERE id = :id)",
        id=bridge,
    )
    fakes.sql(
        library,
        "UPDATE passages SET anchor = anchor + 1 WHERE passage_id = (SELECT max(passage_id)"
        " FROM passages WHERE passage_id / 1048576 <> (SELECT ordinal FROM transcripts WHERE id = :id))",
        id=bridge,
    )
    fakes.sql(library, "INSERT INTO contents (job_id, at, piece, data) VALUES ('job_gone', 0, 0, :data)", data=b"x")
    (shared.home / "words" / "meta.json").write_text("{}")
    assert shared("show", bridge).code == 1
    wrong = shared("doctor", "--json")
    assert wrong.code == 1
    assert {one["part"] for one in wrong.document["findings"]} == {"transcript", "vectors", "database", "index"}
    mended = shared("doctor", "--repair", "--json")
    assert mended.code == 1  # a transcript is lost, and named
    assert [one["transcript_id"] for one in mended.document["findings"] if one["part"] == "transcript"] == [bridge]
    assert mended.document["kept"] is None
    assert shared("doctor").code == 0
    assert answer(shared)["status"] == "quoted"
    refused = shared("compact")
    assert (refused.code, refused.out, "VACUUM FULL" in refused.err) == (1, "", True)
    assert postgres.PASSWORD not in refused.err + told["server"]
    library.close()


def test_an_upload_that_lost_what_is_in_it_is_named(
    shared: Transcite, files: Path, tmp_path: Path, database_url: str
) -> None:
    shared("ingest", files)
    library = fakes.library(tmp_path / "look", encoder="all-MiniLM-L6-v2", url=database_url)
    path = files / "bridge.vtt"
    sent = [Sent(name, path.stat().st_size, "{}") for name in ("one.vtt", "two.vtt")]
    library.jobs.create("job_1", sent, asker=None, collection="default", where=[path, path])
    assert shared("doctor").code == 0
    fakes.sql(library, "DELETE FROM contents WHERE at = 1")
    library.close()
    found = shared("doctor", "--json").document["findings"]
    assert [one["part"] for one in found] == ["upload"]
    assert "two.vtt" in found[0]["what"]


def test_digests_and_what_slack_keeps_move_too(filled: Transcite, tmp_path: Path, database_url: str) -> None:
    library = fakes.library(filled.home, encoder="all-MiniLM-L6-v2")
    installed = Installation("T1", None, "One", "UBOT", "BBOT", "sealed", 1.5, "U1", 100.0)
    rule = ChannelRule(("council",), "strict", "U1", 7.25)
    library.slack.install(installed)
    library.slack.settle("T1", "C1", rule)
    library.slack.begin("state", lives_s=600)
    digests = fakes.sql(library, "SELECT * FROM sums ORDER BY ordinal")
    library.close()
    assert filled("migrate", "--to", database_url, "--json").document["rows"]["sums"] == len(digests) == 2
    back = Transcite(tmp_path / "back")
    assert back("migrate", "--from", database_url).code == 0
    for machine, url in ((on(tmp_path / "there", database_url), database_url), (back, None)):
        assert machine("doctor").code == 0
        library = fakes.library(machine.home, encoder="all-MiniLM-L6-v2", url=url)
        assert fakes.sql(library, "SELECT * FROM sums ORDER BY ordinal") == digests
        assert library.slack.installations() == [installed]
        assert library.slack.channel("T1", "C1") == rule
        assert library.slack.end("state")
        library.close()


def test_what_cannot_be_moved_is_told(
    transcite: Transcite, database_url: str, postgres_server: postgres.Server
) -> None:
    nothing = transcite("migrate", "--to", database_url)
    assert (nothing.code, "there is no library" in nothing.err) == (1, True)
    nothing = transcite("migrate", "--from", postgres_server.fresh())
    assert (nothing.code, "there is no library" in nothing.err) == (1, True)
    assert transcite("migrate").code == 2
    assert transcite("migrate", "--to", database_url, "--from", database_url).code == 2
    wrong = transcite("migrate", "--to", "mysql://me:hunter2@host/db")
    assert wrong.code == 2
    assert "hunter2" not in wrong.err + wrong.out


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://clerk:hunter2@127.0.0.1:1/library", "cannot be reached"),
        ("postgresql://clerk:hunter2@no.such.host.invalid/library", "cannot be reached"),
        ("postgresql://clerk:hunter2@127.0.0.1:port/library", "no address"),
        ("mysql://clerk:hunter2@127.0.0.1/library", "no address"),
        ("postgresql://clerk:hunter2@127.0.0.1", "no address"),
        ("hunter2", "no address"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(tmp_path: Path, url: str, said: str) -> None:
    for command in (["list"], ["ingest", tmp_path], ["info"], ["keys", "list"]):
        refused = on(tmp_path / "home", url)(*command)
        assert (refused.code, said in refused.err) == (1, True), refused.err
        assert "hunter2" not in refused.err + refused.out
        assert "Traceback" not in refused.err
    assert "hunter2" not in on(tmp_path / "home", url)("--help").out


def test_a_wrong_password_and_a_missing_database_are_told(tmp_path: Path, postgres_server: postgres.Server) -> None:
    url = postgres_server.url("nowhere")
    missing = on(tmp_path / "home", url)("list")
    assert (missing.code, 'database "nowhere" does not exist' in missing.err) == (1, True), missing.err
    wrong = on(tmp_path / "home", url.replace(postgres.PASSWORD, "hunter2"))("list")
    assert (wrong.code, "password authentication failed" in wrong.err) == (1, True), wrong.err
    assert "hunter2" not in wrong.err
