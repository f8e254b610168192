"""Whether the indexes on disk are what the library would make of itself; nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from index import saved
from index.lexicon import Lexicon, damaged_files
from index.store.library import Library
from index.store.records import Point
from index.store.schema import STRIDE
from index.vectors import VectorIndex

_WORDS, _LIST = "words", "meta.json"  # as `index.derived` and tantivy lay them out
_AT_ONCE = 200  # transcripts read from the database in one go


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
    folder = library.home / saved.FOLDER
    if not (folder / saved.MANIFEST).exists():  # which is written last: they are not made yet
        return None, Point()
    found = saved.manifest(library.home)
    if found is None:
        return f"{folder / saved.MANIFEST} cannot be read", Point()
    if not library.knows(found.point) or found.settings != library.settings:
        return None, found.point  # of another state or encoder: the next search makes them again
    try:
        cut = [name for name, known in found.seals.items() if saved.seal(folder / name) != known]
        vectors = VectorIndex.load(folder, found.base, found.changes)
    except Exception as error:  # whatever FAISS and numpy make of damage
        return f"{folder} cannot be read ({' '.join(str(error).split())[:200]})", found.point
    if cut or len(vectors) != found.count or vectors.dimension != found.dimension:
        return f"{folder} does not hold what its manifest says", found.point
    agree = _agree(library, vectors, found.point)
    return (None if agree else f"{folder} is not what the library's vectors make"), found.point


def _agree(library: Library, vectors: VectorIndex, point: Point) -> bool:
    """Whether every row is that of the library, transcripts aside that came or went since."""
    later = {change.ordinal for change in library.changes(point.generation)}
    if 0 in later:  # everything was encoded again
        return True
    live = [one for one in library.ordinals() if one not in later]
    ids, anchors, held = vectors.ids, vectors.anchors, vectors.matrix()
    rows = np.flatnonzero(~np.isin(ids // STRIDE, list(later)))
    at = 0
    for start in range(0, len(live), _AT_ONCE):
        true = library.passage_rows(live[start : start + _AT_ONCE])
        here = rows[at : at + len(true)]
        if ids[here].tolist() != [one.passage_id for one in true]:
            return False
        if anchors[here].tolist() != [one.anchor for one in true]:
            return False
        if held[here].tobytes() != b"".join(one.vector for one in true):
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
