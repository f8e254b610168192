"""Every file of the shared format samples, where they lie beside the repository: read as their manifest says."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path

import pytest

from rag.errors import ReadError
from rag.formats import read_transcript
from rag.labels import parse_label
from rag.values import Transcript

FORMATS = Path(__file__).parents[3] / "shared" / "formats"
_MANIFEST = FORMATS / "MANIFEST.jsonl"
ENTRIES = (
    [json.loads(line) for line in _MANIFEST.read_text(encoding="utf-8").splitlines()] if _MANIFEST.exists() else []
)

# Files that hold who spoke when and no words: they are refused with that reason.
WITHOUT_WORDS = ("kaldi/bbc-kaldi-speaker-segments.json", "rttm/meeteval-ref.rttm")

# Where we read something else than the manifest says, and why. Keyed by path and what is compared.
OTHERWISE: dict[tuple[str, str], object] = {
    # All 278 labels of the file differ from the one before.
    ("md_bold/changelog-friends-1.md", "turns"): 278,
    # The label is repeated within the text.
    (
        "json_speaker_turns/crec-2005-07-20-S8587-4.json",
        "text",
    ): "Mr. President, I rise today in support of the National",
    # Punctuation belongs to the word before it.
    ("speechmatics/json-v2.7-rt-two-speakers.json", "text"): "That's amazing.",
    # The manifest gives ids; the file lists who they are.
    ("tei_parla/parla-clarin-exemplar.xml", "speakers"): [
        "Milan Kučan",
        "Doe John",
        "Boris Johnson",
        "Jeremy Bernard Corbyn",
    ],
    # The manifest's text is both tiers, one after the other; the second repeats the words of the first.
    ("textgrid/praatio-bobby-words.TextGrid", "text"): "BOBBY RIPPED THE LEDGER",
    # Each line shows twice, and what comes first is "[Music]", which nobody says.
    ("vtt_youtube/turnchunk-youtube-auto-real-shape.vtt", "text"): "the first thing to understand is that the index is",
    ("vtt_youtube/turnchunk-youtube-auto-real-shape.vtt", "start"): 4.4,
    ("vtt_youtube/webvttpy-youtube-dl.vtt", "text"): "yeah what this will happen is I'm telling",
}

pytestmark = pytest.mark.skipif(not ENTRIES, reason="../shared/formats is not beside the repository")


def read(entry: dict[str, object]) -> Transcript:
    path = FORMATS / str(entry["path"])
    return read_transcript(path.read_bytes(), path.name)


def known(entry: dict[str, object], what: str, value: object) -> object:
    return OTHERWISE.get((str(entry["path"]), what), value)


def plain(label: str | None) -> str | None:
    """A label as it is compared: cleaned as every label is, and without regard to capitals."""
    return None if label is None else parse_label(label).name.casefold()


def runs(transcript: Transcript) -> int:
    """Same-speaker runs, as the manifest counts them: over what is said, stage directions aside."""
    spoken = [turn.speaker for turn in transcript.turns if turn.kind == "speech"]
    return sum(1 for _ in groupby(spoken))


entries = pytest.mark.parametrize(
    "entry",
    [entry for entry in ENTRIES if entry["path"] not in WITHOUT_WORDS] or [None],
    ids=lambda entry: entry["path"] if entry else "none",
)


@entries
def test_turns(entry: dict[str, object]) -> None:
    transcript = read(entry)
    if entry["turns"] is not None:
        assert runs(transcript) == known(entry, "turns", entry["turns"])


@entries
def test_speakers(entry: dict[str, object]) -> None:
    expected = known(entry, "speakers", entry["speakers"])
    assert isinstance(expected, list)
    assert {plain(name) for name in read(entry).speaker_names()} == {plain(name) for name in expected}


@entries
def test_first_turn(entry: dict[str, object]) -> None:
    first = next(turn for turn in read(entry).turns if turn.kind == "speech")
    expected = entry["first_turn"]
    assert isinstance(expected, dict)
    names = known(entry, "speakers", entry["speakers"])
    assert isinstance(names, list)
    assert plain(first.speaker) == plain(names[0] if expected["speaker"] in entry["speakers"] else None)  # type: ignore[operator]
    start = known(entry, "start", expected["start_s"])
    if start is not None:
        assert first.start == pytest.approx(start, abs=0.005)
    text = " ".join(str(known(entry, "text", expected["text_start"])).split())
    assert " ".join(first.text.split()).startswith(text)


@pytest.mark.parametrize("path", WITHOUT_WORDS)
def test_files_without_words_are_refused_with_that_reason(path: str) -> None:
    with pytest.raises(ReadError, match=r"who spoke when|words|text"):
        read_transcript((FORMATS / path).read_bytes(), path)
