"""Vectors that need not be made again: those of what an earlier version of a file said in the same words."""

from __future__ import annotations

from index import codes
from index.encoder import Parted
from index.encoding import parted
from index.store.library import Library
from index.store.records import Embedding, Origin
from rag.passages import passages


def known_vectors(library: Library, origin: Origin) -> dict[Parted, Embedding]:
    """What was made of the version that a file is about to replace.

    What was encoded is not kept but follows from the turns: the library holds no passages that were cut by other rules
    (`Library.check`). Where a speaker was renamed, it is not known for certain which name was encoded: such passages
    are left out.

    Args:
        library: What `origin` is about to be put into.
        origin: Of the file.

    Returns:
        Vectors by what they are of; none where the file is new.
    """
    before = library.stored(origin)
    if before is None:
        return {}
    cut = passages(before.turns)
    if [passage.anchor for passage in cut] != list(before.anchors):
        return {}
    found: dict[Parted, Embedding] = {}
    read: dict[int, int] = {}  # bytes of each turn's sentences that are those of its passages so far
    for passage, vector in zip(cut, before.vectors, strict=True):
        told, start = before.sentences.get(passage.anchor, b""), read.get(passage.anchor, 0)
        end = start + len(passage.sentences) * codes.size(len(vector) // 2)
        read[passage.anchor] = end
        if before.renamed.isdisjoint(span.turn for span in passage.spans):
            found[parted(passage)] = Embedding(vector, told[start:end])
    return found
