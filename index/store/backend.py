"""What a library wants of the database that holds it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

import sqlalchemy as sa


class Backend(Protocol):
    """A kind of database.

    Attributes:
        name: What messages call it; no password in it.
        address: Where it is, for who connects without SQLAlchemy; a password may be in it.
        write_options: Of SQLAlchemy, for a connection that writes.
    """

    name: str
    address: str
    write_options: Mapping[str, Any]

    def engine(self) -> sa.Engine:
        """Connections: a transaction for reading is one view, one for writing is alone."""
        ...

    def is_prepared(self, known: Mapping[str, str]) -> bool:
        """Whether what it needs besides the tables is there, by the settings of the library."""
        ...

    def prepare(self, connection: sa.Connection) -> None:
        """Make what it needs besides the tables, in the transaction that makes those."""
        ...

    def integrity(self, connection: sa.Connection) -> str | None:
        """What it says that is wrong with its own pages and trees; None when nothing is, or it is not ours to check."""
        ...

    def compact(self, engine: sa.Engine) -> None:
        """Write it anew, without the room that deleted rows took.

        Raises:
            LibraryError: That is somebody else's to do.
        """
        ...

    def fold(self, engine: sa.Engine) -> None:
        """Bring what lies in a log beside it into the database itself."""
        ...

    def sync(self) -> None:
        """Have what was committed outlive a power cut."""
        ...

    def size(self, connection: sa.Connection) -> int:
        """How many bytes it takes."""
        ...

    def explained(self) -> AbstractContextManager[None]:
        """Say what it refuses as an error of the library, with the cure."""
        ...
