from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from rag.values import Transcript

Read = Callable[..., Transcript]
SaidBy = Callable[..., list[tuple[str | None, str]]]


def test_radio_transcript(read: Read) -> None:
    transcript = read(
        "A Storm Is Coming\n\nDate: March 5, 2024\nSource: https://example.org/storm\nMedia: https://example.org/a.mp3\n\n"
        "MARIA LOPEZ, HOST:\nIt rains.\n\n(SOUNDBITE OF RAIN)\n\nMore at 10:30. Note: bring boots.\n\n"
        "DAN WHITFIELD, BYLINE: Here on the coast\nit is worse: no boats.\n\nLOPEZ: Thanks.\nhttp://example.org/x\n"
    )
    assert (transcript.title, transcript.date) == ("A Storm Is Coming", dt.date(2024, 3, 5))
    assert (transcript.source_url, transcript.media_url) == ("https://example.org/storm", "https://example.org/a.mp3")
    assert [(t.turn, t.speaker, t.text, t.kind) for t in transcript.turns] == [
        (1, "Maria Lopez", "It rains.", "speech"),
        (2, None, "(SOUNDBITE OF RAIN)", "direction"),
        (3, "Maria Lopez", "More at 10:30. Note: bring boots.", "speech"),
        (4, "Dan Whitfield", "Here on the coast it is worse: no boats.", "speech"),
        (5, "Maria Lopez", "Thanks. http://example.org/x", "speech"),
    ]
    assert [(s.name, s.role) for s in transcript.speakers] == [("Maria Lopez", "HOST"), ("Dan Whitfield", "BYLINE")]


@pytest.mark.parametrize(
    "line", ["[00:01:02] Ann: Hi.", "(00:01:02) Ann: Hi.", "[01:02] Ann: Hi.", "00:01:02 Ann: Hi.", "Ann (01:02): Hi."]
)
def test_times_beside_labels(read: Read, line: str) -> None:
    turns = read(f"{line}\nBob: Yes.\nAnn: Ah.").turns
    assert (turns[0].speaker, turns[0].start, turns[0].text) == ("Ann", 62.0, "Hi.")
    assert turns[1].start is None


def test_time_alone_belongs_to_the_next_label(read: Read) -> None:
    turns = read("Ann: Hi.\n\n[01:02]\nBob: Yes.\n\nAnn: Ah.").turns
    assert [(t.speaker, t.start, t.text) for t in turns] == [
        ("Ann", None, "Hi."),
        ("Bob", 62.0, "Yes."),
        ("Ann", None, "Ah."),
    ]


def test_paragraphs_of_one_turn_and_neighbours_merge(said: SaidBy) -> None:
    assert said("Ann: One.\n\nTwo\nthree.\n\nANN: Four.\n\nBob: Five.") == [
        ("Ann", "One.\n\nTwo three.\n\nFour."),
        ("Bob", "Five."),
    ]


@pytest.mark.parametrize(
    "trap",
    [
        "Note: the door is shut.",
        "Reason: the reason was rain.",
        "The problem: nobody came.",
        "He said one thing: be careful.",
        "https://example.org/a: see there",
        "At 10:30 we left: all of us.",
        "Warning: ice.",
        "My advice: wait.",
        "Thursday: no school.",
    ],
)
def test_colons_that_make_no_label(said: SaidBy, trap: str) -> None:
    assert said(f"Ann: Hello.\nBob: Hi.\nAnn: So.\n{trap}\nBob: Fine.") == [
        ("Ann", "Hello."),
        ("Bob", "Hi."),
        ("Ann", f"So. {trap}"),
        ("Bob", "Fine."),
    ]


def test_speaker_who_speaks_once(said: SaidBy) -> None:
    assert said("Ann: Hello.\nCarol Ng: Me too.\nAnn: So.\nDave: Bye.")[1::2] == [
        ("Carol Ng", "Me too."),
        ("Dave", "Bye."),
    ]


def test_unidentified_speakers_stay_as_found(said: SaidBy) -> None:
    found = said("SPEAKER_00: I am Ann Lee.\nSPEAKER_01: Hi Ann.\nUnknown Speaker: Hm.\nSpeaker 2: Yes.")
    assert [speaker for speaker, _ in found] == ["SPEAKER_00", "SPEAKER_01", "Unknown Speaker", "Speaker 2"]


def test_front_matter_and_other_scripts(read: Read) -> None:
    transcript = read(
        '---\ntitle: "會議"\ndate: 2024-02-29\nlayout: post\n---\n\n唐鳳：大家好。\n林俊秀：好。\n唐鳳：謝謝。\n'
    )
    assert (transcript.title, transcript.date) == ("會議", dt.date(2024, 2, 29))
    assert transcript.speaker_names() == ("唐鳳", "林俊秀")


def test_title_and_date_from_the_name(read: Read) -> None:
    transcript = read("Ann: Hi.\nBob: Hi.\nAnn: Bye.", "talks/2024-03-05_budget-meeting.txt")
    assert (transcript.title, transcript.date) == ("2024 03 05 budget meeting", dt.date(2024, 3, 5))


def test_text_is_nfc_and_never_empty(said: SaidBy) -> None:
    assert said("Ann: Cafe\u0301.\nBob:\nAnn: Yes.") == [("Ann", "Café.\n\nYes.")]


def test_unlabelled_prose_is_split_at_gaps(said: SaidBy) -> None:
    assert said("Hello there. How are you?  Fine.\n\nGood\nto hear. Bye.") == [
        (None, "Hello there. How are you?"),
        (None, "Fine."),
        (None, "Good to hear. Bye."),
    ]


def test_typists_double_spaces_part_no_turns(said: SaidBy) -> None:
    assert len(said("It rained.  It poured.  We ran.\n\nWhere to?  Home.")) == 2


def test_sample(sample: Callable[[str], Transcript]) -> None:
    turns = sample("turnchunk-bracketed.txt").turns
    assert [(t.speaker, t.start, t.text) for t in turns] == [
        ("Alice", 1.0, "The contract renews automatically."),
        ("Bob", 4.0, "Only if neither party gives notice.\n\nWhich we never do, historically."),
    ]
