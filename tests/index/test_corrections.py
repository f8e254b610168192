"""What users correct holds for later versions of the same file; and libraries made before that was so."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from index.store.library import FILE, Library
from rag.values import Source
from tests import fakes
from tests.fakes import encoded, origin, transcript

DAY, OTHER_DAY = dt.date(2024, 1, 1), dt.date(2025, 5, 5)


def put(library: Library, content: str, *, title: str = "As the file says", date: dt.date | None = DAY) -> Source:
    where = origin("a.txt", content)
    library.put(where, encoded(transcript(f"Ann: {content}", title=title, date=date)))
    return library.transcript(where.transcript_id)[0]


def test_a_correction_outlives_new_versions_and_the_rest_follows_the_file(library: Library) -> None:
    one = put(library, "First.").transcript_id
    library.amend(one, names={}, facts={"title": "Corrected", "media_url": "https://example.org/a.mp3"})
    for n in (2, 3):
        source = put(library, f"Version {n}.", title=f"Title {n}", date=OTHER_DAY)
        assert (source.title, source.date, source.media_url) == ("Corrected", OTHER_DAY, "https://example.org/a.mp3")


def test_what_was_taken_away_stays_away(library: Library) -> None:
    one = put(library, "First.").transcript_id
    library.amend(one, names={}, facts={"date": None})
    assert put(library, "Second.", date=OTHER_DAY).date is None


def test_corrections_add_up_and_the_last_one_counts(library: Library) -> None:
    one = put(library, "First.").transcript_id
    library.amend(one, names={}, facts={"title": "One"})
    library.amend(one, names={}, facts={"date": OTHER_DAY})
    library.amend(one, names={"Ann": "Anna"}, facts={})
    library.amend(one, names={}, facts={"title": "Two"})
    source = put(library, "Second.", title="The file's")
    assert (source.title, source.date) == ("Two", OTHER_DAY)


def test_a_file_that_was_removed_comes_back_as_it_is(library: Library) -> None:
    one = put(library, "First.").transcript_id
    library.amend(one, names={}, facts={"title": "Corrected"})
    library.remove((one,))
    assert put(library, "First.").title == "As the file says"


@pytest.mark.parametrize("times", [1, 2])
def test_a_library_of_the_version_before_is_brought_to_this_one(tmp_path: Path, times: int) -> None:
    old = fakes.library(tmp_path / "home")
    before = put(old, "First.")
    old.close()
    with closing(sqlite3.connect(tmp_path / "home" / FILE)) as database:
        for table in ("keys", "jobs", "job_files"):
            database.execute(f"DROP TABLE {table}")
        database.execute("ALTER TABLE answers DROP COLUMN asker")
        database.execute("ALTER TABLE transcripts DROP COLUMN corrected")
        database.execute("UPDATE meta SET value = '2' WHERE key = 'schema'")
        database.commit()
    for _ in range(times):
        library = fakes.library(tmp_path / "home")
        library.close()
    library = fakes.library(tmp_path / "home")
    assert library.transcript(before.transcript_id)[0] == before
    library.amend(before.transcript_id, names={}, facts={"title": "Corrected"})
    assert put(library, "Second.").title == "Corrected"
    library.answers.keep("1", "{}", [before.transcript_id], asker="key_1")
    assert library.jobs.newest(10) == []
    library.keys.create("one", scope="ask")
    library.close()
