"""Transcripts of linguists: CHAT, ELAN, Praat TextGrid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.formats import read_transcript
from rag.formats.chat_codes import spoken
from rag.values import Transcript

Read = Callable[..., Transcript]
Said = Callable[..., list[tuple[str | None, str]]]
Sample = Callable[[str], Transcript]


def test_chat_bullets_and_the_tier_that_repeats_the_words(sample: Sample) -> None:
    transcript = sample("talkbank-bullets-one-speaker.cha")
    [turn] = transcript.turns
    assert (turn.speaker, turn.start, turn.end) == ("PAR0", 0.125, 25.835)
    assert turn.text.startswith("Hello . this is a test of wake-up . i'm going to read some random crap as i see")
    assert "\x15" not in turn.text
    assert "intj" not in turn.text
    assert transcript.speakers[0].role == "Participant"


def test_chat_turns_without_times(sample: Sample) -> None:
    turns = sample("talkbank-eng-clinical-aphasia.cha").turns
    assert [(t.speaker, t.text) for t in turns[:3]] == [
        ("INV", "can you tell me what you see in the picture ?"),
        ("PAR", "well there's a um ... the boy is reaching for the cookie jar ."),
        ("INV", "mhm ."),
    ]
    assert len(turns) == 5
    assert {(t.start, t.end) for t in turns} == {(None, None)}


CHAT = """@UTF8
@Begin
@Languages:\teng
@Participants:\tCHI Eve_Ann Target_Child, MOT Mother,
\tINV Unidentified Investigator
@ID:\teng|x|CHI|2;00.||||Target_Child|||
@Date:\t12-MAR-1998
@Comment:\ta: comment
*CHI:\tmama I want to go
\tto the park . \x151000_2500\x15
%com:\tCHI: is pulling
\ttoward the door
*CHI:\t0 [=! cries] . \x152500_3000\x15
*CHI:\tnow ! \x153000_3500\x15
*MOT:\tafter \x154000_4200\x15 lunch . \x154200_5000\x15
*INV:\twhat ?
%snd:\t"eve"_6000_7000
@End
"""


def test_chat_names_roles_dates_and_continuations(read: Read) -> None:
    transcript = read(CHAT, "eve.cha")
    assert [(t.speaker, t.text, t.start, t.end) for t in transcript.turns] == [
        ("Eve Ann", "mama I want to go to the park . now !", 1.0, 3.5),
        ("MOT", "after lunch .", 4.0, 5.0),
        ("INV", "what ?", 6.0, 7.0),
    ]
    assert transcript.date == dt.date(1998, 3, 12)
    assert {one.name: one.role for one in transcript.speakers} == {
        "Eve Ann": "Target Child",
        "MOT": "Mother",
        "INV": "Investigator",
    }


def test_chat_two_people_of_one_name_stay_two(said: Said) -> None:
    text = "@Begin\n@Participants:\tSP1 Ann Adult, SP2 Ann Adult, P_3 Adult\n*SP1:\ta .\n*SP2:\tb .\n*P_3:\tc .\n@End\n"
    assert [speaker for speaker, _ in said(text)] == ["SP1", "SP2", "P_3"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("and the <the girl> [//] the woman .", "and the the girl the woman ."),
        ("&-um &+fr &~gaga &=laughs &*MOT:mhm yes .", "um yes ."),
        ("&=coughs , sure .", "sure ."),
        ("0she want (be)cause no:: xxx .", "want because no xxx ."),
        ("hao3@s:zho means good@s:eng+zho .", "hao3 means good ."),
        ("I (.) go (1.5) home (0:02.3) .", "I go home ."),
        ("was going +...", "was going ..."),
        ("with +/.", "with ."),
        ("or +..?", "or ..?"),
        ('the bear said +"/.', "the bear said ."),
        ('+" give me honey .', "give me honey ."),
        ("⌈ one ⌉ ⌈2 two ⌉2 .", "one two ."),
        ("gonna [: going to [* x]] go [x 3] .", "gonna go ."),
        ("New_York at 3:30 for 300 .", "New York at 3:30 for 300 ."),
        ("0 [=! laughs] .", ""),
        ("www .", "www ."),
    ],
)
def test_chat_codes_that_are_no_words(line: str, words: str) -> None:
    assert spoken(line) == words


def eaf(tiers: str, slots: str = "") -> str:
    return f'<?xml version="1.0"?><ANNOTATION_DOCUMENT><TIME_ORDER>{slots}</TIME_ORDER>{tiers}</ANNOTATION_DOCUMENT>'


def slots(**values: int | None) -> str:
    return "".join(
        f'<TIME_SLOT TIME_SLOT_ID="{key}"{"" if value is None else f" TIME_VALUE={chr(34)}{value}{chr(34)}"}/>'
        for key, value in values.items()
    )


def aligned(key: str, start: str, end: str, text: str) -> str:
    return (
        f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{key}" TIME_SLOT_REF1="{start}" TIME_SLOT_REF2="{end}">'
        f"<ANNOTATION_VALUE>{text}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
    )


def referring(key: str, to: str, text: str) -> str:
    return (
        f'<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="{key}" ANNOTATION_REF="{to}">'
        f"<ANNOTATION_VALUE>{text}</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>"
    )


def tier(name: str, inner: str, **attributes: str) -> str:
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<TIER TIER_ID="{name}"{more}>{inner}</TIER>'


def times(transcript: Transcript) -> list[tuple[str | None, str, float | None, float | None]]:
    return [(t.speaker, t.text, t.start, t.end) for t in transcript.turns]


def test_elan_participants_in_order_of_time(read: Read) -> None:
    text = eaf(
        tier(
            "A_Transcription",
            aligned("a1", "t1", "t3", "Hi &amp; you") + aligned("a2", "t4", "t5", "Yes"),
            PARTICIPANT="Ann Lee",
        )
        + tier("B_Transcription", aligned("a3", "t2", "t4", "Hm"), PARTICIPANT="Bob")
        + tier("words", aligned("a4", "t1", "t2", "Hi"), PARENT_REF="A_Transcription", PARTICIPANT="Annotator")
        + tier("A gestures", aligned("a5", "t1", "t2", "waves"), PARTICIPANT="Ann Lee"),
        slots(t1=0, t2=500, t3=1000, t4=1500, t5=2000),
    )
    assert times(read(text, "x.eaf")) == [
        ("Ann Lee", "Hi & you", 0.0, 1.0),
        ("Bob", "Hm", 0.5, 1.5),
        ("Ann Lee", "Yes", 1.5, 2.0),
    ]


def test_elan_text_that_hangs_below_numbers(read: Read) -> None:
    """The DoBeS shape: ref@X holds ids, tx@X below it the words, ft@X the translation."""
    text = eaf(
        tier("ref@Kim", aligned("a1", "t1", "t2", "Kim.001") + aligned("a2", "t2", "t3", "Kim.002"))
        + tier("tx@Kim", referring("b1", "a1", "wan") + referring("b2", "a2", "tu"), PARENT_REF="ref@Kim")
        + tier("mb@Kim", referring("c1", "b1", "w-an"), PARENT_REF="tx@Kim")
        + tier("ft@Kim", referring("d1", "a1", "one of them"), PARENT_REF="ref@Kim"),
        slots(t1=1000, t2=2000, t3=3000),
    )
    assert times(read(text, "x.eaf")) == [("Kim", "wan tu", 1.0, 3.0)]


def test_elan_slots_without_a_time(read: Read) -> None:
    inner = aligned("a1", "t1", "t2", "one") + aligned("a2", "t2", "t3", "two") + aligned("a3", "t9", "t3", "three")
    text = eaf(
        tier("Ann", inner) + tier("Bob", aligned("b1", "t3", "t4", "four")), slots(t1=1000, t2=None, t3=2000, t4=2500)
    )
    assert times(read(text, "x.eaf")) == [("Ann", "one two three", 1.0, 2.0), ("Bob", "four", 2.0, 2.5)]


def test_elan_of_one_unnamed_voice(read: Read) -> None:
    assert times(read(eaf(tier("default", aligned("a1", "t1", "t2", "one")), slots(t1=10, t2=20)), "x.eaf")) == [
        (None, "one", 0.01, 0.02)
    ]


def test_elan_tiers_and_annotations_that_go_in_circles(read: Read) -> None:
    text = eaf(
        tier("A", referring("a1", "a2", "one") + referring("a2", "a1", "two"), PARENT_REF="B")
        + tier("B", "", PARENT_REF="A")
    )
    assert read(text, "x.eaf").words() == 2


def textgrid(*tiers: tuple[str, list[tuple[float, float, str]]], short: bool = False) -> str:
    quoted = [(name.replace('"', '""'), [(a, b, t.replace('"', '""')) for a, b, t in inner]) for name, inner in tiers]
    if short:
        head = f'File type = "ooTextFile"\n"TextGrid"\n\n0\n9\n<exists>\n{len(tiers)}\n'
        return head + "".join(
            f'"IntervalTier"\n"{name}"\n0\n9\n{len(inner)}\n' + "".join(f'{a}\n{b}\n"{t}"\n' for a, b, t in inner)
            for name, inner in quoted
        )
    head = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0 \nxmax = 9 \n'
    head += f"tiers? <exists> \nsize = {len(tiers)} \nitem []: \n"
    for n, (name, inner) in enumerate(quoted, start=1):
        head += f'    item [{n}]:\n        class = "IntervalTier" \n        name = "{name}" \n'
        head += f"        xmin = 0 \n        xmax = 9 \n        intervals: size = {len(inner)} \n"
        for k, (a, b, t) in enumerate(inner, start=1):
            head += f"        intervals [{k}]:\n            xmin = {a} \n            xmax = {b} \n"
            head += f'            text = "{t}" \n'
    return head


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("short", [False, True])
def test_textgrid_long_and_short(encoding: str, short: bool) -> None:
    text = textgrid(
        ("Ann", [(0, 1, 'He said "no" ! 5'), (1, 2, ""), (2, 3.5, "Zoë\n  went [x]")]),
        ("Bob", [(0.5, 1, "sil"), (1, 2, "Hm")]),
        ("notes", [(0, 9, "a noisy room")]),
        short=short,
    )
    turns = read_transcript(text.encode(encoding), "x.TextGrid").turns
    assert [(t.speaker, t.text, t.start, t.end) for t in turns] == [
        ("Ann", 'He said "no" ! 5', 0.0, 1.0),
        ("Bob", "Hm", 1.0, 2.0),
        ("Ann", "Zoë went [x]", 2.0, 3.5),
    ]


@pytest.mark.parametrize(
    ("names", "speakers"),
    [
        (["words", "phones"], [None]),
        (["phones", "phrase", "words"], [None]),
        (["Ann - words", "Ann - phones", "Bob - words", "Bob - phones"], ["Ann", "Bob"]),
        (["S1", "S2"], ["S1", "S2"]),
        (["PS", "GE"], ["PS", "GE"]),
        (["Speaker 1", "Speaker 2", "noise"], ["Speaker 1", "Speaker 2"]),
        (["Ann", "words", "phones"], ["Ann"]),
        (["tonicVowel", "word"], [None]),
    ],
)
def test_of_each_speaker_one_tier_is_read(read: Read, names: list[str], speakers: list[str | None]) -> None:
    said = [(name, [(n, n + 0.5, f"from {name.split()[0]} {chr(97 + n)}")]) for n, name in enumerate(names)]
    assert [turn.speaker for turn in read(textgrid(*said), "x.TextGrid").turns] == speakers


def test_the_phrases_are_read_rather_than_their_words(sample: Sample) -> None:
    [turn] = sample("praatio-bobby-words.TextGrid").turns
    assert (turn.speaker, turn.text) == (None, "BOBBY RIPPED THE LEDGER")
    assert sample("praatio-bobby-phones-elan.TextGrid").turns[0].text == "B AA1 B IY0 R IH1 PT DH AH0 L EH1 JH ER0"


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("@UTF8\n@Begin\n@Participants:\tCHI Child\n@End\n", "a.cha", "main line"),
        ("@Begin\n@Participants:\tCHI Child\n*CHI\thello .\n", "a.cha", "line 3: .*not a main line"),
        ("@Begin\n@Participants:\tCHI Child\n*CHI:\thello\nthere .\n", "a.cha", "line 4"),
        ("@Begin\n@Participants:\tCHI Child\n*CHI:\t0 .\n", "a.cha", "no words"),
        ("hello", "a.eaf", "not well-formed"),
        ("<a/>", "a.eaf", "ANNOTATION_DOCUMENT"),
        (eaf(""), "a.eaf", "no words"),
        ("hello", "a.TextGrid", "ooTextFile"),
        (textgrid(("Ann", [])), "a.TextGrid", "no words"),
        (textgrid(("Ann", [(0, 1, "hi")]))[:-20], "a.TextGrid", "ends where"),
        (textgrid(("Ann", [(0, 1, "hi")])).replace("xmax = 1 ", 'xmax = "1" '), "a.TextGrid", "line 17"),
        (textgrid(("Ann", [(0, 1, "hi")])).replace("<exists>", "<absent>"), "a.TextGrid", "without tiers"),
        (textgrid(("Ann", [(0, 1, "hi")])).replace("size = 1", "size = 1e300"), "a.TextGrid", "not a TextGrid|ends"),
    ],
)
def test_what_is_refused(read: Read, text: str, name: str, reason: str) -> None:
    with pytest.raises(ReadError, match=reason) as refused:
        read(text, name)
    assert "\n" not in str(refused.value)


@given(st.text('*@%CHI:\t\n \x150_9.[](<>&+~=-"ab', max_size=80))
def test_any_chat_is_read_or_refused(text: str) -> None:
    try:
        read_transcript(f"@Begin\n@Participants:\tCHI Child\n{text}".encode(), "x.cha")
    except ReadError:
        return


@given(st.text('"0123.e-<exist>! \nabIntervalTier', max_size=120))
def test_any_textgrid_is_read_or_refused(text: str) -> None:
    try:
        read_transcript(f'"ooTextFile"\n"TextGrid"\n0 1 <exists> 1 "IntervalTier" {text}'.encode(), "x.TextGrid")
    except ReadError:
        return
