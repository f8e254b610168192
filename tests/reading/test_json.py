from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest

from rag.errors import ReadError
from rag.values import Transcript

Read = Callable[..., Transcript]


def test_aliases_numbers_as_strings_and_order(sample: Callable[[str], Transcript]) -> None:
    turns = sample("meeteval-hyp-seglst.json").turns
    assert [t.speaker for t in turns] == ["Alice", "Bob", "Alice", "Bob", "Alice"]
    assert (turns[0].start, turns[0].end, turns[4].start, turns[4].end) == (0.0, 1.0, 4.0, 6.0)


def test_object_with_metadata(read: Read) -> None:
    transcript = read(
        json.dumps(
            {
                "title": "Plan",
                "date": "2024-09-03T10:00:00Z",
                "source_url": "https://x.org/1",
                "media_url": "javascript:alert(1)",
                "turns": [
                    {"speaker": 0, "text": "Hi", "start": "00:01:02.5", "end_ms": 63000},
                    {"speaker": None, "text": "[Music]"},
                    {"speaker": {"name": "Ann"}, "text": "Yes"},
                    {"speaker": "Ann", "text": None},
                ],
            }
        )
    )
    assert (transcript.title, transcript.date, transcript.format) == ("Plan", dt.date(2024, 9, 3), "json")
    assert (transcript.source_url, transcript.media_url) == ("https://x.org/1", None)
    assert [(t.speaker, t.text, t.start, t.end, t.kind) for t in transcript.turns] == [
        ("Speaker 0", "Hi", 62.5, 63.0, "speech"),
        (None, "[Music]", None, None, "direction"),
        ("Ann", "Yes", None, None, "speech"),
    ]


def test_what_no_database_stores_is_replaced(read: Read) -> None:
    assert read(r'[{"speaker": "Ann", "text": "a\u0000b\ud800"}]').turns[0].text == "a\ufffdb\ufffd"


@pytest.mark.parametrize(
    ("text", "seen", "line"),
    [
        ('[{"speaker": "Ann", "text": 5}]', 'segment 0: "text" is 5, not a string', None),
        ('[{"text": "a"}, {"speaker": ["x"], "text": "b"}]', 'segment 1: "speaker" is a list', None),
        ('[{"text": "a", "start": "soon"}]', 'segment 0: "start" is "soon", not a number', None),
        ('[{"text": "a", "start": true}]', 'segment 0: "start" is true', None),
        ('[{"text": "a", "end": -1}]', 'segment 0: "end" is -1', None),
        ('[{"text": "a", "start": NaN}]', 'segment 0: "start" is NaN', None),
        ('[{"text": "a"}, {"speaker": "Ann"}]', 'segment 1 has no "text"', None),
        ('[["a"]]', "segment 0 is a list", None),
        ('[{"speaker": "Ann", "start": 1, "end": 2}]', "who spoke when is not what was said", None),
        ('{"results": {}}', 'keys seen are "results"', None),
        ('{"turns": []}', "no words", None),
        ('[{"text": "a"},\n {"text": }]', "not JSON: Expecting value at column 11", 2),
        ('{"turns": ' + "[" * 100_000, "nested too deeply", None),
        ('[{"text": "a", "start": ' + "9" * 5000 + "}]", "number too long", None),
    ],
)
def test_wrong_types_are_named(read: Read, text: str, seen: str, line: int | None) -> None:
    with pytest.raises(ReadError, match=seen) as refused:
        read(text, "x.json")
    assert refused.value.line == line
