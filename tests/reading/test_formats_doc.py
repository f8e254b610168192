"""docs/formats.md: a row and a section for every format there is, examples that are read as what they stand for."""

from __future__ import annotations

import io
import re
from itertools import product
from pathlib import Path

import docx
import pytest

from rag.errors import ReadError
from rag.formats import FORMATS, NAMES, PACKED, read_transcript
from rag.formats.base import Format, Packed
from rag.values import Transcript

TEXT = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL))
ROWS = {
    row[0]: row[1:]
    for row in (
        [cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("| [")
    )
}
NO_WORDS = ("diarisation", "rttm")  # recognised to be refused
READABLE = sorted(set(NAMES) - {*NO_WORDS})

# What stands around an example of two lines in a file; {} is the example.
_TEI = '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/><text><body><div>{}</div></body></text></TEI>'
_EAF = """<ANNOTATION_DOCUMENT><HEADER TIME_UNITS="milliseconds"/><TIME_ORDER>
<TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="0"/><TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="1500"/></TIME_ORDER>
{}</ANNOTATION_DOCUMENT>"""
_TTML = """<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"
 xmlns:podcasts="http://music.apple.com/podcasts"><body><div>{}</div></body></tt>"""
_RECORD = """[Congressional Record Volume 150, Number 1 (Tuesday, January 20, 2004)]
[House]
[Pages H1-H2]
From the Congressional Record Online through the Government Publishing Office [www.gpo.gov]

                              A BILL

{}"""
_HEARING = """[House Hearing, 116 Congress]
[From the U.S. Government Publishing Office]

                         A HEARING

{}
    Mr. Jones. Thank you, Chairwoman Smith.
"""
_COURT = """ 1                  UNITED STATES DISTRICT COURT
 2                  DIRECT EXAMINATION
{}11       A.   I was at home.
12       Q.   Alone?
"""
_AKN = "<akomaNtoso><debate><debateBody><debateSection>{}</debateSection></debateBody></debate></akomaNtoso>"
_FATHOM = """Weekly - January 20
VIEW RECORDING - 30 mins: https://fathom.video/share/x

{}
1:02 - Ann Lee
  It is.
"""
_MEET = """Weekly - Transcript
Attendees
Ann Lee, Bob Ray
Transcript
{}Bob Ray: Good.
00:10:00
Ann Lee: So it is.
"""
_AROUND = {
    "vtt": "WEBVTT\n\n{}",
    "sami": "<SAMI><HEAD><TITLE>Inaugural</TITLE></HEAD><BODY>\n{}</BODY></SAMI>",
    "ttml": _TTML,
    "chat": "@UTF8\n@Begin\n@Participants:\tMOT Mother, CHI Target_Child\n{}@End\n",
    "elan": _EAF,
    "textgrid": '"ooTextFile"\n"TextGrid"\n0 2.5 <exists>\n1\n{}',
    "tei": _TEI,
    "akoma-ntoso": _AKN,
    "publicwhip": "<publicwhip>{}</publicwhip>",
    "fathom": _FATHOM,
    "teams": "{}Good morning.\n\n0:0:9.0 --> 0:0:10.0\nBob Ray\nGood morning.\n",
    "google-meet": _MEET,
    "timed": "{}[00:07.000 --> 00:09.000]  And on.\n",
    "congressional-record": _RECORD,
    "hearing": _HEARING,
    "hansard": "Engagements\n\n{}\nDiane Abbott (Hackney North) (Lab)\nI am grateful to him.\n",
    "court": _COURT,
}


def example(name: str) -> str:
    """The one example of a section, as a reader sees it."""
    found = re.findall(r"^```\w*\n(.*?)^```$", SECTIONS[name], re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def whole(name: str) -> bytes:
    """A file with a section's example in it."""
    text = _AROUND.get(name, "{}").replace("{}", example(name))
    if name != "docx":
        return text.encode()
    document, out = docx.Document(), io.BytesIO()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(out)
    return out.getvalue()


@pytest.fixture(scope="module", params=READABLE)
def read(request: pytest.FixtureRequest) -> tuple[str, Transcript]:
    """A format and its example as it is read; no file name says what it is."""
    return request.param, read_transcript(whole(request.param), "example")


def test_every_format_has_its_row_and_section_in_the_same_order() -> None:
    assert sorted(ROWS) == sorted(f"[{name}](#{name})" for name in NAMES)
    assert list(ROWS) == [f"[{name}](#{name})" for name in SECTIONS]
    headings = [found.lower() for found in re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)]
    assert len(headings) == len(set(headings))  # or the links would lead elsewhere


@pytest.mark.parametrize("known", [*FORMATS, *PACKED], ids=lambda known: known.name)
def test_the_row_has_the_suffixes(known: Format | Packed) -> None:
    assert set(known.suffixes) <= set(re.findall(r"`(\.\w+)`", ROWS[f"[{known.name}](#{known.name})"][0]))


@pytest.mark.parametrize("name", NAMES)
def test_examples_have_two_lines(name: str) -> None:
    assert len(example(name).splitlines()) == 2


@pytest.mark.parametrize("name", NO_WORDS)
def test_what_holds_no_words_is_refused_with_that_reason(name: str) -> None:
    assert ROWS[f"[{name}](#{name})"][1:] == ["refused", "-", "-", "-"]
    for as_format in (None, name):
        with pytest.raises(ReadError, match="who spoke when"):
            read_transcript(whole(name), "example", as_format=as_format)


def test_examples_are_recognised(read: tuple[str, Transcript]) -> None:
    assert read[1].format == read[0]


def test_examples_are_read_the_same_by_name(read: tuple[str, Transcript]) -> None:
    assert read_transcript(whole(read[0]), "example", as_format=read[0]) == read[1]


def test_examples_hold_what_the_row_says(read: tuple[str, Transcript]) -> None:
    name, value = read
    turns, speakers, times, roles = ROWS[f"[{name}](#{name})"][1:]
    assert turns == "yes"
    for said, found in (
        (speakers, bool(value.speaker_names())),
        (times, any(turn.start is not None for turn in value.turns)),
        (roles, any(one.role for one in value.speakers)),
    ):
        assert said in {"yes", "no", "where there", "starts", "inferred"}
        if said in {"yes", "starts"}:
            assert found
        if said == "no":
            assert not found
    if times == "starts":
        assert all(turn.end is None for turn in value.turns)


@pytest.mark.parametrize("as_format", NAMES)
def test_any_file_read_as_any_format_is_read_or_refused_with_a_reason(as_format: str) -> None:
    for name, cut in product(NAMES, (1, 2)):
        data = whole(name)
        try:
            reason, turns = "", len(read_transcript(data[: len(data) // cut], "example", as_format=as_format).turns)
        except ReadError as error:
            reason, turns = error.reason, 0
        assert bool(reason) != bool(turns)
        assert "\n" not in reason
