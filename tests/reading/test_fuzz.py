"""Damaged files of every format: read, or refused with a ReadError; nothing else.

`benchmarks/fuzz.py` searches longer, guided by coverage.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.formats import FORMATS, LAST_RESORT, read_transcript
from rag.formats.base import Format

DATA = Path(__file__).parent / "data"
SAMPLES = {path.name: path.read_bytes()[:8_000] for path in sorted(DATA.iterdir()) if path.name != "README.md"}
WHOLE = {path.name: path.read_bytes() for path in sorted(DATA.iterdir()) if path.name != "README.md"}

# What is meaningful in one format or another: times, brackets, ends, signs.
TOKENS = (
    *rb"""--> 00:00:01.000 < > </ <!-- <![CDATA[ &amp; &#0; &#xD800; { } [ ] " \ : 1e999 -1 NaN null ( ) * ** ##
    @ % _ ' , ; Ann: [00:01] 0:0:1.0 </v> </u> WEBVTT @Begin""".split(),
    b"\n\n", b"\r", b"\t", b"  ", b"\x00", b"\x15", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xef\xbc\x9a",
    b"\xe2\x80\xa8", b"9" * 400,
)  # fmt: skip


def check(data: bytes, name: str) -> None:
    reason = None
    try:
        transcript = read_transcript(data, name)
    except ReadError as error:
        reason = str(error)
    if reason is not None:
        assert reason
        assert "\n" not in reason
        return
    assert transcript.title
    assert [turn.turn for turn in transcript.turns] == list(range(1, len(transcript.turns) + 1))
    for turn in transcript.turns:
        assert turn.text
        assert turn.text == turn.text.strip()
        assert turn.speaker is None or turn.speaker.strip()
        turn.text.encode()  # no half characters


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sample with some damage: (its name, its bytes)."""
    name = draw(st.sampled_from(sorted(SAMPLES)))
    data = bytearray(SAMPLES[name])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(("cut", "flip", "insert", "drop", "repeat", "splice", "shuffle"))):
            case "cut":
                del data[at:]
            case "flip":
                data[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case "insert":
                data[at:at] = draw(st.sampled_from(TOKENS))
            case "drop":
                del data[at : at + draw(st.integers(1, 200))]
            case "repeat":
                data[at:at] = data[at : at + draw(st.integers(1, 200))] * draw(st.integers(1, 5))
            case "splice":
                other = SAMPLES[draw(st.sampled_from(sorted(SAMPLES)))]
                data[at:] = other[draw(st.integers(0, len(other))) :]
            case "shuffle":
                lines = bytes(data).split(b"\n")
                random.Random(draw(st.integers(0, 99))).shuffle(lines)
                data = bytearray(b"\n".join(lines))
    return name, bytes(data)


@settings(max_examples=400, deadline=None)
@given(damaged())
def test_damaged_files_are_read_or_refused(found: tuple[str, bytes]) -> None:
    name, data = found
    check(data, name)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_file_cut_anywhere_is_read_or_refused(name: str) -> None:
    data = SAMPLES[name]
    for at in range(0, len(data), max(1, len(data) // 25)):
        check(data[:at], name)


@pytest.mark.parametrize("known", [*FORMATS, LAST_RESORT], ids=lambda known: known.name)
def test_every_format_reads_or_refuses_every_file_and_sniffs_without_raising(known: Format) -> None:
    """As with `--as`: a reader may be given what it is not for."""
    for name, data in SAMPLES.items():
        text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
        known.sniff(text)
        try:
            known.read(text, name)
        except ReadError:
            continue


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([*FORMATS, LAST_RESORT]), st.text(max_size=200).filter(str.strip))
def test_any_format_reads_or_refuses_any_text(known: Format, text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    known.sniff(text)
    try:
        known.read(text, "x.txt")
    except ReadError:
        return


def outcome(name: str, called: str) -> str:
    """What a sample is read as, or why it is refused, under another name."""
    try:
        return read_transcript(WHOLE[name], called).format
    except ReadError as error:
        return str(error)


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_content_says_which_format_it_is_whatever_the_name(name: str) -> None:
    assert outcome(name, "x") == outcome(name, name)
