"""Paths to the bytes of transcript files: which files, read whole, or a reason why not."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ReadError
from rag.formats import FORMATS, PACKED

# In a folder only these are taken for transcripts; a file named on its own is always tried. Several formats are HTML,
# none owns its ending.
_OF_FORMATS = frozenset(ending for known in FORMATS for ending in known.suffixes)
ENDINGS = _OF_FORMATS.union(*(kind.suffixes for kind in PACKED), {".html", ".htm", ".zip"})
# Files that tell about a folder rather than hold a transcript.
_ABOUT = frozenset({"readme", "license", "licence", "copying", "notice", "contributing", "code_of_conduct"})
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read, or a path that cannot be: then `problem` says why, and `size` is 0."""

    path: Path
    size: int
    problem: str | None = None


def find(paths: Iterable[Path]) -> Iterator[Found]:
    """The files that `paths` name, folders searched through in order of name, each file once."""
    seen: set[str] = set()
    for path in paths:
        for found in _below(path):
            real = os.path.realpath(found.path)  # Path.resolve raises at a link to itself
            if real not in seen:
                seen.add(real)
                yield found


def read(found: Found, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The whole of a file.

    Raises:
        ReadError: It cannot be opened, is longer than `max_bytes`, or changed while it was read.
    """
    if found.problem is not None:
        raise ReadError(found.problem)
    fits(found.size, max_bytes=max_bytes)
    try:
        with found.path.open("rb") as file:
            before = os.fstat(file.fileno())
            data = file.read(max_bytes + 1)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise ReadError(f"cannot be read: {error.strerror}; check that it is there and readable") from error
    changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
    if changed or len(data) != before.st_size:
        raise ReadError("changed while it was being read; run it again when it is complete")
    return data


def size(path: Path) -> int:
    """How long a file is; 0 when it cannot be looked at, which reading it will tell."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def fits(size: int, *, max_bytes: int) -> None:
    """Refuse what is too long for one transcript.

    Raises:
        ReadError: It is.
    """
    if size > max_bytes:
        raise ReadError(
            f"{size / 1e6:.0f} MB is more than the {max_bytes / 1e6:.0f} MB allowed for one transcript;"
            " split it or raise TRANSCITE_MAX_FILE_MB"
        )


def shown(path: Path) -> str:
    """A path as text that can be printed and stored, whatever bytes its name is made of."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _below(path: Path) -> Iterator[Found]:
    found = _looked_at(path)
    if found is None:
        yield from _inside(path)
    else:
        yield found


def _looked_at(path: Path) -> Found | None:
    """A file, or what is wrong with it; None for a folder. Pipes and devices are not opened: they may never end."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return Found(path, 0, "there is no such file or folder; check the path")
    except OSError as error:
        return Found(path, 0, f"cannot be read: {error.strerror}; check the path")
    if stat.S_ISDIR(status.st_mode):
        return None
    if not stat.S_ISREG(status.st_mode):
        return Found(path, 0, "is neither a file nor a folder")
    if shown(path.resolve()) != str(path.resolve()):
        return Found(path, 0, "its name, or a folder's it lies in, is not UTF-8; rename it")
    return Found(path, status.st_size)


def _inside(folder: Path) -> Iterator[Found]:
    count = 0
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            found = _looked_at(Path(where, name)) if looks_like_transcript(Path(where, name)) else None
            if found is not None:
                count += 1
                yield found
    if count == 0:
        yield Found(folder, 0, f"no transcripts in this folder (looked for {', '.join(sorted(ENDINGS))})")


def looks_like_transcript(path: Path) -> bool:
    """Whether a file found in a folder is taken for a transcript: by its ending, and not a README or the like."""
    return path.suffix.lower() in ENDINGS and not path.name.startswith((".", "~")) and path.stem.lower() not in _ABOUT
