"""What all pages share: templates, the files that pages load, and what browsers let pages do. The door to jinja2.

What a transcript or a request holds is data: it reaches a page through Jinja's escaping and no other way, and a page
may run nothing but our own script (see `policy`), which has no way to make markup out of text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.embedding import built
from api.render import clock

READ = ["GET", "HEAD"]
FOREVER = "public, max-age=31536000, immutable"

_HERE = Path(__file__).parent
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


def policy(**more: str) -> str:
    """What browsers let a page load and do: our style sheet, our script, and what `more` directives allow."""
    allowed = {
        "default_src": "'none'",
        "script_src": "'self'",
        "style_src": "'self'",
        "img_src": "data:",
        "base_uri": "'none'",
        "form_action": "'none'",
        "frame_ancestors": "'none'",
        "require_trusted_types_for": "'script'",
        "trusted_types": "'none'",
    } | more
    return "; ".join(f"{name.replace('_', '-')} {value}" for name, value in allowed.items())


# What goes with pages that have forms. Browsers would send forms of a page with "no-referrer" as from nowhere.
FORMS = {
    "Content-Security-Policy": policy(connect_src="'self'", form_action="'self'"),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class _Asset:
    """A file that pages load, under a name that changes with what is in it."""

    path: str
    content: bytes
    etag: str
    media_type: str


class Pages:
    """Pages that share a style sheet and a script.

    Args:
        name: Of the two in their addresses.
        styles: Files in `static/`; the style sheet in these pieces, in this order.
        scripts: The same of the script, which is one module.
    """

    def __init__(self, name: str, *, styles: Sequence[str], scripts: Sequence[str]) -> None:
        self._assets = {kind: _asset(name, names, kind) for kind, names in (("css", styles), ("js", scripts))}
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["clock"] = clock
        self._templates.globals["widget"] = built().pinned
        self._templates.globals["assets"] = {kind: one.path for kind, one in self._assets.items()}

    def serve(self, router: APIRouter) -> None:
        """Let `router` serve the style sheet and the script."""
        for one in self._assets.values():
            router.add_api_route(one.path, _sender(one), methods=READ, include_in_schema=False)

    def page(self, template: str, headers: Mapping[str, str], *, status: int = 200, **values: object) -> Response:
        """A page.

        Args:
            template: In `templates/`.
            headers: Of the response.
            status: Of the response.
            values: What the template names.
        """
        html = self._templates.get_template(template).render(values)
        return Response(html, status_code=status, media_type="text/html; charset=utf-8", headers=dict(headers))


def matches(request: Request, etag: str) -> bool:
    """Whether the browser says that it has what an ETag names."""
    known = request.headers.get("if-none-match", "")
    return etag in known or known == "*"


def _asset(name: str, pieces: Sequence[str], kind: str) -> _Asset:
    content = b"\n".join((_HERE / "static" / piece).read_bytes() for piece in pieces)
    digest = hashlib.sha256(content).hexdigest()[:16]
    return _Asset(f"/t/-/{name}.{digest}.{kind}", content, f'"{digest}"', _TYPES[kind])


def _sender(asset: _Asset) -> Callable[[Request], Response]:
    headers = {"Cache-Control": FOREVER, "ETag": asset.etag, "X-Content-Type-Options": "nosniff"}

    def send(request: Request) -> Response:
        if matches(request, asset.etag):
            return Response(status_code=304, headers=headers)
        return Response(asset.content, media_type=asset.media_type, headers=headers)

    return send
