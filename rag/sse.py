"""Server-sent events as a client reads them: bytes in whatever pieces, the data of each event out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

MAX_LINE = 1_000_000  # bytes; a line that goes on is no event of a chat


class EndlessLineError(ValueError):
    """A line is longer than any event can be."""


def datas(pieces: Iterable[bytes]) -> Iterator[str]:
    """The data of every event, in order; comments, names and ids are left out.

    Args:
        pieces: The body as it arrives, cut anywhere.

    Raises:
        EndlessLineError: A line does not end within `MAX_LINE` bytes.
    """
    held: list[str] = []
    for line in _lines(pieces):
        if not line:
            if held:
                yield "\n".join(held)
            held = []
        elif line.startswith("data:"):
            held.append(line[5:].removeprefix(" "))
    if held:  # the last event of a body that ends without an empty line
        yield "\n".join(held)


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for piece in pieces:
        # A line may end with CR LF, and the two may come apart: CR is dropped, LF alone counts.
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line.rstrip(b"\r").decode("utf-8", "replace")
        if len(rest) > MAX_LINE:
            raise EndlessLineError(f"a line of more than {MAX_LINE:,} bytes")
    if rest:
        yield rest.rstrip(b"\r").decode("utf-8", "replace")
