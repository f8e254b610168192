"""A library whose vectors are in an engine that several servers share: what they find is what one machine would."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.reindex import reindex
from index.remote import Remote
from index.remote_health import health
from index.search import Search
from index.store.library import FILE, Library
from index.store.schema import STRIDE
from rag.errors import EngineError, LibraryMismatchError
from rag.values import Filters
from tests import fakes
from tests.fake_engine import MemoryEngine
from tests.fakes import HashingEncoder, found, put, searching

SPEAKERS = ["Ann Smith", "Bob", "Greg Allen"]
TOPICS = ["the county grant", "a bridge over the lake", "the moon landing", "sourdough bread"]
LINES = ("Ann: Which county got the grant?", "Bob: Harney County got the grant.", "Bob: Lake County.")


@pytest.fixture
def engine() -> MemoryEngine:
    return MemoryEngine()


def server(of: Library, engine: MemoryEngine) -> Search:
    return Search(of, HashingEncoder(), Remote(of, engine, dimension=64))


def fill(library: Library) -> Library:
    for n in range(9):
        lines = [f"{SPEAKERS[(n + k) % 3]}: {TOPICS[(n * k) % 4]}, as number {k} of {n} goes." for k in range(12)]
        put(library, f"{n}.txt", *lines, collection="ab"[n % 2], date=dt.date(2024, 1 + n, 1))
    return library


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(collections=("a",)),
        Filters(speakers=("Bob",)),
        Filters(not_speakers=("Bob", "Ann Smith")),
        Filters(collections=("b",), speakers=("allen",), since=dt.date(2024, 3, 1)),
        Filters(speakers=("nobody",)),
        Filters(collections=("none",)),
    ],
)
@pytest.mark.parametrize("query", [*TOPICS, "zebra"])
def test_what_is_found_is_what_one_machine_finds(
    library: Library, engine: MemoryEngine, query: str, filters: Filters
) -> None:
    fill(library)
    own, shared = searching(library), server(library, engine)
    hits = own.search(query, filters=filters, top_k=20)
    assert shared.search(query, filters=filters, top_k=20) == hits
    assert bool(hits) == (filters not in (Filters(speakers=("nobody",)), Filters(collections=("none",))))


@settings(max_examples=15)
@given(
    operations=st.lists(
        st.tuples(st.sampled_from(["put", "put", "remove", "search", "another server"]), st.integers(0, 4)), max_size=14
    )
)
def test_whatever_happened_every_server_finds_the_same(
    tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[str, int]]
) -> None:
    home, engine = tmp_path_factory.mktemp("library"), MemoryEngine()
    library = fakes.library(home / "home")
    servers = [server(library, engine)]
    for at, (what, which) in enumerate(operations):
        if what == "put":
            put(library, f"{which}.txt", f"Ann: {TOPICS[which % 4]}, number {at}.", "Bob: Yes.")
        elif what == "remove":
            library.remove(tuple(entry.source.transcript_id for entry in library.entries()[which : which + 1]))
        elif what == "search":
            found(servers[which % len(servers)], "county grant")
        else:
            servers.append(server(library, engine))
    expected = found(searching(library), "county grant moon")
    assert [found(one, "county grant moon") for one in servers] == [expected] * len(servers)
    assert health(library, engine).passages == (library.shared.count(),) * 2
    library.close()


def test_what_one_server_wrote_the_other_does_not_write_again(library: Library, engine: MemoryEngine) -> None:
    one, other = server(library, engine), server(library, engine)
    put(library, "a.txt", *LINES)
    assert found(one, "grant") == found(other, "grant") != []
    assert engine.calls.count("add") == engine.calls.count("make") == 1
    engine.calls.clear()
    found(one, "grant")
    assert engine.calls == ["nearest"]  # nothing else is asked where nothing changed


def test_a_deletion_is_seen_at_once_by_every_server(library: Library, engine: MemoryEngine) -> None:
    one, other = server(library, engine), server(library, engine)
    gone, stays = put(library, "a.txt", *LINES), put(library, "b.txt", "Ann: The county grant, again.")
    assert {of for of, _ in found(one, "county grant")} == {gone, stays}
    library.remove((gone,))
    for search in (other, one):
        assert {of for of, _ in found(search, "county grant")} == {stays}
    assert {row // STRIDE for rows in engine.sets.values() for row in rows} == {2}


def test_what_a_writer_that_was_taken_for_dead_puts_back_is_never_told(library: Library, engine: MemoryEngine) -> None:
    search = server(library, engine)
    gone, stays = put(library, "a.txt", *LINES), put(library, "b.txt", "Ann: The county grant, again.")
    found(search, "county grant")
    (rows,) = engine.sets.values()
    late = {one: row for one, row in rows.items() if one // STRIDE == 1}
    library.remove((gone,))
    found(search, "county grant")
    rows |= late
    assert {of for of, _ in found(search, "county grant")} == {stays}
    said = health(library, engine)
    assert said.passages == (4, 1)
    assert "transcite reindex" in str(said.trouble)


class TestTurns:
    def test_one_at_a_time(self, library: Library) -> None:
        assert library.shared.claim("one", for_s=60)
        assert library.shared.claim("one", for_s=60)
        assert not library.shared.claim("other", for_s=60)
        library.shared.release("other")
        assert not library.shared.claim("other", for_s=60)
        library.shared.release("one")
        assert library.shared.claim("other", for_s=60)

    def test_a_dead_workers_turn_ends(self, library: Library) -> None:
        assert library.shared.claim("one", for_s=0)
        assert library.shared.claim("other", for_s=60)

    def test_a_search_goes_on_with_what_there_is_while_another_server_writes(
        self, library: Library, engine: MemoryEngine
    ) -> None:
        search = server(library, engine)
        gone, stays = put(library, "a.txt", *LINES), put(library, "b.txt", "Ann: The county grant, again.")
        found(search, "county grant")
        library.shared.claim("another", for_s=60)
        library.remove((gone,))
        new = put(library, "c.txt", "Zoe: The moon landing.")
        assert {of for of, _ in found(search, "county grant")} == {stays}
        assert found(search, "moon landing")[0] == (new, 1)  # by its words
        assert engine.calls.count("add") == 1
        library.shared.release("another")
        found(search, "moon landing")
        assert engine.calls.count("add") == 2

    def test_several_servers_at_once_fill_it_once(self, library: Library, engine: MemoryEngine) -> None:
        fill(library)
        servers = [server(library, engine) for _ in range(4)]
        results: list[list[tuple[str, int]]] = []
        threads = [Thread(target=lambda one=one: results.append(found(one, "county grant"))) for one in servers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [found(searching(library), "county grant")] * 4
        assert engine.calls.count("make") == 1


def test_an_engine_that_is_cut_off_fails_the_search_and_serves_again(library: Library, engine: MemoryEngine) -> None:
    put(library, "a.txt", *LINES)
    search = server(library, engine)
    before = found(search, "grant")
    engine.cut_off = True
    with pytest.raises(EngineError, match="cut off"):
        found(search, "grant")
    assert health(library, engine).trouble == "the engine is cut off"
    engine.cut_off = False
    assert found(search, "grant") == before


def test_vectors_made_anew_by_another_server_are_found_under_their_new_name(
    library: Library, engine: MemoryEngine
) -> None:
    put(library, "a.txt", *LINES)
    search = server(library, engine)
    before = found(search, "grant")
    (old,) = engine.sets
    Remote(library, engine, dimension=64).renew()
    assert old not in engine.sets
    assert found(search, "grant") == before
    assert len(engine.sets) == 1


def test_another_encoder_has_vectors_of_its_own_and_the_old_ones_go(library: Library, engine: MemoryEngine) -> None:
    put(library, "a.txt", *LINES)
    found(server(library, engine), "grant")
    (old,) = engine.sets
    again = fakes.library(library.home, encoder="other")
    with pytest.raises(LibraryMismatchError, match="transcite reindex"):
        Remote(again, engine, dimension=64).catch_up()
    reindex(again, HashingEncoder())
    assert found(server(again, engine), "grant") != []
    assert set(engine.sets) & {old} == set()
    assert len(engine.sets) == 1
    again.close()


@pytest.mark.parametrize("filled", [True, False])
def test_vectors_of_another_length_are_refused_with_the_cure(
    library: Library, engine: MemoryEngine, filled: bool
) -> None:
    put(library, "a.txt", *LINES)
    if filled:
        Remote(library, engine, dimension=64).catch_up()
    with pytest.raises(LibraryMismatchError, match=r"length 64, .* 32; set TRANSCITE_ENCODER back"):
        Remote(library, engine, dimension=32).catch_up()


def test_a_library_restored_from_a_back_up_is_filled_again(
    library: Library, engine: MemoryEngine, tmp_path: Path
) -> None:
    put(library, "a.txt", *LINES)
    library.shared.identity()
    library.close()
    backup = tmp_path / "backup"
    shutil.copytree(library.home, backup)
    later = fakes.library(library.home)
    put(later, "b.txt", "Zoe: Written after the back-up, about the moon.")
    found(server(later, engine), "moon")
    later.close()
    restored = fakes.library(backup)
    put(restored, "c.txt", "Zoe: Something else.")
    assert (restored.home / FILE).exists()
    assert found(server(restored, engine), "moon grant") == found(searching(restored), "moon grant")
    assert engine.calls.count("make") == 2
    restored.close()


def test_every_library_has_an_identity_that_stays(library: Library, tmp_path: Path) -> None:
    other = fakes.library(tmp_path / "other")
    again = fakes.library(library.home)
    assert library.shared.identity() == again.shared.identity() != other.shared.identity()
    again.close()
    other.close()


def test_single_passages_are_read_with_their_vectors(library: Library) -> None:
    put(library, "a.txt", *LINES)
    rows = library.passage_rows([1])
    assert library.shared.passages_of([row.anchor for row in rows[1:]]) == [row.passage_id for row in rows[1:]]
    assert library.shared.rows([row.passage_id for row in rows[:2]] + [99]) == rows[:2]
    assert library.shared.count() == len(rows)
    assert np.frombuffer(rows[0].vector, np.float16).shape == (64,)
