from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.store.library import FILE, Library
from index.store.records import Origin
from index.store.schema import STRIDE
from rag.errors import InputError, NotFoundError
from rag.values import Filters, Speaker
from tests import fakes
from tests.fakes import encoded, every_turn, let_through, origin, put, store, transcript

LINES = ("Ann: Which county got the grant?", "Bob: Harney County did.", "(APPLAUSE)", "Nobody says this, or somebody.")


def blobs(library: Library) -> list[tuple[int, bytes]]:
    """Every passage there is, straight from the database."""
    return fakes.sql(library, "SELECT passage_id, vector FROM passages ORDER BY passage_id")


def count(library: Library, table: str) -> int:
    [(number,)] = fakes.sql(library, f"SELECT count(*) FROM {table}")
    return int(number)


def ids(library: Library) -> set[str]:
    return {entry.source.transcript_id for entry in library.entries()}


def test_what_is_put_comes_out_again(library: Library) -> None:
    value = transcript(
        *LINES, title="Grants", date=dt.date(2024, 2, 29), speakers=(Speaker("Ann", "host", "NPR", "she says so"),)
    )
    where = origin("grants.txt")
    assert library.outcome(where) == "added"
    assert library.put(where, encoded(value)) == ("added", where.transcript_id)
    source, found = library.transcript(where.transcript_id)
    assert found.turns == value.turns
    assert (found.title, found.date, found.format) == (value.title, value.date, value.format)
    assert Speaker("Ann", "host", "NPR", "she says so") in found.speakers
    assert (source.transcript_id, source.collection, source.source) == (where.transcript_id, "default", where.source)
    [entry] = library.entries()
    assert (entry.turns, entry.words, set(entry.speakers)) == (4, value.words(), {"Ann", "Bob"})
    assert len(blobs(library)) == len(encoded(value).passages)


def test_the_same_source_with_the_same_content_is_unchanged(library: Library) -> None:
    put(library, "a.txt", *LINES)
    before = library.generation(), blobs(library)
    assert library.outcome(origin("a.txt", "\n".join(LINES))) == "unchanged"
    assert store(library, "a.txt", *LINES)[0] == "unchanged"
    assert (library.generation(), blobs(library)) == before


def test_the_same_source_with_other_content_is_replaced_under_the_same_id(library: Library) -> None:
    first = put(library, "a.txt", *LINES)
    generation, old = library.generation(), blobs(library)
    outcome, second = store(library, "a.txt", "Ann: It was Lake County.")
    assert (outcome, second) == ("replaced", first)
    assert library.generation() > generation
    assert [turn.text for turn in library.transcript(first)[1].turns] == ["It was Lake County."]
    assert not {row for row, _ in old} & {row for row, _ in blobs(library)}
    assert count(library, "turns") == 1
    assert count(library, "speakers") == 1
    assert [entry.turns for entry in library.entries()] == [1]


def test_the_same_content_under_another_name_is_a_duplicate(library: Library) -> None:
    first = put(library, "a.txt", *LINES)
    rows = blobs(library)
    assert library.outcome(origin("b.txt", "\n".join(LINES))) == "duplicate"
    assert store(library, "b.txt", *LINES) == ("duplicate", first)
    assert store(library, "b.txt", *LINES) == ("unchanged", first)
    assert blobs(library) == rows
    assert ids(library) == {first}


def test_in_another_collection_it_is_added(library: Library) -> None:
    first = put(library, "a.txt", *LINES)
    outcome, second = store(library, "a.txt", *LINES, collection="other")
    assert outcome == "added"
    assert second != first
    assert ids(library) == {first, second}


def test_content_stays_when_its_first_name_gets_other_content(library: Library) -> None:
    first = put(library, "a.txt", *LINES)
    store(library, "b.txt", *LINES)
    store(library, "c.txt", *LINES)
    rows = blobs(library)
    assert store(library, "a.txt", "Ann: It was Lake County.") == ("replaced", first)
    heir = origin("b.txt").transcript_id
    assert ids(library) == {first, heir}
    assert [turn.text for turn in library.transcript(heir)[1].turns] == [turn.text for turn in transcript(*LINES).turns]
    assert library.transcript(heir)[0].source == "/files/b.txt"
    assert set(rows) <= set(blobs(library))  # handed over, not encoded again
    assert store(library, "b.txt", *LINES) == ("unchanged", heir)
    assert store(library, "c.txt", *LINES) == ("unchanged", heir)


