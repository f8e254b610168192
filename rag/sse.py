"""Server-sent events as a client reads them: bytes in whatever pieces, the data of each event out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

MAX_LINE = 1_000_000  # bytes; a line that goes on is no event of a chat


_UNNAMED = ("error:", '{"')  # how a line begins that tells of a failure without being an event


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
        elif line.startswith(_UNNAMED):
            held.append(_error(line))
    if held:  # the last event of a body that ends without an empty line
        yield "\n".join(held)


def _error(line: str) -> str:
    """What servers say of a failure in the middle of a stream when they forget what an event looks like.

    llama.cpp before its pull request 16109 (September 2025) writes "error: {...}", Ollama a bare line of JSON.
    """
    if not line.startswith("error:"):
        return line
    try:
        said = json.loads(line[6:])
    except ValueError:
        said = line[6:].strip()
    return json.dumps(said if isinstance(said, dict) and "error" in said else {"error": said})


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
