# ruff: noqa: PLC0415, PLR0913 - as in api/main.py
"""`transcite keys`: who may use the server."""

from __future__ import annotations

from collections.abc import Callable

import typer

from api import arguments as given
from api.ends import told

_NO_NAMES: list[str] = []


def keys_commands() -> typer.Typer:
    """The commands of `transcite keys`."""
    app = typer.Typer(
        help="Make, list and revoke the keys that let programs, people and sites in; embed the chat in a site.",
        no_args_is_help=True,
    )
    commands: dict[str, Callable[..., None]] = {"create": create, "list": list_, "revoke": revoke, "embed": embed}
    for name, command in commands.items():
        app.command(name)(told(command))
    return app


def create(
    ctx: typer.Context,
    name: given.KeyName,
    *,
    scope: given.KeyScope = given.Allowed.ask,
    collection: given.KeyCollections = _NO_NAMES,
    origin: given.Origins = _NO_NAMES,
    as_json: given.AsJson = False,
) -> None:
    """Make a key and show it, once; from the first one on, the server asks for keys."""
    from api import granting

    wanted = granting.Wanted(name, scope.scope, collection, origin)
    granting.create(given.parts(ctx), wanted, as_json=as_json)


def list_(ctx: typer.Context, *, as_json: given.AsJson = False) -> None:
    """List the keys and sites, revoked ones too."""
    from api import granting

    granting.list_(given.parts(ctx), as_json=as_json)


def embed(
    ctx: typer.Context, key_id: given.KeyId, *, url: given.ServerUrl = None, as_json: given.AsJson = False
) -> None:
    """Print the lines that put the chat widget into the pages of a site."""
    from api import granting

    granting.embed(given.parts(ctx), key_id, url=url, as_json=as_json)


def revoke(ctx: typer.Context, key_id: given.KeyId, *, as_json: given.AsJson = False) -> None:
    """Take a key's rights away, from the next request on."""
    from api import granting

    granting.revoke(given.parts(ctx), key_id, as_json=as_json)
