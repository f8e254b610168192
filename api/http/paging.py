"""Pages of the list of transcripts.

A cursor says after which transcript a page begins, so that none is skipped or told twice when others come and go.
"""

from __future__ import annotations

import base64
import binascii
import json
import re

from api.wire_library import Transcripts
from rag.errors import InputError
from rag.values import Source


class Page(Transcripts):
    """A part of the list; `next_cursor` leads to the next one and is null in the last."""

    next_cursor: str | None


def written(last: Source) -> str:
    """The cursor of what comes after a transcript."""
    key = json.dumps([last.collection, last.title, last.transcript_id])
    return base64.urlsafe_b64encode(key.encode()).decode()


def read(cursor: str | None) -> tuple[str, str, str] | None:
    """What `written` wrote: collection, title and id.

    Raises:
        InputError: It is no cursor of ours.
    """
    if cursor is None:
        return None
    try:
        collection, title, transcript_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return str(collection), str(title), str(transcript_id)
    except (ValueError, TypeError, binascii.Error) as error:
        raise InputError("that cursor is not one of this server's; begin again without one") from error


def bare(source: str) -> str:
    """What a transcript's file is called, without the folder it lies in."""
    return re.split(r"[/\\]", source)[-1]
