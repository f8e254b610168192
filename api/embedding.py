"""The widget's one file as it is built, and the tags that put it into a page."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

STABLE = "/widget.js"
_FILE = Path(__file__).parent / "http" / "static" / "widget.js"


@dataclass(frozen=True, slots=True)
class Script:
    """The file.

    Attributes:
        content: What browsers get.
        digest: Names what is in it.
        integrity: The same as browsers check it (subresource integrity).
    """

    content: bytes
    digest: str
    integrity: str

    @property
    def pinned(self) -> str:
        """The address of just this content, which never changes."""
        return f"/widget.{self.digest}.js"

    def tag(self, base: str, site: str | None, *, pinned: bool = False) -> str:
        """The line that embeds the widget.

        Args:
            base: What the server's addresses begin with; empty for its own pages.
            site: Public id of the site; None for pages of the server itself.
            pinned: Whether the page is to run this very content and no other.
        """
        words = [f'src="{escape(base)}{self.pinned if pinned else STABLE}"']
        if pinned:
            words += [f'integrity="{self.integrity}"', 'crossorigin="anonymous"']
        words += ["data-launcher" if site is None else f'data-site="{escape(site)}"', "async"]
        return f"<script {' '.join(words)}></script>"


@cache
def built() -> Script:
    """The widget that comes with this version."""
    content = _FILE.read_bytes()
    integrity = base64.b64encode(hashlib.sha384(content).digest()).decode()
    return Script(content, hashlib.sha256(content).hexdigest()[:16], f"sha384-{integrity}")
