"""Transcripts out of a request: one as JSON, or any number as the files of a form."""

from __future__ import annotations

import json
from dataclasses import dataclass

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.http import bodies, examples
from api.http.forms import Form
from api.http.media import FORM, JSON, carried
from api.http.spooling import Spool
from index.documents import Upload

_FIELDS = bodies.Described.model_json_schema()
DOCUMENTED = {
    "required": True,
    "content": {
        JSON: {"schema": bodies.Upload.model_json_schema(), "examples": examples.shown(examples.UPLOAD)},
        FORM: {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": _FIELDS["properties"]
                | {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class Received:
    """What came, and the collection it is said to belong to; None when nothing is said."""

    uploads: tuple[Upload, ...]
    collection: str | None


async def received(request: Request, spool: Spool) -> Received:
    """The transcripts a request carries.

    Args:
        request: The request.
        spool: Where they are to lie.

    Raises:
        HTTPException: It carries something else, or cannot be taken apart.
        RequestValidationError: It is not as documented.
        LibraryFullError: There is no room for them.
    """
    kind = carried(request)
    if kind == JSON:
        return await run_in_threadpool(_json, await request.body(), spool)
    if kind == FORM:
        form = Form(spool)
        await form.read(request)
        return _form(form, spool)
    raise HTTPException(415, f"send {JSON} or {FORM}")


def _json(data: bytes, spool: Spool) -> Received:
    try:
        given = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "the body is not JSON") from error
    body = bodies.checked(bodies.Upload, given)
    spool.begin(0)
    spool.write(body.content.encode())
    spool.finish()
    return Received((Upload(body.filename, spool.path(0), body.facts()),), body.collection)


def _form(form: Form, spool: Spool) -> Received:
    described = bodies.checked(bodies.Described, form.fields)
    facts = described.facts()
    if not form.names:
        raise bodies.invalid("files", "there is no file in the form")
    if facts and len(form.names) > 1:
        raise bodies.invalid(sorted(facts)[0], "cannot be said of several files at once; send them one by one")
    names = bodies.checked(bodies.Filenames, {"files": form.names}).files
    uploads = tuple(Upload(name, spool.path(at), facts) for at, name in enumerate(names))
    return Received(uploads, described.collection)
