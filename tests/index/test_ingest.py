from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from index import taking
from index.documents import Upload
from index.encoder import Encoder, Vectors
from index.ingest import Ingest
from index.reports import Progress, Report
from index.store.library import Library
from index.store.records import Origin, Outcome
from rag.errors import LibraryError, LibraryMismatchError
from rag.formats import read_transcript
from rag.passages import passages
from tests import fakes
from tests.fakes import HashingEncoder, write


def text(n: int | str, turns: int = 4) -> str:
    """A transcript as a file holds it."""
    return "".join(f"{'Ann' if k % 2 else 'Bob'}: Number {k} of file {n} is about the grant.\n" for k in range(turns))


def run(library: Library, *paths: Path, encoder: Encoder | None = None, max_bytes: int = 10_000_000) -> Report:
    one = encoder or HashingEncoder()
    return Ingest(library, lambda: one, max_bytes=max_bytes).run(paths)


def outcomes(report: Report) -> dict[str, Outcome]:
    return {Path(one.path).name: one.outcome for one in report.files}


def said(library: Library) -> dict[str, list[str]]:
    """The turns of every transcript, by its file's name."""
    found: dict[str, list[str]] = {}
    for source, turn in fakes.every_turn(library):
        found.setdefault(Path(source.source).name, []).append(turn.text)
    return found


def test_files_become_transcripts_with_a_vector_for_every_passage(library: Library, tmp_path: Path) -> None:
    paths = write(tmp_path / "in", {"a.txt": text(1), "b.txt": text(2, turns=9)})
    report = run(library, tmp_path / "in")
    assert [(one.path, one.outcome, one.turns) for one in report.files] == [
        (str(paths[0]), "added", 4),
        (str(paths[1]), "added", 9),
    ]
    for one, path in zip(report.files, paths, strict=True):
        assert one.transcript_id is not None
        source, value = library.transcript(one.transcript_id)
        read = read_transcript(path.read_bytes(), path.name)
        assert value.turns == read.turns
        assert (source.source, source.title) == (str(path.resolve()), read.title)
    expected = [passage for path in paths for passage in passages(read_transcript(path.read_bytes(), path.name).turns)]
    rows = library.passage_rows([1, 2])
    vectors = HashingEncoder().encode_documents([one.text for one in expected]).astype("float16")
    assert [row.vector for row in rows] == [vector.tobytes() for vector in vectors]


def test_every_outcome(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder, {"same.txt": text("same"), "other.txt": text("old")})
    first = run(library, folder)
    assert outcomes(first) == {"same.txt": "added", "other.txt": "added"}
    write(folder, {"other.txt": text("new"), "copy.txt": text("same"), "new.txt": text("newer"), "bad.txt": b""})
    second = run(library, folder)
    assert outcomes(second) == {
        "same.txt": "unchanged",
        "other.txt": "replaced",
        "copy.txt": "duplicate",
        "new.txt": "added",
        "bad.txt": "rejected",
    }
    by_name = {Path(one.path).name: one for one in second.files}
    assert by_name["copy.txt"].transcript_id == by_name["same.txt"].transcript_id
    assert by_name["copy.txt"].turns == by_name["same.txt"].turns == 4
    assert by_name["other.txt"].transcript_id == next(
        one.transcript_id for one in first.files if one.path.endswith("other.txt")
    )
    assert [second.count(one) for one in ("added", "replaced", "unchanged", "duplicate", "rejected")] == [1] * 5
    assert set(said(library)) == {"same.txt", "other.txt", "new.txt"}
    assert set(outcomes(run(library, folder)).values()) == {"unchanged", "rejected"}


