"""The commands that fill the library and its indexes: `ingest` and `reindex`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from api import render
from api.compose import EMPTY, Parts, level, rebuild
from api.meter import Meter
from api.streams import document, say
from api.wire_library import IngestReport
from index.ingest import Ingest
from index.reports import Progress, Report
from index.store.library import Library
from rag.errors import ReadError


def ingest(parts: Parts, paths: list[Path], *, collection: str, as_format: str | None, as_json: bool) -> None:
    """Take files in, then bring the indexes level.

    Raises:
        ReadError: Some files were rejected; all others are in, and the report is out.
    """
    with parts.library() as library, _left_level(parts, library):
        run = _reader(parts, library, as_format)
        report = _take(run, paths, collection=collection, as_json=as_json)
    _refuse(report)


def finish(report: Report, *, as_json: bool) -> None:
    """Show what became of files, wherever they were taken in.

    Raises:
        ReadError: Some were rejected.
    """
    _show(report, as_json=as_json)
    _refuse(report)


def _refuse(report: Report) -> None:
    rejected = [one for one in report.files if one.outcome == "rejected"]
    if len(rejected) == 1:
        raise ReadError(f"{rejected[0].path}: {rejected[0].reason}")
    if rejected:
        raise ReadError(f"{len(rejected):,} of {len(report.files):,} files were rejected; the report says why")


def follow(parts: Parts, paths: list[Path], *, collection: str, as_format: str | None) -> None:
    """Take files in, then whatever comes or changes, until somebody stops it; what is rejected is told and passed over.

    Raises:
        ReadError: One of the paths is not there.
    """
    from api.watching import settled  # noqa: PLC0415 - only those who follow need it

    for path in paths:
        if not path.exists():
            raise ReadError(f"{path}: there is no such file or folder; check the path")
    with parts.library() as library, suppress(KeyboardInterrupt):
        run = _reader(parts, library, as_format)
        with _left_level(parts, library):
            _take(run, paths, collection=collection, as_json=False)
        say("following; Ctrl-C stops", at_once=True)
        for ready in settled(paths):
            with _left_level(parts, library):
                _take(run, ready, collection=collection, as_json=False)


def reindex(parts: Parts, *, encode: bool) -> None:
    """Make the indexes again from what the library holds; with `encode`, or for another encoder, from new vectors."""
    with parts.existing() as library:
        if library is None:
            say(EMPTY.format(place=parts.place))
            return
        with Meter() as meter:
            rebuild(parts, library, lambda done, all_: meter(Progress(done, all_, done, all_, 0.0)), encode=encode)
        say("the indexes are made again from the library")


def _reader(parts: Parts, library: Library, as_format: str | None) -> Ingest:
    return Ingest(library, lambda: parts.encoder, max_bytes=parts.settings.max_bytes, as_format=as_format)


def _take(run: Ingest, paths: list[Path], *, collection: str, as_json: bool) -> Report:
    """One ingest with its progress bar and report."""
    with Meter() as meter:
        report = run.run(paths, collection=collection, on_progress=meter)
    _show(report, as_json=as_json)
    return report


@contextmanager
def _left_level(parts: Parts, library: Library) -> Iterator[None]:
    """Bring the indexes level after what changes the library."""
    before = library.generation()
    yield
    if library.generation() != before:
        level(parts, library)


def _show(report: Report, *, as_json: bool) -> None:
    if as_json:
        document(IngestReport.of(report))
    else:
        render.show(render.report(report))
