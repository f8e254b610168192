"""What an ingest takes: files where they lie and uploads, under one shape."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypedDict

from index import files
from index.store.records import Receipt


class Facts(TypedDict, total=False):
    """What somebody said of a transcript beside it; it overrides what the text itself says."""

    title: str
    date: dt.date
    source_url: str
    media_url: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A transcript that was sent.

    Attributes:
        filename: A bare file name, its ending included.
        data: The whole file, or where it lies until it is taken in.
        facts: What was said of it beside it.
        receipt: Of the job that it is a file of.
        source: What names it in the library; None for its file name.
        shown: What reports call it; None for its file name.
    """

    filename: str
    data: bytes | Path
    facts: Facts = field(default_factory=Facts)
    receipt: Receipt | None = None
    source: str | None = None
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Something to ingest.

    Attributes:
        shown: What reports call it.
        name: Bare file name; a hint at its format and, where the text has none, its title.
        source: Names it in the library.
        size: In bytes.
        read: The whole of it, given how many bytes are allowed; raises ReadError.
        facts: Override what the text says.
        receipt: Of the job that it is a file of.
    """

    shown: str
    name: str
    source: str
    size: int
    read: Callable[[int], bytes]
    facts: Facts = field(default_factory=Facts)
    receipt: Receipt | None = None

    @classmethod
    def of_file(cls, found: files.Found) -> Self:
        """A file, named by where it lies."""
        path = found.path
        source = "" if found.problem else str(path.resolve())  # a path with a problem may not resolve; it has no use
        return cls(
            files.shown(path), path.name, source, found.size, lambda allowed: files.read(found, max_bytes=allowed)
        )

    @classmethod
    def of_upload(cls, upload: Upload) -> Self:
        """An upload, named by its file name."""
        data = upload.data
        size = len(data) if isinstance(data, bytes) else files.size(data)

        def read(allowed: int) -> bytes:
            if isinstance(data, Path):
                return files.read(files.Found(data, size), max_bytes=allowed)
            files.fits(size, max_bytes=allowed)
            return data

        name = upload.filename
        source = f"upload:{name}" if upload.source is None else upload.source
        return cls(upload.shown or name, name, source, size, read, upload.facts, upload.receipt)


def written(facts: Facts) -> str:
    """Facts as text, for `read`."""
    return json.dumps(facts, default=str)


def read(text: str) -> Facts:
    """What `written` wrote."""
    facts: Facts = json.loads(text)
    said = json.loads(text).get("date")
    if said is not None:
        facts["date"] = dt.date.fromisoformat(said)
    return facts