def test_content_stays_when_its_first_name_becomes_a_duplicate_of_another(library: Library) -> None:
    first = put(library, "a.txt", *LINES)
    store(library, "b.txt", *LINES)
    other = put(library, "c.txt", "Ann: It was Lake County.")
    assert store(library, "a.txt", "Ann: It was Lake County.") == ("duplicate", other)
    assert ids(library) == {origin("b.txt").transcript_id, other}
    assert first not in ids(library)
    assert store(library, "a.txt", "Ann: It was Lake County.") == ("unchanged", other)


def test_a_duplicate_that_gets_content_of_its_own_is_added(library: Library) -> None:
    first = put(library, "a.txt", *LINES)
    store(library, "b.txt", *LINES)
    assert store(library, "b.txt", "Bob: No, Lake County.") == ("added", origin("b.txt").transcript_id)
    assert ids(library) == {first, origin("b.txt").transcript_id}
    assert count(library, "duplicates") == 0


def test_two_files_that_change_places_keep_both_contents(library: Library) -> None:
    one, other = ("Ann: One.", "Bob: And one."), ("Ann: Two.", "Bob: And two.")
    put(library, "a.txt", *one)
    put(library, "b.txt", *other)
    store(library, "a.txt", *other)
    store(library, "b.txt", *one)
    said = {"\n".join(turn.text for turn in library.transcript(one)[1].turns) for one in ids(library)}
    assert {"Two.\nAnd two.", "One.\nAnd one."} == said
    assert library.outcome(origin("a.txt", "\n".join(other))) == "unchanged"
    assert library.outcome(origin("b.txt", "\n".join(one))) == "unchanged"


def test_link_without_the_content_is_a_key_error(library: Library) -> None:
    with pytest.raises(KeyError):
        library.link(origin("a.txt"))
    assert count(library, "duplicates") == 0


def test_remove_takes_everything_of_a_transcript_and_nothing_else(library: Library) -> None:
    first, second = put(library, "a.txt", *LINES), put(library, "b.txt", "Ann: Other.", "Bob: Words.")
    store(library, "copy.txt", *LINES)
    kept = library.transcript(second)
    assert library.remove((first, first)) == len(LINES)
    assert ids(library) == {second}
    assert library.transcript(second) == kept
    assert {table: count(library, table) for table in ("turns", "passages", "speakers", "duplicates")} == {
        "turns": 2,
        "passages": 2,
        "speakers": 2,
        "duplicates": 0,
    }
    with pytest.raises(NotFoundError, match=first):
        library.transcript(first)
    assert library.size(first) is None
    assert store(library, "copy.txt", *LINES)[0] == "added"


def test_remove_is_all_or_nothing(library: Library) -> None:
    first = put(library, "a.txt", *LINES)
    before = library.generation(), blobs(library)
    with pytest.raises(NotFoundError, match="no-such"):
        library.remove((first, "no-such"))
    assert (library.generation(), blobs(library)) == before
    assert len(library.transcript(first)[1].turns) == len(LINES)


def test_an_ordinal_is_never_used_twice(library: Library) -> None:
    first = put(library, "a.txt", *LINES)
    highest = max(row for row, _ in blobs(library))
    library.remove((first,))
    put(library, "b.txt", "Ann: Other.")
    assert min(row for row, _ in blobs(library)) // STRIDE > highest // STRIDE


