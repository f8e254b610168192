"""What a suite is: questions with the turns that answer them. Gold that is broken is refused, never scored 0."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from api.compose import Parts
from rag.errors import InputError
from rag.measures import Place
from rag.values import Filters, Message

SuiteName = Literal["locomo", "qmsum", "podcasts"]

# Types become names in tables and plots.
_TYPE = re.compile(r"[a-z][a-z0-9 -]{0,29}")


class GoldError(InputError):
    """Gold data that says something impossible; the text names the file, the line and what is wrong there."""

    def __init__(self, file: Path, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}; a figure on broken data would be no figure, so correct it")


@dataclass(frozen=True, slots=True)
class Item:
    """One question.

    Attributes:
        id: Unique in its suite.
        type: What kind of question it is; figures are also given for each.
        text: As it is put.
        gold: The turns that answer. A turn that the data names and that is not there stands for itself and is never
            found. Empty when nothing answers.
        also: Turns that answer as well.
        answerable: False when the right answer is that nobody says so.
        history: The conversation before it.
        filters: Which turns may answer.
        answer: The reference answer; None when there is none to compare with.
        keys: Strings that a right answer holds.
        explicit: The same question for somebody who did not hear the conversation; None for one without history.
        false_premise: It asks of one person what is another's.
    """

    id: str
    type: str
    text: str
    gold: frozenset[Place] = frozenset()
    also: frozenset[Place] = frozenset()
    answerable: bool = True
    history: tuple[Message, ...] = ()
    filters: Filters = field(default_factory=Filters)
    answer: str | None = None
    keys: tuple[str, ...] = ()
    explicit: str | None = None
    false_premise: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Questions put to one library."""

    parts: Parts
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """All questions of a kind.

    Attributes:
        name: Which measures are taken.
        data: Where the questions were read.
        groups: Each with its library, ready to be searched.
        notes: What has to be known to read the figures.
    """

    name: SuiteName
    data: str
    groups: tuple[Group, ...]
    notes: tuple[str, ...] = field(default=())

    def size(self) -> int:
        """How many questions there are."""
        return sum(len(group.items) for group in self.groups)

    def sampled(self, limit: int | None) -> Suite:
        """At most `limit` of the questions, evenly spaced over all of them."""
        size = self.size()
        if limit is None or limit >= size:
            return self
        chosen = {at * size // limit for at in range(limit)}
        groups, at = [], 0
        for group in self.groups:
            own = tuple(item for n, item in enumerate(group.items, start=at) if n in chosen)
            at += len(group.items)
            groups.append(Group(group.parts, own))
        note = f"A sample: {limit:,} of {size:,} questions, evenly spaced."
        return replace(self, groups=tuple(one for one in groups if one.items), notes=(note, *self.notes))


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


def unique(items: Sequence[tuple[Record, Item]]) -> tuple[Item, ...]:
    """The items, none with the id of another.

    Raises:
        GoldError: Two have the same.
    """
    seen: set[str] = set()
    for record, item in items:
        if item.id in seen:
            raise record.refuse(f"there is another question with the id {item.id!r}")
        seen.add(item.id)
    return tuple(item for _, item in items)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
