"""Whole addresses of this server's pages, for answers that are read elsewhere."""

from __future__ import annotations

from fastapi import Request


def base_of(request: Request, public_url: str | None) -> str:
    """What the addresses of pages begin with: the settled one, or else the one that a request came to."""
    return public_url or f"{request.url.scheme}://{request.headers['host']}"
