"""The library page: what there is, to read without JavaScript; with it, to add to, correct and remove."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from api.access import Caller
from api.http import paging
from api.http.gate import Reader
from api.http.pages import FORMS, READ, Pages
from api.http.service import Service
from index.store.listing import Part
from index.store.records import Counts
from rag.errors import InputError

_ROWS = 50

_Collection = Annotated[str, Query()]
_After = Annotated[str | None, Query()]


def library_router(pages: Pages, service: Service) -> APIRouter:
    """`/library`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/library", methods=READ)
    def library(caller: Reader, collection: _Collection = "", after: _After = None) -> Response:
        wanted = (collection,) if collection else ()
        try:
            start = paging.read(after)
        except InputError:  # an address that was cut short: from the beginning is better than not at all
            start = None
        found = service.holdings.entries(caller, Part(start, _ROWS + 1, wanted))
        every = service.holdings.counts(caller)
        more = {"after": paging.written(found[_ROWS - 1].source)} if len(found) > _ROWS else None
        chosen = {"collection": collection} if collection else {}
        return pages.page(
            "library.html",
            FORMS,
            caller=caller,
            entries=found[:_ROWS],
            counts=service.holdings.counts(caller, wanted) if wanted else every,
            collections=every.collections,
            homes=_homes(caller, every),
            chosen=collection,
            first=f"/library?{urlencode(chosen)}" if start else None,
            next=f"/library?{urlencode(chosen | more)}" if more else None,
            most=service.max_bytes,
        )

    return router


def _homes(caller: Caller, every: Counts) -> list[str]:
    """The collections that what is added may belong to, the usual one first; it may be a new one for some."""
    if caller.collections is not None:
        return list(caller.collections)
    usual = caller.home(None)
    return [usual, *(one for one in every.collections if one != usual)]
