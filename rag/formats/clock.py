"""Clock times as transcripts write them."""

from __future__ import annotations

import re

CLOCK = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"

# "00:01:02.500", "1:02", Teams's "0:0:3.540", Podnews's bare "7.380"; .NET writes the sign before every field of a time
# that lies before the beginning ("0:0:-3.-540").
_MOMENT = r"-?\d{1,7}(?::-?\d{1,2}){0,2}(?:[.,]-?\d{1,9})?"
_TIMING = re.compile(rf"\s*({_MOMENT})\s*-->\s*({_MOMENT})(?:\s.*)?")
_ARROW_IN_FULL = re.compile(r"(?=.*:.*-->)")


def seconds(clock: str) -> float:
    """Seconds of "01:02", "1:02:03" or "01:02:03,456" (a comma or a full stop before the fraction)."""
    total = 0.0
    for part in clock.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return round(total, 3)


def timing(line: str) -> tuple[float, float] | None:
    """(start, end) in seconds of a cue's timing line, settings after it ignored; None for any other line.

    Hours and minutes may be missing, fields may have one digit. A time before the beginning of the recording (Teams
    writes such when transcription began during a call) is the beginning.
    """
    match = _TIMING.fullmatch(line) if "-->" in line else None
    if match is None or len({mark for mark in ",." if mark in match[1] + match[2]}) > 1:
        return None
    start, end = _moment(match[1]), _moment(match[2])
    return (start, end) if start is not None and end is not None else None


def clocked(line: str) -> bool:
    """Whether a line is a cue's timing with clock times, not numbers only: what a file may be recognised by."""
    return _ARROW_IN_FULL.match(line) is not None and timing(line) is not None


def written(moment: float) -> str:
    """Seconds as "01:02:03.456"."""
    total = round(moment * 1000)
    return f"{total // 3_600_000:02}:{total // 60_000 % 60:02}:{total // 1000 % 60:02}.{total % 1000:03}"


def _moment(text: str) -> float | None:
    fields = text.replace("-", "").replace(",", ".").split(":")
    if any(float(field) >= 60 for field in fields[1:]):
        return None
    return 0.0 if "-" in text else seconds(":".join(fields))
