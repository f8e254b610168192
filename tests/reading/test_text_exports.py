"""Text that meeting recorders and transcription services export."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.formats import FORMATS
from rag.values import Transcript

Read = Callable[..., Transcript]

OTTER = """\
Renewal call
Wed, Mar 05, 2024 10:00AM • 30:12

SUMMARY KEYWORDS
renewal, percent, budget

SPEAKERS
Alice Chen, Unknown Speaker

Alice Chen  0:01\x20\x20
Right, let's start at 10:30.
They came back asking.

Unknown Speaker  0:09\x20\x20
Twelve?

Unknown Speaker  1:00:20\x20\x20
Too much.

Still me.

alice  1:02:03\x20\x20
[laughs]

Transcribed by https://otter.ai
"""


def test_otter(read: Read) -> None:
    transcript = read(OTTER)
    assert (transcript.format, transcript.title, transcript.date) == ("otter", "Renewal call", dt.date(2024, 3, 5))
    assert [(t.speaker, t.text, t.start, t.kind) for t in transcript.turns] == [
        ("Alice Chen", "Right, let's start at 10:30. They came back asking.", 1.0, "speech"),
        ("Unknown Speaker", "Twelve?\n\nToo much.\n\nStill me.", 9.0, "speech"),
        (None, "[laughs]", None, "direction"),
    ]


FATHOM = """\
Data Migration Session - January 29
VIEW RECORDING - 31 mins (No highlights): https://fathom.video/calls/2212

---
  SCREEN SHARING: Chad started screen sharing - WATCH: https://fathom.video/share/F?timestamp=12.9

0:00 - Sandra Rudloff (Pivot Interiors)
  That's what 2026 will be like.  It is 10:30 now.
  SCREEN SHARING: Sandra started screen sharing - WATCH: https://fathom.video/share/z?t=29.02  Also, I am set up.

0:55 - Marcus (x.com)
  Yeah.
  ACTION ITEM: Send the plan - WATCH (5 secs): https://fathom.video/share/t?timestamp=168.9

1:00:00 - Sandra Rudloff (Pivot Interiors)
  Gotcha.
