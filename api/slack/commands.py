"""`transcite slack`: what setting the bot up needs. Works without the extra."""

from __future__ import annotations

import json

import typer

from api import arguments as given
from api.ends import told
from api.slack.manifest import manifest
from api.streams import say
from rag.errors import InputError


def slack_commands() -> typer.Typer:
    """The commands of `transcite slack`."""
    app = typer.Typer(help="Set up the bot that answers in Slack: docs/slack.md.", no_args_is_help=True)
    app.callback()(_common)
    app.command("manifest")(told(show))
    return app


def show(ctx: typer.Context, *, url: given.ServerUrl = None) -> None:
    """Print the manifest to make the Slack app from, as JSON."""
    base = url or given.parts(ctx).settings.public_url
    if base is None:
        raise InputError(
            "say where Slack reaches the server: --url https://transcripts.example, or TRANSCITE_PUBLIC_URL"
        )
    if not base.startswith("https://"):
        raise InputError(f"Slack sends to https:// addresses only, and {base!r} is none")
    say(json.dumps(manifest(base), indent=2))


def _common() -> None:
    """Take a subcommand, also as long as there is only one."""
