# ruff: noqa: PLC0415, PLR0913 - a command imports its work when it runs, so that `--help` is quick; its parameters are
# its options
"""The commands of `transcite`, declared: what each takes and says of itself. The work is in the modules they call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import arguments as given

if TYPE_CHECKING:
    from api.compose import Parts

_NO_NAMES: list[str] = []


def ingest(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Transcript files, or folders of them.", metavar="PATH...")],
    collection: Annotated[
        str, typer.Option(help="Collection they belong to.", callback=given.collection_name, metavar="NAME")
    ] = "default",
    as_json: given.AsJson = False,
) -> None:
    """Read transcripts into the library; files that are there unchanged are left alone."""
    from api import keeping

    keeping.ingest(_parts(ctx), paths, collection=collection, as_json=as_json)


def ask(
    ctx: typer.Context,
    question: given.Question,
    speaker: given.Speakers = _NO_NAMES,
    not_speaker: given.NotSpeakers = _NO_NAMES,
    transcript: given.Transcripts = _NO_NAMES,
    collection: given.Collections = _NO_NAMES,
    since: given.Since = None,
    until: given.Until = None,
    top_k: given.TopK = given.TOP_K,
    no_llm: Annotated[bool, typer.Option("--no-llm", help="Answer in quotes only.")] = False,  # noqa: ARG001 - always so
    as_json: given.AsJson = False,
) -> None:
    """Answer a question from the transcripts: who said it, in which turn, when, word for word."""
    from api import asking

    chosen = given.Chosen(speaker, not_speaker, transcript, collection, since, until)
    asking.ask(_parts(ctx), question, chosen.filters(), top_k=top_k, as_json=as_json)


def search(
    ctx: typer.Context,
    query: given.Query,
    speaker: given.Speakers = _NO_NAMES,
    not_speaker: given.NotSpeakers = _NO_NAMES,
    transcript: given.Transcripts = _NO_NAMES,
    collection: given.Collections = _NO_NAMES,
    since: given.Since = None,
    until: given.Until = None,
    top_k: given.TopK = given.TOP_K,
    as_json: given.AsJson = False,
) -> None:
    """Find the turns that best match some words."""
    from api import asking

    chosen = given.Chosen(speaker, not_speaker, transcript, collection, since, until)
    asking.search(_parts(ctx), query, chosen.filters(), top_k=top_k, as_json=as_json)


def list_(ctx: typer.Context, collection: given.Collections = _NO_NAMES, as_json: given.AsJson = False) -> None:
    """List the transcripts in the library."""
    from api import shelf

    shelf.entries(_parts(ctx), collections=collection, as_json=as_json)


def show(ctx: typer.Context, transcript_id: given.TranscriptId, as_json: given.AsJson = False) -> None:
    """Show one transcript, turn by turn."""
    from api import shelf

    shelf.show(_parts(ctx), transcript_id, as_json=as_json)


def rm(ctx: typer.Context, transcript_ids: given.TranscriptIds, as_json: given.AsJson = False) -> None:
    """Remove transcripts from the library, all or none; the files they were read from stay."""
    from api import shelf

    shelf.remove(_parts(ctx), transcript_ids, as_json=as_json)


def rename_speaker(
    ctx: typer.Context,
    transcript_id: given.TranscriptId,
    old: given.Name,
    new: given.Name,
    as_json: given.AsJson = False,
) -> None:
    """Give a speaker of a transcript another name; naming two alike makes them one."""
    from api import shelf

    shelf.rename_speaker(_parts(ctx), transcript_id, old=old, new=new, as_json=as_json)


def info(ctx: typer.Context, as_json: given.AsJson = False) -> None:
    """Show where the library is, what it holds and the state of its indexes."""
    from api import shelf

    shelf.info(_parts(ctx), as_json=as_json)


def reindex(ctx: typer.Context) -> None:
    """Make the search indexes again from the library."""
    from api import keeping

    keeping.reindex(_parts(ctx))


def _parts(ctx: typer.Context) -> Parts:
    """The parts of this run; settings are read here, so that `--help` works whatever they are."""
    from api.compose import Parts
    from api.settings import read

    start = ctx.find_object(given.Start)
    assert start is not None  # noqa: S101 - main gives one
    return Parts(read(start.environ), start.load)
