"""A library in PostgreSQL: what is its own about one writer at a time, starting, text, and what can go wrong."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from index.store import history, postgres, queue, sums
from index.store.database import Database
from index.store.library import FILE, Library
from index.store.listing import Part
from index.store.records import Change
from index.store.schema import SCHEMA_VERSION, metadata
from rag.errors import InputError, LibraryError, LibraryLockedError, LibraryUnreachableError
from tests import fakes
from tests.fakes import put
from tests.postgres import PASSWORD, USER, Server
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.postgres


@pytest.fixture
def shared(tmp_path: Path, database_url: str) -> Iterator[Library]:
    made = fakes.library(tmp_path / "home", url=database_url)
    yield made
    made.close()


def together(count: int, work: Callable[[int], None]) -> None:
    """Do something in several threads at the same moment."""
    gate, failed = threading.Barrier(count), list[Exception]()

    def run(n: int) -> None:
        gate.wait()
        try:
            work(n)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []


def test_no_reader_sees_a_change_before_one_with_a_lower_number(shared: Library) -> None:
    """The one who began first has the lower number, and is slow; who catches up meanwhile would never see it."""
    begun, go = threading.Event(), threading.Event()

    def slow() -> None:
        with shared._database.writing() as connection:
            history.log(connection, 1, "renamed")
            begun.set()
            assert go.wait(PATIENCE_S)

    def quick() -> None:
        with shared._database.writing() as connection:
            history.log(connection, 2, "renamed")

    threads = [threading.Thread(target=slow), threading.Thread(target=quick)]
    threads[0].start()
    assert begun.wait(PATIENCE_S)
    threads[1].start()
    time.sleep(0.3)  # it would have ended by now
    assert shared.changes(0) == []
    go.set()
    for one in threads:
        one.join()
    assert [(one.point.generation, one.ordinal) for one in shared.changes(0)] == [(1, 1), (2, 2)]


def test_who_catches_up_while_many_write_misses_nothing(shared: Library) -> None:
    seen: list[Change] = []
    done = threading.Event()

    def follow() -> None:
        last = False
        while not last:
            last = done.is_set()
            seen.extend(shared.changes(seen[-1].point.generation if seen else 0))

    follower = threading.Thread(target=follow)
    follower.start()
    together(4, lambda n: [put(shared, f"{n}-{m}.txt", f"Ann: Number {n} of {m}.") for m in range(6)] and None)
    done.set()
    follower.join()
    assert seen == shared.changes(0)
    assert [one.point.generation for one in seen] == sorted(one.point.generation for one in seen)
    assert len(seen) == 24


def test_the_same_file_put_by_several_at_once_is_there_once(shared: Library) -> None:
    together(4, lambda _: fakes.store(shared, "a.txt", "Ann: Hello there.") and None)
    assert [one.kind for one in shared.changes(0)] == ["added"]


def test_several_that_start_first_make_one_library(tmp_path: Path, postgres_server: Server) -> None:
    url = postgres_server.fresh()

    def start(n: int) -> None:
        fakes.library(tmp_path / str(n), url=url).close()

    together(5, start)
    library = fakes.library(tmp_path / "home", url=url)
    assert sorted(key for key, _ in fakes.sql(library, "SELECT key, value FROM meta")) == ["queue", "schema"]
    # The tables of the version before are brought to this one, once.
    put(library, "a.txt", "Ann: Hello.")
    fakes.sql(library, "DROP TABLE contents, found_files")
    fakes.sql(library, "UPDATE meta SET value = '4' WHERE key = 'schema'")
    together(3, start)
    assert len(library.entries()) == 1
    assert fakes.sql(library, "SELECT count(*) FROM contents, found_files") == [(0,)]
    library.close()


def test_tables_of_an_older_queue_are_brought_to_this_version(tmp_path: Path, postgres_server: Server) -> None:
    url = postgres_server.fresh()
    name = url.rpartition("/")[2]
    steps = queue._steps()
    for step in steps[:-4]:
        postgres_server.execute(step.read_text(encoding="utf-8"), name)
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    metadata.create_all(engine)
    with engine.begin() as connection:
        for key, value in (("schema", SCHEMA_VERSION), ("queue", steps[-5].stem)):
            connection.execute(metadata.tables["meta"].insert().values(key=key, value=value))
    engine.dispose()
    fakes.library(tmp_path, url=url).close()
    library = fakes.library(tmp_path, url=url)
    assert fakes.sql(library, "SELECT value FROM meta WHERE key = 'queue'") == [(steps[-1].stem,)]
    library.close()


def test_a_view_stays_as_it_is_while_others_write(shared: Library) -> None:
    put(shared, "a.txt", "Ann: Hello.")
    count = sa.text("SELECT count(*) FROM transcripts")
    with shared._database.reading() as connection:
        assert connection.execute(count).scalar() == 1
        put(shared, "b.txt", "Ann: Hello again.")
        assert connection.execute(count).scalar() == 1
    with shared._database.reading() as connection:
        assert connection.execute(count).scalar() == 2


def test_who_waits_too_long_for_a_turn_is_told(tmp_path: Path, shared: Library, database_url: str) -> None:
    other = fakes.library(tmp_path / "other", url=shared._database.url, lock_timeout_s=0.2)
    with shared._database.writing(), pytest.raises(LibraryLockedError, match="kept busy by another process"):
        put(other, "a.txt", "Ann: Hello.")
    put(other, "a.txt", "Ann: Hello.")
    other.close()


def test_a_machine_that_vanishes_amid_a_change_does_not_stop_the_others_for_long(
    shared: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_IDLE_MS", 300)

    def vanish() -> None:
        with shared._database.writing() as connection:
            history.log(connection, 1, "renamed")
            time.sleep(0.6)
            history.log(connection, 2, "renamed")

    with pytest.raises(LibraryUnreachableError):
        vanish()
    put(shared, "a.txt", "Ann: Hello.")
    assert [one.kind for one in shared.changes(0)] == ["added"]


def test_text_is_kept_whole_and_in_the_order_of_a_file(tmp_path: Path, shared: Library) -> None:
    names = [
        "Zebra",
        "zebra",
        "Äther",
        "äther",
        "apple",
        "a b",
        "a-b",
        "a\0b",
        "\U0010ffff0",
        "\U0010ffff",
        "éa",
        "ea",
        "10",
        "9",
    ]
    embedded = fakes.library(tmp_path / "embedded")
    for n, name in enumerate(names):
        for library in (shared, embedded):
            put(library, f"{n}.txt", f"{name}: {name} said \0 and {name}.", collection=name[:1] or "x")
            library.amend(fakes.origin(f"{n}.txt", collection=name[:1]).transcript_id, names={}, facts={"title": name})
    for library in (shared, embedded):
        assert {one.source.title for one in library.entries()} == set(names)
    listed = [
        [(one.source.collection, one.source.title) for one in library.entries()] for library in (shared, embedded)
    ]
    zero = [one for one in listed[0] if one[1] == "a\0b"]
    assert [[one for one in some if one not in zero] for some in listed] == [
        [one for one in listed[1] if one not in zero]
    ] * 2
    assert shared.names(shared.scope(fakes.Filters())) == embedded.names(embedded.scope(fakes.Filters()))
    assert fakes.every_turn(shared) != []
    assert {turn.text for _, turn in fakes.every_turn(shared)} == {turn.text for _, turn in fakes.every_turn(embedded)}
    third = shared.entries()[2].source
    after = Part(after=(third.collection, third.title, third.transcript_id))
    assert shared.entries(after) == shared.entries()[3:]
    embedded.close()


def test_a_long_label_is_no_matter(shared: Library) -> None:
    name = "A" * 400
    transcript_id = put(shared, "a.txt", f"{name[:40]}: Hello.")
    fakes.sql(shared, "UPDATE speakers SET label = :name, name = :name", name=name)
    fakes.sql(shared, "UPDATE turns SET label = :name", name=name)
    with shared._database.writing() as connection:
        sums.seal(connection, 1)
    assert shared.transcript(transcript_id)[1].turns[0].speaker == name


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        ("CREATE TABLE invoices (id int)", "another program's database"),
        ("REVOKE CREATE ON SCHEMA public FROM PUBLIC", "GRANT CREATE"),
        ("ALTER ROLE guest SET default_transaction_read_only = on", "the primary"),
    ],
)
def test_a_database_that_is_none_for_a_library_is_refused_with_the_cure(
    tmp_path: Path, postgres_server: Server, prepare: str, said: str
) -> None:
    url = postgres_server.fresh()
    guest, database = url.replace(f"{USER}:{PASSWORD}", "guest:hunter2"), url.rpartition("/")[2]
    postgres_server.execute("DROP ROLE IF EXISTS guest")
    postgres_server.execute("CREATE ROLE guest LOGIN PASSWORD 'hunter2'")
    postgres_server.execute("GRANT CREATE ON SCHEMA public TO PUBLIC", database)
    postgres_server.execute(prepare, database)
    with pytest.raises(LibraryError) as refused:
        fakes.library(tmp_path, url=guest)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_database_that_would_change_texts_is_refused(tmp_path: Path, postgres_server: Server) -> None:
    postgres_server.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    with pytest.raises(LibraryError, match="LATIN1"):
        fakes.library(tmp_path, url=postgres_server.url("latin"))


def test_without_its_extra_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "index.store.postgres")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError, match=r"pip install 'transcite\[postgres\]'"):
        Database(tmp_path / FILE, url="postgresql://host/db")
