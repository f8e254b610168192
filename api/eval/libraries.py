"""The libraries that suites are measured on, made once and kept; the user's own library is left alone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from api.compose import Parts, level
from api.eval.progress import Progress
from api.meter import Meter
from api.streams import tell
from index import made
from index.files import shown
from index.ingest import Ingest
from index.reports import Report
from index.store.library import FILE
from rag.errors import InputError, LibraryMismatchError

FOLDER = "eval"  # in TRANSCITE_HOME


def of_values(parts: Parts, name: str, transcripts: Sequence[made.Made]) -> Parts:
    """The parts of a library that holds exactly these transcripts, made where it is not there yet.

    It is derived from the suite's data and nothing else: one of another encoder or passage setting is made again.

    Args:
        parts: Of the process; they lend their settings and their encoder.
        name: Of the library; letters, digits and hyphens, and other data another name.
        transcripts: Each with its origin.
    """
    own = _at(parts, parts.settings.home / FOLDER / name)
    try:
        _fill(own, transcripts)
    except LibraryMismatchError:
        shutil.rmtree(own.settings.home)
        _fill(own, transcripts)
    return own


def of_files(parts: Parts, corpus: Path) -> tuple[Parts, dict[str, str]]:
    """The parts of a library that holds the transcripts below a folder, read into it where they are not there yet.

    That is the library in TRANSCITE_HOME when it holds nothing but files of that folder; else one of its own, kept
    for the next time, in which what left the folder is taken away.

    Returns:
        The parts, and the transcripts' ids by path from the folder, "/" between its parts.

    Raises:
        InputError: The folder is not there, or holds no transcript.
        LibraryMismatchError: The library was made with another encoder or passage setting.
    """
    if not corpus.is_dir():
        raise InputError(f"{corpus} is not a folder; unpack the archive and name where with --corpus")
    own = parts
    if not _holds_only(parts, corpus):
        slug = re.sub(r"[^a-z0-9]+", "-", str(corpus.resolve()).lower()).strip("-")[-60:]
        own = _at(parts, parts.settings.home / FOLDER / f"files-{slug}")
    tell(f"measuring on the library in {own.settings.home}")
    try:
        ids = _take(own, corpus, clear=own is not parts)
    except LibraryMismatchError:
        if own is parts:
            raise
        shutil.rmtree(own.settings.home)
        ids = _take(own, corpus, clear=True)
    return own, ids


def _at(parts: Parts, home: Path) -> Parts:
    """The same parts with another home, a file in it, searched in this process; the encoder is loaded once for all."""
    return Parts(replace(parts.settings, home=home, index=None, database_url=None), lambda _: parts.encoder)


def _fill(own: Parts, transcripts: Sequence[made.Made]) -> None:
    with own.library() as library:
        library.check()
        turns = sum(len(transcript.turns) for _, transcript in transcripts)
        with Progress(f"making the library {own.settings.home.name}", turns, "turns") as progress:
            stored = made.put(library, transcripts, lambda: own.encoder, on_progress=progress.forward)
        gone = {one.source.transcript_id for one in library.entries()} - {one.transcript_id for one, _ in transcripts}
        if gone:
            library.remove(tuple(sorted(gone)))
        if stored or gone:
            level(own, library)


def _take(own: Parts, corpus: Path, *, clear: bool) -> dict[str, str]:
    """Read the files of a folder into a library; with `clear`, take out what is not among them."""
    with own.library() as library, Meter() as meter:
        before = library.generation()
        ingest = Ingest(library, lambda: own.encoder, max_bytes=own.settings.max_bytes)
        ids = _ids(ingest.run([corpus], on_progress=meter), corpus)
        if not ids:
            raise InputError(f"{corpus} holds no transcript; unpack the archive and name where with --corpus")
        gone = {one.source.transcript_id for one in library.entries()} - set(ids.values())
        if gone and clear:
            library.remove(tuple(sorted(gone)))
        if library.generation() != before:
            level(own, library)
    return ids


def _holds_only(parts: Parts, corpus: Path) -> bool:
    """Whether there is a library at home that holds files of the folder and no others."""
    home = parts.settings.home
    if parts.settings.database_url is not None or not (home / FILE).exists():
        return False
    with parts.library() as library:
        sources = [one.source.source for one in library.entries()]
    return bool(sources) and all(Path(one).is_relative_to(corpus.resolve()) for one in sources)


def _ids(report: Report, corpus: Path) -> dict[str, str]:
    """Transcripts by path from the corpus; what was rejected is told and left out."""
    rejected = [one for one in report.files if one.outcome == "rejected"]
    if rejected:
        tell(f"{len(rejected):,} files of {corpus} were rejected, the first {rejected[0].path}: {rejected[0].reason}")
    below = f"{shown(corpus)}/"
    return {one.path.removeprefix(below): one.transcript_id for one in report.files if one.transcript_id is not None}
