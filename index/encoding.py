"""Passages to the vectors that are stored: each text once, and none whose vector is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from index.batching import in_turns
from index.encoder import Encoder

# Characters that an encoder is given at a time, between two reports of progress: enough to keep all cores busy.
_AT_ONCE = 150_000


def encoded(
    texts: Sequence[str],
    encoder: Callable[[], Encoder],
    *,
    known: Mapping[str, bytes] | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> list[bytes]:
    """The vectors of some passages as they are stored.

    Args:
        texts: What the passages say.
        encoder: Called when the first text has to be encoded.
        known: Vectors of the same encoder, by text.
        on_progress: Called with how many texts more have their vectors, each time that some have.

    Returns:
        For each text, in order, its vector in float16, as bytes.
    """
    found = {text: vector for text in texts if known and (vector := known.get(text))}
    times = {text: 0 for text in texts if text not in found}
    for text in texts:
        if text in times:
            times[text] += 1
    if reused := len(texts) - sum(times.values()):
        on_progress(reused)
    fresh = list(times)
    if fresh:
        for places, vectors in in_turns(fresh, _AT_ONCE, encoder().encode_documents):
            some = [fresh[at] for at in places]
            found |= zip(some, (vector.tobytes() for vector in vectors.astype(np.float16)), strict=True)
            on_progress(sum(times[text] for text in some))
    return [found[text] for text in texts]
