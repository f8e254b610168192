"""Values of a JSON document that know where they stand, so that a wrong type is refused with its path.

A JSON file is parsed once; its shape is told with `at` and `is_object_with`, which never raise, and it is read through
`Node`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.errors import ReadError
from rag.formats.clock import CLOCK, seconds

_ISO = re.compile(r"P(?:(\d+)D)?T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?")
_NUMBER_OF_SECONDS = re.compile(r"(-?\d{1,12}(?:\.\d{1,12})?)s")
# Recognisers begin a word a hair before the recording does.
_ROUNDING = -0.5


def at(value: object, *path: str | int) -> object:
    """What stands at `path` (keys and list indices), None where anything on the way is missing or of another type."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def is_object_with(value: object, *keys: str) -> bool:
    """Whether a value is an object that has all the keys."""
    return isinstance(value, dict) and all(key in value for key in keys)


def first_object(value: object) -> object:
    """The first object of a list, None where there is none."""
    return next((item for item in value if isinstance(item, dict)), None) if isinstance(value, list) else None


def kind_of(value: object) -> str:
    """A value as an error names it."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return json.dumps(value)[:40]


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the way to it.

    Attributes:
        value: As parsed; None where the document has nothing (or null) there.
        key: Its key or 0-based index within `parent`.
    """

    value: object
    key: str | int = ""
    parent: Node | None = None

    def __getitem__(self, key: str) -> Node:
        """The value of a key; a node of None where it is missing.

        Raises:
            ReadError: This is neither an object nor nothing.
        """
        if self.value is None:
            return Node(None, key, self)
        if not isinstance(self.value, dict):
            raise self.refused("an object")
        return Node(self.value.get(key), key, self)

    def first(self, *keys: str) -> Node:
        """The value of the first of the keys that has one."""
        if isinstance(self.value, dict):
            for key in keys:
                if self.value.get(key) is not None:
                    return Node(self.value[key], key, self)
        return self[keys[0]]

    def __iter__(self) -> Iterator[Node]:
        """The items of a list; none where there is nothing.

        Raises:
            ReadError: This is neither a list nor nothing.
        """
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise self.refused("a list")
        for n, item in enumerate(self.value):
            yield Node(item, n, self)

    def best(self) -> Node:
        """The first item of a list of alternatives; a node of None where there is none."""
        return next(iter(self), Node(None, 0, self))

    @property
    def text(self) -> str:
        """A string, "" where there is nothing.

        Raises:
            ReadError: This is something else.
        """
        if self.value is None:
            return ""
        if not isinstance(self.value, str):
            raise self.refused("a string")
        return self.value

    @property
    def label(self) -> str | None:
        """A speaker's label as written, a number as its digits; None where there is none.

        Raises:
            ReadError: This is a list, an object or a truth value.
        """
        if isinstance(self.value, bool) or (self.value is not None and not isinstance(self.value, (str, int, float))):
            raise self.refused("a string")
        if isinstance(self.value, float):
            return f"{self.value:g}"
        return None if self.value is None else str(self.value).strip() or None

    def time(self, unit: float = 1.0) -> float | None:
        """Seconds of a number counted in `unit` seconds, or of "1.5s", "PT1M2.5S" or a clock time; None where absent.

        Raises:
            ReadError: This is no time.
        """
        value = self.value
        if value is None or value == "":
            return None
        if isinstance(value, dict) and value.keys() <= {"seconds", "nanos"}:
            return round((self["seconds"].time() or 0.0) + (self["nanos"].time(1e-9) or 0.0), 6)
        if isinstance(value, str):
            written = _written_time(value.strip())
            if written is not None:
                return written
        try:
            number = float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number) or number * unit < _ROUNDING:
            raise self.refused("a time")
        return round(max(number * unit, 0.0), 6)

    def refused(self, wanted: str) -> ReadError:
        """The error for a value of the wrong kind, naming it and the way to it."""
        return ReadError(f"{self.path} is {kind_of(self.value)}, not {wanted}; export the transcript again")

    @property
    def path(self) -> str:
        """The way to the value: `results.channels[0].alternatives`."""
        if self.parent is None:
            return "the document"
        step = f"[{self.key}]" if isinstance(self.key, int) else f".{self.key}"
        return f"{self.parent.path if self.parent.parent is not None else ''}{step}".lstrip(".")


def _written_time(text: str) -> float | None:
    """Seconds of a time written with its unit; None for anything else, a bare number included."""
    if match := _NUMBER_OF_SECONDS.fullmatch(text):
        return max(float(match[1]), 0.0)
    if re.fullmatch(CLOCK, text):
        return seconds(text)
    match = _ISO.fullmatch(text)
    if match is None or text.endswith("T"):
        return None
    parts = [float(part or 0) for part in match.groups()]
    return round(parts[0] * 86400 + parts[1] * 3600 + parts[2] * 60 + parts[3], 6)
