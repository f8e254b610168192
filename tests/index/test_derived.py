from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.derived import Derived, discard
from index.lexicon import Allowed
from index.segment import Segment
from index.store.library import FILE, Library
from index.store.records import PassageRow
from index.store.schema import STRIDE
from rag.errors import LibraryError, LibraryLockedError, LibraryMismatchError
from rag.values import Filters
from rag.words import content_words
from tests import fakes
from tests.fakes import derived, found, origin, put, searching, store

WORDS = content_words("grant county harney lake bridge robert bob ann moon")
LINES = (
    "Ann: Which county got the grant?",
    "Bob: Harney County got the grant.",
    "Ann: And the bridge over the lake?",
    "Bob: Lake County.",
)


def level(indexes: Derived) -> Derived:
    indexes.catch_up()
    return indexes


def seen(
    indexes: Derived,
) -> tuple[list[int], list[int], list[bytes], dict[str, tuple[list[int], list[int], list[int]]]]:
    """What both indexes hold: rows and vectors, and who is found for each word."""
    vectors = indexes.vectors
    matrix = vectors.matrix()
    words = {}
    for word in WORDS:
        matches = indexes.lexicon.find([word], limit=1000, allowed=Allowed())
        words[word] = (sorted(matches.alone), sorted(matches.windows), sorted(matches.transcripts))
    return vectors.ids.tolist(), vectors.anchors.tolist(), [row.tobytes() for row in matrix], words


def fresh(library: Library, folder: Path) -> Derived:
    """Both indexes made anew from a copy of the library, nothing else with it."""
    copy = folder / "fresh"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for path in library.home.glob(f"{FILE}*"):
        shutil.copy(path, copy / path.name)
    again = fakes.library(copy)
    try:
        return level(derived(again))
    finally:
        again.close()


def test_indexes_hold_every_passage_and_every_word(library: Library, tmp_path: Path) -> None:
    one = put(library, "a.txt", *LINES)
    other = put(library, "b.txt", "Ann: The moon.")
    indexes = level(derived(library))
    rows = library.passage_rows([1, 2])
    assert indexes.vectors.ids.tolist() == [row.passage_id for row in rows]
    assert indexes.vectors.anchors.tolist() == [row.anchor for row in rows]
    stored = np.stack([np.frombuffer(row.vector, dtype=np.float16) for row in rows])
    np.testing.assert_array_equal(indexes.vectors.matrix(), stored)
    searcher = searching(library, indexes)
    assert found(searcher, "moon")[0] == (other, 1)
    assert found(searcher, "bridge")[0] == (one, 3)


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "remove", "rename", "catch up", "save", "open again"]),
        st.integers(0, 4),
        st.integers(0, 5),
    ),
    min_size=2,
    max_size=14,
)


@settings(max_examples=15)
@given(operations=OPERATIONS)
def test_whatever_happened_catching_up_is_as_good_as_making_anew(
    tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[str, int, int]]
) -> None:
    home = tmp_path_factory.mktemp("library")
    library = fakes.library(home / "home")
    indexes = derived(library)
    for what, file, version in operations:
        name = f"{file}.txt"
        if what == "put":  # added, unchanged, replaced, duplicate: as it comes
            said = [LINES[(version + n) % 4] + f" {WORDS[version]}" for n in range(version + 1)]
            store(library, name, *said)
        elif what == "remove":
            present = [entry.source.transcript_id for entry in library.entries()]
            library.remove(tuple(present[file : file + 2]))
        elif what == "rename":
            for entry in library.entries()[file : file + 1]:
                library.rename_speaker(entry.source.transcript_id, entry.speakers[0], f"Robert {version}")
        elif what == "catch up":
            indexes.catch_up()
        elif what == "save":
            level(indexes).save()
        else:
            indexes = derived(library)
    assert seen(level(indexes)) == seen(fresh(library, home))
    assert indexes.lexicon.point() == library.newest()
    indexes.save()
    assert seen(level(derived(library))) == seen(indexes)
    library.close()


