"""The commands about what is in the library: `list`, `show`, `rm`, `rename-speaker`, `info`. None needs the encoder."""

from __future__ import annotations

from pathlib import Path

from api import render
from api.compose import EMPTY, Parts, condition
from api.streams import document, say, tell
from api.wire_library import Info, Removed, Renamed, TranscriptDetail, Transcripts, TranscriptSummary
from index.store.library import Library
from rag.errors import LibraryMismatchError, NotFoundError


def entries(parts: Parts, *, collections: list[str], as_json: bool) -> None:
    """List the transcripts, of some collections or all."""
    with parts.existing() as library:
        every = library.entries() if library else []
    found = [one for one in every if not collections or one.source.collection in collections]
    if as_json:
        document(Transcripts(transcripts=[TranscriptSummary.of(one) for one in found]))
    elif found:
        render.show(render.entries(found))
    elif every:
        known = ", ".join(sorted({one.source.collection for one in every}))
        say(f"No transcripts in that collection; there are: {known}")
    else:
        say(EMPTY.format(place=parts.place))


def show(parts: Parts, transcript_id: str, *, as_json: bool) -> None:
    """Show one transcript, whole.

    Raises:
        NotFoundError: It is not there.
    """
    with parts.existing() as library:
        source, transcript = _there(library, transcript_id).transcript(transcript_id)
    if as_json:
        document(TranscriptDetail.of(source, transcript))
    else:
        render.show(render.transcript(source, transcript))


def remove(parts: Parts, transcript_ids: list[str], *, as_json: bool) -> None:
    """Remove transcripts, all or none; the indexes catch up at the next search.

    Raises:
        NotFoundError: One of them is not there.
    """
    ids = tuple(dict.fromkeys(transcript_ids))
    with parts.existing() as library:
        turns = _there(library, ids[0]).remove(ids)
    if as_json:
        document(Removed(removed=list(ids), turns=turns))
    else:
        noun = "transcript" if len(ids) == 1 else "transcripts"
        say(f"{len(ids):,} {noun} of {turns:,} turns removed; the files they were read from are untouched")


def rename_speaker(parts: Parts, transcript_id: str, *, old: str, new: str, as_json: bool) -> None:
    """Give a speaker another name; naming two speakers alike makes them one.

    Raises:
        NotFoundError: No such transcript, or nobody of that name speaks in it.
        InputError: The new name cannot be one.
    """
    with parts.existing() as library:
        turns = _there(library, transcript_id).rename_speaker(transcript_id, old, new)
    name = " ".join(new.split())  # as the library keeps it
    if as_json:
        document(Renamed(transcript_id=transcript_id, old=old, new=name, turns=turns))
    else:
        say(f"{turns:,} turns of {old} are now {name}'s")


def info(parts: Parts, *, as_json: bool) -> None:
    """Show the library at a glance."""
    with parts.existing() as library:
        facts = _info(parts, library)
    if as_json:
        document(facts)
    else:
        render.show(render.facts(_told(facts)))
        for wrong in (facts.mismatch, facts.engine_trouble):
            if wrong is not None:
                tell(wrong)


def _there(library: Library | None, transcript_id: str) -> Library:
    if library is None:
        raise NotFoundError(f"no transcript {transcript_id!r}: the library is empty; `transcite ingest PATH` adds some")
    return library


def _info(parts: Parts, library: Library | None) -> Info:
    home = parts.settings.home
    found = library.entries() if library else []
    level, trouble = condition(parts, library) if library else (True, None)
    return Info(
        home=str(home),
        database=parts.database,
        disk_bytes=sum(_size(file) for file in home.rglob("*")),
        transcripts=len(found),
        turns=sum(one.turns for one in found),
        words=sum(one.words for one in found),
        collections=sorted({one.source.collection for one in found}),
        encoder=parts.settings.encoder,
        mismatch=_mismatch(library) if library else None,
        generation=library.generation() if library else 0,
        indexes_level=level,
        engine=parts.settings.index.url if parts.settings.index else None,
        engine_trouble=trouble,
    )


def _size(path: Path) -> int:
    """How long a file is; a server that is at work may have removed it since it was listed."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0


def _mismatch(library: Library) -> str | None:
    try:
        library.check()
    except LibraryMismatchError as error:
        return str(error)
    return None


def _told(value: Info) -> dict[str, str]:
    """The same for people."""
    behind = "behind" if value.engine_trouble else "behind; the next search catches up"
    return {
        "home": value.home,
        "database": value.database,
        "vectors": value.engine or "searched in the process",
        "disk used": f"{value.disk_bytes / 1e6:,.1f} MB",
        "transcripts": f"{value.transcripts:,}",
        "turns": f"{value.turns:,}",
        "words": f"{value.words:,}",
        "collections": ", ".join(value.collections),
        "encoder": value.encoder,
        "generation": str(value.generation),
        "indexes": "level" if value.indexes_level else behind,
    }
