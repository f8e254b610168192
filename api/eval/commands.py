# ruff: noqa: PLC0415, PLR0913 - as in api/main.py
"""`transcite eval`: how well search, quoted answers and refusals do on questions whose answers are known."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api import arguments as given
from api.ends import told


class Part(StrEnum):
    """A half of what is measured."""

    search = "search"
    answers = "answers"


_Folder = Annotated[Path, typer.Argument(help="The folder of the conversations, or one of them.", metavar="DIR")]
_File = Annotated[Path, typer.Argument(help="The questions, one JSON object a line.", metavar="FILE")]
_Corpus = Annotated[Path, typer.Option(help="The folder of the transcripts they are about.", metavar="DIR")]
_Report = Annotated[
    Path | None, typer.Option(help="Write a report to read in a browser, plots included.", metavar="FILE.html")
]
_Limit = Annotated[int | None, typer.Option(help="Only so many of the questions, evenly spaced.", min=1, metavar="N")]
_OnlyPart = Annotated[Part | None, typer.Option(help="Only what search finds, or only what is answered.")]


def eval_commands() -> typer.Typer:
    """The commands of `transcite eval`."""
    app = typer.Typer(
        help="Measure search, quoted answers and refusals on questions whose answers are known.", no_args_is_help=True
    )
    commands: dict[str, Callable[..., None]] = {"locomo": locomo, "qmsum": qmsum, "podcasts": podcasts}
    for name, command in commands.items():
        app.command(name)(told(command))
    return app


def locomo(
    ctx: typer.Context,
    folder: _Folder,
    *,
    only: _OnlyPart = None,
    limit: _Limit = None,
    report: _Report = None,
    as_json: given.AsJson = False,
) -> None:
    """LoCoMo's conversations: turn recall, quoted answers, refusal of false premises."""
    from api.eval import locomo as suite
    from api.eval import measuring

    wanted = measuring.Wanted(only=None if only is None else only.value, limit=limit, report=report, as_json=as_json)
    measuring.measure(wanted, lambda: suite.suite(given.parts(ctx), folder))


def qmsum(
    ctx: typer.Context,
    file: _File,
    *,
    limit: _Limit = None,
    report: _Report = None,
    as_json: given.AsJson = False,
) -> None:
    """QMSum's meetings: gold words found within 800 words."""
    from api.eval import measuring
    from api.eval import qmsum as suite

    wanted = measuring.Wanted(only=None, limit=limit, report=report, as_json=as_json)
    measuring.measure(wanted, lambda: suite.suite(given.parts(ctx), file))


def podcasts(
    ctx: typer.Context,
    file: _File,
    *,
    corpus: _Corpus,
    only: _OnlyPart = None,
    limit: _Limit = None,
    report: _Report = None,
    as_json: given.AsJson = False,
) -> None:
    """Questions over an archive of transcripts: turn recall, quoted answers, refusals, follow-ups."""
    from api.eval import measuring
    from api.eval import podcasts as suite

    wanted = measuring.Wanted(only=None if only is None else only.value, limit=limit, report=report, as_json=as_json)
    measuring.measure(wanted, lambda: suite.suite(given.parts(ctx), file, corpus))
