"""The command that moves a library between its folder and a PostgreSQL database."""

from __future__ import annotations

from contextlib import closing

from api.compose import Parts
from api.eval.progress import Progress
from api.streams import document, say, tell
from api.wire_moving import Moved
from index.store import moving
from index.store.database import Database, is_there
from index.store.library import FILE
from rag.errors import NotFoundError


def migrate(parts: Parts, *, url: str, back: bool, as_json: bool) -> None:
    """Copy the library in TRANSCITE_HOME into a database, or back; nothing is encoded, what is copied from stays.

    Args:
        parts: Of this process.
        url: Of the database.
        back: Out of the database, into the folder.
        as_json: Whether to print what was moved as a document.

    Raises:
        NotFoundError: There is no library to move.
        LibraryError: There is one already where it is to go, or uploads wait; nothing was moved.
    """
    file = parts.settings.home / FILE
    if not is_there(file, url if back else None):
        raise NotFoundError(
            "there is no library in that database to move"
            if back
            else f"there is no library in {parts.settings.home} to move; set TRANSCITE_HOME to where it is"
        )
    with (
        closing(Database(file, url=url if back else None)) as source,
        closing(Database(file, url=None if back else url)) as target,
    ):
        with Progress("moving", 1, "rows") as progress:
            moved = moving.move(source, target, on_progress=progress.reach)
        told = Moved.of(moved, source.name, target.name)
    if as_json:
        document(told)
        return
    say(f"{told.transcripts:,} transcripts of {told.turns:,} turns moved to {told.to}, and all that belongs to them")
    if back:
        tell("unset TRANSCITE_DATABASE_URL to use it; the database is as it was")
    else:
        tell(f"set TRANSCITE_DATABASE_URL to use it; {file} is as it was, and of no use to it any more")
