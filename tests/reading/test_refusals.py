from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.errors import ReadError
from rag.values import Transcript

VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n\n"
SRT = "1\n00:00:01,000 --> 00:00:02,000\nHi\n\n"


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        (VTT + "00:03.000 -> 00:04.000\nLost\n", "a.vtt", 6),
        (VTT + "00:0x.000 --> 00:04.000\nLost\n", "a.vtt", 6),
        (VTT + "7\n00:03.000 --> 00:04,000\nLost\n", "a.vtt", 7),
        (VTT + "words that belong to no cue\n", "a.vtt", 6),
        (VTT + "00:03.000 --> 00:99.000\nLost\n", "a.vtt", 6),
        ("00:01.000 words\n", "a.vtt", 1),
        (SRT + "2\n00:00:03,000 -> 00:00:04,000\nLost\n", "a.srt", 6),
        (SRT + "2\n00:00:0x,000 --> 00:00:04,000\nLost\n", "a.srt", 6),
        (SRT + "2\n00:00:03,000 --> \nLost\n", "a.srt", 6),
        ("Some words\n" + SRT, "a.srt", 1),
        ("<html><body><p>Ann: hi</p></body></html>", "a.txt", 1),
        ("a,b,c\n1,2,3\n", "a.csv", 1),
        ("SPEAKER meeting 1 0.00 1.50 <NA> <NA> ann <NA> <NA>\n", "a.rttm", 1),
    ],
)
def test_damage_is_refused_with_its_line(read: Callable[..., Transcript], text: str, name: str, line: int) -> None:
    with pytest.raises(ReadError) as refused:
        read(text, name)
    assert refused.value.line == line
    assert "\n" not in str(refused.value)


def test_content_decides_before_the_name(read: Callable[..., Transcript]) -> None:
    assert read(VTT, "a.srt").format == "vtt"
    assert read(SRT, "a.txt").format == "srt"
    assert read('[{"text": "a"}]', "a.md").format == "json"
    assert read("[00:01] Ann: Hi.\n[00:02] Bob: Hi.", "a.json").format == "text"
    assert read("**Ann:** Hi.\n\n**Bob:** Hi.", "a.txt").format == "markdown"
    assert read("Ann: Hi.\nBob: Hi.", "a.md").format == "text"
    assert read("Only prose here. No names.", "a.md").format == "unlabelled"


def test_long_input_is_read_in_linear_time(read: Callable[..., Transcript]) -> None:
    awkward = [
        "a" * 400_000,
        "A " * 200_000,
        "[" * 200_000,
        "(" * 200_000,
        "*" * 200_000,
        ": " * 200_000,
        "-" * 200_000,
    ]
    awkward += ["\\" * 200_000, "1:" * 200_000, "Ann " * 100_000 + "?", " " * 300_000 + ".", "\n \n" * 100_000 + "."]
    for words in awkward:
        read(f"Ann: Hi.\n{words}\nBob: Hi.\nAnn: {words}")
        read(f"**Ann:** Hi.\n{words}\n**Bob:** {words}")
        read(f"Once upon a time there was prose. {'and so it went on ' * 40_000}{words} Well.")


def test_a_few_chance_labels_in_prose_are_none(read: Callable[..., Transcript]) -> None:
    prose = "It was a long day and nothing came of it. " * 300
    text = f"{prose}\n\nTony Blair: a life.\n\n{prose}\n\nTony Blair: more of the same.\n\n{prose}"
    assert read(text).format == "unlabelled"
    assert read(text).speaker_names() == ()


def test_emphasis_in_plain_labelled_text_is_no_label(read: Callable[..., Transcript]) -> None:
    turns = "\n\n".join(f"{name}: So it goes." for name in ["Ann", "Bob"] * 10)
    assert read(f"{turns}\n\n**Rule one**: rest.\n\n**Rule two:** rest.\n\n{turns}").speaker_names() == ("Ann", "Bob")