BROKEN = {
    "empty.txt": b"",
    "blank.txt": b" \n\t\n",
    "binary.txt": b"Ann: Hello.\x00\x01\x02",
    "latin1.txt": "Ann: Caf\u00e9 au lait.\nBob: Oui.\n".encode("latin-1"),
    "pdf.txt": b"%PDF-1.4 hello",
    "broken.json": b'{"a": ',
    "big.txt": b"Ann: Hello.\n" * 500,
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_bad_file_stops_nothing(library: Library, tmp_path: Path, name: str) -> None:
    write(tmp_path / "in", {"0.txt": text(0), name: BROKEN[name], "z.txt": text("z")})
    report = run(library, tmp_path / "in", max_bytes=5000)
    assert outcomes(report) == {"0.txt": "added", name: "rejected", "z.txt": "added"}
    [bad] = [one for one in report.files if one.outcome == "rejected"]
    assert bad.reason
    assert "\n" not in bad.reason
    assert bad.transcript_id is None
    assert len(library.entries()) == 2


def test_a_line_is_told_where_there_is_one(library: Library, tmp_path: Path) -> None:
    [path] = write(tmp_path, {"a.txt": b"Ann: Fine.\nBob: Fine.\nAnn: Caf\xe9.\n"})
    [bad] = run(library, path).files
    assert (bad.outcome, bad.line) == ("rejected", 3)


def test_bad_paths_stop_nothing(library: Library, tmp_path: Path) -> None:
    [good] = write(tmp_path / "in", {"a.txt": text(1)})
    os.mkfifo(tmp_path / "in" / "pipe.txt")
    (tmp_path / "in" / "loop.txt").symlink_to("loop.txt")
    (tmp_path / "empty").mkdir()
    bad = [tmp_path / "missing.txt", tmp_path / ("x" * 300), tmp_path / "empty"]
    odd = tmp_path / "in" / os.fsdecode(b"caf\xe9.txt")
    odd.write_text(text(2))
    report = run(library, *bad, tmp_path / "in", good)
    assert report.count("added") == 1
    assert report.count("rejected") == len(report.files) - 1 == 6
    assert all(one.path.encode() and one.reason for one in report.files if one.outcome == "rejected")


@pytest.mark.embedded
def test_three_hundred_files_three_of_them_broken(library: Library, tmp_path: Path) -> None:
    texts: dict[str, str | bytes] = {f"{n:03}.txt": text(n, turns=3 + n % 9) for n in range(300)}
    for n, name in ((7, "empty.txt"), (150, "binary.txt"), (299, "latin1.txt")):
        texts[f"{n:03}.txt"] = BROKEN[name]
    write(tmp_path / "in", texts)
    report = run(library, tmp_path / "in")
    assert (report.count("added"), report.count("rejected"), len(report.files)) == (297, 3, 300)
    assert [Path(one.path).name for one in report.files] == sorted(texts)
    assert [Path(one.path).name for one in report.files if one.outcome == "rejected"] == [
        "007.txt",
        "150.txt",
        "299.txt",
    ]
    stored = said(library)
    for n in (0, 8, 151, 298):
        assert stored[f"{n:03}.txt"] == [line.split(": ", 1)[1] for line in text(n, turns=3 + n % 9).splitlines()]
    assert outcomes(run(library, tmp_path / "in", encoder=None))["000.txt"] == "unchanged"


def test_duplicates_within_one_run_are_encoded_once(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "in", {"a.txt": text(1), "b.txt": text(1), "c.txt": text(2), "d.txt": text(1)})
    encoder = HashingEncoder()
    report = run(library, tmp_path / "in", encoder=encoder)
    assert outcomes(report) == {"a.txt": "added", "b.txt": "duplicate", "c.txt": "added", "d.txt": "duplicate"}
    assert len(encoder.texts) == 8
    assert len({one.transcript_id for one in report.files}) == 2


def test_files_that_changed_places_are_both_there(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "in", {"a.txt": text(1), "b.txt": text(2)})
    run(library, tmp_path / "in")
    write(tmp_path / "in", {"a.txt": text(2), "b.txt": text(1)})
    run(library, tmp_path / "in")
    everything = sorted(tuple(turns) for turns in said(library).values())
    assert everything == sorted(tuple(line.split(": ", 1)[1] for line in text(n).splitlines()) for n in (1, 2))
    assert set(outcomes(run(library, tmp_path / "in")).values()) == {"unchanged"}


def test_a_file_moved_and_a_new_one_in_its_place(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "in", {"a.txt": text(1)})
    run(library, tmp_path / "in")
    write(tmp_path / "in", {"a.txt": text(2), "b.txt": text(1)})
    report = run(library, tmp_path / "in")
    assert said(library).keys() == {"a.txt", "b.txt"}
    for one in report.files:
        assert one.transcript_id is not None
        assert library.transcript(one.transcript_id)[0].source == one.path


def test_the_same_file_in_two_collections_is_two_transcripts(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "in", {"a.txt": text(1)})
    maker = Ingest(library, HashingEncoder)
    reports = [maker.run([tmp_path / "in"], collection=name) for name in ("one", "two", "one")]
    assert [report.files[0].outcome for report in reports] == ["added", "added", "unchanged"]
    assert {entry.source.collection for entry in library.entries()} == {"one", "two"}


def no_encoder() -> Encoder:
    raise AssertionError("the encoder was loaded for nothing")


def test_the_encoder_is_not_loaded_when_there_is_nothing_to_encode(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "in", {"a.txt": text(1), "b.txt": text(1), "bad.txt": b""})
    assert Ingest(library, no_encoder).run([tmp_path / "nothing"]).count("rejected") == 1
    run(library, tmp_path / "in")
    report = Ingest(library, no_encoder).run([tmp_path / "in"])
    assert [one.outcome for one in report.files] == ["unchanged", "unchanged", "rejected"]


class Interrupted(HashingEncoder):
    """Somebody presses Ctrl-C at the n-th batch."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        if self.calls == self.at:
            raise KeyboardInterrupt
        return super().encode_documents(texts)


@pytest.mark.embedded
@pytest.mark.parametrize(("at", "kept"), [(0, 0), (4, 0), (5, 11), (12, 22)])
def test_an_interrupted_run_keeps_what_was_finished_and_the_next_one_completes_it(
    library: Library, tmp_path: Path, at: int, kept: int
) -> None:
    write(tmp_path / "in", {f"{n:02}.txt": text(n, turns=100) for n in range(30)})
    with pytest.raises(KeyboardInterrupt):
        run(library, tmp_path / "in", encoder=Interrupted(at))
    assert sorted(said(library)) == [f"{n:02}.txt" for n in range(kept)]
    assert all(len(turns) == 100 for turns in said(library).values())
    encoder = HashingEncoder()
    report = run(library, tmp_path / "in", encoder=encoder)
    assert (report.count("unchanged"), report.count("added")) == (kept, 30 - kept)
    assert len(encoder.texts) == (30 - kept) * 100
    assert len(said(library)) == 30


def test_an_interrupted_replacement_keeps_the_old_version(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "in", {"a.txt": text("old")})
    run(library, tmp_path / "in")
    before = said(library)
    write(tmp_path / "in", {"a.txt": text("new")})
    with pytest.raises(KeyboardInterrupt):
        run(library, tmp_path / "in", encoder=Interrupted(0))
    assert said(library) == before
    assert outcomes(run(library, tmp_path / "in")) == {"a.txt": "replaced"}


@pytest.mark.embedded
def test_progress_only_grows_and_ends_at_everything(library: Library, tmp_path: Path) -> None:
    texts: dict[str, str | bytes] = {f"{n:02}.txt": text(n, turns=37) for n in range(40)}
    texts |= {"bad.txt": b"bad\x00", "copy.txt": texts["00.txt"]}
    write(tmp_path / "in", texts)
    told: list[Progress] = []
    for _ in range(2):
        told.clear()
        Ingest(library, HashingEncoder).run([tmp_path / "in"], on_progress=told.append)
        for one, other in pairwise(told):
            assert one.files <= other.files <= other.all_files == 42
            assert one.bytes <= other.bytes <= other.all_bytes
            assert one.turns <= other.turns + 1e-6
        assert told[-1].files == 42
        assert told[-1].bytes == told[-1].all_bytes == sum(len(one) for one in texts.values())
        assert len(told) >= 42
    write(tmp_path / "more", {"a.txt": text("more", turns=300)})
    told.clear()
    Ingest(library, HashingEncoder).run([tmp_path / "more"], on_progress=told.append)
    assert told[-1].turns == 300
    assert len({one.turns for one in told}) > 2


def test_a_file_that_vanishes_after_it_was_listed_stops_nothing(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "in", {f"{n}.txt": text(n) for n in range(3)})

    def vanish(_: Progress) -> None:
        (tmp_path / "in" / "1.txt").unlink(missing_ok=True)

    report = Ingest(library, HashingEncoder).run([tmp_path / "in"], on_progress=vanish)
    assert outcomes(report) == {"0.txt": "added", "1.txt": "rejected", "2.txt": "added"}


def test_a_file_that_changes_after_it_was_listed_is_read_as_it_is_then(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "in", {f"{n}.txt": text(n) for n in range(2)})

    def change(_: Progress) -> None:
        (tmp_path / "in" / "1.txt").write_text(text("longer", turns=20))

    report = Ingest(library, HashingEncoder).run([tmp_path / "in"], on_progress=change)
    assert [one.turns for one in report.files] == [4, 20]


class Raced(Library):
    """Another process takes the content away between looking and linking."""

    def outcome(self, origin: Origin) -> Outcome:
        found = super().outcome(origin)
        if found in {"duplicate", "unchanged"}:
            self.remove(tuple(entry.source.transcript_id for entry in self.entries()))
        return found


@pytest.mark.parametrize("name", ["a.txt", "b.txt"])
def test_content_taken_away_by_another_process_meanwhile_is_encoded_again(
    library: Library, tmp_path: Path, name: str
) -> None:
    write(tmp_path / "in", {"a.txt": text(1)})
    run(library, tmp_path / "in")
    [path] = write(tmp_path / "again", {"b.txt": text(1)}) if name == "b.txt" else [tmp_path / "in" / "a.txt"]
    raced = Raced(library.home, encoder="hashing", database_url=library._database.url)
    assert outcomes(run(raced, path)) == {name: "added"}
    raced.close()
    assert list(said(library)) == [name]


def test_content_put_by_another_process_meanwhile_is_linked(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "in", {"a.txt": text(1)})
    [other] = write(tmp_path / "other", {"b.txt": text(1)})

    class Slow(HashingEncoder):
        def encode_documents(self, texts: Sequence[str]) -> Vectors:
            if self.calls == 0:
                run(library, other)
            return super().encode_documents(texts)

    assert outcomes(run(library, tmp_path / "in", encoder=Slow())) == {"a.txt": "duplicate"}
    assert list(said(library)) == ["b.txt"]


def test_more_turns_than_a_transcript_has_room_for_are_rejected(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "STRIDE", 10)
    write(tmp_path / "in", {"a.txt": text(1, turns=9), "b.txt": text(2, turns=10)})
    assert outcomes(run(library, tmp_path / "in")) == {"a.txt": "added", "b.txt": "rejected"}


def test_a_library_of_another_encoder_is_refused_before_anything_is_read(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "in", {"a.txt": text(1)})
    run(library, tmp_path / "in")
    other = fakes.again(library, encoder="another")
    with pytest.raises(LibraryMismatchError):
        Ingest(other, no_encoder).run([tmp_path / "in"])
    other.close()


def test_a_library_that_is_locked_stops_the_run_and_keeps_what_was_finished(tmp_path: Path) -> None:
    library = fakes.library(tmp_path / "home", lock_timeout_s=0.2)
    other = fakes.library(tmp_path / "home")
    write(tmp_path / "in", {"a.txt": text(1), "b.txt": text(2)})
    run(library, tmp_path / "in" / "a.txt")

    class Held(HashingEncoder):
        def encode_documents(self, texts: Sequence[str]) -> Vectors:
            held.__enter__()
            return super().encode_documents(texts)

    held = other._database.writing()
    with pytest.raises(LibraryError, match="locked"):
        run(library, tmp_path / "in", encoder=Held())
    held.__exit__(None, None, None)
    assert list(said(library)) == ["a.txt"]
    assert outcomes(run(library, tmp_path / "in")) == {"a.txt": "unchanged", "b.txt": "added"}
    library.close()
    other.close()


def test_what_is_ingested_is_found(library: Library, tmp_path: Path) -> None:
    write(
        tmp_path / "in", {f"{n}.txt": text(n) for n in range(5)} | {"moon.txt": "Ann: The moon landing.\nBob: Yes.\n"}
    )
    report = run(library, tmp_path / "in")
    moon = next(one.transcript_id for one in report.files if one.path.endswith("moon.txt"))
    assert fakes.found(fakes.searching(library), "moon landing")[0] == (moon, 1)


def test_uploads_and_files_are_read_alike_and_kept_apart_by_their_names(library: Library, tmp_path: Path) -> None:
    [path] = write(tmp_path / "in", {"a.txt": text(1)})
    run(library, path)
    ingest = Ingest(library, HashingEncoder, max_bytes=1000)
    uploads = [
        Upload("a.txt", path.read_bytes()),
        Upload("b.txt", text(2).encode(), {"title": "The second"}),
        Upload("b.txt", text(2).encode()),
        Upload("c.txt", b"A: " + b"x" * 1000),
    ]
    report = ingest.take(uploads)
    assert [(one.path, one.outcome) for one in report.files] == [
        ("a.txt", "duplicate"),
        ("b.txt", "added"),
        ("b.txt", "unchanged"),
        ("c.txt", "rejected"),
    ]
    assert report.files[1].transcript_id is not None
    source, transcript = library.transcript(report.files[1].transcript_id)
    assert (source.source, source.title) == ("upload:b.txt", "The second")
    assert transcript.turns == read_transcript(text(2).encode(), "b.txt").turns


def test_an_upload_of_the_same_name_replaces(library: Library) -> None:
    ingest = Ingest(library, HashingEncoder)
    for content, outcome in ((text(1), "added"), (text(2), "replaced")):
        assert ingest.take([Upload("a.txt", content.encode())]).count(outcome) == 1
    assert len(library.entries()) == 1
