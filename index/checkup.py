"""Whether the indexes on disk are what the library would make of itself; nothing is changed."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from index.derived import Manifest
from index.lexicon import Lexicon, damaged_files
from index.store.library import Library
from index.store.records import Point
from index.store.schema import STRIDE
from index.vectors import VectorIndex

_VECTORS, _WORDS, _MANIFEST, _LIST = (
    "vectors",
    "words",
    "manifest.json",
    "meta.json",
)  # as `index.derived` lays them out
_AT_ONCE = 200  # transcripts read from the database in one go
_DIRECTIONS = 3  # in each of which a row is compared: two rows that differ agree in all of them by no chance
_ALIKE = 0.02  # of products with numbers of 1 and -1; what a change below it does to a cosine is below 0.002


@dataclass(frozen=True, slots=True)
class Indexes:
    """What is wrong with the indexes.

    Attributes:
        vectors, words: What is wrong with each; None when nothing is, also where it is only behind.
        ahead: Whether one of them knows a later state of the library than the library itself does.
    """

    vectors: str | None
    words: str | None
    ahead: bool


def check(library: Library) -> Indexes:
    """Hold both indexes against the library."""
    vectors, point = _vectors(library)
    words, said = _words(library)
    newest = library.newest()
    ahead = any(one.generation > newest.generation and not library.knows(one) for one in (point, said))
    return Indexes(vectors, words, ahead)


def _vectors(library: Library) -> tuple[str | None, Point]:
    folder = library.home / _VECTORS
    if not (folder / _MANIFEST).exists():  # which is written last: they are not made yet
        return None, Point()
    try:
        found = Manifest(**json.loads((folder / _MANIFEST).read_text(encoding="utf-8")))
        point = Point(int(found.generation), int(found.stamp))
    except (OSError, ValueError, TypeError):
        return f"{folder / _MANIFEST} cannot be read", Point()
    if not library.knows(point) or found.settings != library.settings:
        return None, point  # of another state or encoder: the next search makes them again
    try:
        vectors = VectorIndex.load(folder, found.stem)
    except Exception as error:  # whatever FAISS and numpy make of damage
        return f"{folder} cannot be read ({' '.join(str(error).split())[:200]})", point
    if len(vectors) != found.count or vectors.dimension != found.dimension:
        return f"{folder} does not hold what its manifest says", point
    return (None if _agree(library, vectors, point) else f"{folder} is not what the library's vectors make"), point


def _agree(library: Library, vectors: VectorIndex, point: Point) -> bool:
    """Whether every row is that of the library, transcripts aside that came or went since."""
    later = {change.ordinal for change in library.changes(point.generation)}
    if 0 in later:  # everything was encoded again
        return True
    live = [one for one in library.ordinals() if one not in later]
    query = np.random.default_rng().choice(np.array([-1, 1], dtype=np.float32), (_DIRECTIONS, vectors.dimension))
    kept = ~np.isin(vectors.ids // STRIDE, list(later))
    rows = np.flatnonzero(kept)
    held = np.stack([vectors.scores(one[None, :], rows)[0] for one in query]) if len(rows) else np.empty((3, 0))
    at = 0
    for start in range(0, len(live), _AT_ONCE):
        true = library.passage_rows(live[start : start + _AT_ONCE])
        here = rows[at : at + len(true)]
        ids, anchors = vectors.ids[here], vectors.anchors[here]
        if ids.tolist() != [one.passage_id for one in true] or anchors.tolist() != [one.anchor for one in true]:
            return False
        if true:
            stored = np.frombuffer(b"".join(one.vector for one in true), dtype=np.float16).reshape(len(true), -1)
            wanted = query @ stored.astype(np.float32).T
            if not np.allclose(held[:, at : at + len(true)], wanted, rtol=0, atol=_ALIKE):
                return False
        at += len(true)
    return at == len(rows)


def _words(library: Library) -> tuple[str | None, Point]:
    folder = library.home / _WORDS
    if not (folder / _LIST).exists():  # not made yet
        return None, Point()
    bad = damaged_files(folder)
    if bad:
        return f"{folder}: {', '.join(bad[:3])} is not what was written", Point()
    point = Lexicon.found(folder)
    return (None, point) if point is not None else (f"{folder} cannot be read", Point())
