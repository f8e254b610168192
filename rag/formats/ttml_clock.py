"""Times of TTML: clock times, offsets, frames and ticks, counted as the document's parameters say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.formats.xml_file import Element, attribute

_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9})|:(\d{1,3})(?:\.(\d{1,3}))?)?")
_OFFSET = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)(h|ms|m|s|f|t)?")


@dataclass(frozen=True, slots=True)
class Clock:
    """How a document counts: frames a second (its multiplier applied), sub-frames a frame, and ticks a second."""

    frames: float = 30.0
    subframes: float = 1.0
    ticks: float = 1.0

    def seconds(self, text: str) -> float | None:
        """Seconds of a time expression; a bare number is seconds, as Apple writes it. None for anything else."""
        clock = _CLOCK.fullmatch(text)
        if clock is not None:
            hours, minutes, whole = int(clock[1] or 0), int(clock[2]), int(clock[3])
            if minutes >= 60 or whole > 60:
                return None
            part = (
                float(f"0.{clock[4] or 0}") + (int(clock[5] or 0) + int(clock[6] or 0) / self.subframes) / self.frames
            )
            return round(hours * 3600 + minutes * 60 + whole + part, 3)
        offset = _OFFSET.fullmatch(text)
        if offset is None:
            return None
        unit = {"h": 3600.0, "m": 60.0, "ms": 0.001, "f": 1 / self.frames, "t": 1 / self.ticks}.get(
            offset[2] or "s", 1.0
        )
        return round(float(offset[1]) * unit, 3)


def clock_of(root: Element) -> Clock:
    """The clock that a document's root element sets; TTML's defaults where it does not."""
    frames = _number(attribute(root, "frameRate"))
    multiplier = (attribute(root, "frameRateMultiplier") or "").replace(":", " ").split()
    factor = 1.0
    if len(multiplier) == 2:
        over, under = _number(multiplier[0]), _number(multiplier[1])
        factor = over / under if over and under else 1.0
    subframes = _number(attribute(root, "subFrameRate")) or 1.0
    ticks = _number(attribute(root, "tickRate")) or (frames * factor * subframes if frames else 1.0)
    return Clock((frames or 30.0) * factor, subframes, ticks)


def _number(text: str | None) -> float | None:
    """A whole number above 0."""
    return float(text) if text is not None and re.fullmatch(r"0*[1-9]\d{0,11}", text) else None
