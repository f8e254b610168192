"""Turns written in a format and read back: the same people say the same words, nothing lost or doubled."""

from __future__ import annotations

import html
import json
from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.formats import read_transcript

PEOPLE = ("Ann Lee", "Bob", "Zoë Müller", "唐鳳", "SPEAKER_03", "Mary O'Hara")
WORDS = (
    "the rain fell on 12 roofs & we ran: why? no. <b a<b http://x.org/a at 10:30 Note: café naïve 唐 (so) [yes] #1 -- "
    "* _ 'quoted' \"twice\" 50% e.g. U.S. --- ... Bob, Ann \\ ~ | {x} $5 €7 ¿sí?"
).split()
words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(lambda found: "So " + " ".join(found) + " then.")
turns = st.lists(st.tuples(st.sampled_from(PEOPLE), words), min_size=2, max_size=12)
Turns = list[tuple[str, str]]


def spoken(written: Turns) -> Turns:
    """What must come back: neighbours by the same person as one turn, every word once."""
    runs = [(speaker, list(run)) for speaker, run in groupby(written, key=lambda turn: turn[0])]
    return [(speaker, " ".join(text for _, text in run)) for speaker, run in runs]


def check(text: str, name: str, written: Turns) -> None:
    transcript = read_transcript(text.encode(), name)
    assert [(t.speaker, " ".join(t.text.split())) for t in transcript.turns] == spoken(written)
    assert [t.turn for t in transcript.turns] == list(range(1, len(transcript.turns) + 1))


def clock(seconds: int, mark: str) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}000"


@settings(deadline=None, max_examples=60)
@given(turns)
def test_labelled_text(written: Turns) -> None:
    # Twice over, so that every label recurs, as labels do.
    check("\n\n".join(f"{speaker}: {text}" for speaker, text in written * 2), "x.txt", written * 2)


@settings(deadline=None, max_examples=60)
@given(turns)
def test_markdown(written: Turns) -> None:
    escaped = [
        (s, html.escape(t, quote=False).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]"))
        for s, t in written
    ]
    check("\n\n".join(f"**{speaker}:** {text}" for speaker, text in escaped), "x.md", written)


@settings(deadline=None, max_examples=60)
@given(turns)
def test_webvtt(written: Turns) -> None:
    cues = [
        f"{clock(n, '.')} --> {clock(n + 1, '.')}\n<v {speaker}>{html.escape(text, quote=False)}"
        for n, (speaker, text) in enumerate(written)
    ]
    check("\n\n".join(["WEBVTT", *cues]), "x.vtt", written)


@settings(deadline=None, max_examples=60)
@given(turns)
def test_subrip(written: Turns) -> None:
    # As in labelled text, every label recurs.
    cues = [
        f"{n + 1}\n{clock(n, ',')} --> {clock(n + 1, ',')}\n{speaker}: {html.escape(text, quote=False)}"
        for n, (speaker, text) in enumerate(written * 2)
    ]
    check("\n\n".join(cues), "x.srt", written * 2)


@settings(deadline=None, max_examples=60)
@given(turns)
def test_json(written: Turns) -> None:
    check(json.dumps([{"speaker": speaker, "text": text} for speaker, text in written]), "x.json", written)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        transcript = read_transcript(text.encode("utf-8", "replace"), "x.txt")
    except ReadError:
        return
    assert all(turn.text == turn.text.strip() != "" for turn in transcript.turns)
    assert transcript.title
