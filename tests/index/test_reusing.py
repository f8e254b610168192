from __future__ import annotations

from pathlib import Path

import pytest

from index import taking
from index.ingest import Ingest
from index.reports import Report
from index.store.library import Library
from tests import fakes
from tests.fakes import HashingEncoder, write

LINES = [f"{'Ann' if n % 2 else 'Bob'}: Number {n} is about the grant of the county." for n in range(40)]
LONG = "Cid: " + " ".join(f"Sentence number {n} of a long speech about birds and their nests." for n in range(60))


def ingest(library: Library, folder: Path, encoder: HashingEncoder) -> Report:
    return Ingest(library, lambda: encoder).run([folder])


def vectors(library: Library) -> list[bytes]:
    ordinals = [change.ordinal for change in library.changes(0) if change.kind == "added"]
    return [*(row.vector for row in library.passage_rows(ordinals)), *fakes.sentences(library).values()]


@pytest.fixture
def folder(library: Library, tmp_path: Path) -> Path:
    """One file, and it is in the library."""
    write(tmp_path / "in", {"a.txt": "\n".join([*LINES, "Ann: Mm-hm.", LONG])})
    ingest(library, tmp_path / "in", HashingEncoder())
    return tmp_path / "in"


def test_other_rules_encode_nothing_that_reads_the_same(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, encoder = vectors(library), HashingEncoder()
    monkeypatch.setattr(taking, "RULES_VERSION", "next")
    assert ingest(library, folder, encoder).count("replaced") == 1
    assert encoder.texts == []
    assert vectors(library) == before


def test_a_corrected_turn_alone_is_encoded(library: Library, folder: Path) -> None:
    changed = [*LINES[:7], "Ann: Number 7 is about nothing of the kind.", *LINES[8:], "Ann: Mm-hm.", LONG]
    write(folder, {"a.txt": "\n".join(changed)})
    encoder = HashingEncoder()
    ingest(library, folder, encoder)
    assert encoder.texts == ["Ann: Number 7 is about nothing of the kind."]
    [path] = write(folder.parent / "other", {"b.txt": "\n".join(changed)})
    fresh = Library(folder.parent / "fresh", encoder="hashing")
    Ingest(fresh, HashingEncoder).run([path])
    assert vectors(library) == vectors(fresh)
    fresh.close()


def test_turns_of_a_renamed_speaker_are_encoded_again(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [entry] = library.entries()
    library.rename_speaker(entry.source.transcript_id, "Bob", "Robert")
    monkeypatch.setattr(taking, "RULES_VERSION", "next")
    encoder = HashingEncoder()
    ingest(library, folder, encoder)
    assert sorted(encoder.texts) == sorted(line for line in LINES if line.startswith("Bob"))


def test_passages_cut_otherwise_are_not_taken_for_what_they_are_not(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "RULES_VERSION", "next")
    monkeypatch.setattr("index.reusing.passages", lambda turns: taking.passages(turns)[1:])
    encoder = HashingEncoder()
    ingest(library, folder, encoder)
    assert len(encoder.texts) > 40


def test_a_new_file_has_nothing_to_take_from(library: Library, folder: Path) -> None:
    write(folder, {"b.txt": "\n".join(["Ann: Something else.", *LINES])})
    encoder = HashingEncoder()
    ingest(library, folder, encoder)
    assert len(encoder.texts) == 41
