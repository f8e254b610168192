"""HTML-like text as tags and the words between them, in linear time; nothing needs to be closed or well-formed.

Python's own HTML parser takes a quarter of an hour for 100 kB of unclosed tags, which an uploaded file may well be.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][\w:.-]{0,40})(?P<attributes>(?:\s[^<>]{0,2000})?)/?>")
_DECLARATION = re.compile(r"<[!?][^<>]{0,2000}>")
_ATTRIBUTE = re.compile(r"([a-zA-Z_:][\w:.-]{0,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>/]+))")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as written.

    Attributes:
        name: In lower case.
        closing: True for `</p>`.
        attributes: By lower-case name; entities decoded, white space around removed.
        line: 1-based.
    """

    name: str
    closing: bool
    attributes: Mapping[str, str]
    line: int


def tags_and_words(text: str) -> Iterator[Tag | str]:
    """Tags and the words between them in order; entities decoded, comments and declarations left out."""
    begin = at = 0
    line, counted = 1, 0
    while (at := text.find("<", at)) >= 0:
        end, tag = _skipped(text, at), None
        if end is None:
            tag = _TAG.match(text, at)
            if tag is None:
                at += 1
                continue
            end = tag.end()
        if begin < at:
            yield html.unescape(text[begin:at])
        if tag is not None:
            line, counted = line + text.count("\n", counted, at), at
            yield Tag(tag["name"].lower(), bool(tag["end"]), _attributes(tag["attributes"]), line)
        begin = at = end
    if begin < len(text):
        yield html.unescape(text[begin:])


def _skipped(text: str, at: int) -> int | None:
    """Where a comment or declaration that begins at `at` ends; a comment without an end goes to the end of the text."""
    if text.startswith("<!--", at):
        end = text.find("-->", at + 4)
        return len(text) if end < 0 else end + 3
    match = _DECLARATION.match(text, at) if text[at + 1 : at + 2] in ("!", "?") else None
    return None if match is None else match.end()


def _attributes(text: str) -> dict[str, str]:
    found = _ATTRIBUTE.finditer(text) if "=" in text else ()
    return {one[1].lower(): html.unescape(one[2] or one[3] or one[4] or "").strip() for one in found}
