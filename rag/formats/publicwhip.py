"""UK Hansard as TheyWorkForYou keeps it: parlparse's `<publicwhip>` files of debates, questions and committees."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.debate import direction, paragraphs_of
from rag.formats.metadata import Metadata, parse_date
from rag.formats.xml_file import Element, attribute, below, local, parse, root_of, words_of
from rag.turns import PARAGRAPHS, Piece
from rag.values import Transcript

_SPEECHES = frozenset({"speech", "ques", "reply"})
_HEADINGS = frozenset({"oral-heading", "major-heading", "minor-heading"})
_ID_DAY = re.compile(r"/(\d{4}-\d{2}-\d{2})[a-z]?[./]")


def _sniff(text: str) -> bool:
    root = root_of(text)
    return root is not None and root[0] == "publicwhip"


def _read(text: str, name: str) -> Transcript:
    root = parse(text)
    if next(below(root, *_SPEECHES), None) is None:
        raise ReadError("publicwhip XML without a <speech>: a list of members or votes; give the file of the debates")
    headings = list(below(root, "major-heading"))
    title = words_of(headings[0]) if len(headings) == 1 else None
    ids = (_ID_DAY.search(attribute(one, "id") or "") for one in below(root, *_SPEECHES, *_HEADINGS))
    day = next((parse_date(match[1]) for match in ids if match), None)
    return assemble(_pieces(root), Origin(name, "publicwhip", Metadata(title or None, day)), joiner=PARAGRAPHS)


def _pieces(element: Element) -> Iterator[Piece]:
    """Speeches and headings in order; who voted how (`<division>`) is nobody's speech."""
    for child in element:
        kind = local(child)
        if kind in _HEADINGS:
            yield from direction(child)
        elif kind in _SPEECHES:
            label = _label(child)
            words = paragraphs_of(child, is_aside=lambda one: local(one) in ("division", "table"))
            if label is None and attribute(child, "nospeaker") is not None:
                yield Piece(words, kind="direction")
            else:
                yield Piece(words, label, role=attribute(child, "speakeroffice"))
        elif kind in ("scrapeversion", "wrans", "page"):
            yield from _pieces(child)


def _label(speech: Element) -> str | None:
    name = attribute(speech, "speakername", "displayname")
    if name is None or name.lower() == "unknown" or (attribute(speech, "nospeaker") or "").lower() == "true":
        return None
    return name


PUBLICWHIP = Format("publicwhip", (), _sniff, _read)
