"""Signing in: a browser shows a key once and has a cookie for it from then on."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.access import LOCAL
from api.http.gate import COOKIE, SIGN_IN, whoever
from api.http.media import FIELDS, FORM, carried
from api.http.pages import FORMS, READ, Pages
from api.http.tokens import SESSION_S, Tokens
from index.store.keys import Keys
from rag.errors import AccessError

_UNKNOWN = "This is not a key of this library, or it was revoked. Check that all of it was copied."
_MISSING = "Paste your key first."
_FRONT = "/"


async def _sent(request: Request) -> str:
    """The key in a form."""
    if carried(request) not in (FIELDS, FORM):
        raise HTTPException(415, f"send {FIELDS} or {FORM}")
    async with request.form(max_files=1, max_fields=10) as form:
        key = form.get("key")
    return key.strip() if isinstance(key, str) else ""


def _own(request: Request) -> None:
    """Refuse other pages than the server's own, those of its sites too: they could sign a reader in as somebody else.

    Raises:
        AccessError: The request comes from one.
    """
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.headers["host"].lower():
        raise AccessError("sign in and out on the pages of this server")


_Sent = Annotated[str, Depends(_sent)]
_Wanted = Annotated[str, Query(alias="next")]


def signin_router(pages: Pages, keys: Keys, tokens: Tokens) -> APIRouter:
    """`/signin` and `/signout`."""
    router = APIRouter(include_in_schema=False)

    def form(request: Request, trouble: str | None) -> Response:
        return pages.page(
            "signin.html",
            FORMS | ({"WWW-Authenticate": "Bearer"} if trouble else {}),
            status=401 if trouble else 200,
            needed=whoever(request) != LOCAL,
            trouble=trouble,
        )

    @router.api_route(SIGN_IN, methods=READ)
    def ask_for_key(request: Request) -> Response:
        return form(request, None)

    @router.post(SIGN_IN, dependencies=[Depends(_own)])
    def sign_in(request: Request, sent: _Sent, wanted: _Wanted = _FRONT) -> Response:
        # A key is ASCII; what is not may not even be text that can be hashed.
        key = keys.verified(sent) if sent.isascii() else None
        if key is None:
            return form(request, _UNKNOWN if sent else _MISSING)
        response = RedirectResponse(_local(wanted), status_code=303)
        secure = request.url.scheme == "https"
        response.set_cookie(
            COOKIE, tokens.for_session(key.id), max_age=SESSION_S, httponly=True, samesite="lax", secure=secure
        )
        return response

    @router.post("/signout", dependencies=[Depends(_own)])
    def sign_out() -> Response:
        response = RedirectResponse(SIGN_IN, status_code=303)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return response

    return router


def _local(address: str) -> str:
    """Where to go after signing in: an address of this server, or the front page.

    Browsers take a second slash or backslash for the beginning of another server's name, and leave out line feeds.
    """
    here = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if here else _FRONT
