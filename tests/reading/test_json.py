from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest

from rag.errors import ReadError
from rag.formats.json_file import JSON_SHAPES
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
        ('[{"speaker": "Ann", "text": 5}]', r"\[0\].text is 5, not a string", None),
        ('[{"text": "a"}, {"speaker": ["x"], "text": "b"}]', r"\[1\].speaker is a list", None),
        ('[{"text": "a", "start": "soon"}]', r'\[0\].start is "soon", not a time', None),
        ('[{"text": "a", "start": true}]', r"\[0\].start is true", None),
        ('[{"text": "a", "end": -1}]', r"\[0\].end is -1", None),
        ('[{"text": "a", "start": NaN}]', r"\[0\].start is NaN", None),
        ('{"turns": [{"text": "a", "start": []}, {"text": "b", "end": "x"}]}', r"turns\[1\].end is", None),
        ('[{"text": "a"}, {"speaker": "Ann"}]', r'\[1\] has no "text"', None),
        ('[["a"]]', r"\[0\] is a list", None),
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


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        # The usual names of the fields, and the list under its usual keys.
        (
            {"sentences": [{"speakerName": "Ann", "sentence": "Hi", "startTime": "00:01", "endTime": "00:02.5"}]},
            [("Ann", "Hi", 1.0, 2.5)],
        ),
        ({"data": {"result": {"utterances": [{"speaker": "A", "transcript": "Hi"}]}}}, [("A", "Hi", None, None)]),
        ([{"text": "Hi", "start": 1.5, "duration": 2}], [(None, "Hi", 1.5, 3.5)]),
        ([{"text": "Hi", "timestamp": [0.5, None]}], [(None, "Hi", 0.5, None)]),
        ([{"speaker": {"id": 4, "label": "Ann"}, "content": "Hi"}], [("Ann", "Hi", None, None)]),
        ([{"speaker": None, "speaker_id": 2, "text": "Hi"}], [("Speaker 2", "Hi", None, None)]),
        (
            [{"speaker": "Ann", "words": [{"text": "So"}, {"text": "it"}, {"text": "goes."}]}],
            [("Ann", "So it goes.", None, None)],
        ),
        # A list that names speakers before one that does not.
        (
            {"segments": [{"text": "Hi there"}], "turns": [], "utterances": [{"speaker": "A", "text": "Hi there"}]},
            [("A", "Hi there", None, None)],
        ),
        # Who speaks is known of the words only.
        (
            [
                {
                    "text": "Hi. Yes?",
                    "words": [
                        {"word": "Hi.", "speaker": "A", "start": 0, "end": 0.5},
                        {"word": "Yes?", "speaker": "B", "start": 1, "end": 2},
                    ],
                }
            ],
            [("A", "Hi.", 0.0, 0.5), ("B", "Yes?", 1.0, 2.0)],
        ),
        # Overlapping speech is put in order; two recordings in one file are not mixed.
        (
            [{"speaker": "A", "text": "One", "start": 5}, {"speaker": "B", "text": "Two", "start": 1}],
            [("B", "Two", 1.0, None), ("A", "One", 5.0, None)],
        ),
        (
            [
                {"speaker": s, "text": t, "start": n}
                for s, t, n in (("A", "One", 1), ("B", "Two", 5), ("A", "Three", 0))
            ],
            [("A", "One", 1.0, None), ("B", "Two", 5.0, None), ("A", "Three", 0.0, None)],
        ),
    ],
)
def test_fields_under_their_usual_names(
    read: Read, document: object, expected: list[tuple[str | None, str, float | None, float | None]]
) -> None:
    turns = read(json.dumps(document)).turns
    assert [(t.speaker, t.text, t.start, t.end) for t in turns] == expected


def test_milliseconds_are_told_from_seconds(read: Read) -> None:
    said = "And so we went on to the next thing."
    turns = read(
        json.dumps([{"speaker": s, "text": said, "start": n, "end": n + 2400} for s, n in (("A", 0), ("B", 2500))])
    ).turns
    assert [(t.start, t.end) for t in turns] == [(0.0, 2.4), (2.5, 4.9)]
    turns = read(
        json.dumps([{"speaker": s, "text": said, "start": n, "end": n + 3} for s, n in (("A", 0), ("B", 4000))])
    ).turns
    assert [(t.start, t.end) for t in turns] == [(0.0, 3.0), (4000.0, 4003.0)]


