"""Whoever asks: what they may do, and what they may see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Self

from index.store.keys import Key
from rag.errors import AccessError
from rag.refusal import Caution
from rag.values import Filters

Right = Literal["ask", "narrow", "read", "manage"]

_RIGHTS: dict[str, frozenset[Right]] = {
    "site": frozenset({"ask"}),
    "narrow": frozenset({"ask", "narrow"}),
    "ask": frozenset({"ask", "narrow", "read"}),
    "manage": frozenset({"ask", "narrow", "read", "manage"}),
}
_NOWHERE = ("",)  # no collection has an empty name


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks.

    Attributes:
        id: Of their key or site; None for those who need none: people on this machine before there is any key.
        rights: `ask` questions and see a transcript that an answer cites, `narrow` them to a collection or speaker
            of those there are, `read` (search, list) and `manage`.
        collections: What they may see; None for everything.
        origins: Of a site: whose pages may show a transcript in a frame.
        caution: How sure answers to them must be; None for what the server is set to.
    """

    id: str | None
    rights: frozenset[Right]
    collections: tuple[str, ...] | None
    origins: tuple[str, ...] = ()
    caution: Caution | None = None

    @classmethod
    def of(cls, key: Key) -> Self:
        """The holder of a key, or a reader of a site."""
        rights = "site" if key.kind == "site" and key.scope == "ask" else key.scope
        return cls(key.id, _RIGHTS[rights], key.collections, key.origins)

    @property
    def is_site(self) -> bool:
        """Whether they are a reader of a site, one of many with the same id."""
        return bool(self.origins)

    @property
    def keeps_everything(self) -> bool:
        """Whether they may manage all there is."""
        return "manage" in self.rights and self.collections is None

    def need(self, right: Right) -> None:
        """Refuse who may not.

        Raises:
            AccessError: They do not have the right.
        """
        if right not in self.rights:
            raise AccessError(f"this needs a key that may {right}; `transcite keys create` makes one")

    def sees(self, collection: str) -> bool:
        """Whether they may see what is in a collection."""
        return self.collections is None or collection in self.collections

    def narrowed(self, filters: Filters) -> Filters:
        """`filters` without what they may not see: a collection that is not theirs is like one that is not there."""
        return replace(filters, collections=self.within(filters.collections))

    def within(self, collections: tuple[str, ...]) -> tuple[str, ...]:
        """Those of `collections` that they may see, all theirs when none is named; as a filter understands it."""
        if self.collections is None:
            return collections
        if not collections:
            return self.collections
        return tuple(one for one in collections if one in self.collections) or _NOWHERE

    def home(self, collection: str | None) -> str:
        """The collection that what they add belongs to.

        Args:
            collection: The one they named; None for the usual one.

        Raises:
            AccessError: They may not add to it.
        """
        if collection is None:
            collection = self.collections[0] if self.collections and len(self.collections) == 1 else "default"
        if not self.sees(collection):
            raise AccessError(f"this key may not add to collection {collection!r}; name one that it may")
        return collection


LOCAL = Caller(None, _RIGHTS["manage"], None)
