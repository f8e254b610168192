from __future__ import annotations

import errno
import math
import os
import shutil
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import index.lexicon
from index.lexicon import Allowed, Lexicon, TurnWords
from index.store.records import Point
from rag.errors import LibraryError, LibraryLockedError
from tests.waiting import PATIENCE_S, quickest

EVERYTHING = Allowed()
STRIDE = 1 << 20


def made(folder: Path, *, lock_timeout_s: float = PATIENCE_S) -> Lexicon:
    return Lexicon(folder, lock_timeout_s=lock_timeout_s)


def fill(lexicon: Lexicon, transcripts: Mapping[int, list[str]], *, generation: int = 1) -> None:
    """Transcripts by ordinal, a turn a text; windows as Derived makes them."""
    come = []
    for ordinal, texts in transcripts.items():
        words = [text.split() for text in texts]
        turns = [
            TurnWords(
                ordinal * STRIDE + at + 1,
                words[at],
                *([word for near in words[max(at - k, 0) : at + k + 1] for word in near] for k in (1, 3)),
                words[at],
            )
            for at in range(len(words))
        ]
        come.append((ordinal, turns))
    assert lexicon.update(since=lexicon.point(), point=Point(generation, 77), gone=list(transcripts), come=come)


def turns(scores: Mapping[int, float]) -> list[tuple[int, int]]:
    """(transcript, turn), best first."""
    return [divmod(one, STRIDE) for one in sorted(scores, key=lambda one: (-scores[one], one))]


@pytest.fixture
def lexicon(tmp_path: Path) -> Lexicon:
    filled = made(tmp_path / "words")
    fill(
        filled,
        {
            1: ["grant county", "harney county grant money", "weather", "money money money and much else besides"],
            2: ["county", "weather fine", "road closed"],
            3: ["count"] * 20,
        },
    )
    return filled


def test_more_and_rarer_words_in_shorter_turns_rank_higher(lexicon: Lexicon) -> None:
    assert turns(lexicon.find(["grant", "money"], limit=10, allowed=EVERYTHING).alone)[0] == (1, 2)
    assert turns(lexicon.find(["county"], limit=10, allowed=EVERYTHING).alone) == [(2, 1), (1, 1), (1, 2)]
    assert turns(lexicon.find(["weather", "harney"], limit=10, allowed=EVERYTHING).alone)[0] in {(1, 2), (1, 3)}


def test_a_window_is_found_by_the_words_around_it(lexicon: Lexicon) -> None:
    found = lexicon.find(["harney"], limit=10, allowed=EVERYTHING)
    assert turns(found.alone) == [(1, 2)]
    assert sorted(turns(found.windows)) == [(1, 1), (1, 2), (1, 3)]
    assert sorted(turns(found.wide)) == [(1, 1), (1, 2), (1, 3), (1, 4)]


def test_a_whole_transcript_is_found_by_all_its_words(lexicon: Lexicon) -> None:
    found = lexicon.find(["weather", "closed"], limit=10, allowed=EVERYTHING)
    assert sorted(found.transcripts, key=lambda one: -found.transcripts[one]) == [2, 1]


def test_scores_are_bm25(tmp_path: Path) -> None:
    """k1 = 1.2, b = 0.75, with every document's length small enough to be stored exactly."""
    texts = ["a b c", "a a b", "c c c d", "d e", "e f g h"]
    lexicon = made(tmp_path / "words")
    fill(lexicon, {1: texts})
    total = len(texts) + 2  # the transcript as a whole, and the record of the generation
    average = sum(len(text.split()) for text in texts) / total
    found = lexicon.find(["a"], limit=10, allowed=EVERYTHING).alone
    for n in (1, 2):
        words = texts[n - 1].split()
        idf = math.log(1 + (total - 2 + 0.5) / (2 + 0.5))
        count = words.count("a")
        score = idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(words) / average))
        assert found[STRIDE + n] == pytest.approx(score, rel=0.02)


def test_no_words_find_nothing(lexicon: Lexicon) -> None:
    found = lexicon.find([], limit=10, allowed=EVERYTHING)
    assert (found.alone, found.windows, found.wide, found.transcripts) == ({}, {}, {}, {})
    assert lexicon.find(["nowhere", '+-&|!(){}[]^"~*?:\\/', "話"], limit=10, allowed=EVERYTHING).alone == {}


