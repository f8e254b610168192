"""What is encoded together: texts of like length, so that little is padded, and no more of them than fit a budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from index.encoder import Vectors

_MOST = 256  # short texts together: their padding is small, so the budget alone would allow any number


def by_budget(lengths: Sequence[int], budget: int, *, round_to: int = 1) -> list[list[int]]:
    """Places of texts in batches, the longest first.

    Args:
        lengths: How long each text is, in word pieces or characters.
        budget: A batch's texts times its longest one's length are at most this, or it is one text.
        round_to: Lengths are padded to a multiple of this.

    Returns:
        Every place once; within a batch, the longest first.
    """
    batches: list[list[int]] = []
    for at in sorted(range(len(lengths)), key=lambda at: -lengths[at]):
        last = batches[-1] if batches else []
        longest = -(-lengths[last[0]] // round_to) * round_to if last else 0
        if last and len(last) < _MOST and longest * (len(last) + 1) <= budget:
            last.append(at)
        else:
            batches.append([at])
    return batches


def in_turns(
    texts: Sequence[str], characters: int, encode: Callable[[Sequence[str]], Vectors]
) -> Iterator[tuple[list[int], Vectors]]:
    """Encode texts a few at a time, those of like length together.

    Args:
        texts: What is encoded.
        characters: The budget of one turn, as `by_budget` has it.
        encode: Makes the vectors of one turn.

    Yields:
        Places in `texts`, and the vectors of the texts there.
    """
    for places in by_budget([len(text) for text in texts], characters):
        yield places, encode([texts[at] for at in places])


def together(texts: Sequence[str], characters: int, encode: Callable[[Sequence[str]], Vectors]) -> Vectors:
    """The vectors of `texts`, in their order, made as `in_turns` does."""
    if not texts:
        return encode(texts)
    order: list[int] = []
    made: list[Vectors] = []
    for places, vectors in in_turns(texts, characters, encode):
        order += places
        made.append(vectors)
    rows = np.concatenate(made)
    found = np.empty_like(rows)
    found[order] = rows
    return found
