"""Standard output and error: one JSON document on the one, single lines for people on the other."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.wire import Wire

# Control characters a transcript or file name may carry; a terminal would obey them.
_CONTROL = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in {9, 10}}


def tolerate() -> None:
    """Let both streams replace what their encoding cannot write rather than stop at it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def document(model: Wire) -> None:
    """Write one JSON document to standard output, as ASCII where that cannot take UTF-8."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(model.model_dump(mode="json"), ensure_ascii=not unicode, indent=2)
    sys.stdout.write(text + "\n")


def say(text: str, *, at_once: bool = False) -> None:
    """Write one line of plain words to standard output; at once when the process goes on for long."""
    sys.stdout.write(f"{shown(text)}\n")
    if at_once:
        sys.stdout.flush()


def tell(text: str) -> None:
    """Write one line to standard error, whatever is in `text`."""
    with suppress(OSError):  # nobody there to read it; the exit code still says what happened
        sys.stderr.write(f"transcite: {shown(' '.join(text.split()))}\n")
        sys.stderr.flush()


def finish() -> None:
    """Write out what standard output still holds; where nobody takes it, drop it, or Python would try again at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)


def shown(text: str) -> str:
    """`text` with nothing in it that a terminal would obey."""
    return text.translate(_CONTROL)


def decoded(text: str) -> str:
    """An argument as typed, bytes that were not UTF-8 replaced: neither the database nor the encoder takes them."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
