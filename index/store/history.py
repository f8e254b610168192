"""The library's history, which derived indexes catch up from."""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from index.store.schema import changes


def log(connection: sa.Connection, ordinal: int, kind: str) -> None:
    """Write down what happened to a version, for the derived indexes."""
    connection.execute(changes.insert().values(ordinal=ordinal, kind=kind, stamp=secrets.randbits(62)))
