"""The pages for people, but for the transcripts themselves: signing in, the front page, the library."""

from __future__ import annotations

from fastapi import APIRouter

from api.http.front import front_router
from api.http.library_page import library_router
from api.http.pages import Pages
from api.http.service import Service
from api.http.signin import signin_router
from api.http.tokens import Tokens
from api.http.widget.demo import demo_router

_STYLES = ("base.css", "people.css")
_SCRIPTS = (
    "calls.js",
    "sending.js",
    "following.js",
    "correcting.js",
    "library.js",
)  # one module in these pieces, in this order


def people_router(service: Service, tokens: Tokens, public_url: str | None) -> APIRouter:
    """`/`, `/demo`, `/library`, `/signin` and `/signout`.

    Args:
        service: Of this server.
        tokens: For who signs in.
        public_url: As the settings have it.
    """
    pages = Pages("people", styles=_STYLES, scripts=_SCRIPTS)
    router = APIRouter()
    pages.serve(router)
    router.include_router(signin_router(pages, service.library.keys, tokens))
    router.include_router(front_router(pages, service))
    router.include_router(demo_router(pages, public_url))
    router.include_router(library_router(pages, service))
    return router
