"""Transcripts out of a request: one as JSON, or any number as the files of a form."""

from __future__ import annotations

import json
from dataclasses import dataclass

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.http import bodies, examples
from api.http.media import FORM, JSON, carried
from index.documents import Upload

_MOST_FILES = 1000
_MOST_FIELDS = 20

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
    """What came, and where it belongs."""

    uploads: tuple[Upload, ...]
    collection: str


async def received(request: Request) -> Received:
    """The transcripts a request carries.

    Raises:
        HTTPException: It carries something else, or cannot be taken apart.
        RequestValidationError: It is not as documented.
    """
    kind = carried(request)
    if kind == JSON:
        body = await _json(request)
        return Received((Upload(body.filename, body.content.encode(), body.facts()),), body.collection)
    if kind == FORM:
        return await _form(request)
    raise HTTPException(415, f"send {JSON} or {FORM}")


async def _json(request: Request) -> bodies.Upload:
    data = await request.body()
    try:
        given = await run_in_threadpool(json.loads, data)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "the body is not JSON") from error
    return bodies.checked(bodies.Upload, given)


async def _form(request: Request) -> Received:
    async with request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS) as form:
        fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        files = [
            (value.filename or "", await value.read()) for _, value in form.multi_items() if not isinstance(value, str)
        ]
    described = bodies.checked(bodies.Described, fields)
    facts = described.facts()
    if not files:
        raise bodies.invalid("files", "there is no file in the form")
    if facts and len(files) > 1:
        raise bodies.invalid(sorted(facts)[0], "cannot be said of several files at once; send them one by one")
    names = bodies.checked(bodies.Filenames, {"files": [name for name, _ in files]}).files
    uploads = tuple(Upload(name, data, facts) for name, (_, data) in zip(names, files, strict=True))
    return Received(uploads, described.collection)
