"""JSON: a list of segments with speaker, text and times, alone or inside an object beside its title."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.clock import CLOCK, seconds
from rag.formats.metadata import metadata_of
from rag.turns import CAPTIONS, Piece, is_direction
from rag.values import Transcript

_LISTS = ("turns", "segments", "transcript", "utterances", "content")
_SPEAKER = ("speaker", "speaker_name", "speakerName", "speaker_label", "name")
_TEXT = ("text", "words", "content", "utterance", "sentence", "transcript")
_START = ("start", "start_time", "startTime", "start_s", "begin", "from", "ts")
_END = ("end", "end_time", "endTime", "end_s", "to")
_START_MS, _END_MS = ("start_ms", "startMs"), ("end_ms", "endMs")


def _sniff(text: str) -> bool:
    return re.match(r'\s*(?:\[\s*[\[{\]"]|\{\s*["}])', text) is not None


def _read(text: str, name: str) -> Transcript:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise ReadError(f"not JSON: {error.msg} at column {error.colno}; export it again", line=error.lineno) from None
    except (RecursionError, ValueError):
        raise ReadError("JSON nested too deeply, or with a number too long, to be a transcript") from None
    fields = {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}
    segments = _segments(found)
    pieces = [_piece(segment, n) for n, segment in enumerate(segments)]
    return assemble(pieces, Origin(name, "json", metadata_of(fields)), joiner=CAPTIONS)


def _segments(found: object) -> Sequence[object]:
    segments = found
    if isinstance(found, dict):
        segments = next((found[key] for key in _LISTS if isinstance(found.get(key), list)), None)
        if segments is None:
            keys = ", ".join(f'"{key}"' for key in list(found)[:6]) or "none"
            raise ReadError(f"no list of segments: keys seen are {keys}; put the list under one of {', '.join(_LISTS)}")
    if not isinstance(segments, list):
        raise ReadError('not a list of segments; write [{"speaker": "Ann", "text": "..."}, ...]')
    if segments and all(isinstance(s, dict) and not any(key in s for key in _TEXT) for s in segments):
        raise ReadError('no segment has a "text": who spoke when is not what was said; export with the words')
    return segments


def _piece(segment: object, n: int) -> Piece:
    if not isinstance(segment, dict):
        raise ReadError(f"segment {n} is {_kind(segment)}, not an object with speaker and text")
    key = next((key for key in _TEXT if key in segment), None)
    if key is None:
        raise ReadError(f'segment {n} has no "text"')
    text = segment[key]
    if text is not None and not isinstance(text, str):
        raise ReadError(f'segment {n}: "{key}" is {_kind(text)}, not a string')
    words = " ".join((text or "").split(" "))
    times = _time(segment, n, _START, _START_MS), _time(segment, n, _END, _END_MS)
    speaker = _speaker(segment, n)
    direction = speaker is None and is_direction(words.strip())
    return Piece(words, speaker, *times, "direction" if direction else "speech")


def _speaker(segment: Mapping[str, object], n: int) -> str | None:
    key = next((key for key in _SPEAKER if segment.get(key) is not None), None)
    value = segment[key] if key else None
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        value = value["name"]
    if isinstance(value, int) and not isinstance(value, bool):
        return f"Speaker {value}"  # A number alone is not a name; 0 is as good as any.
    if value is not None and not isinstance(value, str):
        raise ReadError(f'segment {n}: "{key}" is {_kind(value)}, not a string')
    return value.strip() or None if value else None


def _time(segment: Mapping[str, object], n: int, keys: Sequence[str], millisecond_keys: Sequence[str]) -> float | None:
    """Seconds of the first of the keys that is there; a string may hold a number or a clock time."""
    key = next((key for key in (*keys, *millisecond_keys) if segment.get(key) is not None), None)
    if key is None:
        return None
    value = segment[key]
    if isinstance(value, str) and re.fullmatch(CLOCK, value.strip()):
        return seconds(value.strip())
    try:
        number = float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or number < 0:
        raise ReadError(f'segment {n}: "{key}" is {_kind(value)}, not a number of seconds from 0 up')
    return number / 1000 if key in millisecond_keys else number


def _kind(value: object) -> str:
    """A value as an error names it."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return json.dumps(value)[:40]


JSON_LIST = Format("json", (".json",), _sniff, _read)
