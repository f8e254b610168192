"""The library: every transcript wholly there or not at all, one transaction each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from index.store import amending, diagnosis, earlier, history, job_files, listing, reading, sums, writing
from index.store.answers import Answers, forget
from index.store.database import LOCK_TIMEOUT_S, Database
from index.store.jobs import Jobs
from index.store.keys import Keys
from index.store.records import (
    Change,
    Counts,
    Encoded,
    Entry,
    Origin,
    Outcome,
    Outline,
    PassageRow,
    Point,
    Receipt,
    Reencoded,
    Scope,
    Stored,
    TurnRow,
)
from index.store.schema import transcripts
from index.store.shared import Shared
from index.store.slack import SlackStore
from rag import passages
from rag.errors import LibraryError, LibraryLockedError, LibraryMismatchError
from rag.known import Place
from rag.values import Filters, Source, Transcript, Turn

FILE = "library.db"


class Library:
    """Transcripts, their turns and vectors, under one folder.

    Args:
        home: The folder; made when it is not there.
        encoder: Name of the encoder whose vectors it holds or will hold.
        lock_timeout_s: How long to wait for another process's transaction.
        database_url: Of a PostgreSQL database that holds it in place of a file in the folder, which then has what is
            derived only; None for the file.

    Raises:
        LibraryMismatchError: It was made with another encoder or passage setting.
        LibraryError: It cannot be opened.
    """

    def __init__(
        self, home: Path, *, encoder: str, lock_timeout_s: float = LOCK_TIMEOUT_S, database_url: str | None = None
    ) -> None:
        self.home = home
        self.settings = {"encoder": encoder, "passages": passages.SETTINGS}
        if database_url is not None:
            _make(home)
        self._database = Database(home / FILE, lock_timeout_s=lock_timeout_s, url=database_url)
        self.answers = Answers(self._database)
        self.keys = Keys(self._database)
        self.jobs = _jobs(self._database)
        self.shared = Shared(self._database)
        self.slack = SlackStore(self._database)
        self._vouched = sums.Vouched()

    def close(self) -> None:
        """Let the files go."""
        self._database.close()

    def check(self) -> None:
        """Refuse to go on with vectors of another making.

        Raises:
            LibraryMismatchError: The library was made with another encoder or passage setting.
        """
        self._compare(self._database.meta())

    def _compare(self, made_with: dict[str, str]) -> None:
        for key, wanted in self.settings.items():
            found = made_with.get(key, wanted)
            if found != wanted:
                raise LibraryMismatchError(
                    f"{self._database.name} was made with {key} {found!r}, now it is {wanted!r};"
                    " set it back, or run `transcite reindex` to encode everything again"
                )

    @property
    def name(self) -> str:
        """What its database is called, for people: a file, or a database on a server; no password in it."""
        return self._database.name

    @property
    def is_shared(self) -> bool:
        """Whether other machines use it, too."""
        return self._database.is_shared

    def size_on_disk(self) -> int:
        """How many bytes its database takes, indexes apart."""
        return self._database.size()

    def generation(self) -> int:
        """A number that grows with every change."""
        with self._database.reading() as connection:
            return reading.newest(connection).generation

    def dimension(self) -> int | None:
        """Length of the vectors it holds; None when it holds none."""
        with self._database.reading() as connection:
            return reading.dimension(connection)

    def newest(self) -> Point:
        """Where its history stands."""
        with self._database.reading() as connection:
            return reading.newest(connection)

    def knows(self, point: Point) -> bool:
        """Whether a point is one of its history, and not of another library's or of a lost future."""
        with self._database.reading() as connection:
            return reading.knows(connection, point)

    def outcome(self, origin: Origin) -> Outcome:
        """What ingesting `origin` would do now: added, replaced, unchanged or duplicate."""
        with self._database.reading() as connection:
            return writing.decide(connection, origin)

    def stored(self, origin: Origin) -> Stored | None:
        """The version that a source has now, as it was read; None when it has none."""
        with self._database.reading() as connection:
            return earlier.stored(connection, origin)

    def put(self, origin: Origin, encoded: Encoded, *, receipt: Receipt | None = None) -> tuple[Outcome, str]:
        """Add or replace one transcript.

        Args:
            origin: Where it came from.
            encoded: The transcript.
            receipt: Of the job that it is a file of, where what happened is written down in the same transaction.

        Returns:
            What happened, and the transcript's id (for a duplicate, of the one that is there already).

        Raises:
            LibraryMismatchError: It holds vectors of another encoder or passage setting; nothing was stored.
            WithdrawnError: The job does not want it any more; nothing was stored.
        """
        with self._database.writing() as connection:
            self._compare(writing.remember(connection, self.settings))
            outcome, transcript_id = writing.put(connection, origin, encoded)
            if receipt is not None:
                job_files.settle(connection, receipt, outcome, transcript_id, len(encoded.transcript.turns))
            return outcome, transcript_id

    def link(self, origin: Origin, *, receipt: Receipt | None = None) -> tuple[Outcome, str]:
        """Record a source whose content is there already.

        Args:
            origin: The source.
            receipt: As `put` has it.

        Returns:
            `unchanged` or `duplicate`, and the id of the transcript that holds the content.

        Raises:
            KeyError: The content is not there any more; encode it and `put` it.
            WithdrawnError: The job does not want it any more; nothing was recorded.
        """
        with self._database.writing() as connection:
            outcome, transcript_id = writing.link(connection, origin)
            if receipt is not None:
                turns = reading.row_of(connection, transcript_id).turns
                job_files.settle(connection, receipt, outcome, transcript_id, turns)
            return outcome, transcript_id

    def remove(self, transcript_ids: tuple[str, ...]) -> int:
        """Delete transcripts, all or none, and the answers that quote them.

        Returns:
            How many turns went with them.

        Raises:
            NotFoundError: One of them is not there; nothing was deleted.
        """
        with self._database.writing() as connection:
            forget(connection, transcript_ids)
            gone = writing.remove(connection, transcript_ids)
        self._database.sync()
        return gone

    def sync(self) -> None:
        """Have everything that was stored outlive a power cut; removals do so by themselves."""
        self._database.sync()

    def rename_speaker(self, transcript_id: str, old: str, new: str) -> int:
        """Give a speaker another name; naming two speakers alike makes them one.

        Returns:
            How many turns are theirs.

        Raises:
            NotFoundError: No such transcript, or nobody of that name speaks in it.
            InputError: The new name is empty.
        """
        with self._database.writing() as connection:
            turns = amending.rename_speakers(connection, transcript_id, {old: new})
        self._database.sync()
        return turns

    def amend(self, transcript_id: str, *, names: Mapping[str, str], facts: Mapping[str, str | dt.date | None]) -> None:
        """Rename speakers and correct facts, all or nothing.

        Args:
            transcript_id: Of which transcript.
            names: New names by old ones.
            facts: Any of `title`, `date`, `source_url`, `media_url`.

        Raises:
            NotFoundError: No such transcript, or nobody of one of the old names speaks in it.
            InputError: A new name cannot be one.
        """
        with self._database.writing() as connection:
            amending.rename_speakers(connection, transcript_id, names)
            amending.correct(connection, transcript_id, facts)
        self._database.sync()

    def replace_vectors(self, fresh: Iterable[Reencoded], *, generation: int) -> None:
        """Give every transcript other passages and the library the settings it was opened with.

        Raises:
            LibraryLockedError: The library is no longer at `generation`; nothing was replaced.
        """
        with self._database.writing() as connection:
            if reading.newest(connection).generation != generation:
                raise LibraryLockedError(
                    f"{self._database.name} was changed by another process meanwhile; run `transcite reindex` again"
                )
            writing.replace_vectors(connection, fresh, self.settings)

    def replace_some_vectors(self, fresh: Sequence[Reencoded]) -> None:
        """Give these transcripts other passages, made with the settings the library has."""
        if not fresh:
            return
        with self._database.writing() as connection:
            for one in fresh:
                writing.put_vectors(connection, one)
            history.log(connection, 0, "reencoded")

    def integrity(self) -> str | None:
        """What the database says that is wrong with its own pages and trees; None when nothing is."""
        return self._database.integrity()

    def compact(self) -> None:
        """Write the database anew, without what was deleted; as it was before until all of it is written.

        Raises:
            LibraryLockedError: Another process writes for longer than the time-out.
            LibraryFullError: There is no room for a second copy.
        """
        self._database.compact()

    def diagnose(self) -> diagnosis.Diagnosis:
        """Hold all that is stored against its digests and counts."""
        with self._database.reading() as connection:
            return diagnosis.diagnose(connection)

    def mend(self) -> diagnosis.Diagnosis:
        """Take out what is not whole or belongs to nothing; returns what was wrong.

        Raises:
            LibraryLockedError: Another process writes for longer than the time-out.
        """
        with self._database.writing() as connection:
            found = diagnosis.diagnose(connection)
            diagnosis.mend(connection, found)
            return found

    def entries(self, part: listing.Part = listing.WHOLE) -> list[Entry]:
        """The transcripts, or a part of them, by collection and title."""
        with self._database.reading() as connection:
            return listing.entries(connection, part)

    def names(self, scope: Scope) -> tuple[str, ...]:
        """Everybody who speaks in the transcripts of `scope`, in order of name."""
        with self._database.reading() as connection:
            return listing.names(connection, scope.ordinals)

    def sources(self, scope: Scope) -> tuple[Source, ...]:
        """The transcripts of `scope`, in order of coming."""
        with self._database.reading() as connection:
            return listing.sources(connection, scope.ordinals)

    def places(self, turn_ids: list[int]) -> tuple[Place, ...]:
        """The turns of these ids that are still there, unread, in the order given."""
        with self._database.reading() as connection:
            return listing.places(connection, turn_ids)

    def ordinals(self) -> list[int]:
        """The versions of transcripts that are there, in order of coming."""
        with self._database.reading() as connection:
            return listing.ordinals(connection)

    def collections(self) -> list[str]:
        """The collections there are, by name."""
        with self._database.reading() as connection:
            return listing.collections(connection)

    def speakers(self, collections: tuple[str, ...] | None, most: int) -> list[str]:
        """The people heard in most transcripts of some collections (None: of all), at most as many, by name."""
        with self._database.reading() as connection:
            return listing.heard(connection, collections, most)

    def vouch(self, ordinals: Collection[int]) -> None:
        """See that versions of transcripts are what was stored, before they are shown; each once, so it costs little.

        Raises:
            LibraryDamagedError: One of them is not.
        """
        if fresh := self._vouched.unseen(ordinals):
            with self._database.reading() as connection:
                self._vouched.check(connection, transcripts.c.ordinal.in_(fresh))

    def transcript(self, transcript_id: str) -> tuple[Source, Transcript]:
        """One transcript, whole.

        Raises:
            NotFoundError: It is not there.
            LibraryDamagedError: It is not what was stored.
        """
        with self._database.reading() as connection:
            self._vouched.check(connection, transcripts.c.id == transcript_id)
            return reading.transcript(connection, transcript_id)

    def collection(self, transcript_id: str) -> str:
        """The collection a transcript belongs to.

        Raises:
            NotFoundError: It is not there.
        """
        with self._database.reading() as connection:
            return str(reading.row_of(connection, transcript_id).collection)

    def turns(self, turn_ids: list[int]) -> dict[int, tuple[Source, Turn]]:
        """The turns of these ids that are still there."""
        with self._database.reading() as connection:
            return reading.turns_by_id(connection, turn_ids)

    def said(self, turn_ids: list[int]) -> dict[int, TurnRow]:
        """Who says what in the turns of these ids that are still there."""
        with self._database.reading() as connection:
            return reading.said(connection, turn_ids)

    def dates(self, turn_ids: list[int]) -> dict[int, dt.date | None]:
        """The dates of the transcripts that these turns are of, by ordinal."""
        with self._database.reading() as connection:
            return reading.dates(connection, turn_ids)

    def size(self, transcript_id: str) -> tuple[int, int] | None:
        """The number of a transcript's present version, and how many turns it has; None when it is not there."""
        with self._database.reading() as connection:
            return reading.size(connection, transcript_id)

    def outline(self, transcript_id: str) -> Outline | None:
        """A transcript in short, as it is now; None when it is not there."""
        with self._database.reading() as connection:
            return reading.outline(connection, transcript_id)

    def turn_range(self, transcript_id: str, first: int, last: int, *, filters: Filters) -> tuple[Turn, ...]:
        """Turns `first` to `last` of one transcript, those that `filters` let through; none when it is gone."""
        with self._database.reading() as connection:
            self._vouched.check(connection, transcripts.c.id == transcript_id)
            return reading.turn_range(connection, transcript_id, (first, last), filters)

    def codes(self, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
        """What the sentences of turns mean, packed, by transcript and turn; of those of which it is known."""
        with self._database.reading() as connection:
            return reading.codes(connection, places)

    def scope(self, filters: Filters) -> Scope:
        """The turns `filters` let through."""
        with self._database.reading() as connection:
            return reading.scope(connection, filters)

    def counts(self, scope: Scope) -> Counts:
        """How many transcripts and turns `scope` holds."""
        with self._database.reading() as connection:
            return reading.counts(connection, scope)

    def changes(self, since: int) -> list[Change]:
        """What happened after generation `since`, in order."""
        with self._database.reading() as connection:
            return reading.changes_since(connection, since)

    def passage_rows(self, ordinals: list[int]) -> list[PassageRow]:
        """The passages of these versions that are still there, in order of id."""
        with self._database.reading() as connection:
            return reading.passage_rows(connection, ordinals)

    def turn_rows(self, ordinals: list[int]) -> list[TurnRow]:
        """The turns of these versions that are still there, in order of id."""
        with self._database.reading() as connection:
            return reading.turn_rows(connection, ordinals)


def _make(home: Path) -> None:
    """A folder for what is derived, for its owner only: every word that was said is in it."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(f"{home}: {error.strerror}; choose another TRANSCITE_HOME") from error


def _jobs(database: Database) -> Jobs:
    if not database.is_shared:
        return Jobs(database)
    from index.store.shared_jobs import SharedJobs  # noqa: PLC0415 - its queue comes with an extra

    return SharedJobs(database)
