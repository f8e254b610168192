"""The setting of a library that several servers share: where its database is."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from rag.errors import InputError

URL = "TRANSCITE_DATABASE_URL"

DESCRIPTIONS = {
    URL: "PostgreSQL database that holds the library, such as postgresql://transcite@db.example/transcite; never shown"
    " (default: none; a file in the library's folder)",
}
_SCHEMES = ("postgresql", "postgres")


def url(environ: Mapping[str, str]) -> str | None:
    """Where the database is; None for a file in the library's folder.

    Raises:
        InputError: It is no address of a PostgreSQL database. It is not shown: it may hold a password.
    """
    value = environ.get(URL, "").strip()
    return checked(value, URL) if value else None


def checked(value: str, name: str) -> str:
    """`value` as the address of a PostgreSQL database, with the scheme that drivers know.

    Args:
        value: What was given.
        name: Of the setting or option it was given as.

    Raises:
        InputError: It is none. It is not shown: it may hold a password.
    """
    try:
        parts = urlsplit(value)
        _ = parts.port  # refuses what is no number
    except ValueError:
        parts = urlsplit("")
    named = len(parts.path) > 1 or "dbname=" in parts.query or "service=" in parts.query
    if parts.scheme not in _SCHEMES or not named or not value.isprintable() or " " in value or parts.fragment:
        raise InputError(
            f"{name} is no address of a PostgreSQL database; allowed is one such as"
            " postgresql://user:password@host:5432/database (a character such as @ or / in the password as %40, %2F)"
        )
    return value.replace("postgres:", "postgresql:", 1) if parts.scheme == "postgres" else value