class TestRename:
    def test_the_turns_have_the_new_name_and_the_vectors_are_untouched(self, library: Library) -> None:
        one = put(library, "a.txt", *LINES, "Bob: Again.")
        rows, generation = blobs(library), library.generation()
        assert library.rename_speaker(one, "Bob", "  Robert   Jones ") == 2
        assert [turn.speaker for turn in library.transcript(one)[1].turns] == [
            "Ann",
            "Robert Jones",
            None,
            None,
            "Robert Jones",
        ]
        assert blobs(library) == rows
        assert library.generation() > generation
        assert [entry.speakers for entry in library.entries()] == [("Ann", "Robert Jones")]

    def test_filters_find_the_new_name_and_not_the_old_one(self, library: Library) -> None:
        one = put(library, "a.txt", *LINES)
        library.rename_speaker(one, "Bob", "Zoë Müller")
        assert library.counts(library.scope(Filters(speakers=("zoe muller",)))).turns == 1
        assert library.counts(library.scope(Filters(speakers=("Bob",)))).turns == 0

    def test_a_name_that_was_inferred_is_so_no_more(self, library: Library) -> None:
        value = transcript(*LINES, speakers=(Speaker("Bob", reason="he was greeted"),))
        where = origin("a.txt")
        library.put(where, encoded(fakes.with_turns(value, tuple(map(fakes.inferred, value.turns)))))
        library.rename_speaker(where.transcript_id, "Bob", "Robert")
        after = library.transcript(where.transcript_id)[1]
        assert [(turn.speaker, turn.speaker_inferred) for turn in after.turns[:2]] == [("Ann", True), ("Robert", False)]
        assert [one.reason for one in after.speakers if one.name == "Robert"] == [None]

    def test_it_outlives_a_new_version_of_the_file(self, library: Library) -> None:
        value = transcript(*LINES, speakers=(Speaker("Bob", reason="he was greeted"),))
        library.put(origin("a.txt"), encoded(fakes.with_turns(value, tuple(map(fakes.inferred, value.turns)))))
        one = origin("a.txt").transcript_id
        library.rename_speaker(one, "Bob", "Robert")
        newer = transcript("Bob: I have more to say.", *LINES, speakers=(Speaker("Bob", reason="he was greeted"),))
        newer = fakes.with_turns(newer, tuple(map(fakes.inferred, newer.turns)))
        assert library.put(origin("a.txt", "newer"), encoded(newer)) == ("replaced", one)
        after = library.transcript(one)[1]
        said = {(turn.speaker, turn.speaker_inferred) for turn in after.turns if turn.speaker}
        assert said == {("Robert", False), ("Ann", True)}
        assert [person.reason for person in after.speakers if person.name == "Robert"] == [None]
        assert library.counts(library.scope(Filters(speakers=("Robert",)))).turns == 2

    def test_two_of_one_name_are_one_person(self, library: Library) -> None:
        one = put(library, "a.txt", "SPEAKER_00: Hello there, all.", "Ann: Good day to you.", "Bob: And to you.")
        library.rename_speaker(one, "SPEAKER_00", "Bob")
        assert library.counts(library.scope(Filters(speakers=("Bob",)))).turns == 2
        assert [entry.speakers for entry in library.entries()] == [("Ann", "Bob")]
        assert library.rename_speaker(one, "Bob", "Robert") == 2

    @pytest.mark.parametrize("name", ["", "  \n", "x" * 301])
    def test_no_name_is_refused(self, library: Library, name: str) -> None:
        one = put(library, "a.txt", *LINES)
        with pytest.raises(InputError):
            library.rename_speaker(one, "Bob", name)
        assert library.transcript(one)[1].speaker_names() == ("Ann", "Bob")

    def test_whoever_does_not_speak_is_not_found_and_those_who_do_are_named(self, library: Library) -> None:
        one = put(library, "a.txt", *LINES)
        generation = library.generation()
        with pytest.raises(NotFoundError, match="Ann, Bob"):
            library.rename_speaker(one, "bob", "Robert")
        with pytest.raises(NotFoundError, match="no-such"):
            library.rename_speaker("no-such", "Bob", "Robert")
        assert library.generation() == generation

    def test_only_in_that_transcript(self, library: Library) -> None:
        one, other = put(library, "a.txt", *LINES), put(library, "b.txt", "Bob: I am another.")
        library.rename_speaker(one, "Bob", "Robert")
        assert library.transcript(other)[1].speaker_names() == ("Bob",)


SPEAKERS = ["Ann", "Ann Smith", "Bob Jones", "José Ames", "SPEAKER_00", "SPEAKER_01", "Smith", "王伟"]
NAMES = st.lists(
    st.sampled_from([*SPEAKERS, "ann", "jose", "SMITH ANN", "speaker", "jones bob", "王", "nobody", "", "?!"]),
    max_size=3,
).map(tuple)
DATES = [None, dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 6, 1)]


@pytest.fixture
def varied(library: Library) -> Library:
    """Twelve transcripts: collections, dates and speakers in all sorts of company."""
    for n in range(12):
        lines = [f"{SPEAKERS[(n * 3 + k * (n % 4 + 1)) % len(SPEAKERS)]}: Number {k} of {n}." for k in range(6)]
        put(library, f"{n}.txt", *lines, "(APPLAUSE)", "No name.", collection="abc"[n % 3], date=DATES[n % 4])
    put(library, "one.txt", "Bob Jones: Alone here.", date=DATES[1])
    return library


IDS = [origin(f"{n}.txt", collection="abc"[n % 3]).transcript_id for n in range(12)]


