"""Whatever a JSON document holds, it is read or refused: shapes with values of every kind put anywhere in them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.formats import read_transcript
from rag.formats.json_shapes import SHAPES

DATA = Path(__file__).parent / "data"
SAMPLES = (
    "turnchunk-assemblyai turnchunk-azure-speech turnchunk-google-stt turnchunk-rev turnchunk-whisper-plain "
    "turnchunk-whisperx-diarized speechmatics-rt-two-speakers onyx-fireflies-doc meeteval-hyp-seglst"
).split()
KEYS = sorted(
    "results channels alternatives words transcript utterances speaker speaker_labels segments items type start end "
    "start_time content text word monologues elements value ts recognizedPhrases nBest display offset phrases message "
    "metadata result transcription utt sentences speaker_name meeting_transcripts kind doc_title retval punct blocks "
    "entityMap data words paragraphs offsets from to full_transcript prediction time_begin status id audio_url".split()
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "a", "1.5s", "PT2S", "0:01", "[Music]"])
)
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)


def survives(text: str) -> None:
    try:
        transcript = read_transcript(text.encode("utf-8", "replace"), "x.json")
    except ReadError:
        return
    assert all(turn.text == turn.text.strip() != "" for turn in transcript.turns)


@settings(deadline=None, max_examples=300)
@given(documents)
def test_any_document(document: object) -> None:
    survives(json.dumps([document]))
    survives(json.dumps({"results": document, "words": document}))
    for shape in SHAPES:
        assert shape.fits(document) in (True, False)


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in inner for found in _paths(item, (*path, key)))]


def _with(value: object, path: tuple[str | int, ...], new: object) -> object:
    if not path:
        return new
    if isinstance(value, dict):
        return {k: _with(v, path[1:], new) if k == path[0] else v for k, v in value.items()}
    assert isinstance(value, list)
    return [_with(v, path[1:], new) if n == path[0] else v for n, v in enumerate(value)]


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_with_wrong_values(name: str) -> None:
    document = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    paths, chance = _paths(document), random.Random(name)
    for path in chance.sample(paths, min(len(paths), 60)):
        for new in (None, True, -1, 1e400, "", "x", [], [[]], {}, {"text": 1}, [{"start": 0}]):
            survives(json.dumps(_with(document, path, new)))