"""


def test_fathom(read: Read) -> None:
    transcript = read(FATHOM)
    assert (transcript.format, transcript.title) == ("fathom", "Data Migration Session - January 29")
    assert [(t.speaker, t.text.split(" - WATCH")[0], t.start) for t in transcript.turns] == [
        (None, "SCREEN SHARING: Chad started screen sharing", None),
        ("Sandra Rudloff", "That's what 2026 will be like.  It is 10:30 now.", 0.0),
        (None, "SCREEN SHARING: Sandra started screen sharing", None),
        ("Sandra Rudloff", "Also, I am set up.", None),
        ("Marcus", "Yeah.", 55.0),
        (None, "ACTION ITEM: Send the plan", None),
        ("Sandra Rudloff", "Gotcha.", 3600.0),
    ]
    assert {s.name: s.organisation for s in transcript.speakers}["Sandra Rudloff"] == "Pivot Interiors"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Ann Lee (00:01.234)\nHello.\n\nBob (00:05.1)\nHi at 10:30.\n", "stamped"),
        ("Ann Lee [00:00:01]\nHello.\nBob [00:00:05]\nHi at 10:30.\n", "stamped"),
        ("Ann Lee   0:01\nHello.\n\nBob   0:05\nHi at 10:30.\n", "stamped"),
        ("[00:00:01.230] - Ann Lee\nHello.\n\n[00:00:05.100] - Bob\nHi at 10:30.\n", "stamped"),
        ("00:00:01 Ann Lee\nHello.\n00:00:05 Bob\nHi at 10:30.\n", "stamped"),
        ("0:01 | Ann Lee\nHello.\n\n0:05 | Bob\nHi at 10:30.\n", "stamped"),
        ("Ann Lee\n0:00:01\nHello.\n\nBob\n0:00:05\nHi at 10:30.\n\n\n\nTranscribed with Cockatoo\n", "stamped"),
        ("Ann Lee (00:01):\nHello.\n\nBob (00:05):\nHi at 10:30.\n", "stamped"),
        ("[00:01] Ann Lee: Hello.\n[00:05] Bob: Hi at 10:30.\n", "text"),
        ("Ann Lee [00:00:01]: Hello.\n\nBob [00:00:05]: Hi at 10:30.\n", "text"),
        ("00:00:01 Ann Lee: Hello.\n00:00:05 Bob: Hi at 10:30.\n", "text"),
        ("Ann Lee: [00:00:01] Hello.\n\nBob: [00:00:05] Hi at 10:30. [00:00:09][4.5]\n", "text"),
        ("Ann Lee [00:00:01] Hello.\n\nBob [00:00:05] Hi at 10:30.\n", "text"),
        (
            "[00:00:01.000 --> 00:00:04.000] Ann Lee: Hello.\n[00:00:05.000 --> 00:00:09.000] Bob: Hi at 10:30.\n",
            "text",
        ),
        ("**Ann Lee** [00:00:01]\nHello.\n\n**Bob** [00:00:05]\nHi at 10:30.\n", "stamped"),
        ("**Ann Lee** - *00:01*\nHello.\n\n**Bob** - *00:05*\nHi at 10:30.\n", "stamped"),
        ("[00:00:01] **Ann Lee:** Hello.\n\n[00:00:05] **Bob:** Hi at 10:30.\n", "markdown"),
        ("**Ann Lee:** [00:00:01] Hello.\n\n**Bob:** [00:00:05] Hi at 10:30.\n", "markdown"),
        ("- **Ann Lee (00:01):** Hello.\n- **Bob (00:05):** Hi at 10:30.\n", "markdown"),
        ("### Ann Lee (00:01)\nHello.\n\n### Bob (00:05)\nHi at 10:30.\n", "stamped"),
    ],
)
def test_name_and_time_in_every_order(read: Read, text: str, form: str) -> None:
    transcript = read(text)
    assert [(t.speaker, t.text, int(t.start or 0)) for t in transcript.turns] == [
        ("Ann Lee", "Hello.", 1),
        ("Bob", "Hi at 10:30.", 5),
    ]
    assert transcript.format == form


def test_times_that_end_too(read: Read) -> None:
    turns = read("[00:01 --> 00:04] Ann: Hello.\n\n[00:05 --> 00:09] Bob: Hi.\n").turns
    assert [(t.start, t.end) for t in turns] == [(1.0, 4.0), (5.0, 9.0)]


@pytest.mark.parametrize(
    "text",
    [
        "We left at 10:30\nand walked all the way home in the rain that evening. It was cold and all was dark.\n\n"
        "Monday 10:30\nwas worse, I said.\n",
        "Ann: The show begins at 10:30\nBob: Good.\nAnn: Doors 9:30\n",
        "Agenda\n9:00 - Welcome\n10:00 - Coffee\n11:00 - Lunch\n\nAnn: Hello.\nBob: Hello.\nAnn: Bye.\nBob: Bye.\n",
    ],
)
def test_times_that_make_no_heading(read: Read, text: str) -> None:
    assert read(text).format in ("text", "unlabelled")


TEAMS = """\
Web Governance-20260615_133555-Meeting Transcript
15 June 2026, 03:35am
27m 42s
Nick Miller started transcription
David Mulholland   0:03
that from the planning discussion
as a way of saying.
Rey Takeshima   0:03
Structural.
But.
David Mulholland   0:22
that email.
Nick Miller stopped transcription
"""


def test_teams_as_text(read: Read) -> None:
    transcript = read(TEAMS)
    assert (transcript.title, transcript.date) == ("Web Governance", dt.date(2026, 6, 15))
    assert [(t.speaker, t.text, t.start) for t in transcript.turns if t.kind == "speech"] == [
        ("David Mulholland", "that from the planning discussion as a way of saying.", 3.0),
        ("Rey Takeshima", "Structural. But.", 3.0),
        ("David Mulholland", "that email.", 22.0),
    ]
    assert all(t.text == "Nick Miller stopped transcription" for t in transcript.turns[-1:])


def test_teams_of_earlier_years(read: Read) -> None:
    transcript = read(
        "0:0:0.-500 --> 0:0:8.250\n田中太郎\nおはよう。\n\n0:0:8.500 --> 0:0:10.300\n田中太郎\nまず予算。\n\n"
        "0:0:10.800 --> 0:1:14.500\nAnn Lee\nHi.\n"
    )
    assert transcript.format == "teams"
    assert [(t.speaker, t.text, t.start, t.end) for t in transcript.turns] == [
        ("田中太郎", "おはよう。 まず予算。", 0.0, 10.3),
        ("Ann Lee", "Hi.", 10.8, 74.5),
    ]


MEET = """\
Oct 2, 2025
Call notes/Gong quick discovery call - Transcript
Attendees
Anna Hewitt, Garrett McGrath

