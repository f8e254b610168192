"""Who speaks in captions: voices, prefixes, brackets, chevrons and dashes, and what is none of these."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.values import Transcript

Read = Callable[..., Transcript]
Said = Callable[..., list[tuple[str | None, str]]]


def srt(*cues: str) -> str:
    return "".join(
        f"{n}\n00:00:{2 * n:02},000 --> 00:00:{2 * n + 2:02},000\n{text}\n\n" for n, text in enumerate(cues, 1)
    )


@pytest.mark.parametrize(
    ("cues", "expected"),
    [
        # A name where the speaker changes; the same name again is the same turn.
        (("Ann: One", "two", "Bob: Three", "Bob: four"), [("Ann", "One two"), ("Bob", "Three four")]),
        # Broadcast captions: ">>" is somebody else, named or not; ">>>" is another story.
        (
            (">> ANN LEE: Good day.", "And more.", ">> Thanks. >> Sure.", ">>> BOB: News.", ">>\nBOB: Still."),
            [("Ann Lee", "Good day. And more."), (None, "Thanks."), (None, "Sure."), ("BOB", "News. Still.")],
        ),
        ((">> Hi.", "there", "&gt;&gt; Hello."), [(None, "Hi. there"), (None, "Hello.")]),
        # A chevron in a file that does not use them is arithmetic.
        (("shift a >> b", "by two"), [(None, "shift a >> b by two")]),
        # Names in brackets and parentheses; sounds are not people.
        (("[Ann] Hi.", "[Bob] Ho.", "[Ann] Hm."), [("Ann", "Hi."), ("Bob", "Ho."), ("Ann", "Hm.")]),
        (("(ANN) Hi.", "(BOB)\nHo.", "(ANN) Hm."), [("ANN", "Hi."), ("BOB", "Ho."), ("ANN", "Hm.")]),
        (
            ("[Music] Hi.", "[Music] Ho.", "[panting] Ha.", "[PANTING] Ha.", "[PANTING] He."),
            [(None, "[Music] Hi. [Music] Ho. [panting] Ha. [PANTING] Ha. [PANTING] He.")],
        ),
        (("[Cow] Hi.", "[Cow] Ho.", "[Cow]"), [(None, "[Cow] Hi. [Cow] Ho."), (None, "[Cow]")]),
        # A dash with a name, and a dash without one, which is somebody else.
        (("- [Ann] Hi.", "there", "- Who?", "- [Ann] Me."), [("Ann", "Hi. there"), (None, "Who?"), ("Ann", "Me.")]),
        (("- TEA?", "- NO.", "WELL.", "- HM."), [(None, "TEA?"), (None, "NO. WELL."), (None, "HM.")]),
        # Names on lines of their own, within a caption too.
        (
            ("(Dan Fisher)\nWhat is your", "(Dan Fisher)\nname?\n-\n(Dana Bett)\nDana.", "(Dan Fisher)\nAh."),
            [("Dan Fisher", "What is your name?"), ("Dana Bett", "Dana."), ("Dan Fisher", "Ah.")],
        ),
        (("- Tea?\n- No.", "Well."), [(None, "Tea?"), (None, "No. Well.")]),
        (("-5 degrees", "- it was cold"), [(None, "-5 degrees - it was cold")]),
        # In films, brackets name whoever is out of sight, for that caption only.
        (
            ("[Ann] Far away,", "said she.", "- Oh.\n- Yes.", "[Ann] Once."),
            [("Ann", "Far away,"), (None, "said she."), (None, "Oh."), (None, "Yes."), ("Ann", "Once.")],
        ),
        # The name stands alone above the words; two people share a caption.
        (("MAN:\nWhen we\nthink", "ANN: Oh.\nBOB: Yes."), [("MAN", "When we think"), ("ANN", "Oh."), ("BOB", "Yes.")]),
        # Handles and devices, where every caption begins with one.
        (
            ("jdoe@corp.com: Hi.", "ipad of joe: Ho.", "jdoe@corp.com: So.", "ipad of joe: Go."),
            [("jdoe@corp.com", "Hi."), ("ipad of joe", "Ho."), ("jdoe@corp.com", "So."), ("ipad of joe", "Go.")],
        ),
        # Diarised: kept as found, apart from each other.
        (
            ("Speaker 1: A", "Speaker 2: B", "Speaker 1: C"),
            [("Speaker 1", "A"), ("Speaker 2", "B"), ("Speaker 1", "C")],
        ),
        # One word before a colon, once, is a sentence.
        (
            ("But how is it proved?", "Thus: what we call", "the vertex"),
            [(None, "But how is it proved? Thus: what we call the vertex")],
        ),
    ],
)
def test_names(said: Said, cues: tuple[str, ...], expected: list[tuple[str | None, str]]) -> None:
    assert said(srt(*cues), "x.srt") == expected


def test_chance_colons_far_apart_are_no_names(said: Said) -> None:
    prose = ["so it went on and on, as it does in such long talks as these" for _ in range(400)]
    cues = [*prose, "London: a city", *prose, "Paris: another", *prose]
    text = "".join(
        f"{n}\n{n // 60:02}:{n % 60:02},000 --> {n // 60:02}:{n % 60:02},900\n{c}\n\n" for n, c in enumerate(cues)
    )
    assert {speaker for speaker, _ in said(text, "x.srt")} == {None}


def test_names_as_directories_list_people_stay_two_people(read: Read) -> None:
    text = (
        "WEBVTT\n\n0:0:1.0 --> 0:0:2.0\n<v Smith, John>Hi.</v>\n\n0:0:2.0 --> 0:0:3.0\n<v Smith, Mary (Guest)>Ho.</v>\n"
    )
    assert read(text, "x.vtt").speaker_names() == ("Smith, John", "Smith, Mary")


def test_descriptions_are_nobodys_words(read: Read) -> None:
    text = (
        "WEBVTT\n\nNOTE Intro titles\n\n00:00:04.000 --> 00:00:06.500\n<v It's Man>\nIt's…\n\n"
        "00:00:06.500 --> 00:00:10.000\n[action] The man is hurled over a cliff.\n\n"
        "00:00:10.000 --> 00:00:11.000\nIt's.\n"
    )
    assert [(t.speaker, t.text, t.kind) for t in read(text, "x.vtt").turns] == [
        ("It's Man", "It's…", "speech"),
        (None, "[action] The man is hurled over a cliff.", "direction"),
        ("It's Man", "It's.", "speech"),
    ]


def test_a_stage_direction_leaves_the_speaker(read: Read) -> None:
    turns = read(srt("♪ la ♪", ">> Ann Lee: Hi.", "(APPLAUSE)", "Thanks."), "x.srt").turns
    assert [(t.speaker, t.text, t.kind) for t in turns] == [
        (None, "♪ la ♪", "direction"),
        ("Ann Lee", "Hi.", "speech"),
        (None, "(APPLAUSE)", "direction"),
        ("Ann Lee", "Thanks.", "speech"),
    ]
