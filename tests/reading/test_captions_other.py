"""SBV, SAMI and SubStation Alpha."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.formats import read_transcript
from rag.values import Transcript

Read = Callable[..., Transcript]

# After "Understanding SAMI 1.0" (Microsoft, 2003): nothing is closed, a paragraph of its own names who speaks.
SPEECH = """<SAMI>
<HEAD>
  <Title>President John F. Kennedy Speech</Title>
  <STYLE TYPE="text/css"><!--
    P {margin-left: 29pt;} .ENUSCC {Name: "English Captions"; lang: en-US-CC;} #Source {color: black;}
  --></STYLE>
</HEAD>
<BODY><TABLE>
  <SYNC Start=0>
    <P Class=ENUSCC ID=Source>Pres. John F. Kennedy
  <SYNC Start=10>
    <P Class=ENUSCC>Let the word go forth,
      from this time and place
  <SYNC Start=8800>
    <P Class=ENUSCC>has been <i>passed</i> &amp; &lt;so on&gt;<br>to all.
  <SYNC Start=19500>
    <P Class=ENUSCC>&nbsp;
</BODY>
</SAMI>
"""
SUBSTATION = """[Script Info]
; written by hand
Title: The Talk
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:03.00,0:00:04.50,Default,Bob,0,0,0,,Ho, so.
Dialogue: 0,0:00:01.00,0:00:02.00,Default,Ann,0,0,0,,{\\i1}Hi{\\i0}\\Nthere
Comment: 0,0:00:01.00,0:00:02.00,Default,Ann,0,0,0,,not said
Dialogue: 0,0:00:02.00,0:00:03.00,Default,Ann,0,0,0,,{\\p1}m 0 0 l 1 1{\\p0}
Dialogue: 0,0:00:02.00,0:00:03.00,Default,Ann,0,0,0,,friend
Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,A SIGN
"""


def rows(transcript: Transcript) -> list[tuple[str | None, str, float | None, float | None]]:
    return [(t.speaker, t.text, t.start, t.end) for t in transcript.turns]


def test_sami(read: Read) -> None:
    transcript = read(SPEECH, "x.smi")
    text = "Let the word go forth, from this time and place has been passed & <so on> to all."
    assert rows(transcript) == [("Pres. John F. Kennedy", text, 0.01, 19.5)]
    assert (transcript.format, transcript.title) == ("sami", "President John F. Kennedy Speech")


def test_sami_reads_the_language_that_says_most(read: Read) -> None:
    text = (
        '<?xml version="1.0"?>\n<SAMI><BODY>'
        '<SYNC start="1000"><P class="ENCC">Hello</P><P class="FRCC">Bonjour</P></SYNC>'
        '<SYNC start="2000"><P class="ENCC">you<br/>all</P></SYNC>'
        '<SYNC start="3000ms"><P class="ENCC">&nbsp;</P></SYNC></BODY></SAMI>'
    )
    assert rows(read(text, "x.txt")) == [(None, "Hello you all", 1.0, 3.0)]


def test_sami_without_paragraphs_and_with_names(read: Read) -> None:
    text = "<sami><body><sync start=0>ANN:<br>Hi.<sync start=500><p>BOB: Ho.<sync start=900>&nbsp;</body></sami>"
    assert rows(read(text, "x.smi")) == [("ANN", "Hi.", 0.0, 0.5), ("BOB", "Ho.", 0.5, 0.9)]


def test_sbv(read: Read) -> None:
    text = (
        "0:00:00.378,0:00:01.5\n>> ANN: Hi[br]there &amp; so\n\n"
        "0:00:01.500,0:00:02.000\n\n0:00:02.000,1:00:03.000\n>> Ho.\n"
    )
    transcript = read(text, "x.sbv")
    assert rows(transcript) == [("ANN", "Hi there & so", 0.378, 1.5), (None, "Ho.", 2.0, 3603.0)]
    assert transcript.format == "sbv"


def test_substation(read: Read) -> None:
    transcript = read(SUBSTATION, "x.ass")
    assert rows(transcript) == [
        ("Ann", "Hi there friend", 1.0, 3.0),
        ("Bob", "Ho, so.", 3.0, 4.5),
        (None, "A SIGN", 5.0, 6.0),
    ]
    assert (transcript.format, transcript.title) == ("ass", "The Talk")


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        ("0:00:01.000,0:00:02.000\nHi\n\n0:00:0x.000,0:00:04.000\nLost\n", "a.sbv", 4),
        ("0:00:01.000,0:00:02.000\nHi\n\n0:00:99.000,0:00:04.000\nLost\n", "a.sbv", 4),
        ("0:00:01.000,0:00:02.000\nHi\n\nLost\n", "a.sbv", 4),
        ("Lost\n0:00:01.000,0:00:02.000\nHi\n", "a.sbv", 1),
        ("<SAMI><BODY>\n<SYNC Start=soon><P>Hi</BODY></SAMI>", "a.smi", 2),
        ("<SAMI><BODY></BODY></SAMI>", "a.smi", None),
        ("<SAMI><BODY><SYNC Start=1><P>&nbsp;</SAMI>", "a.smi", None),
        ("[Script Info]\nTitle: x\n", "a.ass", None),
    ],
)
def test_refusals(read: Read, text: str, name: str, line: int | None) -> None:
    with pytest.raises(ReadError) as refused:
        read(text, name)
    assert refused.value.line == line
    assert "\n" not in str(refused.value)


PARTS = st.sampled_from(
    [
        *(
            "0:00:01.000,0:00:02.000\n",
            "[br]",
            "<SAMI>",
            "<SYNC Start=1>",
            "<P Class=A>",
            "<P ID=Source>",
            "<br>",
            "<!--",
        ),
        *(
            "-->",
            "<!",
            "<![",
            "]]>",
            "&#x110000;",
            "<",
            "&nbsp;",
            "</P>",
            "Dialogue: 0,0:00:01.00,0:00:02.00,",
            "{\\p1}",
        ),
        *("Style: a,b", "Format: Text, Name", "[Events]\n", ",,,,,,,", "{", "}", "Start", "99999:99:99.99", "\\N", "é"),
        *(">> ", "\n", "\n\n", "Hi"),
    ]
)


@settings(deadline=None, max_examples=150)
@given(st.lists(PARTS, max_size=30).map("".join))
def test_anything_is_read_or_refused(inside: str) -> None:
    for head, name in (("0:00:01.000,0:00:02.000\nHi\n\n", "x.sbv"), ("<SAMI>", "x.smi"), (SUBSTATION, "x.ass")):
        with suppress(ReadError):
            read_transcript((head + inside).encode(), name)


@pytest.mark.parametrize("awkward", ["<", "<P ", "&", "<!--", "{", ">> ", "[", "<a b='", "<SYNC Start=1><P>x", "x\n"])
def test_long_input_is_read_in_linear_time(read: Read, awkward: str) -> None:
    for head in ("0:00:01.000,0:00:02.000\nHi\n", "<SAMI><SYNC Start=1><P>Hi", SUBSTATION, "WEBVTT\n\n0 --> 1\n>> Hi"):
        with suppress(ReadError):
            read(head + awkward * 20_000, "x.txt")