class Counting(Library):
    """A library that notes what is read from it."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, encoder="hashing")
        self.read: list[int] = []

    def passage_rows(self, ordinals: list[int]) -> list[PassageRow]:
        self.read.extend(ordinals)
        return super().passage_rows(ordinals)


def test_catching_up_reads_only_what_changed(tmp_path: Path) -> None:
    library = Counting(tmp_path)
    for n in range(20):
        put(library, f"{n}.txt", f"Ann: Number {n}.")
    indexes = level(derived(library))
    assert library.read == list(range(1, 21))
    library.read.clear()
    level(indexes)
    assert library.read == []
    put(library, "new.txt", "Ann: New.")
    put(library, "3.txt", "Ann: Changed.")
    library.remove((origin("5.txt").transcript_id,))
    library.rename_speaker(origin("6.txt").transcript_id, "Ann", "Anna")
    level(indexes)
    assert library.read == [21, 22]
    indexes.save()
    library.read.clear()
    level(derived(library))
    assert library.read == []
    library.close()


def test_a_new_name_is_found_by_its_words_and_the_old_one_no_more(library: Library) -> None:
    one = put(library, "a.txt", *LINES)
    indexes = level(derived(library))
    ids, matrix = indexes.vectors.ids.copy(), indexes.vectors.matrix()
    library.rename_speaker(one, "Bob", "Robert")
    level(indexes)
    assert sorted(indexes.lexicon.find(["robert"], limit=9, allowed=Allowed()).alone) == [STRIDE + 2, STRIDE + 4]
    assert indexes.lexicon.find(["bob"], limit=9, allowed=Allowed()).alone == {}
    np.testing.assert_array_equal(indexes.vectors.ids, ids)
    np.testing.assert_array_equal(indexes.vectors.matrix(), matrix)


def test_two_processes_both_see_a_deletion_at_their_next_search(library: Library) -> None:
    one, other = put(library, "a.txt", *LINES), put(library, "b.txt", "Ann: The county grant, again.")
    second = fakes.again(library)
    searchers = [searching(library), searching(second)]
    for searcher in searchers:
        assert {transcript_id for transcript_id, _ in found(searcher, "county grant")} == {one, other}
    library.remove((one,))
    for searcher in searchers:
        assert {transcript_id for transcript_id, _ in found(searcher, "county grant")} == {other}
    second.remove((other,))
    for searcher in searchers:
        assert found(searcher, "county grant") == []
    second.close()


def test_two_processes_both_see_an_addition_and_a_new_name(library: Library) -> None:
    second = fakes.again(library)
    here, there = searching(library), searching(second)
    assert found(here, "moon") == found(there, "moon") == []
    one = put(library, "a.txt", "Ann: The moon.")
    assert found(there, "moon") == found(here, "moon") == [(one, 1)]
    second.rename_speaker(one, "Ann", "Zoe")
    assert found(here, "moon", filters=Filters(speakers=("Zoe",))) == [(one, 1)]
    assert found(there, "moon", filters=Filters(speakers=("Ann",))) == []
    second.close()


@pytest.mark.embedded
class TestOnDisk:
    @pytest.fixture
    def saved(self, library: Library) -> Library:
        for n in range(6):
            put(library, f"{n}.txt", *LINES, f"Ann: Number {n}.")
        level(derived(library)).save()
        return library

    def manifest(self, library: Library) -> Path:
        return library.home / "vectors" / "manifest.json"

    def test_what_was_saved_is_loaded_without_reading_a_vector_from_the_library(self, saved: Library) -> None:
        counting = Counting(saved.home)
        indexes = level(derived(counting))
        assert counting.read == []
        assert seen(indexes) == seen(level(derived(saved)))
        counting.close()

    def test_old_files_go_when_new_ones_are_there(self, saved: Library) -> None:
        indexes = level(derived(saved))
        put(saved, "more.txt", "Ann: More.")
        level(indexes).save()
        manifest = json.loads(self.manifest(saved).read_text())
        base, changes = manifest["base"], manifest["changes"]
        assert {path.name for path in (saved.home / "vectors").iterdir()} == {
            "manifest.json",
            f"{base}.faiss",
            f"{base}.npy",
            f"{base}.lengths.npy",
            f"{changes}.changes.npz",
        }

    def test_a_small_change_is_written_without_the_rest(self, saved: Library) -> None:
        for n in range(6, 40):
            put(saved, f"{n}.txt", *LINES, f"Ann: Number {n}.")
        level(derived(saved)).save()
        before = json.loads(self.manifest(saved).read_text())
        one = put(saved, "more.txt", "Ann: The moon.")
        saved.remove((origin("3.txt").transcript_id,))
        indexes = level(derived(saved))
        indexes.save()
        after = json.loads(self.manifest(saved).read_text())
        assert (after["base"], after["changes"]) != (before["base"], before["changes"])
        assert after["base"] == before["base"]
        again = level(derived(saved))
        assert seen(again) == seen(indexes)
        assert found(searching(saved, again), "moon")[0] == (one, 1)

    def test_what_came_and_went_while_the_vectors_were_written_is_not_lost(
        self, saved: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        indexes = level(derived(saved))
        for n in range(10, 14):
            put(saved, f"{n}.txt", *LINES, f"Ann: Number {n}.")
        level(indexes)
        write = Segment.save

        def interrupted(self: Segment, folder: Path, stem: str) -> list[str]:
            put(saved, "meanwhile.txt", "Ann: The moon.")
            saved.remove((origin("3.txt").transcript_id, origin("12.txt").transcript_id))
            level(indexes)
            return write(self, folder, stem)

        monkeypatch.setattr(Segment, "save", interrupted)
        indexes.save()
        monkeypatch.undo()
        assert seen(level(indexes)) == seen(fresh(saved, tmp_path))
        indexes.save()
        assert seen(level(derived(saved))) == seen(fresh(saved, tmp_path))

    def test_a_process_with_many_changes_takes_what_another_saved(self, saved: Library) -> None:
        other, counting = level(derived(saved)), Counting(saved.home)
        indexes = level(derived(counting))
        for n in range(10, 20):
            put(saved, f"{n}.txt", *LINES, f"Ann: Number {n}.")
        level(indexes)
        level(other).save()
        counting.read.clear()
        put(saved, "20.txt", *LINES)
        assert seen(level(indexes)) == seen(level(other))
        assert counting.read == [17]
        assert len(indexes.vectors.base) == len(other.vectors) - 4
        counting.close()

    def test_vectors_of_the_version_before_are_made_again(self, saved: Library, tmp_path: Path) -> None:
        """As 98 thousand turns had them: one file of whole numbers, one of places, another manifest."""
        folder = saved.home / "vectors"
        point = saved.newest()
        old = {"stem": "6-1", "generation": point.generation, "stamp": point.stamp, "settings": saved.settings}
        discard(saved.home)
        folder.mkdir()
        (folder / "6-1.faiss").write_bytes(b"IxFI" + bytes(99))
        (folder / "manifest.json").write_text(json.dumps(old | {"dimension": 64, "count": 30}))
        indexes = level(derived(saved))
        assert seen(indexes) == seen(fresh(saved, tmp_path))
        indexes.save()
        assert seen(level(derived(saved))) == seen(indexes)

    def test_nothing_is_written_when_nothing_changed(self, saved: Library) -> None:
        before = self.manifest(saved).stat().st_mtime_ns
        level(derived(saved)).save()
        assert self.manifest(saved).stat().st_mtime_ns == before

    @pytest.mark.parametrize(
        "change",
        [
            {"generation": 999},
            {"generation": "1"},
            {"dimension": 3, "count": 7},
            {"count": 7},
            {"settings": {"encoder": "another", "passages": "turns"}},
            {"settings": None},
            {"base": "no-such"},
            {"base": None},
            {"changes": "no-such"},
            {"seals": {"no-such": "1-00000000"}},
            {"seals": None},
            {"more": 1},
        ],
    )
    def test_a_manifest_of_something_else_is_not_believed(
        self, saved: Library, tmp_path: Path, change: dict[str, object]
    ) -> None:
        path = self.manifest(saved)
        path.write_text(json.dumps(json.loads(path.read_text()) | change))
        counting = Counting(saved.home)
        assert seen(level(derived(counting))) == seen(fresh(saved, tmp_path))
        assert counting.read
        counting.close()

    @pytest.mark.parametrize("content", ["", "{", "[]", "null", '"text"', "{}", "\x00" * 50])
    def test_a_manifest_that_is_none_is_not_believed(self, saved: Library, tmp_path: Path, content: str) -> None:
        self.manifest(saved).write_text(content)
        assert seen(level(derived(saved))) == seen(fresh(saved, tmp_path))

    def test_a_manifest_of_an_older_generation_is_caught_up_from(self, saved: Library, tmp_path: Path) -> None:
        put(saved, "0.txt", "Ann: Changed.")
        saved.remove((origin("1.txt").transcript_id,))
        counting = Counting(saved.home)
        assert seen(level(derived(counting))) == seen(fresh(saved, tmp_path))
        assert counting.read == [7]
        counting.close()

    @pytest.mark.parametrize("ending", ["-base.faiss", "-base.npy", ".lengths.npy", ".npz"])
    @pytest.mark.parametrize("damage", ["missing", "empty", "short", "folder", "zip", "text"])
    def test_a_damaged_file_is_made_again(self, saved: Library, tmp_path: Path, ending: str, damage: str) -> None:
        [path] = (saved.home / "vectors").glob(f"*{ending}")
        data = path.read_bytes()
        path.unlink()
        if damage == "folder":
            path.mkdir()
        elif damage != "missing":
            path.write_bytes(
                {"empty": b"", "short": data[: len(data) // 2], "zip": b"PK\x03\x04" + data, "text": b"hello" * 99}[
                    damage
                ]
            )
        indexes = level(derived(saved))
        assert seen(indexes) == seen(fresh(saved, tmp_path))
        if damage != "folder":
            indexes.save()
            assert seen(level(derived(saved))) == seen(indexes)

    def test_random_bytes_changed_never_stop_a_search(self, saved: Library) -> None:
        """Headers that lie about lengths included. What is wrong inside a vector cannot be told, and may cost rank."""
        chance = random.Random(7)
        originals = {path: path.read_bytes() for path in (saved.home / "vectors").iterdir()}
        for _ in range(60):
            path = chance.choice(sorted(originals))
            data = bytearray(originals[path])
            for _ in range(chance.randint(1, 4)):
                data[chance.randrange(min(len(data), 120))] = chance.randrange(256)
            path.write_bytes(bytes(data))
            level(derived(saved))
            path.write_bytes(originals[path])

    def test_discarded_indexes_are_made_again(self, saved: Library) -> None:
        before = seen(level(derived(saved)))
        discard(saved.home)
        assert not (saved.home / "vectors").exists()
        assert not (saved.home / "words").exists()
        assert seen(level(derived(saved))) == before

    def test_indexes_discarded_by_one_process_go_on_working_in_another(self, saved: Library) -> None:
        searcher = searching(saved)
        before = found(searcher, "county grant")
        discard(saved.home)
        level(derived(saved)).save()
        one = put(saved, "more.txt", "Ann: The moon.")
        assert found(searcher, "moon")[0] == (one, 1)
        assert set(found(searcher, "county grant")) >= set(before)

    @pytest.mark.parametrize("damage", ["missing", "empty", "short", "text"])
    def test_a_damaged_word_index_is_made_again(self, saved: Library, tmp_path: Path, damage: str) -> None:
        folder = saved.home / "words"
        for ending in sorted({path.suffix for path in folder.iterdir() if not path.name.startswith(".")}):
            for path in folder.glob(f"*{ending}"):
                data = path.read_bytes()
                path.unlink()
                if damage != "missing":
                    path.write_bytes({"empty": b"", "short": data[: len(data) // 2], "text": b"hello" * 99}[damage])
            indexes = level(derived(saved))
            assert seen(indexes) == seen(fresh(saved, tmp_path)), ending

    def test_vectors_of_another_length_are_refused_with_the_cure(self, saved: Library) -> None:
        with pytest.raises(LibraryMismatchError, match="transcite reindex") as refused:
            level(derived(saved, dimension=32))
        assert "64" in str(refused.value)
        assert "32" in str(refused.value)

    def test_indexes_of_another_library_are_not_believed(self, saved: Library, tmp_path: Path) -> None:
        """The database was moved away, as the message about a damaged one advises, and filled again."""
        saved.close()
        for path in saved.home.glob(f"{FILE}*"):
            path.unlink()
        library = fakes.library(saved.home)
        for n in range(8):
            put(library, f"{n}.txt", f"Zoe: Something else, number {n}, about the moon.")
        assert seen(level(derived(library))) == seen(fresh(library, tmp_path))
        library.close()

    def test_indexes_newer_than_a_restored_library_are_not_believed(self, saved: Library, tmp_path: Path) -> None:
        saved.close()
        backup = (saved.home / FILE).read_bytes()
        library = fakes.library(saved.home)
        put(library, "6.txt", "Ann: Written after the back-up.")
        put(library, "0.txt", "Ann: Changed after the back-up.")
        level(derived(library)).save()
        library.close()
        for path in saved.home.glob(f"{FILE}*"):
            path.unlink()
        (saved.home / FILE).write_bytes(backup)
        restored = fakes.library(saved.home)
        assert seen(level(derived(restored))) == seen(fresh(restored, tmp_path))
        put(restored, "7.txt", "Zoe: The moon, another future.")
        assert seen(level(derived(restored))) == seen(fresh(restored, tmp_path))
        restored.close()


@pytest.mark.embedded
def test_catching_up_that_failed_on_the_way_goes_on_where_it_was(library: Library, tmp_path: Path) -> None:
    for n in range(450):
        put(library, f"{n}.txt", f"Ann: Number {n}.")

    class Failing(Library):
        fail = True

        def passage_rows(self, ordinals: list[int]) -> list[PassageRow]:
            if self.fail and ordinals[0] > 300:
                raise LibraryLockedError("somebody else's turn")
            return super().passage_rows(ordinals)

    failing = Failing(library.home, encoder="hashing")
    indexes = derived(failing)
    with pytest.raises(LibraryError):
        indexes.catch_up()
    assert len(indexes.vectors) == 0  # all of it or nothing
    failing.fail = False
    assert seen(level(indexes)) == seen(fresh(library, tmp_path))
    failing.close()


@pytest.mark.embedded
def test_searches_in_several_threads_go_on_while_transcripts_come_and_go(library: Library) -> None:
    for n in range(20):
        put(library, f"{n}.txt", *(f"Speaker {k % 4}: Number {k} of {n}, the county grant." for k in range(40)))
    indexes = level(derived(library))
    searcher, failed, finished = searching(library, indexes), [], []
    rules = [Filters(), Filters(speakers=("Speaker 1",)), Filters(not_speakers=("Speaker 2",))]

    def look(n: int) -> None:
        while not finished:
            try:
                hits = searcher.search("county grant number", filters=rules[n], top_k=5)
                assert hits
                assert n != 1 or {turn.speaker for hit in hits for turn in hit.turns} == {"Speaker 1"}
            except Exception as error:
                failed.append(error)
                return

    threads = [Thread(target=look, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for n in range(25):
        library.remove((origin(f"{n % 20}.txt").transcript_id,))
        indexes.catch_up()
        put(library, f"{n % 20}.txt", *(f"Speaker {k % 4}: Number {k} of {n}, the county grant." for k in range(40)))
        indexes.catch_up()
    finished.append(True)
    for thread in threads:
        thread.join()
    assert not failed
