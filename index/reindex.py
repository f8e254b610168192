"""Encoding a whole library again, for another encoder or other passages. It is as before until all of it is ready."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import BinaryIO

from index.derived import discard
from index.encoder import Encoder
from index.encoding import encoded
from index.store.library import Library
from index.store.records import Embedding, Reencoded
from rag.errors import LibraryFullError
from rag.passages import passages
from rag.values import Passage

_TOGETHER = 1024  # passages encoded together, as in an ingest
_LENGTH = 4  # bytes that say how many follow

_Cut = tuple[str, tuple[Passage, ...]]
"""A transcript's id and its passages."""
_Made = tuple[str, tuple[int, ...]]
"""A transcript's id and the anchors of its passages, whose vectors are in a file."""


def reindex(library: Library, encoder: Encoder, *, on_progress: Callable[[int, int], None] = lambda *_: None) -> int:
    """Cut and encode every transcript again and replace all vectors in one transaction.

    Args:
        library: Opened with the settings it is to have from now on.
        encoder: The one they name.
        on_progress: Called with how many transcripts of how many are encoded.

    Returns:
        How many passages there are now.

    Raises:
        LibraryLockedError: The library changed meanwhile; nothing was replaced.
        LibraryError: It cannot be written; nothing was replaced.
    """
    generation = library.generation()
    ids = [entry.source.transcript_id for entry in library.entries()]
    made: list[_Made] = []
    with _beside(library) as file:
        for some in _together(library, ids):
            _encode(some, encoder, file)
            for transcript_id, cut in some:
                made.append((transcript_id, tuple(one.anchor for one in cut)))
                on_progress(len(made), len(ids))
        file.seek(0)
        library.replace_vectors(_read(file, made, 2 * encoder.dimension), generation=generation)
    discard(library.home)
    return sum(len(anchors) for _, anchors in made)


def _beside(library: Library) -> BinaryIO:
    """A file without a name, which goes by itself: the vectors of an archive may not fit into memory."""
    try:
        return TemporaryFile(dir=library.home)
    except OSError as error:
        raise _full(error) from error


def _full(error: OSError) -> LibraryFullError:
    return LibraryFullError(f"the new vectors cannot be written ({error}); free some space")


def _together(library: Library, ids: Sequence[str]) -> Iterator[list[_Cut]]:
    """Transcripts in groups of a thousand passages or so."""
    group: list[_Cut] = []
    for transcript_id in ids:
        group.append((transcript_id, passages(library.transcript(transcript_id)[1].turns)))
        if sum(len(cut) for _, cut in group) >= _TOGETHER:
            yield group
            group = []
    if group:
        yield group


def _encode(some: Sequence[_Cut], encoder: Encoder, file: BinaryIO) -> None:
    """Append the vectors of some transcripts to a file, in order."""
    made = encoded([one for _, cut in some for one in cut], lambda: encoder)
    try:
        for one in made:
            file.write(one.vector)
            file.write(len(one.sentences).to_bytes(_LENGTH))
            file.write(one.sentences)
        file.flush()
    except OSError as error:
        raise _full(error) from error


def _read(file: BinaryIO, made: Sequence[_Made], size: int) -> Iterator[Reencoded]:
    """What was made, read back in order, its vectors of `size` bytes each."""
    for transcript_id, anchors in made:
        yield Reencoded(transcript_id, anchors, tuple(_embedding(file, size) for _ in anchors))


def _embedding(file: BinaryIO, size: int) -> Embedding:
    vector = file.read(size)
    return Embedding(vector, file.read(int.from_bytes(file.read(_LENGTH))))
