"""What is encoded together: texts of like length, so that little is padded, and no more of them than fit a budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized
from typing import TypeVar

Text = TypeVar("Text", bound=Sized)
Made = TypeVar("Made")

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
    texts: Sequence[Text], characters: int, encode: Callable[[Sequence[Text]], Sequence[Made]]
) -> Iterator[tuple[list[int], Sequence[Made]]]:
    """Encode texts a few at a time, those of like length together.

    Args:
        texts: What is encoded.
        characters: The budget of one turn, as `by_budget` has it.
        encode: Makes what is wanted of each text of one turn.

    Yields:
        Places in `texts`, and what was made of the texts there.
    """
    for places in by_budget([len(text) for text in texts], characters):
        yield places, encode([texts[at] for at in places])


def together(texts: Sequence[Text], characters: int, encode: Callable[[Sequence[Text]], Sequence[Made]]) -> list[Made]:
    """What `in_turns` makes of `texts`, in their order."""
    found: dict[int, Made] = {}
    for places, made in in_turns(texts, characters, encode):
        found |= zip(places, made, strict=True)
    return [found[at] for at in range(len(texts))]
