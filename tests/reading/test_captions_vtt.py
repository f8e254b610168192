"""WebVTT as exporters write it: Teams and Graph, Podnews, YouTube, missing blank lines, overlaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise

import pytest

from rag.errors import ReadError
from rag.formats.clock import timing
from rag.values import Transcript

Read = Callable[..., Transcript]
Row = tuple[str | None, str, float | None, float | None]


def rows(transcript: Transcript) -> list[Row]:
    return [(t.speaker, t.text, t.start, t.end) for t in transcript.turns]


@pytest.mark.parametrize(
    ("line", "times"),
    [
        ("00:01.000 --> 00:02.5", (1.0, 2.5)),
        ("0:0:3.540 --> 1:2:7.23 align:start position:0%", (3.54, 3727.23)),
        ("0.860 --> 7.380", (0.86, 7.38)),
        ("0 --> 75.5", (0.0, 75.5)),
        ("00:00:01,000-->00:00:02,000", (1.0, 2.0)),
        ("0:0:-3.-540 --> 0:0:1.25", (0.0, 1.25)),
        ("-00:00:12.3000000 --> 00:00:04.1234567", (0.0, 4.123)),
        ("00:00:01 --> 00:00:02", (1.0, 2.0)),
        ("00:01.000 --> 00:02,000", None),
        ("00:60.000 --> 01:02.000", None),
        ("00:01.000 -> 00:02.000", None),
        ("see --> there", None),
    ],
)
def test_timings(line: str, times: tuple[float, float] | None) -> None:
    assert timing(line) == times


def test_teams(read: Read) -> None:
    text = (
        "WEBVTT\r\n\r\n6e2b1f0c-0d3a-4c1e-9a7b-2f5d8e1c4a90/12-0\r\n0:0:-1.-200 --> 0:0:3.540\r\n"
        "<v Jane Doe>Good morning\r\neveryone.</v>\r\n\r\n"
        "6e2b1f0c-0d3a-4c1e-9a7b-2f5d8e1c4a90/17-0\r\n0:0:9.0 --> 0:0:12.0\r\n<v Jane Doe>Third.</v>\r\n\r\n"
        "6e2b1f0c-0d3a-4c1e-9a7b-2f5d8e1c4a90/15-0\r\n0:0:4.0 --> 0:0:9.5\r\n"
        "<v Müller-Lüdenscheidt, Karl>Zweitens.</v>\r\n"
    )
    assert rows(read(text, "x.vtt")) == [
        ("Jane Doe", "Good morning everyone.", 0.0, 3.54),
        ("Müller-Lüdenscheidt, Karl", "Zweitens.", 4.0, 9.5),
        ("Jane Doe", "Third.", 9.0, 12.0),
    ]


def test_graph_metadata_content(read: Read) -> None:
    cue = (
        '{{"startDateTime":"2023-03-08T08:22:30.0461639+00:00","endDateTime":"2023-03-08T08:22:31.5261639+00:00",'
        '"speakerName":{0},"spokenText":{1},"spokenLanguage":"en-us"}}'
    )
    text = (
        "WEBVTT\n\n00:00:16.246 --> 00:00:17.726\n" + cue.format('"User Name"', '"This is a \\"test\\" <b>."') + "\n\n"
        "00:00:17.726 --> 00:00:18.000\n" + cue.format('"User Name"', '"It goes on."') + "\n\n"
        "00:00:19.000 --> 00:00:20.000\n" + cue.format('""', '"Who?"') + "\n"
    )
    transcript = read(text, "x.vtt")
    assert rows(transcript) == [
        ("User Name", 'This is a "test" <b>. It goes on.', 16.246, 18.0),
        (None, "Who?", 19.0, 20.0),
    ]
    assert transcript.date == dt.date(2023, 3, 8)


def test_podnews(read: Read) -> None:
    text = (
        "WEBVTT\n\n0.860 --> 7.380\n<v James Cridland>The latest\n\n7.380 --> 62.5\n<v James Cridland>from Podnews.\n"
    )
    assert rows(read(text, "x.vtt")) == [("James Cridland", "The latest from Podnews.", 0.86, 62.5)]


def test_blank_lines_that_are_missing_or_too_many(read: Read) -> None:
    text = (
        "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n00:01.000 --> 00:02.000\nOne\n2\n"
        "00:02.000 --> 00:03.000\n"
        "two\n00:03.000 --> 00:04.000\n   \n\n   \n\nlast one\n00:05.000 --> 00:06.000\nthree\n"
    )
    assert rows(read(text, "x.vtt")) == [(None, "One two three", 1.0, 6.0)]


@pytest.mark.parametrize("header", ["", "Kind: captions\nLanguage: en\nStyle:\n::cue(c.c) { color: red;\n }\n##\n"])
def test_rolling_captions_are_said_once(read: Read, header: str) -> None:
    text = (
        f"WEBVTT\n{header}\n"
        "00:00:00.000 --> 00:00:04.390 align:start position:0%\n \n[Music]\n\n"
        "00:00:04.390 --> 00:00:04.400 align:start position:0%\n \n \n\n"
        "00:00:04.400 --> 00:00:06.869 align:start position:0%\n \n"
        "yes<00:00:04.799><c> yes</c><00:00:04.960><c> so</c>\n\n"
        "00:00:06.869 --> 00:00:06.879 align:start position:0%\nyes yes so\n \n\n"
        "00:00:06.879 --> 00:00:08.549 align:start position:0%\nyes yes so\n"
        "is<00:00:07.120><c> it.</c><00:00:07.500><c> &gt;&gt;</c><00:00:07.600><c> no</c>\n\n"
        "00:00:08.549 --> 00:00:08.559 align:start position:0%\nis it. &gt;&gt; no\n \n\n"
        "00:00:08.559 --> 00:00:11.430 align:start position:0%\nis it. &gt;&gt; no\n"
        "&gt;&gt; yes<00:00:09.000><c> yes</c>\n"
    )
    turns = read(text, "x.vtt").turns
    assert [(t.text, t.start, t.end, t.kind) for t in turns] == [
        ("[Music]", 0.0, 4.39, "direction"),
        ("yes yes so is it.", 4.4, 7.6, "speech"),
        ("no", 7.6, 8.549, "speech"),
        ("yes yes", 8.559, 11.43, "speech"),
    ]


def test_rolling_lines_in_srt_and_without_bridges(read: Read) -> None:
    lines = ["so the first thing", "to talk about is", "the plan and how", "long it takes"]
    shown = [lines[:1], *(list(pair) for pair in pairwise(lines))]
    text = "".join(
        f"{n}\n00:00:{n:02},000 --> 00:00:{n + 1:02},000\n" + "\n".join(pair) + "\n\n"
        for n, pair in enumerate(shown, 1)
    )
    assert rows(read(text, "x.srt")) == [(None, " ".join(lines), 1.0, 5.0)]


def test_what_is_said_twice_is_kept_twice(read: Read) -> None:
    text = "WEBVTT\n\n" + "".join(f"00:0{n}.000 --> 00:0{n + 1}.000\nNo no.\n\n" for n in range(4))
    assert rows(read(text, "x.vtt")) == [(None, "No no. No no. No no. No no.", 0.0, 4.0)]


def test_overlapping_voices_go_by_their_start_and_ends_are_exact(read: Read) -> None:
    text = (
        "WEBVTT\n\n00:00.000 --> 00:10.000\n<v Ann>Long\n\n00:10.000 --> 00:12.000\n<v Ann>again\n\n"
        "00:03.000 --> 00:04.000\n<v Bob>Mm.\n\n00:12.000 --> 00:13.000\nno name\n"
    )
    assert rows(read(text, "x.vtt")) == [
        ("Ann", "Long", 0.0, 10.0),
        ("Bob", "Mm.", 3.0, 4.0),
        ("Ann", "again", 10.0, 12.0),
        ("Bob", "no name", 12.0, 13.0),
    ]


def test_two_recordings_in_one_file_are_not_shuffled(read: Read) -> None:
    text = "WEBVTT\n\n" + "".join(
        f"{m:02}:00.000 --> {m:02}:59.000\n<v {who}>{who} {m}\n\n" for who in ("Ann", "Bob") for m in range(3)
    )
    assert [t.speaker for t in read(text, "x.vtt").turns] == ["Ann", "Bob"]


def test_inline_times_part_voices(read: Read) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:09.000\n<v Ann>Hi <00:02.500>there.</v> <00:04.000><v Bob>Ho.</v>\n"
    assert rows(read(text, "x.vtt")) == [("Ann", "Hi there.", 1.0, 4.0), ("Bob", "Ho.", 4.0, 9.0)]


def test_an_end_before_the_start_is_not_known(read: Read) -> None:
    assert rows(read("WEBVTT\n\n00:05.000 --> 00:04.000\nHi.\n", "x.vtt")) == [(None, "Hi.", 5.0, None)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n00:03.000 --> never\nHo\n", 5),
        ("WEBVTT\n\nlost\nwords\n00:01.000 --> 00:02.000\nHi\n", 3),
        ("WEBVTT\n\nNOTE nothing but this\n", None),
        ('WEBVTT\n\n00:01.000 --> 00:02.000\n{"spokenText": 3, "speakerName": "Ann"}\n', None),
    ],
)
def test_refusals(read: Read, text: str, line: int | None) -> None:
    with pytest.raises(ReadError) as refused:
        read(text, "x.vtt")
    assert refused.value.line == line
