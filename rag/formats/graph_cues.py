"""Microsoft Graph's `metadataContent`: WebVTT whose cues are JSON objects with the speaker's name and the words."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping

from rag.formats.cues import Cue
from rag.formats.metadata import parse_date
from rag.formats.rolling import Shown

_KEYS = ("spokenText", "speakerName", "startDateTime")


def spoken_in(caption: Shown) -> list[Cue]:
    """The cue that a caption's JSON object stands for; none for a caption that is not one."""
    found = _object(caption)
    if found is None:
        return []
    words, name = found.get("spokenText"), found.get("speakerName")
    voice = name.strip() if isinstance(name, str) else ""
    return [Cue(caption.start, caption.end, words if isinstance(words, str) else "", voice)]


def day_of(captions: Iterable[Shown]) -> dt.date | None:
    """The day (UTC) on which the first caption that says so was spoken."""
    moments = (found.get("startDateTime") for caption in captions if (found := _object(caption)) is not None)
    first = next((moment for moment in moments if isinstance(moment, str)), None)
    return parse_date(first) if first else None


def _object(caption: Shown) -> Mapping[str, object] | None:
    payload = " ".join(caption.lines).strip()
    if not payload.startswith("{") or not any(f'"{key}"' in payload for key in _KEYS):
        return None
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
