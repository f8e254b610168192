from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.formats.table import TABLE
from rag.values import Transcript

Read = Callable[..., Transcript]
ROWS = [("Ann Lee", "Hello, all.", 1.0, 2.5), ("Bob", "Hi.", 2.5, 4.0)]


@pytest.mark.parametrize(
    "text",
    [
        'start,end,speaker,text\n1,2,Ann Lee,"Hello,"\n2,2.5,Ann Lee,all.\n2.5,4,Bob,Hi.\n',
        "\ufeffSpeaker;Text;Start Time;End Time\r\nAnn Lee;Hello, all.;00:00:01,000;00:00:02,500\r\n"
        "Bob;Hi.;0:02.5;0:04\r\n",
        "Start (ms)\tEnd (ms)\tSpeaker\tTranscript\n1000\t2500\tAnn Lee\tHello, all.\n2500\t4000\tBob\tHi.\n",
        'sep=;\nSprecher;Inhalt;Anfang;Ende\nAnn Lee;"Hello, all.";1,0;2,5\nBob;Hi.;2,5;4\n',
        'locuteur,texte,début,fin\nAnn Lee,"Hello, all.",1,2.5\nBob,Hi.,2.5,4\n',
        "Weekly call\n\nStartTime,Duration,Speaker Name,Utterance\n2.5,1.5,Bob,Hi.\n1,1.5,Ann Lee,Hello, all.\n",
    ],
)
def test_tables(read: Read, text: str) -> None:
    transcript = read(text, "call.csv")
    assert transcript.format == "csv"
    assert [(t.speaker, t.text, t.start, t.end) for t in transcript.turns] == ROWS


def test_milliseconds_without_a_unit_are_seen_from_the_pace(read: Read) -> None:
    said = "one two three four five six seven eight"
    whisper = f'start\tend\ttext\n0\t4000\t"{said}\n4000\t9000\t{said} "what" {said}\n'
    turns = read(whisper, "a.tsv").turns
    assert [(t.start, t.end, t.text) for t in turns] == [(0.0, 9.0, f'"{said} {said} "what" {said}')]
    assert read(f"start,end,text\n0,4,{said}\n4,9,{said}\n", "a.csv").turns[0].end == 9.0


def test_interview_rows_with_episodes(read: Read) -> None:
    transcript = read(
        'episode,episode_order,speaker,utterance\n57264,2,"Ms. LOREN MOONEY (Editor)",Thanks.\n'
        '57264,1,"STEVE INSKEEP, HOST","It\'s ""here"".\nYes."\n57265,1,"STEVE INSKEEP, HOST",Next.\n',
        "utterances.csv",
    )
    assert [(t.speaker, t.text, t.kind) for t in transcript.turns] == [
        (None, "57264", "direction"),
        ("Steve Inskeep", 'It\'s "here".\nYes.', "speech"),
        ("Loren Mooney", "Thanks.", "speech"),
        (None, "57265", "direction"),
        ("Steve Inskeep", "Next.", "speech"),
    ]


def test_host_or_guest_where_nobody_is_named(read: Read) -> None:
    transcript = read("episode,turn_order,is_host,utterance\n1,0,True,Hello.\n1,1,False,Hi.\n", "a.csv")
    assert [(t.speaker, t.text) for t in transcript.turns] == [("Host", "Hello."), ("Guest", "Hi.")]


def test_numbers_are_unidentified_speakers(read: Read) -> None:
    transcript = read("speaker,role,text\n0,agent,Hello.\n1,,Hi.\nAnn,host,Yes.\n", "a.csv")
    assert transcript.speaker_names() == ("Speaker 0", "Speaker 1", "Ann")
    assert [(s.name, s.role) for s in transcript.speakers] == [("Ann", "host")]


@pytest.mark.parametrize(
    "text", ["a,b,c\n1,2,3\n", "name,age\nAnn,3\n", "text\nHello\n", ",,,\n;;;\n", "start,end,speaker,text\n"]
)
def test_tables_of_other_things_are_refused(read: Read, text: str) -> None:
    with pytest.raises(ReadError) as refused:
        read(text, "a.csv")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "Ann: the start, end, speaker, text: all of it.\nBob: Yes.",
        "| file | speaker | text |\n| --- | --- | --- |\n| a | b | c |\n",
        "Start, he said, and the text was long.",
    ],
)
def test_prose_is_no_table(text: str) -> None:
    assert not TABLE.sniff(text)


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet="ab,;\t|\"\n'0:.=\x00\ufeff", max_size=200))
def test_any_rows_are_read_or_refused(rows: str) -> None:
    for header in ("", "start,end,speaker,text\n", "speaker\ttext\n"):
        with contextlib.suppress(ReadError):
            assert TABLE.read(header + rows, "a.csv").turns
