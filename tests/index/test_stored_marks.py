"""Times amid turns in the store: there again with the turn, gone with it, and made room for in older libraries."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index.store.library import FILE, Library
from index.store.schema import STRIDE
from rag.values import Filters, Transcript
from tests import fakes
from tests.fakes import encoded, origin, put, transcript

MARKS = ((6, 12.345), (13, 12345.678))


def timed() -> Transcript:
    value = transcript("Ann: Which county got the grant?", "Bob: Harney County did.")
    first = replace(value.turns[0], start=1.0, end=20_000.5, marks=MARKS)
    return fakes.with_turns(value, (first, *value.turns[1:]))


def kept(library: Library) -> int:
    [(number,)] = fakes.sql(library, "SELECT count(*) FROM marks")
    return int(number)


def test_they_come_out_with_the_turn_however_it_is_asked_for(library: Library) -> None:
    where = origin("a.vtt")
    library.put(where, encoded(timed()))
    _, found = library.transcript(where.transcript_id)
    assert [turn.marks for turn in found.turns] == [MARKS, ()]
    assert library.turn_range(where.transcript_id, 1, 2, filters=Filters())[0].marks == MARKS
    size = library.size(where.transcript_id)
    assert size is not None
    assert library.turns([size[0] * STRIDE + 1])[size[0] * STRIDE + 1][1].marks == MARKS


def test_they_go_with_a_replaced_and_with_a_removed_transcript(library: Library) -> None:
    where = origin("a.vtt", "one")
    library.put(where, encoded(timed()))
    library.put(origin("a.vtt", "two"), encoded(timed()))
    assert kept(library) == 1
    library.remove((where.transcript_id,))
    assert kept(library) == 0


def test_a_library_of_version_3_is_given_room_for_them(tmp_path: Path) -> None:
    old = fakes.library(tmp_path / "home")
    before = put(old, "b.txt", "Ann: First.")
    old.close()
    with closing(sqlite3.connect(tmp_path / "home" / FILE)) as database:
        database.execute("DROP TABLE marks")
        database.execute("UPDATE meta SET value = '3' WHERE key = 'schema'")
        database.commit()
    library = fakes.library(tmp_path / "home")
    library.put(origin("a.vtt"), encoded(timed()))
    assert kept(library) == 1
    assert library.transcript(before)[1].turns[0].text == "First."
    library.close()
