"""The page every citation links to: a transcript, readable without JavaScript. The only module that imports jinja2.

What a transcript holds is data: it reaches the page through Jinja's escaping and no other way, and the page may run
nothing but our own script (see `_policy`), which has no way to make markup out of text.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.render import clock
from rag.errors import NotFoundError
from rag.values import Source, Speaker, Transcript, Turn

_HERE = Path(__file__).parent
_STYLES = ("viewer.css",)
_SCRIPTS = ("words.js", "citing.js", "finding.js", "viewer.js")  # one module in these pieces, in this order
_AUDIO = frozenset({".aac", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav"})
_VIDEO = frozenset({".m4v", ".mov", ".mp4", ".ogv", ".webm"})
_TALLEST = 7  # in viewer.css
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _Asset:
    """A file the page needs, under a name that changes with what is in it."""

    path: str
    content: bytes
    etag: str
    media_type: str


@dataclass(frozen=True, slots=True)
class _Voice:
    """An entry of the legend: a speaker, or those who are none.

    Attributes:
        number: Place in the legend, which decides the colour.
        initials: Beside the colour, which is never the only sign. Empty for stage directions.
        inferred: Every turn's name was worked out rather than read.
        about: What the source says of them.
    """

    number: int
    name: str
    initials: str
    turns: int
    inferred: bool
    about: Speaker | None


def viewer_router(get: Callable[[str], tuple[Source, Transcript]]) -> APIRouter:
    """The pages `/t/{transcript_id}` and what they load.

    Args:
        get: Finds a transcript by id, and raises NotFoundError when it is not there.
    """
    assets = {kind: _asset(names, kind) for kind, names in (("css", _STYLES), ("js", _SCRIPTS))}
    pages = _pages(assets)
    router = APIRouter(include_in_schema=False)

    @router.api_route("/t/-/{name}", methods=["GET", "HEAD"])
    def asset(name: str, request: Request) -> Response:
        for one in assets.values():
            if one.path.endswith(f"/{name}"):
                return _cached(one, request.headers.get("if-none-match", ""))
        raise HTTPException(404, "no such file; load the page again")  # a page from before an update

    @router.api_route("/t/{transcript_id}", methods=["GET", "HEAD"])
    def transcript(transcript_id: str, request: Request) -> Response:
        try:
            source, value = get(transcript_id)
        except NotFoundError:
            if "text/html" not in request.headers.get("accept", ""):
                raise
            return _page(pages.get_template("missing.html").render(), status=404)
        player = _player(source.media_url)
        voices = _voices(value)
        html = pages.get_template("transcript.html").render(
            source=source,
            voices=voices.values(),
            turns=[(turn, voices[turn.speaker, _name(turn)]) for turn in value.turns],
            words=value.words(),
            source_url=_link(source.source_url),
            media_url=_link(source.media_url),
            player=player,
        )
        return _page(html, media=player is not None)

    return router


def _asset(names: Iterable[str], kind: str) -> _Asset:
    content = b"\n".join((_HERE / "static" / name).read_bytes() for name in names)
    digest = hashlib.sha256(content).hexdigest()[:16]
    media_type = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}[kind]
    return _Asset(f"/t/-/viewer.{digest}.{kind}", content, f'"{digest}"', media_type)


def _pages(assets: dict[str, _Asset]) -> Environment:
    pages = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["clock"] = clock
    pages.filters["height"] = _height
    pages.globals["assets"] = {kind: one.path for kind, one in assets.items()}
    return pages


def _cached(asset: _Asset, known: str) -> Response:
    headers = {"Cache-Control": _FOREVER, "ETag": asset.etag, "X-Content-Type-Options": "nosniff"}
    if asset.etag in known or known == "*":
        return Response(status_code=304, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)


def _page(html: str, *, status: int = 200, media: bool = False) -> Response:
    headers = {
        "Content-Security-Policy": _policy(media=media),
        "Cache-Control": "private, no-cache",  # a deleted transcript is gone at once, names are corrected
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(html, status_code=status, media_type="text/html; charset=utf-8", headers=headers)


def _policy(*, media: bool) -> str:
    """What the page may load. A recording may come from anywhere: podcast hosts redirect from one to the next."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
    ) + ("; media-src http: https:" if media else "")


def _link(url: str | None) -> str | None:
    """`url` if a browser may be sent there."""
    return url if url is not None and url.lower().startswith(("http://", "https://")) else None


def _player(media_url: str | None) -> str | None:
    """The element that plays `media_url`, None when browsers cannot: a page about a recording is not a recording."""
    if _link(media_url) is None:
        return None
    try:
        suffix = PurePosixPath(urlsplit(str(media_url)).path).suffix.lower()
    except ValueError:  # "http://[" and the like
        return None
    return "audio" if suffix in _AUDIO else "video" if suffix in _VIDEO else None


def _name(turn: Turn) -> str:
    return turn.speaker or ("Direction" if turn.kind == "direction" else "Unknown speaker")


def _voices(value: Transcript) -> dict[tuple[str | None, str], _Voice]:
    """Who is heard, in order of first being heard. Someone called "Unknown speaker" is not the unknown speaker."""
    turns = Counter((turn.speaker, _name(turn)) for turn in value.turns)
    read = {turn.speaker for turn in value.turns if not turn.speaker_inferred}
    about = {speaker.name: speaker for speaker in value.speakers}
    return {
        (name, shown): _Voice(
            number=at,
            name=shown,
            initials=_initials(name) if name is not None else "?" if shown == "Unknown speaker" else "",
            turns=count,
            inferred=name is not None and name not in read,
            about=about.get(name or ""),
        )
        for at, ((name, shown), count) in enumerate(turns.items())
    }


def _initials(name: str) -> str:
    """Robert Siegel is RS, SPEAKER_07 is S07."""
    words = "".join(letter if letter.isalnum() else " " for letter in name).split()
    if len(words) < 2:
        return (words[0] if words else name)[:1].upper()
    return words[0][0].upper() + (words[-1][-2:] if words[-1].isdigit() else words[-1][0].upper())


def _height(text: str) -> int:
    """How tall a turn will be, as a power of two of its lines: what is off screen is not laid out, only guessed at."""
    return min((len(text) // 80 + text.count("\n")).bit_length(), _TALLEST)
