"""What was sent, on disk until it is in the library: a folder per upload, a file per file, never all in memory."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from fastapi.concurrency import run_in_threadpool

from index.store.jobs import new_id
from rag.errors import LibraryError, LibraryFullError

_FOLDER = "uploads"  # in the library's
_LEFT_OVER_S = 3600.0  # age at which a folder that no job needs is left over from a process that died


class Spool:
    """The files of one upload.

    Args:
        folder: Where they lie; its name is the id of the job that they may become.
    """

    def __init__(self, folder: Path) -> None:
        self.id = folder.name
        self._folder = folder
        self._open: BinaryIO | None = None
        self._kept = False

    async def __aenter__(self) -> Self:
        """Make the folder; at the end it is removed with all that is in it, unless it was kept."""
        await run_in_threadpool(self._make)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await run_in_threadpool(self._leave)

    def _make(self) -> None:
        with _room():
            self._folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.mkdir(mode=0o700)

    def _leave(self) -> None:
        if self._open is not None:
            with suppress(OSError):  # a full disk may refuse what is in the buffer; it is thrown away
                self._open.close()
        if not self._kept:
            self.discard()

    def path(self, at: int) -> Path:
        """Where the file at a place in the upload lies."""
        return self._folder / str(at)

    def size(self, at: int) -> int:
        """How long the file at a place in the upload is."""
        return self.path(at).stat().st_size

    def begin(self, at: int) -> None:
        """Begin a file; only one is open at a time."""
        self.finish()
        with _room():
            self._open = self.path(at).open("xb")

    def write(self, data: bytes) -> None:
        """Write on."""
        assert self._open is not None  # noqa: S101 - `begin` comes first
        with _room():
            self._open.write(data)

    def finish(self) -> None:
        """Write the file that is open to its end."""
        if self._open is not None:
            file, self._open = self._open, None
            with _room():
                file.close()

    def keep(self, commit: Callable[[], None]) -> None:
        """Have all files outlive a power cut, then do what makes others count on them, and from then on keep them."""
        with _room():
            for path in (*self._folder.iterdir(), self._folder, self._folder.parent):
                _sync(path)
        commit()
        self._kept = True

    def drop(self, at: int) -> None:
        """Remove a file that was dealt with."""
        with suppress(OSError):  # what is left over goes with the folder
            self.path(at).unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self._folder, ignore_errors=True)


class Uploads:
    """All uploads that lie on disk.

    Args:
        home: Folder of the library.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / _FOLDER

    def fresh(self) -> Spool:
        """A place for a new upload."""
        return self.of(new_id())

    def of(self, job_id: str) -> Spool:
        """The upload that became a job."""
        return Spool(self._folder / job_id)

    def sweep(self, wanted: Collection[str]) -> None:
        """Remove what processes that died have left: what no job needs, and nobody has written to for an hour."""
        with suppress(OSError):
            for folder in self._folder.iterdir():
                if folder.name not in wanted and time.time() - _touched(folder) > _LEFT_OVER_S:
                    shutil.rmtree(folder, ignore_errors=True)


def _touched(folder: Path) -> float:
    """When something in a folder was last written to."""
    return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise LibraryFullError(f"no room left for what was sent ({error}); free some space") from error
        raise LibraryError(f"what was sent cannot be written ({error}); check TRANSCITE_HOME") from error
