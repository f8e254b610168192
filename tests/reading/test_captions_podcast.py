"""The two formats of Podcasting 2.0 that are not captions: HTML and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.formats import read_transcript
from rag.values import Transcript

Read = Callable[..., Transcript]


def rows(transcript: Transcript) -> list[tuple[str | None, str, float | None, float | None]]:
    return [(t.speaker, t.text, t.start, t.end) for t in transcript.turns]


def test_html(read: Read) -> None:
    transcript = read(
        "<!-- saved from url=(0014)about:internet -->\r\n"
        "<html><head><title>Episode 7</title><style>p{}</style></head><body>"
        "<time>0:00</time>\n<p>Before anybody is named.</p>\n<cite>Kevin:</cite>\n<time>0:09</time>\n"
        "<p>We&#39;re <b>here</b> &lt;now&gt;.\n</p><p>And on.</p>\n<cite>Alban :</cite><time>1:02:03</time><p>Yes.</p>"
        "<p>(APPLAUSE)</p><script>no()</script><cite>Kevin:</cite><p>No time.</p></body></html>",
        "ep.html",
    )
    assert rows(transcript) == [
        (None, "Before anybody is named.", 0.0, None),
        ("Kevin", "We're here <now>.\n\nAnd on.", 9.0, None),
        ("Alban", "Yes.", 3723.0, None),
        (None, "(APPLAUSE)", None, None),
        ("Kevin", "No time.", None, None),
    ]
    assert (transcript.format, transcript.title) == ("podcast-html", "Episode 7")


def test_html_durations_and_paragraphs_that_hold_their_name(read: Read) -> None:
    text = (
        '<div><cite>Ann</cite><time datetime="PT1M2.5S"></time><p>I read <cite>Emma</cite>.<p>Twice.</p></div>'
        "<p><cite>Bob:</cite><time>1:04</time> Ho.</p>"
    )
    expected = [("Ann", "I read Emma.\n\nTwice.", 62.5, None), ("Bob", "Ho.", 64.0, None)]
    assert rows(read(text, "x.htm")) == expected


def segments(*rows_: tuple[Any, Any, Any, Any]) -> str:
    keys = ("speaker", "startTime", "endTime", "body")
    found = [{key: value for key, value in zip(keys, row, strict=True) if value is not ...} for row in rows_]
    return json.dumps({"version": "1.0.0", "segments": found})


def test_json_words_and_sentences(read: Read) -> None:
    text = segments(
        ("Darth Vader", 0.5, 0.75, "I"),
        ("Darth Vader", 1, 1.25, "am"),
        ("Darth Vader", 1, 2.0, " your"),
        ("Darth Vader", 2.25, 2.5, "father"),
        ("Darth Vader", 2.5, 2.5, ".\n"),
        ("Luke", 2.75, 3.0, "Nooooo"),
    )
    transcript = read(text, "x.json")
    assert rows(transcript) == [("Darth Vader", "I am your father.", 0.5, 2.5), ("Luke", "Nooooo", 2.75, 3.0)]
    assert transcript.format == "podcast-json"


def test_json_speaker_only_where_it_changes(read: Read) -> None:
    text = segments(
        (..., 0, 1, "Music first."),
        ("Ann", 1, 2, "Hi."),
        (..., 2, 3, "Still."),
        (None, 3, 4, "And."),
        ("Bob", 4, ..., "Ho."),
    )
    assert rows(read(text, "x.json")) == [
        (None, "Music first.", 0.0, 1.0),
        ("Ann", "Hi. Still. And.", 1.0, 4.0),
        ("Bob", "Ho.", 4.0, None),
    ]


def test_json_without_speakers(read: Read) -> None:
    found = read(segments((..., 0, 1, "One"), (..., 1, 2, "two."), (..., 9, 10, "Three.")), "x.json")
    assert found.speaker_names() == ()
    assert " ".join(t.text for t in found.turns) == "One two. Three."


@pytest.mark.parametrize(
    "text",
    [
        segments(("Ann", 0, 1, 5)),
        segments(("Ann", "soon", 1, "Hi.")),
        segments((["Ann"], 0, 1, "Hi.")),
        segments(("Ann", 0, 1, "")),
        '{"version": "1.0.0", "segments": [{"body": "Hi."}, 3]}',
        "<cite>Ann:</cite><time>0:00</time><p> </p>",
    ],
)
def test_refusals(read: Read, text: str) -> None:
    with pytest.raises(ReadError) as refused:
        read(text, "x.txt")
    assert "\n" not in str(refused.value)


PARTS = st.sampled_from(
    [
        "<cite>",
        "</cite>",
        "<time>",
        "</time>",
        "<p>",
        "</p>",
        "Ann:",
        "0:01",
        "<!--",
        "<!",
        "<![x",
        "&#0;",
        "<script>",
        "é",
        "<",
        "\n",
    ]
)


@settings(deadline=None, max_examples=150)
@given(st.lists(PARTS, max_size=30).map("".join))
def test_anything_is_read_or_refused(inside: str) -> None:
    with suppress(ReadError):
        read_transcript(f"<cite>Ann</cite><p>{inside}".encode(), "x.html")
