"""The commands that look after the library's files: `doctor` and `compact`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from api.compose import EMPTY, Parts
from api.streams import document, say
from api.wire_doctor import Checkup, Compacted, Found
from index.store.database import is_there
from index.store.library import FILE
from index.store.records import today
from rag.errors import LibraryDamagedError

_SLACK, _UPLOADS = "slack.db", "uploads"


def doctor(parts: Parts, *, repair: bool, as_json: bool) -> None:
    """Look at everything the library's folder holds, put right what can be, and tell.

    Raises:
        LibraryDamagedError: Something is wrong, or transcripts are lost that have to be ingested again; all is told.
        LibraryError: It cannot be looked at, or not be repaired.
    """
    from index import doctor as index_doctor  # noqa: PLC0415 - FAISS and tantivy

    home, encoder, url = parts.settings.home, parts.settings.encoder, parts.settings.database_url
    if repair:
        health = index_doctor.repair(home, encoder=encoder, load=lambda: parts.encoder, url=url)
    else:
        health = index_doctor.examine(home, encoder=encoder, url=url)
    found = [Found.of(one) for one in health.findings]
    found += _slack(home / _SLACK, repair=repair)
    if all(one.repaired for one in found) and is_there(home / FILE, url):
        found += [*_uploads(parts), *_engine(parts)]
    told = Checkup(
        home=str(home),
        sound=all(one.repaired for one in found),
        transcripts=health.transcripts,
        turns=health.turns,
        findings=found,
        kept=None if health.kept is None else str(health.kept),
        server=health.server,
    )
    if as_json:
        document(told)
    else:
        _say(told)
    _judge(told, repair=repair)


def compact(parts: Parts, *, as_json: bool) -> None:
    """Write the database anew, without the room that deleted transcripts took.

    Raises:
        LibraryLockedError: Another process writes.
        LibraryFullError: The disk has no room for a second copy; nothing was changed.
        LibraryError: It is in PostgreSQL, which does so itself.
    """
    home = parts.settings.home
    with parts.existing() as library:
        if library is None:
            say(EMPTY.format(place=parts.place))
            return
        before = _bytes(home)
        library.compact()
    after = _bytes(home)
    if as_json:
        document(Compacted(home=str(home), bytes_before=before, bytes_after=after))
    else:
        say(f"{before / 1e6:,.1f} MB before, {after / 1e6:,.1f} MB now")


def _judge(told: Checkup, *, repair: bool) -> None:
    """End with a reason where something is left to be done."""
    wrong = [one for one in told.findings if not one.repaired]
    if wrong:
        more = f", and {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
        name = f"{wrong[0].transcript_id}: " if wrong[0].transcript_id else ""
        raise LibraryDamagedError(f"{name}{wrong[0].what}{more}; {wrong[0].cure or 'see above'}")
    lost = [one for one in told.findings if one.part == "transcript"]
    if repair and lost:
        rest = "transcript is lost: ingest its file" if len(lost) == 1 else "transcripts are lost: ingest their files"
        raise LibraryDamagedError(f"repaired; {len(lost):,} {rest} again")


def _say(told: Checkup) -> None:
    for one in told.findings:
        name = one.transcript_id or ("a transcript" if one.part == "transcript" else "")
        source = f" (from {one.source})" if one.source else ""
        about = f"{name}{source}: " if name else ""
        state = "repaired" if one.repaired else "wrong"
        say(f"{state}: {about}{one.what}" + (f"; {one.cure}" if one.cure else ""))
    if told.kept is not None:
        say(f"the damaged database is kept as {told.kept}")
    if told.sound:
        say(f"sound: {told.transcripts:,} transcripts of {told.turns:,} turns in {told.server or told.home}")
    if told.server is not None:
        say("its pages and trees are for PostgreSQL to check: pg_amcheck, and data checksums")


def _slack(path: Path, *, repair: bool) -> list[Found]:
    """Whether the file of the Slack bot can be read; one that cannot is put aside, and made anew by the server."""
    if not path.exists():
        return []
    try:
        with closing(sqlite3.connect(path)) as connection:
            said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        said = str(error)
    if said == "ok":
        return []
    if repair:
        aside = path.with_name(f"{path.name}.damaged-{today().replace(':', '')}")
        path.rename(aside)
        said = f"{said}; it is kept as {aside.name}"
    cure = None if repair else "transcite doctor --repair"
    return [Found(part="slack", what=f"{path}: {said}", cure=cure, repaired=repair)]


def _uploads(parts: Parts) -> list[Found]:
    """The files of uploads that wait to be taken in and are not there any more."""
    folder = parts.settings.home / _UPLOADS
    with parts.library() as library:
        place = library.name if library.jobs.keeps_files else str(folder)
        return [
            Found(
                part="upload",
                what=f"{one.name!r} of the upload {job_id} is not in {place} any more",
                cure="send it again, and cancel the upload",
                repaired=False,
            )
            for job_id in sorted(library.jobs.unfinished())
            for one in library.jobs.lacking(job_id, folder)
        ]


def _engine(parts: Parts) -> list[Found]:
    """What is wrong with the search engine that holds the vectors, where there is one."""
    if parts.engine is None:
        return []
    from index.remote_health import health  # noqa: PLC0415 - its libraries come with an extra

    with parts.library() as library:
        trouble = health(library, parts.engine).trouble
    if trouble is None:
        return []
    what, _, cure = trouble.partition("; ")
    return [Found(part="index", what=what, cure=cure or None, repaired=False)]


def _bytes(home: Path) -> int:
    return sum(path.stat().st_size for path in home.glob(f"{FILE}*"))
