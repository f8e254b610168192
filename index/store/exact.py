"""Text in PostgreSQL as SQLite keeps it: every character, in order of code point."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TEXT

# PostgreSQL's text has no character 0, and some transcripts do: it is kept as an escape that begins with a character
# that means nothing by the Unicode standard and is not in texts; where it is all the same, it is escaped, too.
_ESCAPE = "\U0010ffff"
_ZERO, _ITSELF = f"{_ESCAPE}0", f"{_ESCAPE}1"


class Exact(sa.types.TypeDecorator[str]):
    """Text of any length, compared by code point whatever the server's locale."""

    impl = TEXT
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(collation="C")

    def process_bind_param(self, value: str | None, _dialect: Any) -> str | None:
        """As it is kept."""
        if value is None or ("\0" not in value and _ESCAPE not in value):
            return value
        return value.replace(_ESCAPE, _ITSELF).replace("\0", _ZERO)

    def process_result_value(self, value: str | None, _dialect: Any) -> str | None:
        """As it was given."""
        if value is None or _ESCAPE not in value:
            return value
        return value.replace(_ZERO, "\0").replace(_ITSELF, _ESCAPE)


def keep_exactly(metadata: sa.MetaData) -> None:
    """Have every text of some tables kept so; in SQLite nothing changes."""
    for table in metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, sa.String):
                column.type = column.type.with_variant(Exact(), "postgresql")
