"""The transcripts of the library: list, show, add, correct, remove."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool

from api.http import bodies, examples, paging, problems, receiving
from api.http.media import json_only
from api.http.service import Service
from api.wire_library import IngestReport, Removed, TranscriptDetail, TranscriptSummary
from index.store.listing import Part
from rag.errors import LibraryLockedError

_AmendBody = Annotated[bodies.Amend, Body(openapi_examples=examples.shown(examples.AMEND))]
_Limit = Annotated[int, Query(ge=1, le=1000, description="At most this many.")]
_Cursor = Annotated[str | None, Query(max_length=4000, description="`next_cursor` of the page before.")]
_Collections = Annotated[list[bodies.Collection], Query(max_length=100, description="Only of these.")]
_WAITING = 8  # uploads held in memory while another one is taken in


def transcripts_router(service: Service) -> APIRouter:
    """`/v1/transcripts`."""
    router = APIRouter(prefix="/v1/transcripts", tags=["transcripts"], responses=problems.documented())
    _reading(router, service)
    _adding(router, service)
    _changing(router, service)
    return router


def _reading(router: APIRouter, service: Service) -> None:
    @router.get("")
    def list_(limit: _Limit = 100, cursor: _Cursor = None, collection: _Collections = []) -> paging.Page:  # noqa: B006
        """List the transcripts by collection and title, a page at a time.

        Where there are more, `next_cursor` is not null: give it as `cursor` for the next page.
        """
        part = Part(paging.read(cursor), limit + 1, tuple(collection))
        found = service.library.entries(part)
        after = paging.written(found[limit - 1].source) if len(found) > limit else None
        return paging.Page(transcripts=[TranscriptSummary.of(one) for one in found[:limit]], next_cursor=after)

    @router.get("/{transcript_id}")
    def show(transcript_id: str) -> TranscriptDetail:
        """Show one transcript with its turns."""
        return _detail(service, transcript_id)


def _adding(router: APIRouter, service: Service) -> None:
    one_by_one, waiting = asyncio.Lock(), asyncio.Semaphore(_WAITING)

    @router.post("", openapi_extra={"requestBody": receiving.DOCUMENTED})
    async def add(request: Request) -> IngestReport:
        """Take transcripts in; the report says of each file what became of it, and one bad file never stops the others.

        The same file name in the same collection again is a new version of that transcript. What is said beside the
        content counts when it is added or replaced; afterwards, correct it.
        """
        if waiting.locked():
            raise LibraryLockedError("other uploads are waiting; try again")
        async with waiting:
            received = await receiving.received(request)
            async with one_by_one:  # waits here rather than in a thread that a question could use
                report = await run_in_threadpool(service.ingest, received.uploads, collection=received.collection)
        return IngestReport.of(report)


def _changing(router: APIRouter, service: Service) -> None:
    @router.patch("/{transcript_id}", dependencies=[Depends(json_only)])
    def amend(transcript_id: str, body: _AmendBody) -> TranscriptDetail:
        """Rename speakers and correct facts, all or nothing; nothing is encoded again and turns keep their numbers."""
        service.library.amend(transcript_id, names=body.rename_speakers, facts=body.facts())
        return _detail(service, transcript_id)

    @router.delete("/{transcript_id}")
    def remove(transcript_id: str) -> Removed:
        """Remove a transcript and the answers that quote it; it is gone from the next answer on."""
        turns = service.library.remove((transcript_id,))
        return Removed(removed=[transcript_id], turns=turns)


def _detail(service: Service, transcript_id: str) -> TranscriptDetail:
    """One transcript; where it lies on the server's disk is nobody's business, what its file is called is."""
    source, transcript = service.library.transcript(transcript_id)
    shown = TranscriptDetail.of(source, transcript)
    return shown.model_copy(update={"source": paging.bare(shown.source)})
