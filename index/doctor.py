"""Whether a library is what it was, and making it so again: all that the truth still holds, and nothing half.

The truth is held against its digests, the indexes against the truth. Repairing puts a new database in the place of one
that cannot be read (the old one is kept), takes out transcripts that are not whole, which can be ingested again, makes
lost vectors again, and throws away indexes that are wrong, which are made again from the truth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from index import checkup, derived
from index.encoder import Encoder
from index.encoding import encoded
from index.store import recovery, wal
from index.store.database import is_there
from index.store.diagnosis import Diagnosis, Lost
from index.store.embedded import left_behind
from index.store.library import FILE, Library
from index.store.records import Reencoded
from rag.errors import LibraryDamagedError, LibraryMismatchError
from rag.passages import passages

Part = Literal["database", "transcript", "vectors", "answers", "index"]
_REPAIR = "transcite doctor --repair"
_AGAIN = "ingest its file again"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong.

    Attributes:
        part: Of what: the database, one transcript, its vectors, the answers kept, or an index made from the truth.
        what: What is wrong, for people.
        cure: What helps, or, once it is repaired, what is still to be done; None for nothing.
        transcript: Which one, where it is about one.
        repaired: Whether it was put right.
    """

    part: Part
    what: str
    cure: str | None = _REPAIR
    transcript: Lost | None = None
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """How a library is.

    Attributes:
        transcripts, turns: How many it holds, as far as it can be read.
        findings: What is wrong, or was.
        kept: Where the database lies that could not be read, when a new one was put in its place.
        server: What the database is called where it is on a server, which alone can check its own pages and trees;
            None for a file, which was checked.
    """

    transcripts: int
    turns: int
    findings: tuple[Finding, ...]
    kept: Path | None = None
    server: str | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong, or nothing any more."""
        return all(one.repaired for one in self.findings)

    @property
    def lost(self) -> tuple[Lost, ...]:
        """The transcripts that are, or were, not whole."""
        return tuple(one.transcript for one in self.findings if one.part == "transcript" and one.transcript)


def examine(home: Path, *, encoder: str, url: str | None = None) -> Health:
    """Look at everything; nothing is changed.

    Args:
        home: Of the library.
        encoder: The name of the one that is set.
        url: Of the PostgreSQL database that holds it; None for the file in its folder.

    Raises:
        LibraryDamagedError: PostgreSQL cannot read its own files.
        LibraryError: It cannot be looked at for a reason that is no damage: locked, of another version.
    """
    # 1. Is there a database, and can all of it be read?
    unreadable = _unreadable(home, encoder) if url is None else None
    if unreadable is not None:
        return Health(0, 0, (Finding("database", unreadable),))
    if not is_there(home / FILE, url):
        return Health(0, 0, ())
    library = Library(home, encoder=encoder, database_url=url)
    try:
        # 2. Is the truth as it was stored?
        findings = _told(library.diagnose())
        mismatch = _mismatch(library)
        findings += [] if mismatch is None else [mismatch]
        # 3. Are the indexes what it makes?
        findings += _indexes(library)
        entries = library.entries()
    finally:
        library.close()
    server = library.name if library.is_shared else None
    return Health(len(entries), sum(one.turns for one in entries), tuple(findings), server=server)


def repair(home: Path, *, encoder: str, load: Callable[[], Encoder], url: str | None = None) -> Health:
    """Put right what `examine` finds; asks nothing, and may be run again at any time, also after it was interrupted.

    Args:
        home: Of the library.
        encoder: The name of the one that is set.
        load: Gives it; called when vectors have to be made again, and not before.
        url: As `examine` has it.

    Returns:
        What was found, and put right.

    Raises:
        LibraryLockedError: Another process is at work on the library.
        LibraryDamagedError: Nothing of the database can be read, or PostgreSQL cannot read its own files, which are
            not ours to repair; it is left as it is.
        LibraryFullError: There is no room for a new database; the old one is as it was.
    """
    found: list[Finding] = []
    kept = None
    # 1. A database that can be read.
    unreadable = _unreadable(home, encoder) if url is None else None
    if unreadable is not None:
        kept, missing = _recovered(home / FILE)
        derived.discard(home)
        again = [one for one in _told(missing) if one.part != "vectors"]  # those are found below, for they are still so
        found = [Finding("database", unreadable, None), *again]
    if not is_there(home / FILE, url):
        return Health(0, 0, ())
    library = Library(home, encoder=encoder, database_url=url)
    try:
        # 2. Nothing in it that is not whole.
        found += _told(library.mend())
        # 3. Vectors for all that is in it.
        mismatch = _mismatch(library)
        if mismatch is None:
            lost = [one.transcript.transcript_id for one in found if one.part == "vectors" and one.transcript]
            library.replace_some_vectors([_encoded(library, load(), one) for one in lost if one is not None])
        # 4. Indexes that are made from it, and from nothing else.
        wrong = _indexes(library)
        if wrong:
            derived.discard(home)
        if (wrong or found) and mismatch is None:
            _level(library)
        found += wrong
        entries = library.entries()
    finally:
        library.close()
    mended = [replace(one, repaired=mismatch is None or one.part != "vectors", cure=_after(one)) for one in found]
    server = library.name if library.is_shared else None
    health = Health(len(entries), sum(one.turns for one in entries), tuple(mended), kept, server)
    return health if mismatch is None else replace(health, findings=(*health.findings, mismatch))


def _after(one: Finding) -> str | None:
    """What is still to be done once a finding is repaired."""
    if one.part == "transcript":
        return _AGAIN
    return None if one.cure == _REPAIR else one.cure


def _mismatch(library: Library) -> Finding | None:
    """That the library cannot be searched or added to, being of another encoder than the one that is set."""
    try:
        library.check()
    except LibraryMismatchError as error:
        return Finding("vectors", str(error), "transcite reindex")
    return None


def _unreadable(home: Path, encoder: str) -> str | None:
    """Why the database in a file cannot be read as a whole; None when it can, or there is none."""
    path = home / FILE
    if not path.exists():
        beside = left_behind(path)
        return None if beside is None else f"{path} is gone, while {beside} is still there"
    if broken := wal.broken_log(path):  # before SQLite opens it, which drops what comes after them
        return f"{path}-wal: {broken:,} pages that were written cannot be read"
    try:
        library = Library(home, encoder=encoder)
    except LibraryDamagedError as error:
        return str(error).split("; ")[0]
    try:
        return library.integrity()
    finally:
        library.close()


def _recovered(path: Path) -> tuple[Path | None, Diagnosis]:
    if recovery.settle(path):  # a repair was interrupted when only this was left to do
        return None, Diagnosis()
    if not path.exists():
        if not Path(f"{path}-wal").exists():
            raise LibraryDamagedError(
                f"{path} is gone, and what is left was made from it; restore a back-up, or remove {left_behind(path)}"
                " to begin anew"
            )
        path.touch(mode=0o600)
    return recovery.recover(path)


def _told(found: Diagnosis) -> list[Finding]:
    """A diagnosis, one finding for each thing that is wrong."""
    findings = [Finding("transcript", one.why, f"{_REPAIR}, then {_AGAIN}", one) for one in found.lost]
    findings += [
        Finding("vectors", "its vectors are not what was stored; what it says is", transcript=one)
        for one in found.vectors
    ]
    if found.unsealed:
        findings.append(Finding("database", f"{len(found.unsealed):,} transcripts have lost their digests"))
    findings += [
        Finding("database", f"{count:,} rows of {name} belong to nothing that is there")
        for name, count in sorted((found.strays or {}).items())
    ]
    if found.answers:
        findings.append(
            Finding("answers", f"{found.answers:,} answers cannot be read, or would outlive what they quote")
        )
    return findings


def _indexes(library: Library) -> list[Finding]:
    seen = checkup.check(library)
    findings = [Finding("index", one) for one in (seen.vectors, seen.words) if one is not None]
    if seen.ahead:
        findings.append(
            Finding(
                "index",
                "the indexes know of changes that the database does not: it lost its newest, or a back-up was restored",
                "ingest what was added last again",
            )
        )
    return findings


def _encoded(library: Library, encoder: Encoder, transcript_id: str) -> Reencoded:
    cut = passages(library.transcript(transcript_id)[1].turns)
    return Reencoded(transcript_id, tuple(one.anchor for one in cut), tuple(encoded(cut, lambda: encoder)))


def _level(library: Library) -> None:
    dimension = library.dimension()
    if dimension is not None:
        indexes = derived.Derived(library, dimension=dimension)
        indexes.catch_up()
        indexes.save()
