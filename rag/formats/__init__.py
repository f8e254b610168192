"""Transcript files to `Transcript` values: one door, `read_transcript`; one module a format."""

from __future__ import annotations

from rag.decode import decode
from rag.formats.base import Format
from rag.formats.json_list import JSON_LIST
from rag.formats.labelled import LABELLED
from rag.formats.markdown import MARKDOWN
from rag.formats.subrip import SUBRIP
from rag.formats.unlabelled import UNLABELLED
from rag.formats.webvtt_file import WEBVTT
from rag.values import Transcript

# Asked in this order: what announces itself first, what any text could be last.
FORMATS: tuple[Format, ...] = (WEBVTT, JSON_LIST, SUBRIP, MARKDOWN, LABELLED)
# Prose fits when nothing else does, the file's name included.
LAST_RESORT = UNLABELLED

__all__ = ["FORMATS", "LAST_RESORT", "read_transcript"]


def read_transcript(data: bytes, name: str) -> Transcript:
    """Read one transcript file, recognised by its content first and its name second.

    Args:
        data: The file's bytes: UTF-8, or UTF-16 with a byte order mark.
        name: The file's name, with or without folders: title and date come from it when the content has none.

    Raises:
        ReadError: The file is no transcript that can be read; says what was seen, where, and the cure.
    """
    text = decode(data)
    return _choose(text, name).read(text, name)


def _choose(text: str, name: str) -> Format:
    recognised = next((known for known in FORMATS if known.sniff(text)), None)
    if recognised is not None:
        return recognised
    suffix = next((known for known in FORMATS if name.lower().endswith(known.suffixes)), None)
    if suffix is not None and suffix not in (MARKDOWN, LABELLED):
        return suffix
    return LAST_RESORT
