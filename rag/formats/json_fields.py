"""The fields of one segment or word in JSON, under any of their usual names."""

from __future__ import annotations

from rag.errors import ReadError
from rag.formats.json_values import Node

SPEAKER = (
    "speaker speaker_name speakerName speaker_label speakerLabel name speakerTag speaker_id speakerId participant role"
).split()
TEXT = "text words content utterance sentence transcript body line message word caption punctuated_word".split()
START = "start start_time startTime start_s startSeconds begin from ts offset timestamp time".split()
END = "end end_time endTime end_s endSeconds to end_ts".split()
_DURATION = "duration dur".split()
_START_MS = "start_ms startMs startTimeMs start_time_ms offsetMilliseconds offset_ms begin_ms".split()
_END_MS = "end_ms endMs endTimeMs end_time_ms".split()


def parts_of(segment: Node, unit: float) -> tuple[str, str | None, float | None, float | None]:
    """(text, label, start, end) of one segment or word."""
    if not isinstance(segment.value, dict):
        raise segment.refused("an object with speaker and text")
    present = [key for key in TEXT if key in segment.value]
    key = next((key for key in present if segment.value[key] is not None), present[0] if present else None)
    if key is None:
        raise ReadError(f'{segment.path} has no "text"')
    node = segment[key]
    if key == "words" and isinstance(node.value, list):
        text = " ".join(parts_of(word, unit)[0] for word in node)
    else:
        text = node.text
    return text, label_of(segment), *_times(segment, unit)


def label_of(segment: Node) -> str | None:
    """The label of a segment's speaker: a name, an object with a name, or a number as "Speaker 0"."""
    node = segment.first(*SPEAKER)
    if isinstance(node.value, dict):
        node = node.first("name", "display_name", "displayName", "label", "id")
    if isinstance(node.value, int) and not isinstance(node.value, bool):
        return f"Speaker {node.value}"  # A number alone is not a name; 0 is as good as any.
    return node.label


def _times(segment: Node, unit: float) -> tuple[float | None, float | None]:
    first = segment.first(*START)
    if isinstance(first.value, list):
        both = [node.time(unit) for node in first]
        return (both[0], both[1]) if len(both) == 2 else (both[0] if both else None, None)
    start = first.time(unit) if first.value is not None else segment.first(*_START_MS).time(0.001)
    end = segment.first(*END)
    if end.value is not None:
        return start, end.time(unit)
    milliseconds = segment.first(*_END_MS)
    if milliseconds.value is not None:
        return start, milliseconds.time(0.001)
    lasts = segment.first(*_DURATION).time(unit) if start is not None else None
    return start, None if lasts is None or start is None else round(start + lasts, 6)
