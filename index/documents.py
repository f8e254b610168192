"""What an ingest takes: files on disk and uploads in memory, under one shape."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self, TypedDict

from index import files


class Facts(TypedDict, total=False):
    """What somebody said of a transcript beside it; it overrides what the text itself says."""

    title: str
    date: dt.date
    source_url: str
    media_url: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A transcript in memory.

    Attributes:
        filename: A bare file name, its ending included.
        data: The whole file.
        facts: What was said of it beside it.
    """

    filename: str
    data: bytes
    facts: Facts = field(default_factory=Facts)


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
    """

    shown: str
    name: str
    source: str
    size: int
    read: Callable[[int], bytes]
    facts: Facts = field(default_factory=Facts)

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
        size = len(upload.data)

        def read(allowed: int) -> bytes:
            files.fits(size, max_bytes=allowed)
            return upload.data

        return cls(upload.filename, upload.filename, f"upload:{upload.filename}", size, read, upload.facts)
