# ruff: noqa: PLC0415, PLR0913 - commands import their work when they run, for a quick `--help`; parameters are options
"""`transcite`: the commands, each with what it takes and says of itself; the work is in the modules they call."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import typer
from typer.main import get_command

from api import arguments as given
from api.ends import told
from api.eval.commands import eval_commands
from api.keyring import keys_commands
from api.slack.commands import slack_commands
from api.streams import tolerate

if TYPE_CHECKING:
    from index.encoder import Encoder

_NO_NAMES: list[str] = []


def main(
    argv: Sequence[str] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    encoder: Callable[[str], Encoder] | None = None,
) -> int:
    """Run one command.

    Args:
        argv: Its arguments; those of the process when None.
        environ: Where settings are read; the process's environment when None.
        encoder: Makes an encoder from its name; the sentence-transformers one when None.

    Returns:
        0 done, 1 the work failed (the reason is out on standard error), 2 wrong usage.
    """
    tolerate()
    start = given.Start(os.environ if environ is None else environ, encoder)
    try:
        get_command(_app())(args=argv, prog_name="transcite", obj=start)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _app() -> typer.Typer:
    app = typer.Typer(
        help="Ask a library of transcripts, and see who said it, in which turn, when, word for word.",
        no_args_is_help=True,
        rich_markup_mode=None,  # rich's help pages take longer to import than everything else
        pretty_exceptions_enable=False,
    )
    app.callback()(_common)
    commands: dict[str, Callable[..., None]] = {
        "ingest": ingest,
        "ask": ask,
        "search": search,
        "list": list_,
        "show": show,
        "rm": rm,
        "rename-speaker": rename_speaker,
        "info": info,
        "reindex": reindex,
        "migrate": migrate,
        "worker": worker,
        "doctor": doctor,
        "compact": compact,
        "serve": serve,
        "mcp": mcp,
    }
    for name, command in commands.items():
        app.command(name)(told(command))
    app.add_typer(keys_commands(), name="keys")
    app.add_typer(slack_commands(), name="slack")
    app.add_typer(eval_commands(), name="eval")
    return app


def ingest(
    ctx: typer.Context,
    paths: given.Paths,
    *,
    collection: given.Collection = "default",
    as_format: given.AsFormat = None,
    watch: given.Watch = False,
    distributed: given.Distributed = False,
    as_json: given.AsJson = False,
) -> None:
    """Read transcripts into the library; files that are there unchanged are left alone."""
    from api import keeping

    if distributed:
        from api import working

        if watch:
            raise typer.BadParameter("--watch and --distributed do not go together; leave one out")
        working.hand_over(given.parts(ctx), paths, collection=collection, as_format=as_format, as_json=as_json)
        return
    if watch and as_json:
        raise typer.BadParameter("--watch never ends, so it cannot give one JSON document; leave out --json")
    if watch:
        keeping.follow(given.parts(ctx), paths, collection=collection, as_format=as_format)
    else:
        keeping.ingest(given.parts(ctx), paths, collection=collection, as_format=as_format, as_json=as_json)


def ask(
    ctx: typer.Context,
    question: given.Question,
    *,
    speaker: given.Speakers = _NO_NAMES,
    not_speaker: given.NotSpeakers = _NO_NAMES,
    transcript: given.Transcripts = _NO_NAMES,
    collection: given.Collections = _NO_NAMES,
    since: given.Since = None,
    until: given.Until = None,
    top_k: given.TopK = given.TOP_K,
    no_llm: given.NoLlm = False,
    as_json: given.AsJson = False,
) -> None:
    """Answer a question from the transcripts: who said it, in which turn, when, word for word."""
    from api import asking

    chosen = given.Chosen(speaker, not_speaker, transcript, collection, since, until)
    parts = given.parts(ctx)
    asking.ask(parts.quoting() if no_llm else parts, question, chosen.filters(), top_k=top_k, as_json=as_json)


def search(
    ctx: typer.Context,
    query: given.Query,
    *,
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
    asking.search(given.parts(ctx), query, chosen.filters(), top_k=top_k, as_json=as_json)


def list_(ctx: typer.Context, *, collection: given.Collections = _NO_NAMES, as_json: given.AsJson = False) -> None:
    """List the transcripts in the library."""
    from api import shelf

    shelf.entries(given.parts(ctx), collections=collection, as_json=as_json)


def show(ctx: typer.Context, transcript_id: given.TranscriptId, *, as_json: given.AsJson = False) -> None:
    """Show one transcript, turn by turn."""
    from api import shelf

    shelf.show(given.parts(ctx), transcript_id, as_json=as_json)


def rm(ctx: typer.Context, transcript_ids: given.TranscriptIds, *, as_json: given.AsJson = False) -> None:
    """Remove transcripts from the library, all or none; the files they were read from stay."""
    from api import shelf

    shelf.remove(given.parts(ctx), transcript_ids, as_json=as_json)


def rename_speaker(
    ctx: typer.Context,
    transcript_id: given.TranscriptId,
    old: given.OldName,
    new: given.NewName,
    *,
    as_json: given.AsJson = False,
) -> None:
    """Give a speaker of a transcript another name; naming two alike makes them one."""
    from api import shelf

    shelf.rename_speaker(given.parts(ctx), transcript_id, old=old, new=new, as_json=as_json)


def info(ctx: typer.Context, *, as_json: given.AsJson = False) -> None:
    """Show where the library is, what it holds and the state of its indexes."""
    from api import shelf

    shelf.info(given.parts(ctx), as_json=as_json)


def reindex(ctx: typer.Context, *, encode: given.Encode = False) -> None:
    """Make the search indexes again from the library."""
    from api import keeping

    keeping.reindex(given.parts(ctx), encode=encode)


def worker(ctx: typer.Context) -> None:
    """Take in what `ingest --distributed` and servers hand over to a library in PostgreSQL, beside other machines."""
    from api import working

    working.work(given.parts(ctx))


def migrate(
    ctx: typer.Context, *, to: given.MoveTo = None, from_: given.MoveFrom = None, as_json: given.AsJson = False
) -> None:
    """Move the library from its folder into a PostgreSQL database, or back; what it is copied from stays as it is."""
    from api import moving

    url = to or from_
    if url is None or (to and from_):
        raise typer.BadParameter("say where to with --to URL, or where from with --from URL; not both")
    moving.migrate(given.parts(ctx), url=url, back=to is None, as_json=as_json)


def doctor(ctx: typer.Context, *, repair: given.Repair = False, as_json: given.AsJson = False) -> None:
    """Hold everything stored against what was stored; with --repair, put right what can be."""
    from api import doctoring

    doctoring.doctor(given.parts(ctx), repair=repair, as_json=as_json)


def compact(ctx: typer.Context, *, as_json: given.AsJson = False) -> None:
    """Write the database anew, without the room and the remains of what was deleted."""
    from api import doctoring

    doctoring.compact(given.parts(ctx), as_json=as_json)


def serve(
    ctx: typer.Context,
    *,
    host: given.Host = "127.0.0.1",
    port: given.Port = 8300,
    workers: given.Workers = 1,
) -> None:
    """Serve the library over HTTP: to this machine without keys, to others when there is one."""
    from api import serving

    serving.serve(given.parts(ctx), host=host, port=port, workers=workers)


def mcp(ctx: typer.Context) -> None:
    """Give an assistant on this machine the library as tools, over standard input and output (MCP)."""
    from api.mcp import stdio

    stdio.serve(given.parts(ctx))


def _common(*, show_version: given.Version = False) -> None:
    """Take the options of `transcite` itself, all of which act by themselves."""


if __name__ == "__main__":
    sys.exit(main())
