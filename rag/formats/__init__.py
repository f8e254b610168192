"""Transcript files to `Transcript` values: one door, `read_transcript`; one module a format."""

from __future__ import annotations

from dataclasses import replace

from rag.decode import decode
from rag.formats.akoma_ntoso import AKOMA_NTOSO
from rag.formats.base import Format, Packed
from rag.formats.chat import CHAT
from rag.formats.congress import CONGRESS
from rag.formats.court import COURT
from rag.formats.elan import ELAN
from rag.formats.fathom import FATHOM
from rag.formats.granola import GRANOLA
from rag.formats.hansard import HANSARD
from rag.formats.hearing import HEARING
from rag.formats.json_file import JSON, JSON_SHAPES
from rag.formats.labelled import LABELLED
from rag.formats.markdown import MARKDOWN
from rag.formats.meet import MEET
from rag.formats.otter import OTTER
from rag.formats.podcast_html import PODCAST_HTML
from rag.formats.publicwhip import PUBLICWHIP
from rag.formats.rttm import RTTM
from rag.formats.sami import SAMI
from rag.formats.sbv import SBV
from rag.formats.stamped import STAMPED
from rag.formats.subrip import SUBRIP
from rag.formats.substation import SUBSTATION
from rag.formats.table import TABLE
from rag.formats.teams import TEAMS
from rag.formats.tei import TEI
from rag.formats.textgrid import TEXTGRID
from rag.formats.timed import TIMED
from rag.formats.ttml import TTML
from rag.formats.unlabelled import UNLABELLED
from rag.formats.webvtt_file import WEBVTT
from rag.formats.word import DOCX
from rag.formats.zoom_chat import ZOOM_CHAT
from rag.values import Transcript

# Asked in this order: what announces itself first, what any text could be last.
FORMATS: tuple[Format, ...] = (
    WEBVTT,
    TTML,
    TEI,
    AKOMA_NTOSO,
    PUBLICWHIP,
    ELAN,
    CHAT,
    TEXTGRID,
    SAMI,
    PODCAST_HTML,
    SUBSTATION,
    JSON,
    TEAMS,
    SUBRIP,
    SBV,
    ZOOM_CHAT,
    RTTM,
    TABLE,
    CONGRESS,
    HEARING,
    HANSARD,
    COURT,
    FATHOM,
    OTTER,
    STAMPED,
    MEET,
    GRANOLA,
    MARKDOWN,
    LABELLED,
    TIMED,
)
# Bytes that are no text but hold one, which is then read as any other.
PACKED: tuple[Packed, ...] = (DOCX,)
# Prose fits when nothing else does, the file's name included.
LAST_RESORT = UNLABELLED

# What can be asked for by name: the shapes of JSON stand beside "json", which is whichever of them it is.
_NAMED = {known.name: known for known in (*FORMATS, *JSON_SHAPES, LAST_RESORT)}
NAMES: tuple[str, ...] = tuple(sorted([*_NAMED, *(kind.name for kind in PACKED)]))

__all__ = ["FORMATS", "LAST_RESORT", "NAMES", "PACKED", "read_transcript"]


def read_transcript(data: bytes, name: str, *, as_format: str | None = None) -> Transcript:
    """Read one transcript file, recognised by its content first and its name second.

    Args:
        data: The file's bytes: UTF-8, UTF-16 with a byte order mark, or a Word document.
        name: The file's name, with or without folders: title and date come from it when the content has none.
        as_format: Read it as this, one of `NAMES`, whatever it looks like. What is packed is unpacked all the same.

    Raises:
        ReadError: The file is no transcript that can be read; says what was seen, where, and the cure.
        KeyError: There is no such format.
    """
    packed = next((kind for kind in PACKED if as_format == kind.name or kind.sniff(data)), None)
    if packed is None or as_format not in (None, packed.name):
        text = decode(data) if packed is None else packed.unpack(data)
        return (_choose(text, name) if as_format is None else _NAMED[as_format]).read(text, name)
    text = packed.unpack(data)
    return replace(_choose(text, name).read(text, name), format=packed.name)


def _choose(text: str, name: str) -> Format:
    recognised = next((known for known in FORMATS if known.sniff(text)), None)
    if recognised is not None:
        return recognised
    suffix = next((known for known in FORMATS if name.lower().endswith(known.suffixes)), None)
    if suffix is not None and suffix not in (MARKDOWN, LABELLED):
        return suffix
    return LAST_RESORT
