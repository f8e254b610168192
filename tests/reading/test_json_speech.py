"""The JSON of speech-to-text services: who said what when, each service's traps one by one."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from rag.errors import ReadError
from rag.values import Transcript

Heard = list[tuple[str | None, str, float | None, float | None]]


@pytest.fixture
def heard(read: Callable[..., Transcript]) -> Callable[..., Heard]:
    """(speaker, text, start, end) of the turns of a document; it must be read as `name`."""

    def hear(document: object, name: str) -> Heard:
        text = document if isinstance(document, str) else json.dumps(document)
        transcript = read(text, "call.json")
        assert transcript.format == name
        assert transcript.title == "Call"
        return [(t.speaker, t.text, t.start, t.end) for t in transcript.turns]

    return hear


SAMPLES: dict[str, tuple[str, Heard]] = {
    "turnchunk-assemblyai.json": (
        "assemblyai",
        [("A", "Can everyone hear me okay?", 2.1, 5.4), ("B", "Yep, coming through fine.", 5.4, 7.9)],
    ),
    "azure-batch-v3-transcriptSample.json": (
        "azure-batch",
        [
            ("1", "Run Alabama drivers license.", 0.04, 2.22),
            ("2", "0030", 2.28, 5.36),
            ("1", "669", 5.4, 7.46),
        ],
    ),
    "turnchunk-azure-speech.json": ("azure-batch", [("1", "Hello there.", 0.5, 1.4), ("2", "How are you?", 2.0, 2.7)]),
    "turnchunk-google-stt.json": ("google-stt", [("1", "Hello there", 0.5, 1.4), ("2", "How are you", 2.0, 2.7)]),
    "turnchunk-rev.json": ("rev-ai", [("0", "The contract.", 1.02, 1.71), ("1", "Understood.", 2.3, 2.9)]),
    "turnchunk-whisper-plain.json": (
        "whisper",
        [(None, "Right, let's start with the renewal. Twelve percent is a lot.", 0.0, 6.0)],
    ),
    "turnchunk-whisperx-diarized.json": (
        "whisperx",
        [
            (
                "SPEAKER_00",
                "Right, let's start with the renewal. They came back asking for a twelve percent increase.",
                0.5,
                9.1,
            ),
            ("SPEAKER_01", "Twelve? That's well above what we budgeted.", 9.1, 12.6),
        ],
    ),
    "speechmatics-rt-two-speakers.json": (
        "speechmatics",
        [("S1", "That's amazing.", 0.03, 2.04), ("S2", "I know", 3.0, 3.2)],
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_samples(sample: Callable[[str], Transcript], name: str) -> None:
    transcript = sample(name)
    turns = [(t.speaker, t.text, t.start, t.end) for t in transcript.turns]
    assert (transcript.format, turns) == SAMPLES[name]


# --- Whisper and its kin


def test_whisper_text_alone_and_words_without_punctuation(heard: Callable[..., Heard]) -> None:
    assert heard({"text": "Hello there. How are you?", "usage": {"type": "tokens"}}, "whisper-text") == [
        (None, "Hello there. How are you?", None, None)
    ]
    words = [{"word": w, "start": n, "end": n + 0.5} for n, w in enumerate(["Hello", "there", "how", "so"])]
    document = {"task": "transcribe", "duration": 4, "text": "Hello, there: how (so)?", "words": words}
    assert heard(document, "whisper") == [(None, "Hello, there: how (so)?", 0.0, 3.5)]


def test_whisper_with_speakers_of_the_api(heard: Callable[..., Heard]) -> None:
    segments = [
        {"type": "transcript.text.segment", "id": f"seg_{n}", "start": n, "end": n + 1, "text": t, "speaker": s}
        for n, (s, t) in enumerate([("A", " Hi."), ("A", " Well?"), ("B", " Fine.")])
    ]
    document = {"task": "transcribe", "duration": 3.0, "text": "Hi. Well? Fine.", "segments": segments}
    assert heard(document, "whisper") == [("A", "Hi. Well?", 0.0, 2.0), ("B", "Fine.", 2.0, 3.0)]


def test_faster_whisper_lists(heard: Callable[..., Heard]) -> None:
    segment = {"id": 1, "seek": 0, "start": 0.0, "end": 1.0, "text": " Hi.", "tokens": [1], "words": None}
    expected: Heard = [(None, "Hi. Yes.", 0.0, 2.0)]
    assert heard([segment, segment | {"start": 1.0, "end": 2.0, "text": " Yes."}], "whisper") == expected
    tuples = [[1, 0, 0.0, 1.0, " Hi.", [1, 2], 0.1], [2, 0, 1.0, 2.0, " Yes.", [3], 0.1]]
    assert heard(tuples, "whisper") == expected
    lines = "\n".join(json.dumps(segment | {"start": n, "end": n + 1}) for n in range(2))
    assert heard(lines, "whisper") == [(None, "Hi. Hi.", 0.0, 2.0)]


def test_transformers_chunks_and_speakers(heard: Callable[..., Heard]) -> None:
    chunks = [{"timestamp": [0.0, 1.5], "text": " Hi."}, {"timestamp": [1.5, None], "text": " Yes."}]
    assert heard({"text": " Hi. Yes.", "chunks": chunks}, "whisper") == [(None, "Hi. Yes.", 0.0, None)]
    speakers = [c | {"speaker": f"SPEAKER_0{n}"} for n, c in enumerate(chunks)]
    assert heard({"text": " Hi. Yes.", "chunks": chunks, "speakers": speakers}, "whisper") == [
        ("SPEAKER_00", "Hi.", 0.0, 1.5),
        ("SPEAKER_01", "Yes.", 1.5, None),
    ]


def test_whisperx_words_where_the_segment_names_nobody(heard: Callable[..., Heard]) -> None:
    words = [
        {"word": "It", "start": 1.0, "end": 1.2, "score": 0.9, "speaker": "SPEAKER_00"},
        {"word": "cost"},
        {"word": "$40."},
        {"word": "Really?", "start": 2.0, "end": 2.4, "score": 0.9, "speaker": "SPEAKER_01"},
    ]
    segments = [
        {"start": 1.0, "end": 2.4, "text": " It cost $40. Really?", "words": words},
        {"start": 3.0, "end": 4.0, "text": " Mm.", "words": [{"word": "Mm.", "score": 0.1}]},
        {"start": 5.0, "end": 6.0, "text": " Yes.", "speaker": "SPEAKER_01", "words": words[:1]},
    ]
    assert heard({"segments": segments, "word_segments": words, "language": "en"}, "whisperx") == [
        ("SPEAKER_00", "It cost $40.", 1.0, 1.2),
        ("SPEAKER_01", "Really?", 2.0, 2.4),
        (None, "Mm.", 3.0, 4.0),
        ("SPEAKER_01", "Yes.", 5.0, 6.0),
    ]


def cpp(*segments: dict[str, object]) -> dict[str, object]:
    return {"systeminfo": "AVX = 1", "result": {"language": "en"}, "transcription": list(segments)}


def test_whisper_cpp(heard: Callable[..., Heard]) -> None:
    stamps = {"from": "00:00:01,000", "to": "00:00:02,500"}
    first = {"timestamps": stamps, "offsets": {"from": 1000, "to": 2500}, "text": " Hi."}
    assert heard(cpp(first), "whisper-cpp") == [(None, "Hi.", 1.0, 2.5)]
    assert heard(cpp({"timestamps": stamps, "text": " Hi."}), "whisper-cpp") == [(None, "Hi.", 1.0, 2.5)]
    stereo = cpp(first | {"speaker": "0"}, first | {"speaker": "1"}, first | {"speaker": "?"})
    assert [turn[0] for turn in heard(stereo, "whisper-cpp")] == ["0", "1", None]


def test_whisper_cpp_turns_without_names(heard: Callable[..., Heard]) -> None:
    offsets = [{"from": n * 1000, "to": n * 1000 + 900} for n in range(4)]
    document = cpp(
        {"offsets": offsets[0], "text": " What about Friday? [SPEAKER_TURN]"},
        {"offsets": offsets[1], "text": " Friday", "speaker_turn_next": False},
        {"offsets": offsets[2], "text": " works.", "speaker_turn_next": True},
        {"offsets": offsets[3], "text": " Good."},
    )
    assert heard(document, "whisper-cpp") == [
        (None, "What about Friday?", 0.0, 0.9),
        (None, "Friday works.", 1.0, 2.9),
        (None, "Good.", 3.0, 3.9),
    ]


def test_whisper_cpp_parts_of_words(heard: Callable[..., Heard]) -> None:
    parts = [" We", " re", "new", " it", " to", "day", ",", " not", " later", "."]
    offsets = [{"from": n * 100, "to": n * 100 + 90} for n in range(len(parts))]
    document = cpp(*({"offsets": o, "text": t} for o, t in zip(offsets, parts, strict=True)))
    assert heard(document, "whisper-cpp") == [(None, "We renew it today, not later.", 0.0, 0.99)]


def test_music_is_no_speech(read: Callable[..., Transcript]) -> None:
    segments = [{"id": 0, "seek": 0, "start": n, "end": n + 1, "text": t} for n, t in enumerate([" [Music]", " Hi."])]
    turns = read(json.dumps({"text": "", "segments": segments, "language": "en"})).turns
    assert [(t.kind, t.text) for t in turns] == [("direction", "[Music]"), ("speech", "Hi.")]


# --- AssemblyAI


def assembly(**fields: object) -> dict[str, object]:
    return {
        "id": "x1",
        "status": "completed",
        "audio_url": "https://cdn.assemblyai.com/u/1",
        "text": "Hi. Yes.",
    } | fields


def test_assemblyai_words_speak_where_utterances_are_null(heard: Callable[..., Heard]) -> None:
    words = [
        {"text": "Hi.", "start": 250, "end": 650, "speaker": "A"},
        {"text": "Yes.", "start": 700, "end": 1200, "speaker": "B"},
        {"text": "Good.", "start": 1200, "end": 1500, "speaker": None},
    ]
    assert heard(assembly(utterances=None, words=words), "assemblyai") == [
        ("A", "Hi.", 0.25, 0.65),
        ("B", "Yes. Good.", 0.7, 1.5),
    ]
    for word in words:
        word["speaker"] = None
    assert heard(assembly(utterances=None, words=words), "assemblyai") == [(None, "Hi. Yes. Good.", 0.25, 1.5)]
    assert heard(assembly(utterances=None, words=None), "assemblyai") == [(None, "Hi. Yes.", None, None)]


def test_assemblyai_sentences_and_unfinished(heard: Callable[..., Heard], read: Callable[..., Transcript]) -> None:
    sentences = [{"text": "Hi.", "start": 250, "end": 650, "words": [], "speaker": "A"}]
    document = {"id": "x1", "confidence": 0.9, "audio_duration": 3, "sentences": sentences}
    assert heard(document, "assemblyai") == [("A", "Hi.", 0.25, 0.65)]
    with pytest.raises(ReadError, match='status is "error" \\(Download failed\\)'):
        read(json.dumps(assembly(status="error", error="Download\nfailed")), "x.json")
    with pytest.raises(ReadError, match='status is "processing"'):
        read(json.dumps(assembly(status="processing", words=None)), "x.json")


def test_links_to_uploads_are_not_kept(read: Callable[..., Transcript]) -> None:
    assert read(json.dumps(assembly())).media_url is None
    assert read(json.dumps(assembly(audio_url="https://x.org/a.mp3"))).media_url == "https://x.org/a.mp3"


# --- Deepgram


def spoken(*words: tuple[str, float, float, int | None]) -> list[dict[str, object]]:
    bare = [{"word": w.lower().strip(".?"), "punctuated_word": w, "start": a, "end": b} for w, a, b, _ in words]
    return [b | ({} if w[3] is None else {"speaker": w[3]}) for b, w in zip(bare, words, strict=True)]


def deepgram(*channels: dict[str, object], **results: object) -> dict[str, object]:
    told = {"channels": [{"alternatives": [channel]} for channel in channels]}
    return {"metadata": {"created": "2024-01-01T00:00:00Z", "channels": len(channels)}, "results": told | results}


def test_deepgram_words_before_utterances_and_paragraphs(heard: Callable[..., Heard]) -> None:
    words = spoken(("Hello", 0.5, 0.9, 0), ("there.", 0.9, 1.4, 0), ("How", 2.0, 2.2, 1), ("so?", 2.2, 2.7, 1))
    paragraphs = {
        "transcript": "\nSpeaker 0: Hello there. How so?",
        "paragraphs": [{"speaker": 0, "start": 0.5, "end": 2.7, "sentences": [{"text": "Hello there.", "start": 0.5}]}],
    }
    utterances = [{"start": 0.5, "end": 2.7, "channel": 0, "transcript": "Hello there. How so?", "speaker": 0}]
    document = deepgram({"transcript": "x", "words": words, "paragraphs": paragraphs}, utterances=utterances)
    assert heard(document, "deepgram") == [("0", "Hello there.", 0.5, 1.4), ("1", "How so?", 2.0, 2.7)]


def test_deepgram_without_speakers_and_without_words(heard: Callable[..., Heard]) -> None:
    nameless = spoken(("Hello", 0.5, 0.9, None), ("there.", 0.9, 1.4, None))
    assert heard(deepgram({"transcript": "x", "words": nameless}), "deepgram") == [(None, "Hello there.", 0.5, 1.4)]
    utterances = [{"start": 0.5, "end": 1.4, "channel": 0, "transcript": "Hello.", "speaker": 1}]
    assert heard(deepgram({"transcript": "x", "words": []}, utterances=utterances), "deepgram") == [
        ("1", "Hello.", 0.5, 1.4)
    ]


def test_deepgram_channels_are_speakers_in_order_of_time(heard: Callable[..., Heard]) -> None:
    first = spoken(("Hello", 0.0, 0.5, None), ("there.", 0.5, 1.0, None), ("Good.", 4.0, 4.5, None))
    second = spoken(("Hi,", 0.8, 1.2, None), ("how", 1.2, 1.5, None), ("so?", 1.5, 2.0, None))
    document = deepgram({"words": first}, {"words": second}, {"transcript": "", "words": []})
    assert heard(document, "deepgram") == [
        ("Channel 0", "Hello there.", 0.0, 1.0),
        ("Channel 1", "Hi, how so?", 0.8, 2.0),
        ("Channel 0", "Good.", 4.0, 4.5),
    ]


# --- Amazon


def item(word: str, start: float | None = None, **fields: object) -> dict[str, object]:
    told = {"alternatives": [{"confidence": "0.9", "content": word}]} | fields
    if start is None:
        return told | {"type": "punctuation"}
    return told | {"type": "pronunciation", "start_time": f"{start}", "end_time": f"{start + 0.4}"}


ITEMS = [item("Hello", 0.5), item("there", 0.9), item("."), item("How", 2.0), item("so", 2.3), item("?")]
RUNS: Heard = [("spk_0", "Hello there.", 0.5, 1.3), ("spk_1", "How so?", 2.0, 2.7)]


def amazon(**results: object) -> dict[str, object]:
    return {"jobName": "j", "status": "COMPLETED", "results": {"transcripts": [{"transcript": "x"}], **results}}


def segment(label: str, start: float, end: float, *starts: float) -> dict[str, object]:
    items = [{"speaker_label": label, "start_time": f"{s}", "end_time": f"{s + 0.4}"} for s in starts]
    return {"start_time": f"{start}", "end_time": f"{end}", "speaker_label": label, "items": items}


def test_amazon_speakers_by_word_by_segment_and_on_the_words(heard: Callable[..., Heard]) -> None:
    by_word = {"speakers": 2, "segments": [segment("spk_0", 0.5, 2.9, 0.5, 0.9), segment("spk_1", 0.5, 2.9, 2.0, 2.3)]}
    assert heard(amazon(speaker_labels=by_word, items=ITEMS), "aws-transcribe") == RUNS
    by_time = {"segments": [segment("spk_0", 0.5, 1.4), segment("", 1.5, 1.6), segment("spk_1", 2.0, 2.7)]}
    assert heard(amazon(speaker_labels=by_time, items=ITEMS), "aws-transcribe") == RUNS
    labelled = [i | {"speaker_label": "spk_0" if n < 3 else "spk_1"} for n, i in enumerate(ITEMS)]
    segments = [
        {"id": 0, "transcript": "Hello there.", "start_time": "0.4", "end_time": "1.5", "speaker_label": "spk_0"}
    ]
    assert heard(amazon(items=labelled, audio_segments=segments), "aws-transcribe") == RUNS
    assert heard(amazon(items=ITEMS), "aws-transcribe") == [(None, "Hello there. How so?", 0.5, 2.7)]


def test_amazon_audio_segments_and_the_text_alone(heard: Callable[..., Heard]) -> None:
    segments = [
        {"id": n, "transcript": t, "start_time": f"{n}", "end_time": f"{n + 1}", "speaker_label": f"spk_{n}"}
        for n, t in enumerate(["Hello.", "Yes."])
    ]
    assert heard(amazon(items=[], audio_segments=segments), "aws-transcribe") == [
        ("spk_0", "Hello.", 0.0, 1.0),
        ("spk_1", "Yes.", 1.0, 2.0),
    ]
    assert heard(amazon(items=[]), "aws-transcribe") == [(None, "x", None, None)]


def test_amazon_channels(heard: Callable[..., Heard]) -> None:
    channels = [{"channel_label": "ch_0", "items": ITEMS}, {"channel_label": "ch_1", "items": [item("Mm", 1.5)]}]
    assert heard(amazon(items=ITEMS, channel_labels={"channels": channels}), "aws-transcribe") == [
        ("ch_0", "Hello there.", 0.5, 1.3),
        ("ch_1", "Mm", 1.5, 1.9),
        ("ch_0", "How so?", 2.0, 2.7),
    ]


def test_amazon_call_analytics_and_contact_lens(heard: Callable[..., Heard]) -> None:
    times = [{"BeginOffsetMillis": n * 1000, "EndOffsetMillis": n * 1000 + 900} for n in range(3)]
    roles = ["AGENT", "CUSTOMER", "CUSTOMER"]
    said = [{"Content": f"{n}.", **t} for n, t in enumerate(times)]
    expected: Heard = [("Agent", "0.", 0.0, 0.9), ("Customer", "1. 2.", 1.0, 2.9)]
    by_role = {
        "JobStatus": "COMPLETED",
        "Transcript": [s | {"ParticipantRole": r} for s, r in zip(said, roles, strict=True)],
    }
    assert heard(by_role, "aws-call-analytics") == expected
    participants = [
        {"ParticipantId": "p1", "ParticipantRole": "AGENT"},
        {"ParticipantId": "p2", "ParticipantRole": "CUSTOMER"},
    ]
    by_id = {
        "Version": "1.1.0",
        "Participants": participants,
        "Transcript": [s | {"ParticipantId": "p1" if r == "AGENT" else "p2"} for s, r in zip(said, roles, strict=True)],
    }
    assert heard(by_id, "aws-call-analytics") == expected


# --- Google


def google(tag: str, words: list[tuple[str, object, object, object]], start: str, end: str) -> list[dict[str, object]]:
    return [{"word": w, start: a, end: b, **({} if s is None else {tag: s})} for w, a, b, s in words]


def test_google_last_result_repeats_every_word(heard: Callable[..., Heard]) -> None:
    words = [("Hi.", "0s", "0.500s", 1), ("Yes.", "61.5s", "62s", 2), ("Well.", "62s", "62.500s", 2)]
    untagged = [(w, a, b, 0) for w, a, b, _ in words]
    results = [
        {"alternatives": [{"transcript": "Hi.", "words": google("speakerTag", untagged[:1], "startTime", "endTime")}]},
        {
            "alternatives": [
                {"transcript": " Yes. Well.", "words": google("speakerTag", untagged[1:], "startTime", "endTime")}
            ]
        },
        {"alternatives": [{"words": google("speakerTag", words, "startTime", "endTime")}]},
    ]
    expected: Heard = [("1", "Hi.", 0.0, 0.5), ("2", "Yes. Well.", 61.5, 62.5)]
    assert heard({"results": results}, "google-stt") == expected
    operation = {"name": "1", "done": True, "response": {"@type": "x", "results": results}}
    assert heard(operation, "google-stt") == expected
    assert heard({"results": results[:2]}, "google-stt") == [(None, "Hi.", 0.0, 0.5), (None, "Yes. Well.", 61.5, 62.5)]


def test_google_in_snake_case_with_seconds_and_nanos(heard: Callable[..., Heard]) -> None:
    words = [
        ("Hi.", {}, {"seconds": "1", "nanos": 500000000}, 1),
        ("Yes.", {"seconds": 2}, {"seconds": 3, "nanos": 1}, 2),
    ]
    document = {
        "results": [
            {"alternatives": [{"transcript": "x", "words": google("speaker_tag", words, "start_time", "end_time")}]}
        ]
    }
    assert heard(document, "google-stt") == [("1", "Hi.", 0.0, 1.5), ("2", "Yes.", 2.0, 3.0)]


def test_google_version_2_repeats_nothing(heard: Callable[..., Heard]) -> None:
    words = [("Hi.", None, "0.5s", "1"), ("Yes.", "1.5s", "2s", "2"), ("So.", "3s", "4s", "2")]
    tagged = google("speakerLabel", words, "startOffset", "endOffset")
    results = [
        {"alternatives": [{"transcript": "x", "words": w}], "languageCode": "en-us"} for w in (tagged[:2], tagged[2:])
    ]
    expected: Heard = [("1", "Hi.", 0.0, 0.5), ("2", "Yes. So.", 1.5, 4.0)]
    assert heard({"results": results}, "google-stt") == expected
    batch = {"results": {"gs://b/a.wav": {"transcript": {"results": results}, "uri": "gs://x"}}}
    assert heard(batch, "google-stt") == expected


def test_google_channels_and_japanese_readings(heard: Callable[..., Heard]) -> None:
    results = [
        {
            "alternatives": [{"transcript": t, "words": google("x", [("a", s, "9s", None)], "startTime", "endTime")}],
            "channelTag": c,
        }
        for t, s, c in (("First.", "1s", 1), ("Third.", "5s", 1), ("Second.", "3s", 2))
    ]
    assert [turn[:2] for turn in heard({"results": results}, "google-stt")] == [
        ("Channel 1", "First."),
        ("Channel 2", "Second."),
        ("Channel 1", "Third."),
    ]
    words = google("speakerTag", [("今日|キョウ", "0s", "1s", 1), ("は|ハ", "1s", "2s", 1)], "startTime", "endTime")
    document = {"results": [{"alternatives": [{"transcript": "今日は", "words": words}], "languageCode": "ja-jp"}]}
    assert heard(document, "google-stt") == [("1", "今日は", 0.0, 2.0)]


# --- Azure


def phrase(text: str, second: float, channel: int = 0, **fields: object) -> dict[str, object]:
    best = [{"confidence": 0.9, "lexical": text.lower(), "itn": text, "maskedITN": text, "display": f"{text}."}]
    times = {"offset": f"PT{second}S", "duration": "PT1S"}
    return {"recognitionStatus": "Success", "channel": channel, "nBest": best, **times} | fields


def azure(*phrases: dict[str, object]) -> dict[str, object]:
    whole = [{"channel": 0, "display": "The whole text again."}]
    return {
        "source": "https://x.blob.core.windows.net/a.wav?sig=secret",
        "timestamp": "2024-01-01T00:00:00Z",
        "combinedRecognizedPhrases": whole,
        "recognizedPhrases": list(phrases),
    }


def test_azure_batch(heard: Callable[..., Heard], read: Callable[..., Transcript]) -> None:
    document = azure(
        phrase("Hi", 0, channel=0),
        phrase("Well", 62.5, channel=0, offset="PT1M2.5S", durationInTicks=5_000_000.0),
        phrase("Yes", 3, channel=1),
        {"recognitionStatus": "InitialSilenceTimeout", "channel": 1, "offset": "PT70S", "duration": "PT1S"},
    )
    assert heard(document, "azure-batch") == [
        ("Channel 0", "Hi.", 0.0, 1.0),
        ("Channel 1", "Yes.", 3.0, 4.0),
        ("Channel 0", "Well.", 62.5, 63.0),
    ]
    transcript = read(json.dumps(document))
    assert (transcript.source_url, transcript.date) == (None, None)
    assert heard(azure(phrase("Hi", 0)), "azure-batch") == [(None, "Hi.", 0.0, 1.0)]


def test_azure_older_batch_fast_and_real_time(heard: Callable[..., Heard]) -> None:
    best = [{"Display": "Hi.", "Lexical": "hi"}]
    old = {"ChannelNumber": "0", "SpeakerId": "2", "Offset": 5_000_000, "Duration": 10_000_000, "NBest": best}
    document = {"AudioFileResults": [{"AudioFileName": "a.wav", "SegmentResults": [old]}]}
    assert heard(document, "azure-batch") == [("2", "Hi.", 0.5, 1.5)]
    phrases = [
        {"speaker": s, "offsetMilliseconds": o, "durationMilliseconds": 640, "text": t, "words": [], "locale": "en-US"}
        for s, o, t in ((1, 960, "Hi."), (2, 2000, "Yes."))
    ]
    fast = {"durationMilliseconds": 3000, "combinedPhrases": [{"text": "Hi. Yes."}], "phrases": phrases}
    assert heard(fast, "azure-fast") == [("1", "Hi.", 0.96, 1.6), ("2", "Yes.", 2.0, 2.64)]
    messages = [
        {
            "Id": "1",
            "RecognitionStatus": "Success",
            "DisplayText": t,
            "Offset": o,
            "Duration": 10_000_000,
            "SpeakerId": s,
        }
        for s, o, t in (("Guest-1", 0, "Hi."), ("Unknown", 20_000_000, "Yes."))
    ]
    lines = "\n".join(json.dumps(message) for message in messages)
    assert heard(lines, "azure-realtime") == [("Guest-1", "Hi.", 0.0, 1.0), ("Unknown", "Yes.", 2.0, 3.0)]


# --- IBM


def watson(final: bool = True, start: float = 0.0, text: str = "hi there yes") -> dict[str, object]:
    stamps = [[w, start + n, start + n + 0.5] for n, w in enumerate(text.lower().replace(",", "").split())]
    return {"final": final, "alternatives": [{"transcript": f"{text} ", "confidence": 0.9, "timestamps": stamps}]}


def labels(*speakers: int, start: float = 0.0) -> list[dict[str, object]]:
    return [{"from": start + n, "to": start + n + 0.5, "speaker": s, "final": False} for n, s in enumerate(speakers)]


def test_ibm_speakers_by_time(heard: Callable[..., Heard]) -> None:
    document = {"result_index": 0, "results": [watson(text="Hi, there yes")], "speaker_labels": labels(0, 0, 2)}
    assert heard(document, "ibm-watson") == [("0", "Hi, there", 0.0, 1.5), ("2", "yes", 2.0, 2.5)]
    messages = [
        {"result_index": 0, "results": [watson(final=False)]},
        {"result_index": 0, "results": [watson()]},
        {"result_index": 1, "results": [watson(start=10, text="well")]},
        {"speaker_labels": labels(1, 1, 1) + labels(0, start=10)},
    ]
    assert heard(messages, "ibm-watson") == [("1", "hi there yes", 0.0, 2.5), ("0", "well", 10.0, 10.5)]
    assert heard({"results": [watson()]}, "ibm-watson") == [(None, "hi there yes", 0.0, 2.5)]


# --- Rev, Speechmatics, Gladia, ElevenLabs


def test_rev_names_tags_and_clock_times(heard: Callable[..., Heard]) -> None:
    words = [
        {"type": "text", "value": "So", "timestamp": "00:01:01,500", "end_timestamp": "00:01:02,000"},
        {"type": "punct", "value": " "},
        {"type": "tag", "name": "crosstalk", "timestamp": "00:01:02,000"},
        {"type": "punct", "value": "."},
    ]
    document = {"speakers": [{"id": 7, "name": "Ann Lee"}], "monologues": [{"speaker": 7, "elements": words}]}
    assert heard(document, "rev-ai") == [("Ann Lee", "So [crosstalk].", 61.5, 62.0)]
    info = {"monologues": [{"speaker": 0, "speaker_info": {"id": "1", "display_name": "Bob"}, "elements": words[:1]}]}
    assert heard(info, "rev-ai") == [("Bob", "So", 61.5, 62.0)]


def token(text: str, n: float, speaker: str | None = None, kind: str = "word", **fields: object) -> dict[str, object]:
    told = {"confidence": 1.0, "content": text, **({} if speaker is None else {"speaker": speaker})}
    return {"type": kind, "start_time": n, "end_time": n + 0.5, "alternatives": [told], **fields}


def test_speechmatics_marks_attach_where_they_say(heard: Callable[..., Heard]) -> None:
    tokens = [
        token("Yes", 0),
        token(",", 0.5, kind="punctuation"),
        token("*", 0.5, kind="punctuation", attaches_to="next"),
        token("great", 1),
        token("for", 2),
        token("-", 2.5, kind="punctuation", attaches_to="both"),
        token("sure", 3),
        token("&", 3.5, kind="punctuation", attaches_to="none"),
        token("stuff", 4),
        token("$2.05", 5, kind="entity"),
        token(".", 5.5, kind="punctuation", attaches_to="previous"),
    ]
    document = {"format": "2.9", "job": {"id": "1"}, "metadata": {"type": "transcription"}, "results": tokens}
    assert heard(document, "speechmatics") == [(None, "Yes, *great for-sure & stuff $2.05.", 0.0, 6.0)]


def test_speechmatics_unknown_channels_changes_and_scripts(heard: Callable[..., Heard]) -> None:
    tokens = [token("Hi", 0, "S1"), token("Mm", 1, "UU"), token("So", 2, "S1")]
    assert [t[0] for t in heard({"format": "2.9", "results": tokens}, "speechmatics")] == ["S1", "UU", "S1"]
    changed = [token("Hello", 0), {"type": "speaker_change", "start_time": 1, "end_time": 1}, token("Hey", 1)]
    assert [t[1] for t in heard({"format": "2.7", "results": changed}, "speechmatics")] == ["Hello", "Hey"]
    channels = [token("Hello.", 0, channel="one"), token("So.", 2, channel="one"), token("Hey.", 1, channel="two")]
    assert [t[:2] for t in heard({"format": "2.9", "results": channels}, "speechmatics")] == [
        ("one", "Hello."),
        ("two", "Hey."),
        ("one", "So."),
    ]
    pack = {"language_pack_info": {"word_delimiter": ""}}
    words = [token("今日", 0, "S1"), token("は", 1, "S1"), token("。", 1.5, "S1", "punctuation"), token("OK", 2, "S1")]
    document = {"format": "2.9", "metadata": pack, "results": words}
    assert heard(document, "speechmatics") == [("S1", "今日は。OK", 0.0, 2.5)]


def test_speechmatics_messages(heard: Callable[..., Heard]) -> None:
    messages = [
        {"message": "RecognitionStarted", "id": "1"},
        {"message": "AddPartialTranscript", "results": [token("High", 0, "S1")]},
        {"message": "AddTranscript", "results": [token("Hi", 0, "S1"), token(".", 0.5, "S1", "punctuation")]},
        {"message": "AddTranscript", "results": []},
        {"message": "AddTranscript", "results": [token("Yes", 2, "S2")]},
        {"message": "EndOfTranscript"},
    ]
    expected: Heard = [("S1", "Hi.", 0.0, 1.0), ("S2", "Yes", 2.0, 2.5)]
    assert heard(messages, "speechmatics") == expected
    assert heard("\n".join(json.dumps(message) for message in messages), "speechmatics") == expected


def test_speechmatics_version_1(heard: Callable[..., Heard]) -> None:
    words = [
        {"name": w, "time": f"{t}", "duration": "0.400", "confidence": "0.9"}
        for w, t in (("Hello", 0.5), (".", 0.9), ("Yes", 3.0))
    ]
    speakers = [
        {"name": n, "time": t, "duration": "2.0", "confidence": None} for n, t in (("M1", "0.0"), ("F2", "2.5"))
    ]
    document = {"job": {"id": 1}, "speakers": speakers, "words": words, "format": "1.0"}
    assert heard(document, "speechmatics-1") == [("M1", "Hello.", 0.5, 1.3), ("F2", "Yes", 3.0, 3.4)]


def test_gladia(heard: Callable[..., Heard], read: Callable[..., Transcript]) -> None:
    utterances = [
        {"text": t, "language": "en", "start": n, "end": n + 1, "channel": 0, "speaker": s, "words": []}
        for n, (s, t) in enumerate([(0, "Hi."), (0, "Well?"), (1, "Yes.")])
    ]
    inner = {"languages": ["en"], "full_transcript": "Hi. Well? Yes.", "utterances": utterances}
    document = {"id": "1", "status": "done", "request_params": {}, "result": {"metadata": {}, "transcription": inner}}
    expected: Heard = [("0", "Hi. Well?", 0.0, 2.0), ("1", "Yes.", 2.0, 3.0)]
    assert heard(document, "gladia") == expected
    assert heard(inner, "gladia") == expected
    old = [{"transcription": "Hi.", "time_begin": 0.5, "time_end": 1, "speaker": "not_activated", "language": "en"}]
    assert heard({"prediction": old, "prediction_raw": {}}, "gladia") == [(None, "Hi.", 0.5, 1.0)]
    with pytest.raises(ReadError, match='status is "queued"'):
        read(json.dumps({"id": "1", "status": "queued", "request_params": {}, "result": None}), "x.json")


def scribe(*words: tuple[str, str, float, str | None]) -> list[dict[str, object]]:
    return [{"text": t, "type": k, "start": s, "end": s + 0.5, "speaker_id": w, "logprob": 0} for t, k, s, w in words]


def test_elevenlabs_sounds(read: Callable[..., Transcript]) -> None:
    words = scribe(
        ("[music]", "audio_event", 0, "speaker_0"),
        ("Hi", "word", 1, "speaker_0"),
        (" ", "spacing", 1.5, "speaker_0"),
        ("(laughs)", "audio_event", 2, "speaker_0"),
        (" ", "spacing", 2.5, "speaker_0"),
        ("there.", "word", 3, "speaker_0"),
        (" ", "spacing", 3.5, "speaker_0"),
        ("Yes.", "word", 4, "speaker_1"),
    )
    transcript = read(json.dumps({"language_code": "eng", "text": "x", "words": words}))
    assert transcript.format == "elevenlabs"
    assert [(t.kind, t.speaker, t.text, t.start, t.end) for t in transcript.turns] == [
        ("direction", None, "[music]", 0.0, 0.5),
        ("speech", "speaker_0", "Hi (laughs) there.", 1.0, 3.5),
        ("speech", "speaker_1", "Yes.", 4.0, 4.5),
    ]


def test_elevenlabs_channels_and_scripts(heard: Callable[..., Heard]) -> None:
    tracks = [
        {"channel_index": n, "text": "x", "words": scribe((t, "word", s, f"speaker_{n}"), (" ", "spacing", s, None))}
        for n, (t, s) in enumerate([("Hi.", 1.0), ("Yes.", 0.0)])
    ]
    assert [t[:2] for t in heard({"transcripts": tracks}, "elevenlabs")] == [
        ("speaker_1", "Yes."),
        ("speaker_0", "Hi."),
    ]
    words = scribe(("今", "word", 0, None), ("日", "word", 1, None), ("は", "word", 2, None))
    assert heard({"language_code": "jpn", "text": "今日は", "words": words}, "elevenlabs") == [
        (None, "今日は", 0.0, 2.5)
    ]


# --- The BBC's editors, Kaldi, Vosk


def test_bbc_shapes(heard: Callable[..., Heard]) -> None:
    words = [{"word": w.lower(), "punct": w, "start": s, "end": s + 0.5} for w, s in (("Hi.", 0.0), ("Yes.", 3.0))]
    segments = [
        {"@type": "Segment", "start": s, "duration": 2, "speaker": {"@id": f"S{n}", "gender": "F"}}
        for n, s in enumerate((0, 2.5))
    ]
    expected: Heard = [("S0", "Hi.", 0.0, 0.5), ("S1", "Yes.", 3.0, 3.5)]
    assert heard({"retval": {"words": words, "segmentation": {"segments": segments}}}, "bbc-kaldi") == expected
    assert heard({"retval": {"words": words}}, "bbc-kaldi")[0][0] is None
    paper = [{"id": n, "text": w["punct"], "start": w["start"], "end": w["end"]} for n, w in enumerate(words)]
    paragraphs = [{"id": n, "start": s, "end": s + 1, "speaker": f"S{n}"} for n, s in enumerate((0, 2.8))]
    assert heard({"words": paper, "paragraphs": paragraphs}, "digital-paper-edit") == expected
    blocks = [
        {"text": w["punct"], "type": "paragraph", "data": {"speaker": f"S{n}", "words": [w], "start": w["start"]}}
        for n, w in enumerate(words)
    ]
    assert heard({"blocks": blocks, "entityMap": {}}, "draft-js") == expected
    results = [
        {"result": [{"conf": 1, "word": w, "start": s, "end": s + 0.5}], "text": w} for w, s in (("hi", 0), ("so", 9))
    ]
    assert [t[1] for t in heard([*results, {"text": ""}], "vosk")] == ["hi", "so"]


@pytest.mark.parametrize(
    ("document", "seen"),
    [
        (
            assembly(utterances=[{"text": 5, "start": 1}], words=[{"text": "a", "start": 1}]),
            r"utterances\[0\].text is 5",
        ),
        (assembly(utterances={"a": 1}, words=[{"text": "a", "start": 1}]), "utterances is an object, not a list"),
        (
            deepgram({"words": [{"word": "a", "start": "x"}]}),
            r"results.channels\[0\].alternatives\[0\].words\[0\].start",
        ),
        (amazon(items=[item("a", 1) | {"start_time": []}]), r"results.items\[0\].start_time is a list, not a time"),
        (azure(phrase("Hi", 0, offset="soon")), r'recognizedPhrases\[0\].offset is "soon", not a time'),
        (
            {"results": [{"final": True, "alternatives": [{"transcript": "a", "timestamps": [["a"]]}]}]},
            "a word with its",
        ),
        ({"monologues": [{"elements": [{"value": None, "ts": -7}]}]}, r"elements\[0\].ts is -7, not a time"),
        (cpp({"offsets": {"from": True}, "text": "a"}), "offsets.from is true"),
        (deepgram({"transcript": "", "words": []}), "no words are in it"),
    ],
)
def test_damage_is_named_with_its_path(read: Callable[..., Transcript], document: object, seen: str) -> None:
    with pytest.raises(ReadError, match=seen) as refused:
        read(json.dumps(document), "x.json")
    assert "\n" not in str(refused.value)
