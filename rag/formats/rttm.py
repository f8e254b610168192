"""RTTM, which says who spoke when and not a word of what: recognised only to be refused with that reason."""

from __future__ import annotations

import re

from rag.errors import ReadError
from rag.formats.base import Format
from rag.values import Transcript

_LINE = re.compile(
    r"\s*(?:SPEAKER|SPKR-INFO|NOSCORE|NO_RT_METADATA|SEGMENT|NON-SPEECH|NON-LEX|A/P|FILLER|SU|IP|CB|EDIT)"
    r"[ \t]+\S+[ \t]+\S+[ \t]+(?:[\d.]+|<NA>)[ \t]+(?:[\d.]+|<NA>)[ \t]+\S+[ \t]+\S+[ \t]+\S+[^\n]*"
)


def _first(text: str) -> tuple[int, str]:
    """The first line that is neither blank nor a comment, and its 1-based number."""
    lines = enumerate(text[:5000].split("\n"), start=1)
    return next(((n, line) for n, line in lines if line.strip() and not line.startswith(";")), (1, ""))


def _sniff(text: str) -> bool:
    return _LINE.fullmatch(_first(text)[1]) is not None


def _read(text: str, name: str) -> Transcript:  # noqa: ARG001  refused whatever it is called
    number, line = _first(text)
    reason = (
        f'"{line.strip()[:60]}" is RTTM: who spoke when, not what was said; '
        "give the recogniser's transcript with the words instead"
    )
    raise ReadError(reason, line=number)


RTTM = Format("rttm", (".rttm",), _sniff, _read)
