"""The page every citation links to: a transcript, readable without JavaScript."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from api.access import Caller
from api.http.gate import Asker
from api.http.pages import READ, Pages, policy
from rag.errors import NotFoundError
from rag.values import Source, Speaker, Transcript, Turn

_STYLES = ("base.css", "viewer.css")
_SCRIPTS = ("words.js", "citing.js", "finding.js", "viewer.js")  # one module in these pieces, in this order
_AUDIO = frozenset({".aac", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav"})
_VIDEO = frozenset({".m4v", ".mov", ".mp4", ".ogv", ".webm"})
_TALLEST = 7  # in viewer.css


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


def viewer_router(get: Callable[[Caller, str], tuple[Source, Transcript]]) -> APIRouter:
    """The pages `/t/{transcript_id}` and what they load.

    Args:
        get: Finds a transcript by id for who asks, and raises NotFoundError when it is not there.
    """
    pages = Pages("viewer", styles=_STYLES, scripts=_SCRIPTS)
    router = APIRouter(include_in_schema=False)
    pages.serve(router)

    @router.api_route("/t/{transcript_id}", methods=READ)
    def transcript(transcript_id: str, request: Request, caller: Asker) -> Response:
        try:
            source, value = get(caller, transcript_id)
        except NotFoundError:
            if "text/html" not in request.headers.get("accept", ""):
                raise
            return pages.page("missing.html", _headers(caller), status=404)
        player = _player(source.media_url)
        voices = _voices(value)
        return pages.page(
            "transcript.html",
            _headers(caller, media=player is not None),
            source=source,
            voices=voices.values(),
            turns=[(turn, voices[turn.speaker, _name(turn)], _height(turn.text)) for turn in value.turns],
            words=value.words(),
            source_url=_link(source.source_url),
            media_url=_link(source.media_url),
            player=player,
        )

    return router


def _headers(caller: Caller, *, media: bool = False) -> dict[str, str]:
    """What goes with a page. A recording may come from anywhere: podcast hosts redirect from one to the next.

    Pages of this server and of the site that its reader comes from may show it in a frame.
    """
    framers = ("'self'", *(one for one in caller.origins if one.isascii()))
    more = {"media_src": "http: https:"} if media else {}
    return {
        "Content-Security-Policy": policy(frame_ancestors=" ".join(framers), **more),
        "Cache-Control": "private, no-cache",  # a deleted transcript is gone at once, names are corrected
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept",
        "X-Content-Type-Options": "nosniff",
    }


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
