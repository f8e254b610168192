from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from rag.values import Transcript

Read = Callable[..., Transcript]
Sample = Callable[[str], Transcript]


def clock(seconds: float) -> str:
    return f"{int(seconds) // 3600:02}:{int(seconds) // 60 % 60:02}:{seconds % 60:06.3f}"


def vtt(*cues: tuple[float, float, str], header: str = "") -> str:
    return f"WEBVTT\n{header}\n" + "".join(f"{clock(a)} --> {clock(b)}\n{text}\n\n" for a, b, text in cues)


def test_voices_times_entities_and_comments(read: Read) -> None:
    transcript = read(
        "\ufeffWEBVTT\r\nKind: captions\r\n\r\nNOTE Title: The Meeting\r\n\r\nNOTE Date: 2024-03-12\r\n\r\n"
        "STYLE\r\n::cue { color: red }\r\n\r\n"
        "id-1\r\n00:01.500 --> 00:02.250 align:start\r\n"
        "<v.loud Ann &amp; Co>A &lt;b&gt; <i>is</i>\r\ntwo lines</v>\r\n\r\n"
        "00:02.250 --> 00:04.000\r\nstill her\r\n\r\n"
        "1:00:04.000 --> 1:00:05.125\r\n<v Bob>Hi</v> <v Cy>Yo\r\n\r\n"
        "01:00:06.000 --> 01:00:07.000\r\n<v Cy>[Music]\r\n",
        "x.vtt",
    )
    assert [(t.speaker, t.text, t.start, t.end, t.kind) for t in transcript.turns] == [
        ("Ann & Co", "A <b> is two lines still her", 1.5, 4.0, "speech"),
        ("Bob", "Hi", 3604.0, 3605.125, "speech"),
        ("Cy", "Yo", 3604.0, 3605.125, "speech"),
        (None, "[Music]", 3606.0, 3607.0, "direction"),
    ]
    assert (transcript.title, transcript.date) == ("The Meeting", dt.date(2024, 3, 12))


def test_prefixes_are_names_and_other_colons_are_not(read: Read) -> None:
    turns = read(
        vtt((1, 2, "Ann Lee: Note: go."), (2, 3, "Bob: Why:"), (3, 4, "the reason: rain"), (4, 5, "Bob: Oh."))
    ).turns
    assert [(t.speaker, t.text) for t in turns] == [("Ann Lee", "Note: go."), ("Bob", "Why: the reason: rain Oh.")]


def test_no_speaker_is_made_up_from_a_colon(read: Read) -> None:
    turns = read(vtt((1, 2, "The answer is this: yes"), (2, 3, "Remember: no"), (3, 4, "plan: go"))).turns
    assert [t.speaker for t in turns] == [None]


def test_nameless_captions_break_at_pauses_and_sentence_ends(read: Read) -> None:
    every_second = [(float(n), n + 1.0, "End." if n == 62 else "and so") for n in range(200)]
    paused = [(300.0, 301.0, "later"), (303.0, 304.0, "later still"), (304.5, 305.0, "on")]
    turns = read(vtt(*every_second, *paused)).turns
    assert [(t.start, t.end) for t in turns] == [(0, 63), (63, 153), (153, 200), (300, 301), (303, 305)]
    assert sum(len(t.text.split()) for t in turns) == 199 * 2 + 1 + 4


@pytest.mark.parametrize(
    ("name", "speakers", "turns", "start", "text"),
    [
        ("webvttpy-captions-with-bom.vtt", (), 1, 0.5, "Caption text #1 Caption text #2 Caption text #3"),
        ("webvttpy-cue-tags.vtt", (), 1, 16.5, "When the moon hits your eye Like a big-a pizza pie That's amore"),
        ("webvttpy-metadata-headers-multiline.vtt", (), 1, 0.5, "Caption text #1 Caption text #2"),
        (
            "podcastindex-example.vtt",
            ("Sarah", "Gillian"),
            2,
            0.0,
            "In today's episode, you'll learn whether or not you",
        ),
        ("turnchunk-escaped-tags.vtt", (), 1, 1.0, "<i>Softly, in the background</i> <b>Loud</b> and clear The cond"),
        ("turnchunk-teams.vtt", ("Alice Chen", "Bob Ferreira"), 2, 1.0, "Right, let's start with the renewal. They"),
        ("turnchunk-zoom.vtt", ("Priya Raman", "Tom Ableton"), 3, 2.1, "Can everyone hear me okay?"),
        ("webvttpy-missing-caption-text.srt", (), 1, 0.5, "Caption text #1 Caption text #3 Caption text #4"),
        (
            "podcastindex-example-head.srt",
            ("Travis", "Sarah"),
            2,
            0.179,
            "When you first get started in podcasting, it's",
        ),
        (
            "podcastindex-example-head.html",
            ("Travis", "Sarah", "Gilon"),
            4,
            0.0,
            "When you first get started in podcasting, it's almost guaranteed",
        ),
        ("podcastindex-example.json", ("Darth Vader", "Luke"), 2, 0.5, "I am your father."),
        ("webvttpy-sample.sbv", (), 1, 0.378, "Caption text #1 Caption text #2 Caption text #3 (line 1) Caption"),
        (
            "pysubs2-ttml-example.ttml",
            (),
            1,
            0.76,
            "It seems a paradox, does it not, that the image formed on the Retina",
        ),
        ("turnchunk-youtube-auto-real-shape.vtt", (), 2, 0.0, "[Music]"),
        ("webvttpy-youtube-dl.vtt", (), 1, 286.07, "yeah what this will happen is I'm telling"),
        ("webvttpy-non-padded-timestamps.vtt", ("Jane Doe", "John Smith"), 3, 0.0, "Good morning everyone."),
    ],
)
def test_samples(sample: Sample, name: str, speakers: tuple[str, ...], turns: int, start: float, text: str) -> None:
    transcript = sample(name)
    assert transcript.speaker_names() == speakers
    assert len(transcript.turns) == turns
    assert transcript.turns[0].start == start
    assert transcript.turns[0].text.startswith(text)


def test_srt_name_only_at_a_change(read: Read) -> None:
    transcript = read(
        "1\n00:00:01,000 --> 00:00:02,001\nAnn: <i>Hi</i> &amp; {\\an8}hello\nthere\n\n"
        "2\n00:00:02,000 --> 00:00:03,000\nwith more\n\n3\n00:00:03,000 --> 00:00:04,000\n\n\n"
        "4\n00:00:05,000 --> 00:00:06,000\nBob: Hm.\n\n5\n00:00:06,000 --> 00:00:07,500\nAnn: Yes.\n",
        "talk.srt",
    )
    assert [(t.speaker, t.text, t.start, t.end) for t in transcript.turns] == [
        ("Ann", "Hi & hello there with more", 1.0, 3.0),
        ("Bob", "Hm.", 5.0, 6.0),
        ("Ann", "Yes.", 6.0, 7.5),
    ]
    assert transcript.format == "srt"
