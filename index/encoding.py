"""Passages to what is stored of them: each text once, and none whose vector is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from index import codes
from index.batching import in_turns
from index.encoder import Encoder, Meant, Parted
from index.store.records import Embedding
from rag.values import Passage

# Characters that an encoder is given at a time, between two reports of progress: enough to keep all cores busy.
_AT_ONCE = 150_000


def parted(passage: Passage) -> Parted:
    """What is read of a passage: its text, with its sentences as parts."""
    return Parted(passage.text, passage.sentences)


def encoded(
    passages: Sequence[Passage],
    encoder: Callable[[], Encoder],
    *,
    known: Mapping[Parted, Embedding] | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> list[Embedding]:
    """What is stored of some passages.

    Args:
        passages: In any order.
        encoder: Called when the first text has to be encoded.
        known: What was made of texts before, with the same encoder.
        on_progress: Called with how many passages more have their vectors, each time that some have.

    Returns:
        For each passage, in order, what was made of it.
    """
    texts = [parted(one) for one in passages]
    found = {text: known[text] for text in texts if known and text in known}
    times = {text: 0 for text in texts if text not in found}
    for text in texts:
        if text in times:
            times[text] += 1
    if reused := len(texts) - sum(times.values()):
        on_progress(reused)
    fresh = list(times)
    if fresh:
        for places, made in in_turns(fresh, _AT_ONCE, encoder().encode_parted):
            some = [fresh[at] for at in places]
            found |= zip(some, map(_stored, made), strict=True)
            on_progress(sum(times[text] for text in some))
    return [found[text] for text in texts]


def _stored(made: Meant) -> Embedding:
    return Embedding(made.vector.astype(np.float16).tobytes(), codes.packed(made.parts) if len(made.parts) else b"")
