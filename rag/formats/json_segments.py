"""JSON: a list of segments with speaker, text and times under any of their usual names, alone or inside an object."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import islice

from rag.errors import ReadError
from rag.formats.json_fields import END, SPEAKER, START, TEXT, parts_of
from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at
from rag.formats.json_words import Word, are_words, carried, in_order_if_overlapping, spoken, stage, tokens
from rag.turns import Piece

NO_WORDS = (
    "no segment has a text: who spoke when is not what was said; export the transcript with the words, "
    "or give the recogniser's file instead of the diarisation's"
)
# Of several lists the first one counts, one that names speakers before others.
_LISTS = (
    "turns segments transcript utterances content sentences transcription paragraphs phrases chunks speakers entries "
    "items results dialogue dialog conversation messages captions cues lines transcripts turnLevelTranscription "
    "wordLevelTranscription data words"
).split()
# Nobody says fewer letters a second than this for long, nor is a recording a few seconds long with whole numbers.
_SLOWEST = 0.3


def lists_of(found: object) -> list[str]:
    """The keys of an object whose lists hold segments with a text."""
    if not isinstance(found, dict):
        return []
    return [key for key in _LISTS if _has_text(found.get(key))]


def _has_text(value: object) -> bool:
    return isinstance(value, list) and any(
        isinstance(item, dict)
        and any(key in item and (key == "words" or not isinstance(item[key], (list, dict))) for key in TEXT)
        for item in value[:20]
    )


def _fits(found: object) -> bool:
    return _has_text(found) or bool(lists_of(found))


def _read(document: Node) -> Said:
    return Said(in_order_if_overlapping(pieces_of(_segments(document))))


def _segments(document: Node) -> list[Node]:
    found = document.value
    if isinstance(found, dict):
        candidates = lists_of(found) or [key for key in _LISTS if isinstance(found.get(key), list)]
        if not candidates:
            keys = ", ".join(f'"{key}"' for key in list(found)[:6]) or "none"
            lists = ", ".join(_LISTS[:5])
            raise ReadError(f"no list of segments: keys seen are {keys[:200]}; put the list under one of {lists}")
        key = next((key for key in candidates if _names_speakers(found[key])), candidates[0])
        document = document[key]
    elif not isinstance(found, list):
        raise ReadError('not a list of segments; write [{"speaker": "Ann", "text": "..."}, ...]')
    segments = list(document)
    if segments and all(isinstance(s.value, dict) and not any(key in s.value for key in TEXT) for s in segments):
        raise ReadError(NO_WORDS)
    # NVIDIA's manifests write "-" where a text would be.
    if segments and all(at(s.value, "audio_filepath") and at(s.value, "text") in ("-", "", None) for s in segments):
        raise ReadError(NO_WORDS)
    return segments


def _names_speakers(segments: list[object]) -> bool:
    return any(
        isinstance(item, dict) and any(item.get(key) is not None for key in SPEAKER) for item in islice(segments, 50)
    )


def pieces_of(segments: Sequence[Node]) -> list[Piece]:
    """Pieces of segments in file order; a list of single words becomes runs of words."""
    unit = _unit(segments)
    texts = [
        text for s in segments[:200] if isinstance(s.value, dict) and isinstance(text := s.first(*TEXT).value, str)
    ]
    if are_words(texts):
        return tokens([Word(*parts_of(segment, unit)) for segment in segments])
    return [piece for segment in segments for piece in _pieces(segment, unit)]


def _pieces(segment: Node, unit: float) -> list[Piece]:
    text, label, start, end = parts_of(segment, unit)
    if isinstance(segment.value, dict) and label is None and isinstance(segment.value.get("words"), list):
        words = [Word(*parts_of(word, unit)) for word in segment["words"] if isinstance(word.value, dict)]
        if any(word.label is not None for word in words):
            return spoken(carried(words))
    return [stage(Piece(" ".join(text.split(" ")), label, start, end))]


def _unit(segments: Sequence[Node]) -> float:
    """0.001 where the times must be milliseconds: whole numbers, far too long for what is said in them."""
    rates = []
    for segment in segments[:200]:
        if not isinstance(segment.value, dict):
            continue
        start, end, text = (segment.first(*keys).value for keys in (START, END, TEXT))
        if not (_is_whole(start) and _is_whole(end) and isinstance(text, str)):
            return 1.0
        if float(end) > float(start):  # type: ignore[arg-type]  # whole numbers, see above
            rates.append(len(text) / (float(end) - float(start)))  # type: ignore[arg-type]
    return 0.001 if rates and statistics.median(rates) < _SLOWEST else 1.0


def _is_whole(value: object) -> bool:
    if isinstance(value, str):
        return value.isascii() and value.isdigit() and len(value) < 16
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15 and value == int(value)


SEGMENTS = Shape("json", _fits, _read)
