"""`transcite slack`: the bot without a public address, and what setting it up needs; the latter without the extra."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from api import arguments as given
from api.ends import told
from api.slack.manifest import manifest, rendered
from api.streams import say
from rag.errors import InputError

_HELP = (
    "Answer in Slack without a public address (Socket Mode), until Ctrl-C; or set the bot up with a subcommand:"
    " docs/slack.md."
)

Socket = Annotated[
    bool, typer.Option("--socket", help="For `transcite slack`, which connects to Slack: no address needed.")
]
Several = Annotated[
    bool, typer.Option("--several", help="For several workspaces, each of which installs the app by itself.")
]


def slack_commands() -> typer.Typer:
    """The commands of `transcite slack`."""
    app = typer.Typer(help=_HELP, invoke_without_command=True)
    app.callback()(told(run))
    app.command("manifest")(told(show))
    return app


def run(ctx: typer.Context) -> None:
    """Answer in Slack, over a connection that this machine opens, until told to stop."""
    if ctx.invoked_subcommand is not None:
        return
    from api.slack import outbound  # noqa: PLC0415 - not for `--help`

    outbound.serve(given.parts(ctx))


def show(
    ctx: typer.Context,
    *,
    url: given.ServerUrl = None,
    socket: Socket = False,
    several: Several = False,
    as_json: given.AsJson = False,
) -> None:
    """Print the manifest to make the Slack app from, as YAML."""
    if socket and several:
        raise typer.BadParameter("--several needs an address that browsers are sent back to; leave out --socket")
    base = None if socket else _reached(url or given.parts(ctx).settings.public_url)
    made = manifest(base, several=several)
    say(json.dumps(made, indent=2) if as_json else rendered(made))


def _reached(base: str | None) -> str:
    """Where Slack reaches the server."""
    if base is None:
        raise InputError(
            "say where Slack reaches the server: --url https://transcripts.example, or TRANSCITE_PUBLIC_URL;"
            " or --socket, where it cannot"
        )
    if not base.startswith("https://"):
        raise InputError(f"Slack sends to https:// addresses only, and {base!r} is none; --socket needs none")
    return base