Transcript
00:00:00
\x20
Anna Hewitt: Okay. So the goal is this
Garrett McGrath: Hey,
Anna Hewitt: the full pack: of details.
Note: this is no label.
\x20
\x20
00:01:26
\x20
Anna Hewitt: And on.
Justin Sous: Mhm.
\x20
Transcription ended after 00:30:30

This editable transcript was computer generated and might contain errors. People can also change it.
"""


def test_google_meet(read: Read) -> None:
    transcript = read(MEET)
    assert (transcript.format, transcript.title) == ("google-meet", "Call notes/Gong quick discovery call")
    assert transcript.date == dt.date(2025, 10, 2)
    assert [(t.speaker, t.text, t.start) for t in transcript.turns] == [
        ("Anna Hewitt", "Okay. So the goal is this", 0.0),
        ("Garrett McGrath", "Hey,", None),
        ("Anna Hewitt", "the full pack: of details. Note: this is no label.\n\nAnd on.", None),
        ("Justin Sous", "Mhm.", None),
    ]


def test_google_meet_as_markdown(read: Read) -> None:
    text = (
        "# Weekly - Transcript\n\n### 00:00:00\n\n**Ann Lee:** Yes.  \n**Bob:** No.  \n\n"
        "### 00:01:26\n\n**Bob:** Ever.\n\n### Transcription ended after 01:02:59\n\n"
        "*This editable transcript was computer generated and might contain errors.*\n"
    )
    transcript = read(text, "x.md")
    assert [(t.speaker, t.text, t.start) for t in transcript.turns] == [
        ("Ann Lee", "Yes.", 0.0),
        ("Bob", "No.\n\nEver.", None),
    ]


def test_gemini_notes_above_the_transcript(read: Read) -> None:
    text = (
        "📝 Notes\nApr 28, 2026\nSync\nSummary\nDecision: ship it.\nOwner: Ann\n\n📖 Transcript\n\nApr 28, 2026\n\n"
        "Sync - Transcript\n\n00:00:00\n\nAnn Lee: Hello.\nBob Ray: Hi.\nTranscription ended after 00:30:30\n"
    )
    transcript = read(text)
    assert [(t.speaker, t.text) for t in transcript.turns] == [("Ann Lee", "Hello."), ("Bob Ray", "Hi.")]
    assert (transcript.title, transcript.date) == ("Sync", dt.date(2026, 4, 28))


@pytest.mark.parametrize(
    "text",
    [
        "Meeting Title: Sync\nDate: Mar 5, 2024\nMeeting participants: Ann, Bob\n\nTranscript:\n\n"
        "Them: Hello there. \nMe: Hi: you. \nThem: Bye. \n",
        "# Sync\nDate: 2024-03-05\n\n**Them:** Hello there.\n\n**Me:** Hi: you.\n\n**Them:** Bye.\n",
        "Sync\nMar 5, 2024\n\nThem: Hello there. Me: Hi: you.  Them: Bye.\n",
    ],
)
def test_granola(read: Read, text: str) -> None:
    transcript = read(text)
    assert (transcript.format, transcript.title, transcript.date) == ("granola", "Sync", dt.date(2024, 3, 5))
    assert [(t.speaker, t.text) for t in transcript.turns] == [
        ("Them", "Hello there."),
        ("Me", "Hi: you."),
        ("Them", "Bye."),
    ]


def test_news(read: Read) -> None:
    transcript = read(
        "STACEY VANEK SMITH, HOST:\n\nHello. Note: rain.\n\n(SOUNDBITE OF MUSIC)\n\nUNIDENTIFIED PERSON #1: Hey.\n\n"
        "UNIDENTIFIED PERSON #2: (Laughter) Yes.\n\nVANEK SMITH: Thanks.\n\n(LAUGHTER)\n\n"
        "Copyright © 2021 NPR. All rights reserved. Visit our website terms of use and permissions pages at\n"
        "www.npr.org for further information.\n\nNPR transcripts are created on a rush deadline by an NPR contractor. "
        "Accuracy and availability may vary.\n"
    )
    assert [(t.speaker, t.text, t.kind) for t in transcript.turns] == [
        ("Stacey Vanek Smith", "Hello. Note: rain.", "speech"),
        (None, "(SOUNDBITE OF MUSIC)", "direction"),
        ("UNIDENTIFIED PERSON #1", "Hey.", "speech"),
        ("UNIDENTIFIED PERSON #2", "(Laughter) Yes.", "speech"),
        ("Stacey Vanek Smith", "Thanks.", "speech"),
        (None, "(LAUGHTER)", "direction"),
    ]
    assert [(s.name, s.role) for s in transcript.speakers] == [("Stacey Vanek Smith", "HOST")]


@pytest.mark.parametrize(
    "text",
    [
        "0:00\nHello there, all\n0:05\nand more: here\n1:00:07\nof it.\n",
        "[00:00.000 --> 00:05.000]  Hello there, all\n[00:05.000 --> 00:07.000]  and more: here\n"
        "[1:00:07.000 --> 1:00:09.000]  of it.\n",
        "0:00  \nHello there, all\n\n0:05  \nand more: here\n\n1:00:07  \nof it.\n\nTranscribed by https://otter.ai\n",
        "(0:00) Hello there, all\n(0:05) and more: here\n(1:00:07) of it.\n",
    ],
)
def test_times_without_names(read: Read, text: str) -> None:
    transcript = read(text)
    assert transcript.format == "timed"
    assert " ".join(t.text for t in transcript.turns) == "Hello there, all and more: here of it."
    assert transcript.speaker_names() == ()
    assert [t.start for t in transcript.turns] == [0.0, 3607.0]


FRAGMENTS = (
    "Ann Lee  0:01", "0:01 - Ann (X)", "0:01", "Ann: Hi.", "Me: Hi.", "Them: No.", "Words, and more.", "", "[Music]",
    "00:01:02\tFrom Ann to Everyone:\tHi", "1   Q.  Where?", "2   A.  Here.", "THE COURT:  Yes.", "BY MR. X:",
    "[Congressional Record Volume 1, Number 2 (Monday, May 1, 2000)]", "  Mr. SMITH. Yes.", "    Mr. Smith. Yes.",
    "HEARING before the", "Ann Lee (Witney) (Con)", "Column 3", "0:0:1.0 --> 0:0:2.0", "start,end,speaker,text",
    "1,2,a,b",     "**Ann:** Hi.", "### Bob:", "x - Transcript", "Transcription ended after 00:01:00", "fathom.video",
    "SCREEN SHARING: A - WATCH: b c", "2024-13-45", "99999999999:00:00", "Transcribed by https://otter.ai",
)  # fmt: skip
READERS = [
    known
    for known in FORMATS
    if known.name
    in "otter fathom stamped teams google-meet granola zoom-chat csv congressional-record hearing hansard court timed "
    "markdown text".split()
]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=30), max_size=12).map("\n".join))
def test_any_lines_are_read_or_refused_by_every_reader(text: str) -> None:
    for known in READERS:
        known.sniff(text)
        with contextlib.suppress(ReadError):
            assert all(turn.text.strip() for turn in known.read(text, "x.txt").turns)


@pytest.mark.parametrize(
    ("file", "form", "turns", "speakers"),
    [
        ("turnchunk-otter.txt", "otter", 2, ("Alice Chen", "Bob Ferreira")),
        ("crec-house-2005-07-20-H6173.htm", "congressional-record", 2, ("The SPEAKER pro tempore",)),
        ("crec-senate-1997-01-28-S746.htm", "congressional-record", 3, ("Mr. JEFFORDS", "Mr. FRIST")),
    ],
)
def test_samples(sample: Read, file: str, form: str, turns: int, speakers: tuple[str, ...]) -> None:
    transcript = sample(file)
    assert (transcript.format, transcript.speaker_names()) == (form, speakers)
    assert sum(turn.kind == "speech" for turn in transcript.turns) == turns
