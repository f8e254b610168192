"""What `transcite keys` prints for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal, Self

from api.wire import Wire
from index.store.keys import Key


class KeyDetail(Wire):
    """A key or a site; `collections` is null where it may see everything."""

    id: str
    kind: Literal["key", "site"]
    name: str
    scope: Literal["ask", "narrow", "manage"]
    collections: list[str] | None
    origins: list[str]
    created_at: str
    used_at: str | None
    revoked_at: str | None

    @classmethod
    def of(cls, key: Key) -> Self:
        """The shape of one key."""
        return cls.model_validate(asdict(key))


class MadeKey(KeyDetail):
    """A key just made, with what its holder sends: the only time it is shown."""

    key: str

    @classmethod
    def made(cls, key: Key, sent: str) -> Self:
        """The shape of it."""
        return cls.model_validate(asdict(key) | {"key": sent})


class Embedding(Wire):
    """The lines for the pages of a site; browsers let `pinned` run nothing but what has this `integrity`."""

    tag: str
    pinned: str
    integrity: str


class KeyList(Wire):
    """All of them."""

    keys: list[KeyDetail]
