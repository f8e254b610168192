"""Times between the words, "[00:01:02]": taken out of the text, and the first kept as a time."""

from __future__ import annotations

import re

from rag.formats.clock import CLOCK, seconds

# A time inside the words, and Trint's seconds after it: "[00:00:10][4.5]".
_INLINE_TIME = re.compile(rf"(?P<left>[ \t]*)\[(?P<clock>{CLOCK})(?::\d\d)?\](?:\[\d+(?:\.\d+)?s?\])?(?P<right>[ \t]*)")


def leading_time(text: str) -> float | None:
    """Seconds of the "[00:01:02]" that words begin with; None where they begin with words."""
    match = _INLINE_TIME.match(text) if text.lstrip().startswith("[") else None
    return seconds(match["clock"]) if match else None


def without_times(text: str) -> str:
    """Words without the "[00:01:02]" between them; the spaces on both sides of a time become one."""
    if "[" not in text or ":" not in text:
        return text
    return _INLINE_TIME.sub(lambda time: " " if time["left"] or time["right"] else "", text).strip()
