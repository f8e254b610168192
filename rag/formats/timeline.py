"""Points of time that XML transcripts name and refer to: `<when>` in TEI, `<TIME_SLOT>` in ELAN."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from rag.formats.xml_file import Element, attribute, below

_UNITS = {"s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Timeline:
    """Seconds by the id of a point; a point without a time is not in it."""

    seconds: dict[str, float]

    def at(self, key: str | None) -> float | None:
        """Seconds of a point; None for one that is unknown or has no time."""
        return None if key is None else self.seconds.get(key)

    @classmethod
    def of_tei(cls, root: Element) -> Self:
        """Of `<timeline unit="s"><when xml:id="T1" interval="0.5" since="#T0"/>`, however the points are chained."""
        found: dict[str, float] = {}
        for line in below(root, "timeline"):
            unit = _UNITS.get(attribute(line, "unit") or "s")
            for when in below(line, "when"):
                key, since = attribute(when, "id"), (attribute(when, "since") or "").removeprefix("#")
                interval = _number(attribute(when, "interval"))
                if key is None or unit is None:
                    continue
                if interval is None:
                    # The first point may be the origin itself; a later one without an interval has no time.
                    if not found:
                        found[key] = 0.0
                elif not since or since in found:
                    found[key] = round(found.get(since, 0.0) + interval * unit, 3)
        return cls(found)

    @classmethod
    def of_elan(cls, root: Element) -> Self:
        """Of `<TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="750"/>` in milliseconds; slots may be without a time."""
        found: dict[str, float] = {}
        for slot in below(root, "TIME_SLOT"):
            key, value = attribute(slot, "TIME_SLOT_ID"), _number(attribute(slot, "TIME_VALUE"))
            if key is not None and value is not None:
                found[key] = value / 1000
        return cls(found)


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
