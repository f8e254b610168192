"""What servers that share a search engine ask of the library: its name, whose turn it is to write, single passages."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence

import sqlalchemy as sa

from index.store.database import Database
from index.store.reading import chunks
from index.store.records import PassageRow
from index.store.schema import meta, passages

_IDENTITY, _TURN = "identity", "engine-turn"
_BY_ANCHOR = "passages_by_anchor"


class Shared:
    """One library, as those see it who keep an engine level with it.

    Args:
        database: Of the library.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sorted = False

    def identity(self) -> str:
        """Sixteen hex digits that tell this library from every other; made when first asked for, kept with it."""
        with self._database.reading() as connection:
            known = _value(connection, _IDENTITY)
        if known is not None:
            return known
        with self._database.writing() as connection:
            known = _value(connection, _IDENTITY)  # another process may have been first
            if known is None:
                known = secrets.token_hex(8)
                connection.execute(meta.insert().values(key=_IDENTITY, value=known))
            return known

    def claim(self, worker: str, *, for_s: float) -> bool:
        """Take the turn to write into the engine, or keep it.

        Args:
            worker: Who asks; no blanks in it.
            for_s: The turn ends by itself after so many seconds, in case its holder died.

        Returns:
            False where it is another's.
        """
        now = time.time()
        with self._database.writing() as connection:
            known = _value(connection, _TURN)
            if known is not None:
                holder, until = known.split()
                if holder != worker and float(until) > now:
                    return False
                connection.execute(meta.delete().where(meta.c.key == _TURN))
            connection.execute(meta.insert().values(key=_TURN, value=f"{worker} {now + for_s:.3f}"))
            return True

    def release(self, worker: str) -> None:
        """Give the turn back, if it is this worker's."""
        with self._database.writing() as connection:
            mine = meta.c.value.startswith(f"{worker} ", autoescape=True)
            connection.execute(meta.delete().where(meta.c.key == _TURN, mine))

    def passages_of(self, turn_ids: Sequence[int]) -> list[int]:
        """Ids of the passages that stand for these turns, ascending."""
        self._sort()
        found: list[int] = []
        with self._database.reading() as connection:
            for some in chunks(sorted(set(turn_ids))):
                found.extend(
                    connection.execute(sa.select(passages.c.passage_id).where(passages.c.anchor.in_(some))).scalars()
                )
        return sorted(found)

    def rows(self, passage_ids: Sequence[int]) -> list[PassageRow]:
        """The passages of these ids that are there, in order of id."""
        found: list[PassageRow] = []
        with self._database.reading() as connection:
            for some in chunks(passage_ids):
                rows = connection.execute(sa.select(passages).where(passages.c.passage_id.in_(some)))
                found.extend(PassageRow(*row) for row in rows)
        return sorted(found, key=lambda row: row.passage_id)

    def count(self) -> int:
        """How many passages there are."""
        with self._database.reading() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(passages)).scalar_one()

    def _sort(self) -> None:
        """Have passages found by turn: an index that only libraries with an engine need, and so only they carry."""
        if self._sorted:
            return
        with self._database.reading() as connection:
            there = {one["name"] for one in sa.inspect(connection).get_indexes(passages.name)}
        if _BY_ANCHOR not in there:
            with self._database.writing() as connection:
                connection.execute(sa.text(f"CREATE INDEX IF NOT EXISTS {_BY_ANCHOR} ON passages (anchor)"))
        self._sorted = True


def _value(connection: sa.Connection, key: str) -> str | None:
    found: str | None = connection.execute(sa.select(meta.c.value).where(meta.c.key == key)).scalar()
    return found
