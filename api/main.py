"""`transcite`: runs one command and turns whatever happens into an exit code and at most one line of reason.

Heavy imports wait inside the commands: `transcite --help` answers at once.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer
from typer.main import get_command

from api import cli, streams
from api.arguments import Start
from rag.errors import TransciteError

if TYPE_CHECKING:
    from index.encoder import Encoder

_DONE, _FAILED = 0, 1
_Given = ParamSpec("_Given")


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
    streams.tolerate()
    start = Start(os.environ if environ is None else environ, encoder)
    try:
        get_command(_app())(args=argv, prog_name="transcite", obj=start)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else _DONE if end.code is None else _FAILED
    return _DONE


def _app() -> typer.Typer:
    app = typer.Typer(
        help="Ask a library of transcripts, and see who said it, in which turn, when, word for word.",
        no_args_is_help=True,
        rich_markup_mode=None,  # rich's help pages take longer to import than everything else
        pretty_exceptions_enable=False,
    )
    app.callback()(_common)
    named = {"list": cli.list_, "rm": cli.rm, "rename-speaker": cli.rename_speaker}
    plain = (cli.ingest, cli.ask, cli.search, cli.show, cli.info, cli.reindex)
    for name, command in (named | {one.__name__: one for one in plain}).items():
        app.command(name)(_told(command))
    return app


def _common(
    show_version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=lambda wanted: _version(wanted=wanted), help="Say it.")
    ] = False,
) -> None:
    """Options of `transcite` itself."""


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"transcite {version('transcite')}")
        raise typer.Exit


def _told(command: Callable[_Given, None]) -> Callable[_Given, None]:
    """`command` with every end it can come to said in one line."""

    @functools.wraps(command)
    def told(*args: _Given.args, **kwargs: _Given.kwargs) -> None:
        reason = None
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except BrokenPipeError:
            streams.forget()  # `| head`: the reader has what it wanted
        except KeyboardInterrupt:
            reason = "stopped; what was finished is kept, run it again to continue"
        except TransciteError as error:
            reason = str(error)
        except MemoryError:
            reason = "not enough memory; close other programs, or ingest fewer or smaller files at a time"
        except OSError as error:
            reason = f"{error.filename or 'input or output'}: {error.strerror or error}"
        except Exception as error:  # noqa: BLE001 - the last resort, said as what it is
            reason = f"internal error: {type(error).__name__}: {error}; please report it with the command you ran"
        if reason is not None:
            streams.tell(reason)
            raise typer.Exit(_FAILED)

    return told


if __name__ == "__main__":
    sys.exit(main())
