"""Times between the words, "[00:01:02]": taken out of the text and kept as times."""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.formats.clock import CLOCK, seconds
from rag.turns import Marks

# A time inside the words, and Trint's seconds after it: "[00:00:10][4.5]".
_INLINE_TIME = re.compile(rf"(?P<left>[ \t]*)\[(?P<clock>{CLOCK})(?::\d\d)?\](?:\[\d+(?:\.\d+)?s?\])?(?P<right>[ \t]*)")


def leading_time(text: str) -> float | None:
    """Seconds of the "[00:01:02]" that words begin with; None where they begin with words."""
    match = _INLINE_TIME.match(text) if text.lstrip().startswith("[") else None
    return seconds(match["clock"]) if match else None


def without_times(
    text: str, *, pattern: re.Pattern[str] = _INLINE_TIME, plain: Callable[[str], str] = str
) -> tuple[str, Marks]:
    """Words without the "[00:01:02]" between them, and where each stood.

    The spaces on both sides of a time become one.

    Args:
        text: A paragraph.
        pattern: A time, as the groups `left`, `clock` and `right`.
        plain: What is done to the words between the times.
    """
    if "[" not in text or ":" not in text:
        return plain(text), ()
    parts, marks, length, at = list[str](), list[tuple[int, float]](), 0, 0
    for time in pattern.finditer(text):
        parts.append(plain(text[at : time.start()]) + (" " if time["left"] or time["right"] else ""))
        length, at = length + len(parts[-1]), time.end()
        marks.append((length, seconds(time["clock"])))
    whole = "".join([*parts, plain(text[at:])])
    words = whole.strip()
    led = len(whole) - len(whole.lstrip())
    return words, tuple((max(char - led, 0), moment) for char, moment in marks if char - led < len(words))
