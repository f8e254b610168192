"""TTML and DFXP: times of every kind, speakers from agents, words from spans, and nothing from outside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.formats import read_transcript
from rag.formats.ttml_clock import Clock, clock_of
from rag.formats.xml_file import parse
from rag.values import Transcript

Read = Callable[..., Transcript]

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en" '
    'xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" '
    'xmlns:tts="http://www.w3.org/ns/ttml#styling"{}><head><metadata><ttm:title>The Talk</ttm:title>'
    '<ttm:agent type="person" xml:id="a1"><ttm:name type="full">Ann Lee</ttm:name></ttm:agent>'
    '<ttm:agent type="character" xml:id="b2"><ttm:name type="alias">BOB</ttm:name><ttm:actor agent="a1"/></ttm:agent>'
    '<ttm:agent type="person" xml:id="SPEAKER_3"/></metadata></head>'
)


def tt(body: str, attributes: str = "") -> str:
    return HEAD.format(attributes) + body + "</tt>"


def rows(transcript: Transcript) -> list[tuple[str | None, str, float | None, float | None]]:
    return [(t.speaker, t.text, t.start, t.end) for t in transcript.turns]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:01:02.500", 62.5),
        ("01:00:00", 3600.0),
        ("00:00:01:12", 1.48),
        ("1:48.737", 108.737),
        ("2.160", 2.16),
        ("1.5h", 5400.0),
        ("2m", 120.0),
        ("0.76s", 0.76),
        ("1500ms", 1.5),
        ("50f", 2.0),
        ("25000000t", 2.5),
        ("-1s", None),
        ("00:61:00", None),
        ("soon", None),
        ("", None),
    ],
)
def test_times(text: str, seconds: float | None) -> None:
    assert Clock(frames=25.0, ticks=10_000_000.0).seconds(text) == seconds


@pytest.mark.parametrize(
    ("attributes", "clock"),
    [
        ("", Clock(30.0, 1.0, 1.0)),
        ('ttp:frameRate="24" ttp:frameRateMultiplier="1000 1001"', Clock(24 * 1000 / 1001, 1.0, 24 * 1000 / 1001)),
        ('ttp:frameRate="25" ttp:subFrameRate="2"', Clock(25.0, 2.0, 50.0)),
        ('ttp:tickRate="10000000"', Clock(30.0, 1.0, 10_000_000.0)),
        ('ttp:frameRate="0" ttp:tickRate="many" ttp:frameRateMultiplier="1 0"', Clock(30.0, 1.0, 1.0)),
    ],
)
def test_the_document_sets_the_clock(attributes: str, clock: Clock) -> None:
    found = clock_of(parse(f'<tt xmlns:ttp="http://www.w3.org/ns/ttml#parameter" {attributes}/>'))
    assert (found.frames, found.subframes, found.ticks) == pytest.approx((clock.frames, clock.subframes, clock.ticks))


def test_speakers_spans_and_line_breaks(read: Read) -> None:
    transcript = read(
        tt(
            '<body><div><p begin="1s" end="2s" ttm:agent="a1">One<br/>two '
            '<span tts:color="red">th<span>re</span>e</span>'
            "<metadata><ttm:desc>aside</ttm:desc></metadata></p>\r\n"
            '<p begin="2s" dur="1.5s" ttm:agent="a1">four &amp; &lt;five&gt;</p>'
            '<p begin="4s" end="9s"><span ttm:agent="b2" begin="0s" end="2s">Six</span> '
            '<span ttm:agent="SPEAKER_3" begin="2s" end="5s">seven</span></p>'
            '<p begin="10s" end="11s">[Music]</p></div></body>'
        ),
        "x.ttml",
    )
    assert rows(transcript) == [
        ("Ann Lee", "One two three four & <five>", 1.0, 3.5),
        ("BOB", "Six", 4.0, 6.0),
        ("SPEAKER_3", "seven", 6.0, 9.0),
        (None, "[Music]", 10.0, 11.0),
    ]
    assert (transcript.title, transcript.format, transcript.turns[-1].kind) == ("The Talk", "ttml", "direction")


def test_times_are_counted_from_the_parent_unless_they_cannot_be(read: Read) -> None:
    within = tt('<body begin="100s"><div begin="10s"><p begin="1s" end="2s">Hi.</p></div></body>')
    assert rows(read(within, "x.ttml")) == [(None, "Hi.", 111.0, 112.0)]
    absolute = tt('<body><div begin="10s" end="15s"><p begin="10s" end="12s">Hi.</p></div></body>')
    assert rows(read(absolute, "x.ttml")) == [(None, "Hi.", 10.0, 12.0)]


def test_apple_podcasts(read: Read) -> None:
    def word(text: str, begin: str, end: str) -> str:
        return f'<span podcasts:unit="word" begin="{begin}" end="{end}">{text}</span>'

    first = word("Welcome", "0.860", "1.2") + word("to", "1.2", "1.3") + word("WarTalk.", "1.3", "1.9")
    second = word("Thank", "1:48.737", "1:49") + word("you.", "1:49", "1:02:03.456")
    text = (
        '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:podcasts="http://podcasts.apple.com/transcript-ttml-internal" '
        'xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xml:lang="en-US"><head/><body dur="3723.5"><div>'
        '<p begin="0.860" end="1.9" ttm:agent="SPEAKER_1">'
        f'<span podcasts:unit="sentence" begin="0.860">{first}</span></p>'
        '<p begin="1:48.737" end="1:02:03.456" ttm:agent="SPEAKER_2">'
        f'<span podcasts:unit="sentence">{second}</span></p>'
        "</div></body></tt>"
    )
    assert rows(read(text, "transcript_1000.ttml")) == [
        ("SPEAKER_1", "Welcome to WarTalk.", 0.86, 1.9),
        ("SPEAKER_2", "Thank you.", 108.737, 3723.456),
    ]


def test_one_language_is_read_and_readings_of_letters_are_not(read: Read) -> None:
    text = tt(
        '<body><div xml:lang="en"><p begin="1s">Hello</p><p begin="2s">you</p></div>'
        '<div xml:lang="fr"><p begin="1s">Bonjour</p></div></body>'
    )
    assert [t.text for t in read(text, "x.dfxp").turns] == ["Hello you"]
    ruby = tt('<body><div><p begin="1s">空<span tts:ruby="text">そら</span> 青い</p></div></body>')
    assert [t.text for t in read(ruby, "x.ttml").turns] == ["空 青い"]


def test_the_oldest_namespace_and_names_in_the_text(read: Read) -> None:
    text = (
        '<tt xmlns="http://www.w3.org/2006/10/ttaf1"><body><div>'
        '<p begin="00:00:14.848" end="00:00:17.000">\n  MAN:<br/>'
        '\n  When we think</p><p begin="00:00:17.000" end="00:00:18.752">&gt;&gt; of Einstein</p></div></body></tt>'
    )
    assert rows(read(text, "x.dfxp")) == [("MAN", "When we think", 14.848, 17.0), (None, "of Einstein", 17.0, 18.752)]


@pytest.mark.parametrize(
    "text",
    [
        tt('<body><div><p begin="soon">Hi.</p></div></body>'),
        tt("<body><div/></body>"),
        tt("<body><div>"),
        '<!DOCTYPE tt [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><tt><body><p begin="1s">&b;</p></body></tt>',
        '<!DOCTYPE tt [<!ENTITY x SYSTEM "file:///etc/passwd">]><tt><body><p begin="1s">&x;</p></body></tt>',
        "<tt>" + "<div>" * 5000 + "</div>" * 5000 + "</tt>",
    ],
)
def test_refusals(read: Read, text: str) -> None:
    with pytest.raises(ReadError) as refused:
        read(text, "x.ttml")
    assert "\n" not in str(refused.value)


PARTS = st.sampled_from(
    [
        *("<p>", "</p>", '<p begin="1s"', ' end="2f"', ' dur="9t"', ">", "<span", "<br/>", "</span>", "Hi & ", "&amp;"),
        *(
            "<div ",
            'begin="00:00:01:99"',
            ' ttm:agent="a1 b2"',
            "</div>",
            "<body>",
            "</body>",
            "\n",
            "<!--",
            "-->",
            "]]>",
        ),
        *("é", "<tt"),
    ]
)


@settings(deadline=None, max_examples=150)
@given(st.lists(PARTS, max_size=30).map("".join))
def test_anything_is_read_or_refused(inside: str) -> None:
    for text in (tt(f"<body><div>{inside}</div></body>"), tt(inside), f"<tt>{inside}"):
        with suppress(ReadError):
            read_transcript(text.encode(), "x.ttml")
