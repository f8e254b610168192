"""The commands that say who may use the server: `keys create`, `keys list` and `keys revoke`."""

from __future__ import annotations

from dataclasses import dataclass

from api import render
from api.compose import Parts
from api.streams import document, say, tell
from api.wire_keys import KeyDetail, KeyList, MadeKey
from index.store.keys import Scope
from rag.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key that is wanted, or with origins a site; without collections it may see everything."""

    name: str
    scope: Scope
    collections: list[str]
    origins: list[str]


def create(parts: Parts, wanted: Wanted, *, as_json: bool) -> None:
    """Make a key, or with origins a site, and show what its holder sends.

    Raises:
        InputError: The name is of no use, or a site was to manage.
    """
    with parts.library() as library:
        first = not library.keys.guard()
        key, sent = library.keys.create(
            wanted.name.strip(), scope=wanted.scope, collections=wanted.collections, origins=wanted.origins
        )
    if as_json:
        document(MadeKey.made(key, sent))
        return
    say(sent)
    if key.kind == "key":
        tell(f"{key.id} may {key.scope}; this is the only time it is shown, the library keeps a digest of it")
    else:
        tell(f"{key.id} is public: pages of {', '.join(key.origins)} may ask with it, and nothing else")
    if first:
        tell("from now on the server asks everyone for a key, this machine included")


def list_(parts: Parts, *, as_json: bool) -> None:
    """Show all keys and sites."""
    with parts.existing() as library:
        keys = library.keys.list() if library else []
    if as_json:
        document(KeyList(keys=[KeyDetail.of(key) for key in keys]))
    else:
        render.show(render.keys(keys))


def revoke(parts: Parts, key_id: str, *, as_json: bool) -> None:
    """Take a key's rights away.

    Raises:
        NotFoundError: There is none of that id.
    """
    with parts.existing() as library:
        if library is None:
            raise NotFoundError(f"no key {key_id!r}: there is no library yet")
        key = library.keys.revoke(key_id)
    if as_json:
        document(KeyDetail.of(key))
    else:
        say(f"{key.id} ({key.name}) is revoked")
