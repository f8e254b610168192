"""Clock times as transcripts write them."""

from __future__ import annotations

CLOCK = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"


def seconds(clock: str) -> float:
    """Seconds of "01:02", "1:02:03" or "01:02:03,456" (a comma or a full stop before the fraction)."""
    total = 0.0
    for part in clock.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return round(total, 3)
