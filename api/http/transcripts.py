"""The transcripts of the library: list, show, add, correct, remove."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.access import Caller
from api.http import bodies, examples, jobs, media, paging, problems, receiving
from api.http.desk import Desk
from api.http.gate import Manager, Reader
from api.http.media import json_only
from api.http.service import Service
from api.http.spooling import Spool
from api.wire_jobs import JobDetail
from api.wire_library import IngestReport, Removed, TranscriptDetail, TranscriptSummary
from index.documents import Upload
from index.store.listing import Part
from rag.errors import LibraryLockedError

_AmendBody = Annotated[bodies.Amend, Body(openapi_examples=examples.shown(examples.AMEND))]
_Limit = Annotated[int, Query(ge=1, le=1000, description="At most this many.")]
_Cursor = Annotated[str | None, Query(max_length=4000, description="`next_cursor` of the page before.")]
_Collections = Annotated[list[bodies.Collection], Query(max_length=100, description="Only of these.")]
_Prefer = Annotated[list[str], Header(description="`respond-async` for a job in place of a report (RFC 7240).")]
_WAITING = 8  # uploads that wait while another one is taken in, or come in at the same time to be taken in later
_LATER = {
    "description": "Taken in later, as `Prefer: respond-async` asks for",
    "model": JobDetail,
    "headers": {
        "Location": {"description": "Of the job", "schema": {"type": "string"}},
        "Preference-Applied": {"schema": {"type": "string"}},
    },
}


def transcripts_router(service: Service, desk: Desk) -> APIRouter:
    """`/v1/transcripts`."""
    router = APIRouter(prefix="/v1/transcripts", tags=["transcripts"], responses=problems.documented())
    _reading(router, service)
    _adding(router, service, desk)
    _changing(router, service)
    return router


def _reading(router: APIRouter, service: Service) -> None:
    @router.get("")
    def list_(
        caller: Reader,
        limit: _Limit = 100,
        cursor: _Cursor = None,
        collection: _Collections = [],  # noqa: B006
    ) -> paging.Page:
        """List the transcripts by collection and title, a page at a time.

        Where there are more, `next_cursor` is not null: give it as `cursor` for the next page.
        """
        part = Part(paging.read(cursor), limit + 1, tuple(collection))
        found = service.holdings.entries(caller, part)
        after = paging.written(found[limit - 1].source) if len(found) > limit else None
        return paging.Page(transcripts=[TranscriptSummary.of(one) for one in found[:limit]], next_cursor=after)

    @router.get("/{transcript_id}")
    def show(transcript_id: str, caller: Reader) -> TranscriptDetail:
        """Show one transcript with its turns."""
        return _detail(service, caller, transcript_id)


def _adding(router: APIRouter, service: Service, desk: Desk) -> None:
    one_by_one, waiting, coming = asyncio.Lock(), asyncio.Semaphore(_WAITING), asyncio.Semaphore(_WAITING)

    @router.post(
        "",
        openapi_extra={"requestBody": receiving.DOCUMENTED},
        response_model=IngestReport,
        responses={202: _LATER},
    )
    async def add(request: Request, caller: Manager, prefer: _Prefer = []) -> IngestReport | Response:  # noqa: B006
        """Take transcripts in; the report says of each file what became of it, and one bad file never stops the others.

        With `Prefer: respond-async` the answer comes as soon as all files are safely stored: a job to look at or to
        follow while they are taken in, which goes on after a restart of the server.

        The same file name in the same collection again is a new version of that transcript. What is said beside the
        content counts when it is added or replaced; afterwards, correct it: a correction holds for later versions, too.
        """
        later = media.prefers(prefer, "respond-async")
        place = coming if later else waiting
        if place.locked():
            raise LibraryLockedError("other uploads are waiting; try again")
        async with place, desk.uploads.fresh() as spool:
            received = await receiving.received(request, spool)
            collection = caller.home(received.collection)
            if later:
                return await run_in_threadpool(_accepted, desk, caller, spool, received.uploads, collection)
            async with one_by_one:  # waits here rather than in a thread that a question could use
                report = await run_in_threadpool(service.ingest, received.uploads, collection=collection)
        return IngestReport.of(report)


def _accepted(desk: Desk, caller: Caller, spool: Spool, uploads: Sequence[Upload], collection: str) -> Response:
    """A job in place of a report."""
    job = desk.accept(caller, spool, uploads, collection=collection)
    headers = {"Location": f"{jobs.PATH}/{job.id}", "Preference-Applied": "respond-async"}
    content = jobs.detail(desk, caller, job.id).model_dump_json()
    return Response(content, status_code=202, headers=headers, media_type=media.JSON)


def _changing(router: APIRouter, service: Service) -> None:
    @router.patch("/{transcript_id}", dependencies=[Depends(json_only)])
    def amend(transcript_id: str, body: _AmendBody, caller: Manager) -> TranscriptDetail:
        """Rename speakers and correct facts, all or nothing; nothing is encoded again and turns keep their numbers."""
        service.holdings.amend(caller, transcript_id, names=body.rename_speakers, facts=body.facts())
        return _detail(service, caller, transcript_id)

    @router.delete("/{transcript_id}")
    def remove(transcript_id: str, caller: Manager) -> Removed:
        """Remove a transcript and the answers that quote it; it is gone from the next answer on."""
        turns = service.holdings.remove(caller, transcript_id)
        return Removed(removed=[transcript_id], turns=turns)


def _detail(service: Service, caller: Caller, transcript_id: str) -> TranscriptDetail:
    """One transcript; where it lies on the server's disk is nobody's business, what its file is called is."""
    source, transcript = service.holdings.transcript(caller, transcript_id)
    shown = TranscriptDetail.of(source, transcript)
    return shown.model_copy(update={"source": paging.bare(shown.source)})
