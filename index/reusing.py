"""Vectors that need not be made again: those of what an earlier version of a file said in the same words."""

from __future__ import annotations

from index.store.library import Library
from index.store.records import Origin
from rag.passages import passages


def known_vectors(library: Library, origin: Origin) -> dict[str, bytes]:
    """Stored vectors of the version that a file is about to replace.

    What was encoded is not kept but follows from the turns: the library holds no passages that were cut by other rules
    (`Library.check`). Where a speaker was renamed, it is not known for certain which name was encoded: such passages
    are left out.

    Args:
        library: What `origin` is about to be put into.
        origin: Of the file.

    Returns:
        Vectors in float16, as bytes, by the text of their passages; none where the file is new.
    """
    before = library.stored(origin)
    if before is None:
        return {}
    cut = passages(before.turns)
    if [passage.anchor for passage in cut] != list(before.anchors):
        return {}
    return {
        passage.text: vector
        for passage, vector in zip(cut, before.vectors, strict=True)
        if before.renamed.isdisjoint(span.turn for span in passage.spans)
    }
