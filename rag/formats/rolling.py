"""Rolling captions: each line is shown twice and more, growing or moving up, and is said once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

# YouTube's captions repeat at most every cue; in speech, one caption in fifty begins with the words of the one before.
_ROLLING_SHARE = 0.3
_TOUCHING_S = 0.5  # a caption shown later than this after the one before does not continue it
_BRIDGE_S = 0.02  # YouTube holds the previous line for 10 ms between two captions


@dataclass(frozen=True, slots=True)
class Shown:
    """What a caption puts on the screen: when (seconds), and its lines as written, markup included."""

    start: float
    end: float | None
    lines: tuple[str, ...]


def said_once(captions: Sequence[Shown], plain: Callable[[str], str]) -> list[Shown]:
    """The captions, in rolling ones only with the lines that are new in each.

    Args:
        captions: In file order.
        plain: A line without its markup.
    """
    words = [[" ".join(plain(line).split()) for line in caption.lines] for caption in captions]
    fresh: list[tuple[int, ...]] = []  # the numbers of the lines that are new
    before: list[str] = []
    repeats = moves = bridges = transitions = 0
    for n, (caption, lines) in enumerate(zip(captions, words, strict=True)):
        said = [k for k, line in enumerate(lines) if line]
        touching = n > 0 and _touches(captions[n - 1], caption)
        known = _repeated(before, [lines[k] for k in said]) if touching else 0
        transitions += bool(before and said)
        repeats += known > 0
        moves += 0 < known < len(said)
        bridges += known == len(said) > 0 and caption.end is not None and caption.end - caption.start <= _BRIDGE_S
        fresh.append(tuple(said[known:]))
        if said or not touching:
            before = [lines[k] for k in said]
    # People do say the same words twice; lines that move up to make room for new ones are a screen's doing.
    if not moves or not (bridges or (repeats > 1 and repeats >= _ROLLING_SHARE * transitions)):
        return list(captions)
    return [
        replace(caption, lines=tuple(caption.lines[k] for k in new))
        for caption, new in zip(captions, fresh, strict=True)
    ]


def _touches(before: Shown, after: Shown) -> bool:
    return (
        before.end is None or abs(after.start - before.end) <= _TOUCHING_S or before.start <= after.start < before.end
    )


def _repeated(before: Sequence[str], lines: Sequence[str]) -> int:
    """How many of the first of `lines` were the last of those `before`."""
    longest = min(len(before), len(lines))
    return next((k for k in range(longest, 0, -1) if list(before[-k:]) == list(lines[:k])), 0)
