"""Gold files, object by object, for reading them strictly: gold that is broken is refused, never scored 0."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import InputError

# Types become names in tables and plots.
_TYPE = re.compile(r"[a-z][a-z0-9 -]{0,29}")


class GoldError(InputError):
    """Gold data that says something impossible; the text names the file, the line and what is wrong there."""

    def __init__(self, file: Path, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}; a figure on broken data would be no figure, so correct it")


@dataclass(frozen=True, slots=True)
class Record:
    """One object of a gold file, where it stands, and ways to read it that refuse what cannot be."""

    file: Path
    line: int
    values: dict[str, Any]

    def refuse(self, reason: str) -> GoldError:
        """An error that names the place."""
        return GoldError(self.file, self.line, reason)

    def text(self, name: str) -> str:
        """A field that has to be text with something in it."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(f"{name!r} has to be text, and is {_short(value)}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A field that has to be a list of texts with something in them; one that is not there is empty."""
        return tuple(self.inside(one, name).text(name) for one in self.each(name))

    def type(self, name: str) -> str:
        """A field that names a kind of question."""
        value = self.text(name)
        if not _TYPE.fullmatch(value):
            raise self.refuse(f"{name!r} is {_short(value)}; a type is a few small letters")
        return value

    def each(self, name: str) -> list[Any]:
        """A field that has to be a list; one that is not there is empty."""
        value = self.values.get(name, [])
        if not isinstance(value, list):
            raise self.refuse(f"{name!r} has to be a list, and is {_short(value)}")
        return value

    def records(self, name: str) -> list[Record]:
        """A field that has to be a list of objects."""
        each = self.each(name)
        if not all(isinstance(one, dict) for one in each):
            raise self.refuse(f"{name!r} has to hold objects only")
        return [Record(self.file, self.line, one) for one in each]

    def inside(self, value: object, name: str) -> Record:
        """A single value of a list, to be read under the list's name."""
        return Record(self.file, self.line, {name: value})

    def number(self, name: str, *, least: int) -> int:
        """A field that has to be a whole number, digits in quotes included."""
        value = self.values.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.refuse(f"{name!r} has to be a whole number from {least}, and is {_short(value)}")
        return value


def json_lines(file: Path) -> list[Record]:
    """The objects of a file with one on each line.

    Raises:
        GoldError: A line is none, or there is no line.
        InputError: The file cannot be read.
    """
    found = []
    for line, text in enumerate(read(file).splitlines(), start=1):
        if not text.strip():
            continue
        try:
            value = json.loads(text)
        except ValueError as error:
            raise GoldError(file, line, f"is not JSON ({error})") from error
        if not isinstance(value, dict):
            raise GoldError(file, line, f"has to be an object, and is {_short(value)}")
        found.append(Record(file, line, value))
    if not found:
        raise GoldError(file, 1, "there is no question")
    return found


def read(file: Path) -> str:
    """A gold file as text.

    Raises:
        InputError: It is not there, cannot be read or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InputError(f"{file} cannot be read ({reason}); name a file of the suite") from error


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
