"""The commands that say who may use the server: `transcite keys`."""

from __future__ import annotations

from dataclasses import dataclass

from api import render
from api.compose import Parts
from api.embedding import built
from api.streams import document, say, tell
from api.wire_keys import Embedding, KeyDetail, KeyList, MadeKey
from index.store.keys import Scope
from rag.errors import InputError, NotFoundError


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
        tell(f"`transcite keys embed {key.id}` prints the line for them")
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


def embed(parts: Parts, key_id: str, *, url: str | None, as_json: bool) -> None:
    """Show the lines that put the widget into the pages of a site: one that stays up to date, and one that does not.

    Raises:
        InputError: It is a key, whose secret belongs into no page; or nobody says where the server is.
        NotFoundError: There is no such site, or it is revoked.
    """
    with parts.existing() as library:
        key = library.keys.valid(key_id) if library else None
    if key is None:
        raise NotFoundError(f"no site {key_id!r}; `transcite keys list` shows what there is")
    if key.kind != "site":
        raise InputError(
            f"{key_id} is a key; pages get sites, which `transcite keys create NAME --origin ORIGIN` makes"
        )
    base = url or parts.settings.public_url
    if base is None:
        raise InputError(
            "say where readers reach the server: --url https://transcripts.example, or TRANSCITE_PUBLIC_URL"
        )
    script = built()
    lines = Embedding(
        tag=script.tag(base, key_id), pinned=script.tag(base, key_id, pinned=True), integrity=script.integrity
    )
    if as_json:
        document(lines)
        return
    say(lines.tag)
    tell("the next line runs this version and no other, which browsers check; it changes with Transcite's widget")
    say(lines.pinned)


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
