"""Every transcript is what it was when it was stored, or it is told apart, and never shown."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from index.reindex import reindex
from index.store import sums
from index.store.library import FILE, Library
from index.store.schema import SCHEMA_VERSION, transcripts
from rag.errors import LibraryDamagedError
from rag.values import Filters
from tests import fakes
from tests.fakes import put

LINES = ("Ann: Which county got the grant?", "Bob: Harney County got the grant.", "(laughter)")


def broken(library: Library) -> dict[str, tuple[sums.Part, ...]]:
    """The parts of each transcript that are not what they were, of those that have any."""
    with library._database.reading() as connection:
        rows = connection.execute(sa.select(transcripts.c.ordinal, transcripts.c.id)).all()
        found = {row.id: sums.broken(connection, row.ordinal) for row in rows}
    return {one: parts for one, parts in found.items() if parts}


def change(library: Library, statement: str) -> None:
    """What a disk may do behind the library's back."""
    values = {"zeros": bytes(128)} if ":zeros" in statement else {}
    assert len(fakes.sql(library, f"{statement} RETURNING 1", **values)) == 1


WAYS: dict[str, Callable[[Library, str], object]] = {
    "replaced": lambda library, _: put(library, "a.txt", *LINES, "Ann: Thanks."),
    "renamed": lambda library, one: library.rename_speaker(one, "Ann", "Anna"),
    "corrected": lambda library, one: library.amend(one, names={}, facts={"title": "T", "date": dt.date(2024, 1, 2)}),
    "encoded again": lambda library, _: reindex(library, fakes.HashingEncoder()),
    "left to its heir": lambda library, _: (
        fakes.store(library, "copy.txt", *LINES),
        put(library, "a.txt", "Ann: Something else."),
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_users_do_keeps_the_digests_right(library: Library, way: str) -> None:
    one = put(library, "a.txt", *LINES)
    put(library, "b.txt", "Ann: The moon.")
    assert broken(library) == {}
    WAYS[way](library, one)
    assert broken(library) == {}


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("UPDATE turns SET text = 'Lake County got the grant.' WHERE text LIKE 'Harney%'", "said"),
        ("UPDATE turns SET label = 'Ann' WHERE label = 'Bob'", "said"),
        ("UPDATE turns SET start = 3.5 WHERE label = 'Bob'", "said"),
        ("DELETE FROM turns WHERE label = 'Bob'", "said"),
        ("UPDATE turns SET inferred = NOT inferred WHERE label = 'Bob'", "named"),
        ("UPDATE speakers SET name = 'Rob' WHERE name = 'Bob'", "named"),
        ("UPDATE transcripts SET date = '2020-01-01'", "named"),
        ("UPDATE passages SET vector = :zeros WHERE passage_id % 1048576 = 0", "meant"),
        ("DELETE FROM passages WHERE passage_id % 1048576 = 0", "meant"),
        ("UPDATE sentences SET codes = :zeros WHERE turn_id % 1048576 = 2", "meant"),
        ("DELETE FROM sentences WHERE turn_id % 1048576 = 2", "meant"),
    ],
)
def test_what_a_disk_does_is_told_apart(library: Library, statement: str, part: str) -> None:
    one = put(library, "a.txt", *LINES)
    change(library, statement)
    assert broken(library) == {one: (part,)}


def test_what_is_not_what_it_was_is_not_shown(library: Library) -> None:
    one = put(library, "a.txt", *LINES)
    other = put(library, "b.txt", "Ann: The moon.")
    change(library, "UPDATE turns SET text = 'Lake County got the grant.' WHERE text LIKE 'Harney%'")
    searcher = fakes.searching(library)
    for look in (
        lambda: searcher.search("who got the grant", filters=Filters(), top_k=3),
        lambda: library.transcript(one),
        lambda: library.turn_range(one, 1, 2, filters=Filters()),
    ):
        with pytest.raises(LibraryDamagedError, match="transcite doctor") as refused:
            look()
        assert one in str(refused.value)
        assert "\n" not in str(refused.value)
    assert library.transcript(other)[1].turns[0].text == "The moon."
    assert fakes.found(searcher, "moon", top_k=1) == [(other, 1)]


def test_a_library_of_before_gets_its_digests_when_it_is_opened(tmp_path: Path) -> None:
    library = fakes.library(tmp_path)
    put(library, "a.txt", *LINES)
    put(library, "b.txt", "Ann: The moon.")
    library.close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("DROP TABLE sums")
        connection.execute("UPDATE meta SET value = '4' WHERE key = 'schema'")
    connection.close()
    library = fakes.library(tmp_path)
    assert broken(library) == {}
    assert library._database.meta()["schema"] == SCHEMA_VERSION
    library.close()


def test_digests_that_a_library_of_before_has_are_not_made_anew(tmp_path: Path) -> None:
    library = fakes.library(tmp_path)
    one = put(library, "a.txt", *LINES)
    library.close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("DROP TABLE sentences")
        connection.execute("UPDATE turns SET text = 'Lake County got the grant.' WHERE text LIKE 'Harney%'")
        connection.execute("UPDATE meta SET value = '5' WHERE key = 'schema'")
    connection.close()
    library = fakes.library(tmp_path)
    assert broken(library)[one] == ("said", "meant")
    library.close()
