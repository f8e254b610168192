"""What an answer says, as Slack's rich text: whole, or piece by piece as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from slack_sdk.models.blocks import Block, RichTextBlock, RichTextElementParts, RichTextSectionElement

from api import wire
from api.markdown import address
from api.slack.pieces import SECTION

_LINKED = 2000  # characters of addresses in an answer; markers past them are not links, their sources are
_MARKER = re.compile(r"\[(\d+)\]")


class Said:
    """What is said so far.

    Args:
        base: Put before the addresses of transcripts: "https://transcripts.example".

    Attributes:
        blocks: All of it, in order.
    """

    def __init__(self, base: str) -> None:
        self.blocks: list[Block] = []
        self._base, self._room = base, _LINKED

    def more(self, text: str, citations: Sequence[wire.Citation]) -> list[Block]:
        """The blocks of what is said next, one for every 3,000 characters; none where that is only white space.

        Args:
            text: Every marker of a citation in it becomes a link to its turn.
            citations: Those that there are so far.
        """
        cited = {one.n: address(self._base, one.url) for one in citations if one.role is None}
        added = [_block(parts) for parts in self._parts(text.strip(), cited)]
        self.blocks.extend(added)
        return added

    def _parts(self, text: str, cited: dict[int, str]) -> Iterator[list[Any]]:
        """The elements of each block."""
        parts: list[Any] = []
        held = 0
        for piece in _pieces(text):
            url = self._url(piece, cited)
            length = len(piece) + len(url or "")
            if parts and held + length > SECTION:
                yield parts
                parts, held = [], 0
            made = RichTextElementParts.Link(url=url, text=piece) if url else RichTextElementParts.Text(text=piece)
            parts.append(made)
            held += length
        if parts:
            yield parts

    def _url(self, piece: str, cited: dict[int, str]) -> str | None:
        """Where a marker leads; None for other text, and where there are too many addresses already."""
        found = _MARKER.fullmatch(piece)
        url = cited.get(int(found[1])) if found and len(found[1]) < 6 else None
        if url is None:
            return None
        self._room -= len(url)
        return url if self._room >= 0 else None


def words(text: str) -> Block:
    """Words that are none of an answer, as that text."""
    return _block([RichTextElementParts.Text(text=text)])


def _block(parts: list[Any]) -> Block:
    return RichTextBlock(elements=[RichTextSectionElement(elements=parts)])


def _pieces(text: str) -> Iterator[str]:
    """`text` in order: markers by themselves, and what is between them in pieces of at most a block."""
    at = 0
    for found in _MARKER.finditer(text):
        yield from _sliced(text[at : found.start()])
        yield found[0]
        at = found.end()
    yield from _sliced(text[at:])


def _sliced(text: str) -> Iterator[str]:
    while len(text) > SECTION:
        end = text.rfind(" ", SECTION // 2, SECTION) + 1 or SECTION
        yield text[:end]
        text = text[end:]
    if text:
        yield text
