"""The word index of one library, kept level with it."""

from __future__ import annotations

from collections.abc import Iterator

from index.lexicon import Lexicon, TurnWords
from index.store.database import LOCK_TIMEOUT_S
from index.store.library import Library
from index.store.records import Point, TurnRow
from rag.errors import LibraryLockedError
from rag.words import content_words, words

FOLDER = "words"
_TRIES = 5  # attempts to bring the words level while other processes write them too


class Words:
    """The words of a library's turns, in this process.

    Args:
        library: The truth.
        lock_timeout_s: How long to wait for another process that writes the index.
    """

    def __init__(self, library: Library, *, lock_timeout_s: float = LOCK_TIMEOUT_S) -> None:
        self._library = library
        self.lexicon = Lexicon(library.home / FOLDER, lock_timeout_s=lock_timeout_s)

    def catch_up(self, newest: Point) -> None:
        """Bring the index to a point of the library's history, or past it; not from two threads at once.

        Raises:
            LibraryLockedError: Other processes keep it busy.
        """
        for _ in range(_TRIES):
            since = self.lexicon.point()
            if since == newest or (since.generation > newest.generation and self._library.knows(since)):
                return
            self._catch_up(since)
        raise LibraryLockedError(f"{self._library.home / FOLDER} is kept busy by other processes; try again")

    def _catch_up(self, since: Point) -> None:
        known = self._library.knows(since)
        changes = self._library.changes(since.generation if known else 0)
        touched = sorted({change.ordinal for change in changes})
        self.lexicon.update(
            since=since,
            point=changes[-1].point if changes else Point(),
            gone=touched if known else None,
            come=((ordinal, _turn_words(self._library.turn_rows([ordinal]))) for ordinal in touched),
        )


def point(library: Library) -> Point:
    """The point of the library's history that the index on disk is at."""
    folder = library.home / FOLDER
    return Lexicon(folder, lock_timeout_s=0).point() if folder.exists() else Point()


def _turn_words(rows: list[TurnRow]) -> Iterator[TurnWords]:
    """Each turn's words: with its speaker's name, alone and with one and three turns on either side; and as said."""
    spoken = [content_words(f"{row.speaker or ''} {row.text}") for row in rows]
    for at, row in enumerate(rows):
        narrow, wide = ([w for one in spoken[max(at - k, 0) : at + k + 1] for w in one] for k in (1, 3))
        yield TurnWords(row.turn_id, spoken[at], narrow, wide, words(row.text))
