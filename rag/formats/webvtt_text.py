"""The text of WebVTT cues: voices, inline times and markup."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from rag.formats.clock import seconds
from rag.formats.cues import Cue
from rag.formats.rolling import Shown

_TAG = re.compile(r"</?(?:[a-z]+(?:[.\s][^<>]*)?|[\d:.]+)>", re.IGNORECASE)
# What may cut a cue: a voice (its end too), a time, and ">>", which says that somebody else goes on.
_CUTS = re.compile(
    r"<v(?:\.[^\s>]*)?(?:\s+(?P<voice>[^>]*))?>|(?P<end></v>)|<(?P<time>\d{1,3}(?::\d{2}){1,2}\.\d{1,3})>"
    r"|(?P<chevron>(?<!\S)(?:&gt;&gt;|>>))",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Without tags, entities decoded after: "a &lt; b" is speech."""
    return html.unescape(_TAG.sub("", text)).replace("\N{LEFT-TO-RIGHT MARK}", "").strip()


def cues_of(caption: Shown) -> Iterator[Cue]:
    """One cue a voice: a caption may hold several, and what stands before the first has none of its own.

    A part that begins at an inline time has that time, and the part before ends there.
    """
    payload = "\n".join(caption.lines)
    parts: list[tuple[float, str | None, str]] = []
    start, voice, begin, at = caption.start, None, 0, 0
    moment: float | None = None  # of the inline time that nothing but markup stands behind
    said = False  # whether the part has words already
    for cut in _CUTS.finditer(payload):
        if plain(payload[at : cut.start()]):
            moment, said = None, True
        at = cut.end()
        if cut["time"] is not None:
            moment = seconds(cut["time"])
            start = start if said else moment
            continue
        parts.append((start, voice, payload[begin : cut.start()]))
        start, said = start if moment is None else moment, False
        if cut["chevron"] is None:
            # Teams' "<v >" says that nobody is known, unlike the end of a voice, which says nothing.
            voice = None if cut["end"] else html.unescape(cut["voice"] or "").strip()
        begin = cut.start() if cut["chevron"] else cut.end()
    parts.append((start, voice, payload[begin:]))
    yield from _ended(parts, caption)


def _ended(parts: list[tuple[float, str | None, str]], caption: Shown) -> Iterator[Cue]:
    end = caption.end
    cues = []
    for start, voice, text in reversed(parts):
        words = "\n".join(plain(line) for line in text.split("\n"))
        if words.strip() or len(parts) == 1:
            cues.append(Cue(start, end, words, voice))
            end = start if start > caption.start else end
    yield from reversed(cues)
