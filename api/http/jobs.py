"""What became of uploads that are taken in behind their sender's back: look, list, follow, try again, cancel."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from api.access import Caller
from api.http import problems
from api.http.desk import Desk
from api.http.gate import Manager
from api.http.media import EVENT_STREAM, EVENTS
from api.http.streaming import HEADERS, PULSE_S
from api.wire_jobs import Job, JobDetail, Jobs, Progress
from rag.errors import TransciteError

PATH = "/v1/jobs"
_LOOK_S = 0.5  # between two looks at a job: whichever process works on it, the library knows
_EVENTS = {
    "description": "`progress` whenever there is some, then `done` with the job, or `error` with a problem document",
    "content": EVENT_STREAM,
}


def jobs_router(desk: Desk) -> APIRouter:
    """`/v1/jobs`."""
    router = APIRouter(prefix=PATH, tags=["jobs"], responses=problems.documented())

    @router.get("")
    def list_(caller: Manager) -> Jobs:
        """List the newest 100 uploads that were sent with `Prefer: respond-async`, without their files."""
        return Jobs(jobs=[Job.of(one) for one in desk.newest(caller)])

    @router.get("/{job_id}")
    def show(job_id: str, caller: Manager) -> JobDetail:
        """Show how far an upload is, and what became of each of its files; for a week after it has ended."""
        return detail(desk, caller, job_id)

    @router.get("/{job_id}/events", response_class=Response, responses={200: _EVENTS})
    async def follow(job_id: str, caller: Manager) -> Response:
        """Follow an upload as server-sent events until it has ended; one that has ended already is told at once."""
        await run_in_threadpool(desk.job, caller, job_id)  # or the client is told in the usual way that there is none
        return StreamingResponse(events(desk, caller, job_id), media_type=EVENTS, headers=HEADERS)

    @router.post("/{job_id}/retry")
    def retry(job_id: str, caller: Manager) -> JobDetail:
        """Try an upload that failed again, from where it stopped; one that is under way already goes on."""
        desk.retry(caller, job_id)
        return detail(desk, caller, job_id)

    @router.delete("/{job_id}")
    def cancel(job_id: str, caller: Manager) -> JobDetail:
        """Cancel what is not taken in yet: those files are rejected, and what is in the library already stays."""
        desk.cancel(caller, job_id)
        return detail(desk, caller, job_id)

    return router


def detail(desk: Desk, caller: Caller, job_id: str) -> JobDetail:
    """A job as clients see it."""
    return JobDetail.whole(*desk.whole(caller, job_id))


async def events(
    desk: Desk, caller: Caller, job_id: str, *, look_s: float = _LOOK_S, pulse_s: float = PULSE_S
) -> AsyncIterator[str]:
    """How a job goes, as server-sent events.

    Args:
        desk: Where to look.
        caller: Who asks.
        job_id: Which job.
        look_s: Seconds between two looks.
        pulse_s: Seconds of silence after which a comment is sent.
    """
    told, told_s = None, time.monotonic()
    while True:
        try:
            job = await run_in_threadpool(desk.job, caller, job_id)
            if job.state == "done":
                yield _event("done", (await run_in_threadpool(detail, desk, caller, job_id)).model_dump_json())
                return
        except TransciteError as error:
            yield _event("error", json.dumps(problems.document(problems.of(error), str(error))))
            return
        if job.state == "failed":
            yield _event("error", json.dumps(problems.document(problems.JOB_FAILED, job.reason, job=job.id)))
            return
        progress = Progress.of(job).model_dump_json()
        if progress != told:
            yield _event("progress", progress)
            told, told_s = progress, time.monotonic()
        elif time.monotonic() - told_s >= pulse_s:
            yield ": still at it\n\n"
            told_s = time.monotonic()
        if desk.closing():  # whoever follows asks again when the next server is there
            return
        await asyncio.sleep(look_s)


def _event(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"
