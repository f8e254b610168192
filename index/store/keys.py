"""Who may use the server: API keys, of which digests are kept, and the public ids of sites that embed the widget."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from index.store.database import Database
from index.store.records import today
from index.store.schema import keys, meta
from rag.errors import InputError, NotFoundError

Scope = Literal["ask", "narrow", "manage"]
_SIGNING = "signing"  # in the table of settings: what tokens are signed with
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Key:
    """A key or a site.

    Attributes:
        id: Names it in lists and logs; public.
        kind: A `key` has a secret; a `site` has none, but origins whose pages may use it.
        scope: `manage` includes `ask`. Of a site, `narrow` includes `ask`: its readers are told which collections and
            speakers there are, to choose from.
        collections: What it may see; None for everything.
        origins: Of a site: "https://news.example".
        used_at: When it was last used, to about a minute.
    """

    id: str
    kind: Literal["key", "site"]
    name: str
    scope: Scope
    collections: tuple[str, ...] | None
    origins: tuple[str, ...]
    created_at: str
    used_at: str | None
    revoked_at: str | None


class Keys:
    """The keys and sites of one library.

    Args:
        database: Of the library.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, name: str, *, scope: Scope, collections: Sequence[str] = (), origins: Sequence[str] = ()
    ) -> tuple[Key, str]:
        """Make a key or, with origins, a site.

        Args:
            name: What people call it, 1 to 100 characters.
            scope: What it may do; a site may only ask.
            collections: What it may see; empty for everything.
            origins: Of the pages that may use a site.

        Returns:
            The key, and what its holder sends: a secret that cannot be had again, or the id of a site.

        Raises:
            InputError: A site was to manage, or the name is of no use.
        """
        if not 1 <= len(name) <= 100 or not name.isprintable():
            raise InputError("the name of a key needs 1 to 100 characters, none of them a control character")
        if origins and scope == "manage":
            raise InputError("a site is public: it may ask, and nothing else; leave out --scope manage")
        if not origins and scope == "narrow":
            raise InputError("--scope narrow is for sites; a key's holder sees all names anyway: leave it out")
        kind: Literal["key", "site"] = "site" if origins else "key"
        key_id = f"{kind}_{secrets.token_hex(8)}"
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        seen = tuple(dict.fromkeys(collections)) or None
        made = Key(key_id, kind, name, scope, seen, tuple(dict.fromkeys(origins)), today(), None, None)
        row = {
            "id": made.id,
            "kind": kind,
            "name": name,
            "digest": _digest(secret) if kind == "key" else None,
            "scope": scope,
            "collections": None if seen is None else json.dumps(seen),
            "origins": json.dumps(made.origins),
            "created_at": made.created_at,
        }
        with self._database.writing() as connection:
            connection.execute(keys.insert().values(row))
        return made, f"{key_id}.{secret}" if kind == "key" else key_id

    def list(self) -> list[Key]:
        """All of them, revoked ones too, oldest first."""
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(sa.select(keys).order_by(keys.c.created_at, keys.c.id))]

    def revoke(self, key_id: str) -> Key:
        """Take a key's or a site's rights away, from the next request on; again is fine.

        Raises:
            NotFoundError: There is none of that id.
        """
        with self._database.writing() as connection:
            known = keys.c.id == key_id
            connection.execute(keys.update().where(known, keys.c.revoked_at.is_(None)).values(revoked_at=today()))
            row = connection.execute(sa.select(keys).where(known)).first()
        if row is None:
            raise NotFoundError(f"no key {key_id!r}; `transcite keys list` shows what there is")
        return _key(row)

    def guard(self) -> bool:
        """Whether a key is needed: from the first one on, and for good."""
        with self._database.reading() as connection:
            return connection.execute(sa.select(keys.c.id).limit(1)).first() is not None

    def verified(self, sent: str) -> Key | None:
        """The key of a secret as its holder sends it; None when it is none, or revoked."""
        key_id, _, secret = sent.partition(".")
        with self._database.reading() as connection:
            row = connection.execute(sa.select(keys).where(keys.c.id == key_id)).first()
        # An unknown id costs the same as a wrong secret.
        right = hmac.compare_digest((row.digest if row else None) or _digest(""), _digest(secret))
        return _key(row) if row is not None and row.kind == "key" and right and row.revoked_at is None else None

    def valid(self, key_id: str) -> Key | None:
        """The key or site of an id that was verified before; None when it is gone or revoked."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(keys).where(keys.c.id == key_id)).first()
        return _key(row) if row is not None and row.revoked_at is None else None

    def origins(self) -> frozenset[str]:
        """The origins of all sites that are not revoked."""
        statement = sa.select(keys.c.origins).where(keys.c.kind == "site", keys.c.revoked_at.is_(None))
        with self._database.reading() as connection:
            return frozenset(one for row in connection.execute(statement) for one in json.loads(row.origins))

    def used(self, key_id: str) -> None:
        """Write down that a key was used just now."""
        with self._database.writing() as connection:
            connection.execute(keys.update().where(keys.c.id == key_id).values(used_at=today()))

    def signing_secret(self) -> str:
        """What every server on this library signs its tokens with; made when first asked for."""
        with self._database.reading() as connection:
            known = _signing(connection)
        if known is not None:
            return known
        with self._database.writing() as connection:
            known = _signing(connection)
            if known is None:
                known = secrets.token_urlsafe(_SECRET_BYTES)
                connection.execute(meta.insert().values(key=_SIGNING, value=known))
            return known


def _signing(connection: sa.Connection) -> str | None:
    found = connection.execute(sa.select(meta.c.value).where(meta.c.key == _SIGNING)).scalar()
    return None if found is None else str(found)


def _digest(secret: str) -> str:
    """sha256, enough for 256 random bits: nothing can be guessed, so nothing needs to be slow."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: Any) -> Key:
    return Key(
        id=row.id,
        kind=row.kind,
        name=row.name,
        scope=row.scope,
        collections=None if row.collections is None else tuple(json.loads(row.collections)),
        origins=tuple(json.loads(row.origins)),
        created_at=row.created_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
