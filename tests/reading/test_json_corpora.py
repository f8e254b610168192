"""JSON of meetings, interviews and debates: Fireflies, QMSum, MediaSum, the Congressional Record."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest

from rag.errors import ReadError
from rag.values import Transcript

Read = Callable[..., Transcript]


def test_onyx_fireflies_document(sample: Callable[[str], Transcript]) -> None:
    transcript = sample("onyx-fireflies-doc.json")
    assert (transcript.format, transcript.title) == ("fireflies-onyx", "Lead Generation Efforts")
    assert transcript.date == dt.date(2025, 1, 10)
    assert transcript.source_url == "https://app.fireflies.ai/view/VcBdZpuV82rImQCA"
    assert transcript.speaker_names() == ("test_user_1 1", "Test Admin Admin")
    assert len(transcript.turns) == 15
    first = transcript.turns[0]
    assert (first.start, first.text) == (153.1, "Hey, David, thanks for taking the time today.")


@pytest.mark.parametrize("wrapped", [True, False])
def test_fireflies_api(read: Read, wrapped: bool) -> None:
    sentences = [
        {"index": n, "speaker_name": s, "speaker_id": n % 2, "text": t, "start_time": n, "end_time": n + 1}
        for n, (s, t) in enumerate([("Ann Lee", "Hi."), ("Ann Lee", "So."), (None, "Yes."), ("Ann Lee", "Good.")])
    ]
    document: dict[str, object] = {
        "id": "1",
        "title": "Weekly",
        "date": 1704067200000,
        "transcript_url": "https://app.fireflies.ai/view/1",
        "audio_url": "https://x.org/a.mp3",
        "video_url": None,
        "summary": {"overview": "Nobody says this."},
        "sentences": sentences,
    }
    transcript = read(json.dumps({"data": {"transcript": document}} if wrapped else document))
    assert (transcript.format, transcript.title, transcript.date) == ("fireflies", "Weekly", dt.date(2024, 1, 1))
    assert transcript.source_url == "https://app.fireflies.ai/view/1"
    assert transcript.media_url == "https://x.org/a.mp3"
    assert [(t.speaker, t.text, t.start, t.end) for t in transcript.turns] == [
        ("Ann Lee", "Hi. So.", 0, 2),
        ("Speaker 0", "Yes.", 2, 3),
        ("Ann Lee", "Good.", 3, 4),
    ]


def test_qmsum_queries_are_not_speech(read: Read) -> None:
    document = {
        "topic_list": [{"topic": "Opening", "relevant_text_span": [["0", "1"]]}],
        "general_query_list": [{"query": "Summarise", "answer": "They met."}],
        "specific_query_list": [],
        "meeting_transcripts": [
            {"speaker": "Project Manager", "content": "Okay {disfmarker} so ."},
            {"speaker": "Marketing", "content": "{vocalsound} {gap} ."},
            {"speaker": "Project Manager", "content": "Right ."},
        ],
    }
    transcript = read(json.dumps(document))
    assert transcript.format == "qmsum"
    assert [(t.kind, t.speaker, t.text) for t in transcript.turns] == [
        ("speech", "Project Manager", "Okay {disfmarker} so ."),
        ("direction", None, "{vocalsound} {gap} ."),
        ("speech", "Project Manager", "Right ."),
    ]


def test_mediasum(read: Read) -> None:
    document = {
        "id": "NPR-1",
        "program": "Day to Day",
        "date": "2008-06-10",
        "url": "https://www.npr.org/1",
        "title": "Researchers Find Discriminating Plants",
        "summary": "Nobody says this.",
        "utt": ["This is DAY TO DAY.", "I'm Madeleine Brand.", "(Soundbite of music)", "Hi."],
        "speaker": ["ALEX COHEN, host", "MADELEINE BRAND, host", "MADELEINE BRAND, host", "BRAND"],
    }
    transcript = read(json.dumps(document))
    assert (transcript.format, transcript.date) == ("mediasum", dt.date(2008, 6, 10))
    assert transcript.title == "Researchers Find Discriminating Plants"
    assert transcript.source_url == "https://www.npr.org/1"
    assert [(t.kind, t.speaker) for t in transcript.turns] == [
        ("speech", "Alex Cohen"),
        ("speech", "Madeleine Brand"),
        ("direction", None),
        ("speech", "Madeleine Brand"),
    ]
    assert [(s.name, s.role) for s in transcript.speakers] == [("Alex Cohen", "host"), ("Madeleine Brand", "host")]
    with pytest.raises(ReadError, match='4 texts in "utt" and 1 names'):
        read(json.dumps(document | {"speaker": ["ALEX COHEN"]}))


def test_congressional_record(sample: Callable[[str], Transcript]) -> None:
    transcript = sample("crec-2005-07-20-S8587-4.json")
    assert (transcript.format, transcript.date) == ("congressional-record-json", dt.date(2005, 7, 20))
    assert transcript.title == "NATIONAL DEFENSE AUTHORIZATION ACT"
    (turn,) = transcript.turns
    assert turn.text.startswith("Mr. President, I rise today in support of the National Defense Authorization Act for")
    # Where a page ended, the sentence goes on; where a line is set in, a paragraph begins.
    assert "so far. I think Congress" in turn.text
    assert "rather than making the Army" in turn.text
    assert "process this year.\n\nI think the bill" in turn.text


def test_congressional_record_says_what_is_only_printed(read: Read) -> None:
    kinds = [
        ("title", "None", "  THE BUDGET\n"),
        ("speech", "The PRESIDING OFFICER", "  The PRESIDING OFFICER. Without objection.\n"),
        ("recorder", "The RECORDER", "  The motion was agreed to.\n"),
        (
            "speech",
            "Mr. FRIST",
            "  Mr. FRIST. Mr. President, I ask\nthat [[Page S12]] it be read.\n  Mr. FRIST. Thanks.\n",
        ),
        ("rollcall", "None", "  [Rollcall Vote No. 5 Ex.]\n\n  YEAS--98\n"),
        ("linebreak", "None", "   ____________________\n\n"),
    ]
    content = [
        {"kind": kind, "speaker": speaker, "text": text, "turn": -1, "itemno": n, "speaker_bioguide": None}
        for n, (kind, speaker, text) in enumerate(kinds)
    ]
    transcript = read(json.dumps({"id": "CREC-1", "header": False, "doc_title": "None", "content": content}), "a.json")
    assert (transcript.title, transcript.date) == ("A", None)
    assert [(t.kind, t.speaker, t.text) for t in transcript.turns] == [
        ("direction", None, "THE BUDGET"),
        ("speech", "The PRESIDING OFFICER", "Without objection."),
        ("direction", None, "The motion was agreed to."),
        ("speech", "Mr. FRIST", "Mr. President, I ask that it be read.\n\nMr. FRIST. Thanks."),
        ("direction", None, "[Rollcall Vote No. 5 Ex.]\n\nYEAS--98"),
    ]
