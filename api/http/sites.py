"""Tokens for the readers of a site: what a page shows instead of a key, for a quarter of an hour."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api.http import problems
from api.http.tokens import SITE_S, Tokens
from api.wire import Wire
from index.store.keys import Keys
from rag.errors import AccessError, NotFoundError


class SiteToken(Wire):
    """What to send as `Authorization: Bearer`, from pages of the origin it was asked for by.

    Attributes:
        narrows: Whether `/v1/filters` tells what there is to choose from.
    """

    token: str
    expires_in: int
    narrows: bool


def sites_router(keys: Keys, tokens: Tokens) -> APIRouter:
    """`/v1/sites`."""
    router = APIRouter(prefix="/v1/sites", tags=["sites"], responses=problems.documented())

    @router.post("/{site_id}/token")
    def token(site_id: str, request: Request) -> SiteToken:
        """Give a page of a site a token to ask with, bound to its origin; `expires_in` is in seconds."""
        site = keys.valid(site_id)
        if site is None or site.kind != "site":
            raise NotFoundError(f"no site {site_id!r}; `transcite keys list` shows what there is")
        origin = request.headers.get("origin", "")
        if origin not in site.origins:
            raise AccessError(
                "pages of this origin may not use this site; `transcite keys create --origin` allows some"
            )
        return SiteToken(token=tokens.for_site(site_id, origin), expires_in=SITE_S, narrows=site.scope == "narrow")

    return router