def test_no_more_than_the_limit(lexicon: Lexicon) -> None:
    assert len(lexicon.find(["count"], limit=7, allowed=EVERYTHING).alone) == 7


IDS = [*(STRIDE + n for n in range(1, 5)), *(2 * STRIDE + n for n in range(1, 4)), 3 * STRIDE + 1, 9 * STRIDE]


@given(
    ordinals=st.none() | st.lists(st.sampled_from([1, 2, 3, 9]), max_size=3),
    only=st.none() | st.lists(st.sampled_from(IDS), max_size=5),
    never=st.lists(st.sampled_from(IDS), max_size=5),
)
def test_rules_let_through_what_they_say_and_change_no_score(
    lexicon: Lexicon, ordinals: list[int] | None, only: list[int] | None, never: list[int]
) -> None:
    words = ["county", "weather", "money", "count"]
    everything = lexicon.find(words, limit=100, allowed=EVERYTHING)
    found = lexicon.find(words, limit=100, allowed=Allowed(ordinals, only, never))
    for kind in ("alone", "windows", "wide"):
        free, bound = getattr(everything, kind), getattr(found, kind)
        wanted = {
            turn: score
            for turn, score in free.items()
            if (ordinals is None or turn // STRIDE in ordinals) and (only is None or turn in only) and turn not in never
        }
        assert bound == pytest.approx(wanted)
    inside = {one: score for one, score in everything.transcripts.items() if ordinals is None or one in ordinals}
    assert found.transcripts == pytest.approx(inside)


def test_a_word_is_the_more_telling_the_rarer_it_is(lexicon: Lexicon) -> None:
    rarity = lexicon.rarity(["count", "county", "harney", "nowhere"])
    assert rarity["nowhere"] > rarity["harney"] > rarity["county"] > rarity["count"] >= 0
    total = 27 + 1 + 3  # turns, the record of the generation, transcripts
    assert rarity["county"] == pytest.approx(math.log(1 + (total - 3) / (3 + 0.5)))


def test_rarity_inside_a_transcript_is_of_its_turns(lexicon: Lexicon) -> None:
    assert lexicon.rarity_within(["county", "weather", "road", "nowhere"], 1, turns=4) == pytest.approx(
        {"county": math.log(1 + (4 - 2) / 2.5), "weather": math.log(1 + (4 - 1) / 1.5)}
    )


def test_an_update_takes_away_and_adds_in_one_step(lexicon: Lexicon) -> None:
    fill(lexicon, {1: ["harney lake"]}, generation=5)
    assert lexicon.point().generation == 5
    assert turns(lexicon.find(["county"], limit=10, allowed=EVERYTHING).alone) == [(2, 1)]
    assert turns(lexicon.find(["lake"], limit=10, allowed=EVERYTHING).alone) == [(1, 1)]
    assert set(lexicon.find(["money"], limit=10, allowed=EVERYTHING).transcripts) == set()
    fill(lexicon, {1: []}, generation=6)
    assert lexicon.find(["lake"], limit=10, allowed=EVERYTHING).alone == {}


def test_an_update_from_another_generation_changes_nothing(lexicon: Lexicon) -> None:
    assert lexicon.update(since=Point(), point=Point(9, 77), gone=[1, 2, 3], come=[]) is False
    assert lexicon.point().generation == 1
    assert len(lexicon.find(["county"], limit=10, allowed=EVERYTHING).alone) == 3


def test_an_update_that_fails_on_the_way_changes_nothing_and_gives_the_lock_back(lexicon: Lexicon) -> None:
    def broken() -> object:
        yield 7, [TurnWords(7 * STRIDE + 1, ["lake"], ["lake"], ["lake"], ["lake"])]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lexicon.update(since=Point(1, 77), point=Point(2, 77), gone=[1], come=broken())
    assert lexicon.point().generation == 1
    assert lexicon.find(["lake"], limit=10, allowed=EVERYTHING).alone == {}
    fill(lexicon, {7: ["lake"]}, generation=2)
    assert turns(lexicon.find(["lake"], limit=10, allowed=EVERYTHING).alone) == [(7, 1)]


def test_what_is_written_is_there_when_opened_again(lexicon: Lexicon, tmp_path: Path) -> None:
    again = made(tmp_path / "words")
    assert again.point().generation == 1
    assert again.find(["money"], limit=10, allowed=EVERYTHING) == lexicon.find(["money"], limit=10, allowed=EVERYTHING)


def test_one_that_is_open_already_sees_what_another_wrote(lexicon: Lexicon, tmp_path: Path) -> None:
    fill(made(tmp_path / "words"), {4: ["lake"]}, generation=3)
    assert lexicon.point().generation == 3
    assert turns(lexicon.find(["lake"], limit=10, allowed=EVERYTHING).alone) == [(4, 1)]


def test_a_second_writer_waits_as_long_as_it_was_told(lexicon: Lexicon, tmp_path: Path) -> None:
    other = made(tmp_path / "words", lock_timeout_s=0.3)
    writer = lexicon._writer()  # as another process in the middle of an update

    def refused() -> None:
        with pytest.raises(LibraryLockedError, match=r"waited 0\.3 s") as caught:
            other.update(since=Point(1, 77), point=Point(2, 77), gone=[1], come=[])
        assert "\n" not in str(caught.value)

    assert 0.25 <= quickest(refused, within_s=3) < 3
    del writer
    assert other.update(since=Point(1, 77), point=Point(2, 77), gone=[1], come=[])


def test_one_thrown_away_is_made_again(lexicon: Lexicon, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "words")
    again = made(tmp_path / "words")
    assert again.point().generation == 0
    fill(again, {1: ["lake"]})
    assert turns(again.find(["lake"], limit=10, allowed=EVERYTHING).alone) == [(1, 1)]


def test_a_word_of_any_length_does_no_harm(lexicon: Lexicon) -> None:
    fill(lexicon, {5: ["lake " + "x" * 70_000, "話" * 30_000]}, generation=2)
    assert turns(lexicon.find(["lake"], limit=10, allowed=EVERYTHING).alone) == [(5, 1)]


def test_a_writer_killed_in_the_middle_of_its_commit_is_in_nobody_s_way(lexicon: Lexicon, tmp_path: Path) -> None:
    """As kill -9 leaves it: every file of the commit is written but the one that says so."""
    folder = tmp_path / "words"
    listed = (folder / "meta.json").read_bytes()
    fill(lexicon, {1: ["harney lake"], 2: ["lake"]}, generation=2)
    (folder / "meta.json").write_bytes(listed)
    again = made(folder)
    assert again.point().generation == 1
    fill(again, {1: ["the moon"], 2: ["moon"]}, generation=2)
    assert again.point().generation == 2
    assert again.find(["lake"], limit=10, allowed=EVERYTHING).alone == {}
    assert len(again.find(["moon"], limit=10, allowed=EVERYTHING).alone) == 2


def test_what_many_updates_left_in_pieces_is_merged_and_nothing_changes(
    lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their writers do not wait for merges: a reader would wait with them."""
    monkeypatch.setattr(index.lexicon, "_PIECES", 7)
    for n in range(4, 14):
        fill(lexicon, {n: [f"grant number {n}"]}, generation=n)
    pieces = lexicon._index.searcher().num_segments
    before = lexicon.find(["grant"], limit=99, allowed=EVERYTHING)
    point = lexicon.point()
    lexicon.tidy()
    assert lexicon.point() == point
    assert lexicon._index.searcher().num_segments < pieces
    after = lexicon.find(["grant"], limit=99, allowed=EVERYTHING)
    assert turns(after.alone) == turns(before.alone)
    assert len(after.alone) == 12
    lexicon.tidy()  # with nothing to merge
    fill(lexicon, {4: ["no more"]}, generation=14)
    assert len(lexicon.find(["grant"], limit=99, allowed=EVERYTHING).alone) == 11


@pytest.mark.parametrize(("trouble", "tries"), [(errno.ENOTEMPTY, 2), (errno.ENOENT, 2), (errno.EACCES, 1)])
def test_a_folder_that_others_still_write_to_is_removed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: int, tries: int
) -> None:
    made(tmp_path / "words")
    (tmp_path / "words" / "meta.json").write_text("damaged")
    tried: list[Path] = []

    def once(folder: Path) -> None:
        tried.append(folder)
        if len(tried) == 1:
            raise OSError(trouble, os.strerror(trouble))
        removed(folder)

    removed = shutil.rmtree
    monkeypatch.setattr(shutil, "rmtree", once)
    with pytest.raises(LibraryError, match="check its permissions") if tries == 1 else nullcontext():
        assert made(tmp_path / "words").point() == Point()
    assert len(tried) == tries
