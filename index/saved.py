"""The vectors on disk: which files there are, what they were made from, and whether they are whole.

The manifest names every file that counts, and is written last: a file half written is never read. The large part of the
vectors stays as it is for long; a save writes what changed since, and the large part again only when that is much.
"""

from __future__ import annotations

import json
import secrets
import time
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from index.segment import Segment
from index.store.library import Library
from index.store.records import Point
from index.vectors import VectorIndex

FOLDER, MANIFEST = "vectors", "manifest.json"
_ORPHANED_S = 3600.0  # age at which files that no manifest names are left over from a process that died
_SEALED = 4096  # bytes at either end of a file that its seal is made of


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the vectors on disk were made from.

    Attributes:
        base, changes: Names of the files of the large part and of what changed since, without their endings.
        generation, stamp: The point of the library's history.
        settings: Encoder and passage settings.
        dimension, count: Of the vectors.
        seals: Every file's name, and what tells whether it is the one that was written.
    """

    base: str
    changes: str
    generation: int
    stamp: int
    settings: dict[str, str]
    dimension: int
    count: int
    seals: dict[str, str]

    @property
    def point(self) -> Point:
        """The point of the library's history."""
        return Point(self.generation, self.stamp)


def manifest(home: Path) -> Manifest | None:
    """What is said of the vectors of the library in `home`; None when nothing is, or nothing that can be read."""
    try:
        found = Manifest(**json.loads((home / FOLDER / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return found if isinstance(found.seals, dict) else None


def load(library: Library, dimension: int) -> tuple[VectorIndex, Point]:
    """The vectors on disk if they are of this library and encoder, else none, at the beginning of its history."""
    folder = library.home / FOLDER
    try:
        found = manifest(library.home)
        if found is not None and found.settings == library.settings and library.knows(found.point):
            whole = all(seal(folder / name) == known for name, known in found.seals.items())
            vectors = VectorIndex.load(folder, found.base, found.changes) if whole else None
            if vectors is not None and vectors.dimension == dimension and len(vectors) == found.count:
                return vectors, found.point
    except Exception:  # noqa: S110 - derived: whatever is wrong with it, it is made again from the library
        pass
    return VectorIndex(dimension), Point()


def save(library: Library, vectors: VectorIndex, point: Point) -> Segment | None:
    """Write the vectors down.

    Args:
        library: What they were made from.
        vectors: All of them.
        point: Of the library's history.

    Returns:
        All of them in one part, when that was written: mapped from disk, to take the place of what is in memory.

    Raises:
        OSError, RuntimeError: It cannot be written; what was there before still counts.
    """
    folder, base = library.home / FOLDER, None
    folder.mkdir(parents=True, exist_ok=True)
    # Not the process's number: in containers that share the folder all have the same.
    before, stem = manifest(library.home), f"{point.generation}-{secrets.token_hex(4)}"
    names = [] if before is None else [name for name in before.seals if name.startswith(f"{vectors.base.stem}.")]
    if vectors.is_loose or not names or not all((folder / name).exists() for name in names):
        names = vectors.joined().save(folder, f"{stem}-base")
        base = Segment.load(folder, f"{stem}-base")
        vectors = VectorIndex(base.dimension, base)
    names = [*names, *vectors.save(folder, stem)]
    seals = {name: seal(folder / name) for name in names}
    known = point.generation, point.stamp, library.settings, vectors.dimension, len(vectors)
    fresh = folder / f"{stem}.json"
    fresh.write_text(json.dumps(asdict(Manifest(vectors.base.stem, stem, *known, seals))), encoding="utf-8")
    fresh.replace(folder / MANIFEST)
    _tidy(library.home, set() if before is None else set(before.seals))
    return base


def seal(path: Path) -> str:
    """A file's size and a checksum of its first and last bytes: whether it was cut, or its head changed."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_SEALED)
        file.seek(max(size - _SEALED, 0))
        return f"{size}-{zlib.crc32(file.read(_SEALED), zlib.crc32(head)):08x}"


def _tidy(home: Path, before: set[str]) -> None:
    """Drop files that counted before and do not now, and what a process that died left behind."""
    now = manifest(home)
    kept = {MANIFEST} if now is None else {MANIFEST, *now.seals}
    for old in (home / FOLDER).iterdir():
        with suppress(FileNotFoundError):
            # Other young files may be those that another process is about to name in its manifest.
            orphaned = old.name in before or time.time() - old.stat().st_mtime > _ORPHANED_S
            if orphaned and old.name not in kept:
                old.unlink()
