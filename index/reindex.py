"""Encoding a whole library again, for another encoder or other passages. It is as before until all of it is ready."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from index.derived import discard
from index.encoder import Encoder
from index.store.library import Library
from index.store.records import Reencoded
from rag.passages import passages

_STEP = 128  # passages between two reports of progress


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
    entries = library.entries()
    fresh: list[Reencoded] = []
    for done, entry in enumerate(entries, start=1):
        _, transcript = library.transcript(entry.source.transcript_id)
        cut = passages(transcript.turns)
        texts = [passage.text for passage in cut]
        vectors = [
            vector.tobytes()
            for at in range(0, len(texts), _STEP)
            for vector in encoder.encode_documents(texts[at : at + _STEP]).astype(np.float16)
        ]
        fresh.append(Reencoded(entry.source.transcript_id, tuple(one.anchor for one in cut), tuple(vectors)))
        on_progress(done, len(entries))
    library.replace_vectors(fresh, generation=generation)
    discard(library.home)
    return sum(len(one.vectors) for one in fresh)