@given(
    filters=st.builds(
        Filters,
        collections=st.lists(st.sampled_from(["a", "b", "default", "no-such"]), max_size=2).map(tuple),
        transcripts=st.lists(st.sampled_from([*IDS, "no-such"]), max_size=3).map(tuple),
        speakers=NAMES,
        not_speakers=NAMES,
        since=st.sampled_from(DATES),
        until=st.sampled_from(DATES),
    )
)
def test_filters_let_through_what_they_say(varied: Library, filters: Filters) -> None:
    turns = every_turn(varied)
    allowed = let_through(turns, filters)
    counts = varied.counts(varied.scope(filters))
    assert counts.turns == len(allowed)
    assert counts.transcripts == len({transcript_id for transcript_id, _ in allowed})
    inside = {source.collection for source, _ in turns if source.transcript_id in {one for one, _ in allowed}}
    assert counts.collections == tuple(sorted(inside))


@given(speakers=NAMES, not_speakers=NAMES, first=st.integers(-5, 12), length=st.integers(-2, 20))
def test_a_range_of_turns_obeys_the_same_filters(
    varied: Library, speakers: tuple[str, ...], not_speakers: tuple[str, ...], first: int, length: int
) -> None:
    filters = Filters(speakers=speakers, not_speakers=not_speakers)
    allowed = let_through(every_turn(varied), filters)
    for transcript_id in IDS[:4]:
        found = varied.turn_range(transcript_id, first, first + length, filters=filters)
        stored = varied.transcript(transcript_id)[1].turns
        wanted = [one for one in stored if first <= one.turn <= first + length and (transcript_id, one.turn) in allowed]
        assert list(found) == wanted


def test_a_range_of_a_transcript_that_is_gone_is_empty(library: Library) -> None:
    assert library.turn_range("no-such", 1, 5, filters=Filters()) == ()


def test_turns_are_found_by_id_and_those_that_are_gone_left_out(library: Library) -> None:
    first, second = put(library, "a.txt", *LINES), put(library, "b.txt", "Ann: Other.")
    wanted = [STRIDE + 1, STRIDE + 3, 2 * STRIDE + 1, 2 * STRIDE + 9, 7 * STRIDE + 1, STRIDE]
    assert {number: (source.transcript_id, turn.turn) for number, (source, turn) in library.turns(wanted).items()} == {
        STRIDE + 1: (first, 1),
        STRIDE + 3: (first, 3),
        2 * STRIDE + 1: (second, 1),
    }
    library.remove((first,))
    assert set(library.turns(wanted)) == {2 * STRIDE + 1}


def test_a_thousand_turns_are_found_by_id_at_once(library: Library) -> None:
    put(library, "a.txt", *(f"Speaker {n % 7}: Number {n}." for n in range(1201)))
    found = library.turns([STRIDE + n for n in range(1, 1202)])
    assert [found[STRIDE + n][1].turn for n in range(1, 1202)] == list(range(1, 1202))


def test_history_says_what_came_went_and_was_renamed(library: Library) -> None:
    one = put(library, "a.txt", *LINES)
    since = library.generation()
    library.rename_speaker(one, "Bob", "Robert")
    put(library, "a.txt", "Ann: Other.")
    library.remove((one,))
    assert [(change.kind, change.ordinal) for change in library.changes(since)] == [
        ("renamed", 1),
        ("removed", 1),
        ("added", 2),
        ("removed", 2),
    ]
    assert library.changes(library.generation()) == []


@pytest.mark.parametrize(
    ("source", "begins"),
    [
        ("/a/NPR Planet Money 2008.txt", "npr-planet-money-2008-"),
        ("C:\\talks\\Élan vital.vtt", "elan-vital-"),
        ("/a/会议.txt", "transcript-"),
        ("upload", "upload-"),
        ("/a/" + "x" * 300 + ".txt", "x" * 60 + "-"),
    ],
)
def test_an_id_is_readable_short_and_the_same_every_time(source: str, begins: str) -> None:
    one = Origin("default", source, "1").transcript_id
    assert one.startswith(begins)
    assert len(one) <= 71
    assert one == Origin("default", source, "2").transcript_id
    assert one != Origin("other", source, "1").transcript_id


@pytest.mark.parametrize("name", ["what? 100%#1 :memory: é 日本", "a b", "x;y&z=1"])
def test_any_folder_will_do(tmp_path: Path, name: str) -> None:
    library = fakes.library(tmp_path / name / "deeper")
    put(library, "a.txt", *LINES)
    library.close()
    assert (tmp_path / name / "deeper" / FILE).is_file()
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("text", ["\U0001f600\u200d", "a\u2028b", "'; drop table turns; --", "é" * 3000, "\x01\x7f"])
def test_any_text_comes_out_as_it_went_in(library: Library, text: str) -> None:
    one = put(library, "a.txt", f"Ann: {text}")
    assert library.transcript(one)[1].turns[0].text == text
