"""Paths to the bytes of transcript files: which files, read whole, or a reason why not."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ReadError
from rag.formats import FORMATS, PACKED

# In a folder only these are taken for transcripts; a file named on its own is always tried. Several formats are HTML,
# none owns its ending. Lines of JSON are data of any kind far more often than transcripts.
_OF_FORMATS = frozenset(ending for known in FORMATS for ending in known.suffixes)
ENDINGS = _OF_FORMATS.union(*(kind.suffixes for kind in PACKED), {".html", ".htm", ".zip"}) - {".jsonl", ".ndjson"}
# Files that tell about a folder rather than hold a transcript.
_ABOUT = frozenset({"readme", "license", "licence", "copying", "notice", "contributing", "code_of_conduct"})
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read, or a path that cannot be: then `problem` says why, and `size` is 0."""

    path: Path
    size: int
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """What lies in a folder and is not looked into, and why."""

    path: str
    reason: str


def find(paths: Iterable[Path], skip: Callable[[Skipped], None] = lambda _: None) -> Iterator[Found]:
    """The files that `paths` name, folders searched through in order of name, each file once.

    Args:
        paths: Files and folders.
        skip: Told of everything in the folders that is passed over.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _below(path, skip):
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


def _below(path: Path, skip: Callable[[Skipped], None]) -> Iterator[Found]:
    found = _looked_at(path)
    if found is None:
        yield from _inside(path, skip)
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


def _inside(folder: Path, skip: Callable[[Skipped], None]) -> Iterator[Found]:
    count = 0
    for where, folders, names in os.walk(folder):
        within = {name: _closed(Path(where, name)) for name in sorted(folders)}
        folders[:] = [name for name, reason in within.items() if reason is None]
        for name, reason in sorted({**within, **{name: passed_over(Path(where, name)) for name in names}}.items()):
            if reason is not None:
                skip(Skipped(shown(Path(where, name)), reason))
            found = _looked_at(Path(where, name)) if reason is None and name not in within else None
            if found is not None:
                count += 1
                yield found
    if count == 0:
        yield Found(folder, 0, f"no transcripts in this folder (looked for {', '.join(sorted(ENDINGS))})")


def looks_like_transcript(path: Path) -> bool:
    """Whether a file found in a folder is taken for a transcript: by its ending, and not a README or the like."""
    return passed_over(path) is None


def passed_over(path: Path) -> str | None:
    """Why a file found in a folder is not taken for a transcript; None when it is."""
    if path.name.startswith("."):
        return "hidden"
    if path.name.startswith("~"):
        return "what an open program keeps"
    if path.suffix.lower() not in ENDINGS:
        return f"{shown(Path(path.suffix.lower())) if path.suffix else 'no ending'} is not what transcripts end in"
    return "tells about the folder" if path.stem.lower() in _ABOUT else None


def _closed(folder: Path) -> str | None:
    """Why a folder is not searched; None when it is."""
    if folder.name.startswith("."):
        return "hidden"
    return "a link to a folder" if folder.is_symlink() else None
