"""Transcripts made in memory into a library, as they are: no file is read, no turn joined with the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from index.encoder import Encoder
from index.encoding import encoded
from index.store.library import Library
from index.store.records import Encoded, Origin
from rag.passages import passages
from rag.values import Transcript

_TOGETHER = 1024  # passages encoded together, as in an ingest

Made = tuple[Origin, Transcript]


def put(
    library: Library,
    made: Sequence[Made],
    encoder: Callable[[], Encoder],
    *,
    on_progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Store what is not there yet with the same content.

    Args:
        library: Where to.
        made: Each with the origin it is to have; equal content hashes mean equal content.
        encoder: Called when the first passage has to be encoded.
        on_progress: Called with how many turns more are dealt with.

    Returns:
        How many transcripts were stored.

    Raises:
        LibraryMismatchError: The library holds vectors of another encoder or passage setting.
        LibraryError: It cannot be written; what was stored before is kept.
    """
    library.check()
    stored = 0
    for some in _together([one for one in made if library.outcome(one[0]) in {"added", "replaced"}]):
        cut = [passages(transcript.turns) for _, transcript in some]
        vectors = iter(encoded([passage for each in cut for passage in each], encoder))
        for (origin, transcript), each in zip(some, cut, strict=True):
            library.put(origin, Encoded(transcript, each, tuple(next(vectors) for _ in each)))
            on_progress(len(transcript.turns))
        stored += len(some)
    return stored


def _together(made: Sequence[Made]) -> Iterator[list[Made]]:
    """Transcripts in groups of a thousand turns or so: a turn is a passage, mostly."""
    group: list[Made] = []
    for one in made:
        group.append(one)
        if sum(len(transcript.turns) for _, transcript in group) >= _TOGETHER:
            yield group
            group = []
    if group:
        yield group
