"""Archives among the files of a job: the transcripts in each take its place, and are files like the others."""

from __future__ import annotations

from collections.abc import Sequence

from api.http.spooling import Spool
from index import archives
from index.documents import Document, Upload, read
from index.store.job_files import JobFile, Member, Sent
from index.store.jobs import Jobs
from rag.errors import ReadError


def unpack(jobs: Jobs, spool: Spool, files: Sequence[JobFile], *, most: int) -> bool:
    """Put what is in the first archive among some files in its place.

    A process that dies of it leaves the archive as it was, and what it has written so far is written again.

    Args:
        jobs: Of the library.
        spool: Where the files lie.
        files: All files of a job.
        most: How long a transcript may be.

    Returns:
        Whether there was one; another may be left.

    Raises:
        LibraryFullError: There is no room for what is in it.
    """
    place = 1 + max((one.receipt.at for one in files), default=0)
    for one in files:
        upload = Upload(one.name, spool.path(one.receipt.at), read(one.facts))
        if one.outcome is None and archives.is_one(upload):
            found = archives.of_upload(upload)
            members = [_member(spool, document, place + n, one, most) for n, document in enumerate(found)]
            if jobs.unpacked(one.receipt, members):
                spool.drop(one.receipt.at)
            return True
    return False


def _member(spool: Spool, document: Document, at: int, archive: JobFile, most: int) -> Member:
    """One transcript of an archive, written to where the job's files lie."""
    try:
        data = document.read(most)
    except ReadError as error:
        return Member(at, Sent(document.shown, document.size, archive.facts), error.reason)
    spool.drop(at)
    spool.begin(at)
    spool.write(data)
    spool.finish()
    return Member(at, Sent(document.shown, len(data), archive.facts))
