"""What the commands of the command line take: arguments and options that several of them share."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.streams import decoded
from rag.errors import FilterError, InputError

if TYPE_CHECKING:
    from api.compose import Parts
    from index.encoder import Encoder
    from index.store.keys import Scope
    from rag.values import Filters

TOP_K = 10


@dataclass(frozen=True, slots=True)
class Start:
    """What a run of the command line starts from, besides its arguments.

    Attributes:
        environ: Where settings are read.
        load: Makes an encoder from its name; None for the real one.
    """

    environ: Mapping[str, str]
    load: Callable[[str], Encoder] | None = None


def parts(ctx: typer.Context) -> Parts:
    """The parts of this run; settings are read here, so that `--help` works whatever they are."""
    from api.compose import Parts  # noqa: PLC0415 - not for `--help`
    from api.settings import read  # noqa: PLC0415

    start = ctx.find_object(Start)
    assert start is not None  # noqa: S101 - main gives one
    return Parts(read(start.environ), start.load)


def format_name(text: str | None) -> str | None:
    """`text` as the name of a format that files are read as."""
    if text is None:
        return None
    from rag.formats import NAMES  # noqa: PLC0415 - not for `--help`

    name = decoded(text).strip().lower()
    if name not in NAMES:
        raise typer.BadParameter(f"there is no format {name!r}; there are {', '.join(NAMES)}")
    return name


def collection_name(text: str) -> str:
    """`text` as the name of a collection: 1 to 100 characters, none of them a control character."""
    name = decoded(text).strip()
    if not 1 <= len(name) <= 100 or any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} for char in name):
        raise typer.BadParameter("a collection's name has 1 to 100 characters and no control characters")
    return name


class Allowed(StrEnum):
    """What a key may do."""

    ask = "ask"
    narrow = "narrow"
    manage = "manage"

    @property
    def scope(self) -> Scope:
        """The same as the library calls it."""
        return self.value


def origin_name(text: str) -> str:
    """`text` as the origin of some pages."""
    from api.settings import origin  # noqa: PLC0415 - not for `--help`

    found = origin(decoded(text))
    if found is None:
        raise typer.BadParameter("an origin is a scheme and a name, such as https://news.example")
    return found


def server_url(text: str) -> str:
    """`text` as the address of a server, without a slash at its end."""
    from api.settings import address  # noqa: PLC0415 - not for `--help`

    found = address(decoded(text))
    if found is None:
        raise typer.BadParameter("an address of a server is such as https://transcripts.example")
    return found


def database_url(text: str) -> str:
    """`text` as the address of a PostgreSQL database."""
    from api.settings_database import checked  # noqa: PLC0415 - not for `--help`

    try:
        return checked(decoded(text).strip(), "that")
    except InputError as error:
        raise typer.BadParameter(str(error)) from None


def _version(*, wanted: bool) -> None:
    if not wanted:
        return
    try:
        typer.echo(f"transcite {version('transcite')}")
    except PackageNotFoundError:
        typer.echo("transcite, not installed: run from its source folder")
    raise typer.Exit


_DATES = ["%Y-%m-%d"]

Version = Annotated[
    bool,
    typer.Option(
        "--version",
        is_eager=True,
        callback=lambda wanted: _version(wanted=wanted),
        help="Show the version of Transcite and exit.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Repair = Annotated[
    bool,
    typer.Option(
        "--repair",
        help="Put right what can be, whatever it is: what is not whole is taken out and told, to be ingested again.",
    ),
]
Paths = Annotated[list[Path], typer.Argument(help="Transcript files, or folders of them.", metavar="PATH")]
Collection = Annotated[str, typer.Option(help="Collection they belong to.", callback=collection_name, metavar="NAME")]
AsFormat = Annotated[
    str | None,
    typer.Option("--as", help="Read every file as this (docs/formats.md).", callback=format_name, metavar="FORMAT"),
]
Encode = Annotated[bool, typer.Option("--encode", help="Encode everything again, whatever made the vectors.")]
Watch = Annotated[bool, typer.Option("--watch", help="Go on: take in what comes or changes, until Ctrl-C.")]
Distributed = Annotated[
    bool,
    typer.Option(
        "--distributed",
        help="Hand the files over to the workers of all machines (`transcite worker`), and wait for them.",
    ),
]
NoLlm = Annotated[bool, typer.Option("--no-llm", help="Answer in quotes only, whatever language model is set.")]
Question = Annotated[str, typer.Argument(help="What you want to know.", parser=decoded, metavar="QUESTION")]
Query = Annotated[str, typer.Argument(help="Words or a question.", parser=decoded, metavar="QUERY")]
TranscriptId = Annotated[str, typer.Argument(help="As `transcite list` shows it.", parser=decoded, metavar="ID")]
TranscriptIds = Annotated[
    list[str], typer.Argument(help="As `transcite list` shows them.", parser=decoded, metavar="ID")
]
OldName = Annotated[str, typer.Argument(help="As the transcript has it.", parser=decoded, metavar="OLD")]
NewName = Annotated[str, typer.Argument(help="1 to 300 characters.", parser=decoded, metavar="NEW")]
Speakers = Annotated[
    list[str], typer.Option("--speaker", help="Only what this person says. Repeatable.", parser=decoded, metavar="NAME")
]
NotSpeakers = Annotated[
    list[str],
    typer.Option("--not-speaker", help="Nothing this person says. Repeatable.", parser=decoded, metavar="NAME"),
]
Transcripts = Annotated[
    list[str], typer.Option("--transcript", help="Only this transcript. Repeatable.", parser=decoded, metavar="ID")
]
Collections = Annotated[
    list[str], typer.Option("--collection", help="Only this collection. Repeatable.", parser=decoded, metavar="NAME")
]
Since = Annotated[dt.datetime | None, typer.Option(help="Only of this day or later.", formats=_DATES, metavar="DATE")]
Until = Annotated[dt.datetime | None, typer.Option(help="Only of this day or earlier.", formats=_DATES, metavar="DATE")]
MoveTo = Annotated[
    str | None,
    typer.Option(
        "--to",
        help="Into this PostgreSQL database, in which there is no library yet. Leave the password out of it and set"
        " PGPASSWORD: others on this machine see what commands are given.",
        callback=lambda value: value and database_url(value),
        metavar="URL",
    ),
]
MoveFrom = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="Out of this one, into TRANSCITE_HOME.",
        callback=lambda value: value and database_url(value),
        metavar="URL",
    ),
]
Host = Annotated[
    str,
    typer.Option(
        help="Name or address to listen on; one that others reach, such as 0.0.0.0, needs a key (`transcite keys`).",
        parser=decoded,
        metavar="HOST",
    ),
]
Workers = Annotated[int, typer.Option(help="Processes that answer, sharing one library.", min=1, max=64)]
KeyName = Annotated[
    str, typer.Argument(help="What you call it: who uses it, and where.", parser=decoded, metavar="NAME")
]
KeyId = Annotated[str, typer.Argument(help="As `transcite keys list` shows it.", parser=decoded, metavar="ID")]
ServerUrl = Annotated[
    str | None,
    typer.Option(
        "--url",
        help="Address that readers reach the server at (default: TRANSCITE_PUBLIC_URL).",
        parser=server_url,
        metavar="URL",
    ),
]
KeyScope = Annotated[
    Allowed,
    typer.Option(
        "--scope",
        help="ask: ask, search and read. manage: that, and add, correct and delete. narrow: of a site, whose readers"
        " may ask, and choose from the names of its collections and speakers.",
    ),
]
KeyCollections = Annotated[
    list[str],
    typer.Option("--collection", help="Only this collection. Repeatable.", parser=collection_name, metavar="NAME"),
]
Origins = Annotated[
    list[str],
    typer.Option(
        "--origin",
        help="Make the public id of a site for the widget on pages of this origin (https://news.example). Repeatable.",
        parser=origin_name,
        metavar="ORIGIN",
    ),
]
Port = Annotated[int, typer.Option(help="Where to listen; 0 for any that is free.", min=0, max=65535)]
TopK = Annotated[int, typer.Option(help="How many hits to look at.", min=1, max=100)]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filter options of `ask` and `search`, as given."""

    speakers: list[str]
    not_speakers: list[str]
    transcripts: list[str]
    collections: list[str]
    since: dt.datetime | None
    until: dt.datetime | None

    def filters(self) -> Filters:
        """The filters they mean.

        Raises:
            FilterError: The days are the wrong way round.
        """
        from rag.values import Filters  # noqa: PLC0415 - not for `--help`

        since = None if self.since is None else self.since.date()
        until = None if self.until is None else self.until.date()
        if since is not None and until is not None and since > until:
            raise FilterError(f"--since {since} is after --until {until}; nothing can pass; swap them")
        return Filters(
            collections=tuple(self.collections),
            transcripts=tuple(self.transcripts),
            speakers=tuple(self.speakers),
            not_speakers=tuple(self.not_speakers),
            since=since,
            until=until,
        )
