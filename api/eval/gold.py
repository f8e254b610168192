"""What a suite is: questions with the turns that answer them, and the libraries they are put to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from api.compose import Parts
from api.eval.records import Record
from rag.measures import Place
from rag.values import Filters, Message

SuiteName = Literal["locomo", "qmsum", "podcasts"]


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
