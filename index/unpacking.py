"""Members of a ZIP archive, unpacked one at a time in memory. The one module that unpacks."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import IO

from index import files
from index.documents import Document
from rag.errors import ReadError

# What zipfile raises of archives that are none, or damaged.
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, ValueError, NotImplementedError, OSError)

Open = Callable[[], IO[bytes]]


class Archive:
    """An archive and what its members need to be read, one after the other.

    It is opened for the first of them and closed after the last, so that one archive is open at a time and its
    directory is read once.

    Args:
        document: The archive itself as a document: its name, its source, what was said of it.
        open_it: Opens its bytes.
    """

    def __init__(self, document: Document, open_it: Open) -> None:
        self.document = document
        self._open_it = open_it
        self._opened: tuple[IO[bytes], zipfile.ZipFile] | None = None
        self._left = 0

    def member(self, info: zipfile.ZipInfo, shown: str, name: str) -> Document:
        """One member as a document."""
        self._left += 1

        def read(allowed: int) -> bytes:
            self._left -= 1
            try:
                files.fits(info.file_size, max_bytes=allowed)
                return self._unpacked(info)
            finally:
                if self._left <= 0:
                    self._close()

        source = f"{self.document.source}/{info.filename}"
        return Document(shown, name, source, info.file_size, read, self.document.facts)

    def _unpacked(self, info: zipfile.ZipInfo) -> bytes:
        try:
            if self._opened is None:
                self._opened = _opened(self._open_it())
            with self._opened[1].open(info.filename) as inner:
                data = inner.read(info.file_size + 1)
        except (*BROKEN, KeyError, EOFError, RuntimeError) as error:
            raise ReadError(f"cannot be unpacked ({str(error)[:80]}); pack it again") from None
        if len(data) != info.file_size:
            raise ReadError("changed while it was being read; run it again when the archive is complete")
        return data

    def _close(self) -> None:
        opened, self._opened = self._opened, None
        for one in reversed(opened or ()):
            one.close()


def _opened(file: IO[bytes]) -> tuple[IO[bytes], zipfile.ZipFile]:
    try:
        return file, zipfile.ZipFile(file)
    except BaseException:
        file.close()
        raise