def test_single_words_become_runs(read: Read) -> None:
    words = [
        ("A", "Well"),
        ("A", ","),
        ("A", "it"),
        ("A", "is"),
        ("B", "No"),
        ("B", "."),
        ("B", "Not"),
        ("B", "yet"),
        ("B", "!"),
    ]
    document = [{"speaker": s, "word": w, "start": n, "end": n + 1} for n, (s, w) in enumerate(words)]
    turns = read(json.dumps(document)).turns
    assert [(t.speaker, t.text, t.start, t.end) for t in turns] == [
        ("A", "Well, it is", 0, 4),
        ("B", "No. Not yet!", 4, 9),
    ]


def test_json_lines_and_streams(read: Read) -> None:
    lines = '{"speaker": "Ann", "text": "Hi"}\n\n{"speaker": "Bob",\n "text": "Yes"}\n'
    transcript = read(lines, "x.jsonl")
    assert (transcript.format, [(t.speaker, t.text) for t in transcript.turns]) == (
        "json",
        [("Ann", "Hi"), ("Bob", "Yes")],
    )
    with pytest.raises(ReadError, match="not JSON") as refused:
        read('{"speaker": "Ann", "text": "Hi"}\n{"speaker": "Bob", "te', "x.jsonl")
    assert refused.value.line == 2


def test_several_transcripts_in_one_file_are_refused(read: Read) -> None:
    interview = {"id": "NPR-1", "utt": ["Hi."], "speaker": ["ANN LEE, host"]}
    meeting = {"meeting_transcripts": [{"speaker": "A", "content": "Hi."}]}
    for found in ([interview] * 3, [meeting] * 2, [{"segments": [{"text": "Hi there"}]}] * 2):
        with pytest.raises(ReadError, match="transcripts in one file"):
            read(json.dumps(found))
    assert read(json.dumps([interview])).speaker_names() == ("Ann Lee",)


@pytest.mark.parametrize(
    "document",
    [
        [{"speaker": "SPEAKER_00", "start": 0.1, "end": 2.0}],
        {"segments": [{"speaker": "SPEAKER_00", "start": 0.1, "end": 2.0}]},
        {"output": {"diarization": [{"speaker": "SPEAKER_00", "start": 0.1, "end": 2.0}]}},
        {"uri": "x", "content": [{"segment": {"start": 0.1, "end": 2.0}, "track": "A", "label": "SPEAKER_00"}]},
        {"SPEAKER_00": [[0.1, 2.0]], "SPEAKER_01": [[2.0, 3.5], [4, 5]]},
        [{"audio_filepath": "a.wav", "offset": 0, "duration": None, "label": "infer", "text": "-"}] * 2,
    ],
)
def test_who_spoke_when_is_no_transcript(read: Read, document: object) -> None:
    with pytest.raises(ReadError, match="who spoke when is not what was said"):
        read(json.dumps(document), "x.json")


def test_diarisation_files_are_refused(sample: Callable[[str], Transcript]) -> None:
    with pytest.raises(ReadError, match="who spoke when is not what was said"):
        sample("bbc-kaldi-speaker-segments.json")
    with pytest.raises(ReadError, match="RTTM: who spoke when, not what was said") as refused:
        sample("meeteval-ref.rttm")
    assert refused.value.line == 1


def test_each_shape_can_be_named(read: Read) -> None:
    names = [known.name for known in JSON_SHAPES]
    assert len(set(names)) == len(names)
    deepgram = next(known for known in JSON_SHAPES if known.name == "deepgram")
    text = json.dumps({"results": {"channels": [{"alternatives": [{"transcript": "Hi", "words": []}]}]}})
    assert deepgram.sniff(text)
    assert deepgram.read(text, "x.json").turns[0].text == "Hi"
    assert not deepgram.sniff("Ann: Hi.")
    assert not deepgram.sniff('{"a": ')
    with pytest.raises(ReadError, match="not of the shape"):
        deepgram.read('[{"text": "Hi"}]', "x.json")


def test_a_big_file_is_parsed_once(monkeypatch: pytest.MonkeyPatch, read: Read) -> None:
    parsed: list[int] = []
    loads = json.loads
    monkeypatch.setattr(json, "loads", lambda text: parsed.append(len(text)) or loads(text))
    read('[{"text": "Hi"}]', "x.json")
    assert len(parsed) == 1


def test_captions_in_chinese_are_no_words(read: Read) -> None:
    captions = ["我們現在就先開始", "請副署長為我們說明", "謝謝主持人", "[音樂]"] * 5
    document = [{"text": text, "start": n * 40, "end": n * 40 + 39} for n, text in enumerate(captions)]
    turns = read(json.dumps(document)).turns
    assert [t.text for t in turns if t.kind == "direction"] == ["[音樂]"] * 5
    assert turns[0].text == "我們現在就先開始請副署長為我們說明謝謝主持人"
