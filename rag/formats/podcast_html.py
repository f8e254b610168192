"""Podcasting 2.0 HTML transcripts: <cite>, <time> and <p> one after the other, without anything around them."""

from __future__ import annotations

import re

from rag.formats.base import Format, Origin, assemble
from rag.formats.clock import CLOCK, seconds
from rag.formats.metadata import Metadata
from rag.formats.tags import Tag, tags_and_words
from rag.turns import PARAGRAPHS, Piece, is_direction
from rag.values import Transcript

_SIBLINGS = re.compile(r"</(?:cite|time)>\s*(?:<br\s*/?>\s*)?<(?:cite|time|p)\b", re.IGNORECASE)
_TIME = re.compile(rf"\s*[\[(]?({CLOCK})[\])]?\s*")
_DURATION = re.compile(r"PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,7}(?:\.\d{1,3})?)S)?", re.IGNORECASE)
_SILENT = frozenset({"script", "style"})
_TAKEN = frozenset({"cite", "time", "p", "title"})


def _sniff(text: str) -> bool:
    return text.lstrip().startswith("<") and _SIBLINGS.search(text, 0, 200_000) is not None


class _Reader:
    """Collects a piece a paragraph; name and time count until the next ones."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.title = ""
        self._words: list[str] = []
        self._spoken = False  # whether any of them is more than white space
        self._inside = ""
        self._silent = ""
        self._within_paragraph = False
        self._name: str | None = None
        self._start: float | None = None

    def opened(self, tag: Tag) -> None:
        """Begin what the tag stands for."""
        # A <cite> within somebody's words is a book.
        if tag.name in _TAKEN and (self._inside != "p" or tag.name == "p" or not self._spoken):
            # Name and time may also stand at the beginning of the paragraph.
            self._within_paragraph = self._inside == "p" and tag.name != "p"
            self.finish()
            self._inside = tag.name
            self._words, self._spoken = [], False
            if tag.name == "time":
                self._start = _duration(tag.attributes.get("datetime", ""))
        elif tag.name in _SILENT:
            self._silent = tag.name
        elif tag.name == "br":
            self._words.append(" ")

    def closed(self, name: str) -> None:
        """End an element; one that was not open is nothing."""
        if name == self._inside:
            self.finish()
            if self._within_paragraph:
                self._inside, self._words, self._spoken, self._within_paragraph = "p", [], False, False
        if name == self._silent:
            self._silent = ""

    def said(self, words: str) -> None:
        """Take words, if they stand where words count."""
        if self._inside and not self._silent:
            self._words.append(words)
            self._spoken = self._spoken or not words.isspace()

    def finish(self) -> None:
        """Take what was inside the last element that means something."""
        words = " ".join("".join(self._words).split())
        if self._inside == "title":
            self.title = self.title or words
        elif self._inside == "cite":
            self._name = words.rstrip(":： ") or None
        elif self._inside == "time":
            match = _TIME.fullmatch(words)
            self._start = seconds(match[1]) if match else self._start
        elif self._inside == "p" and words:
            direction = is_direction(words)
            label = None if direction else self._name
            self.pieces.append(Piece(words, label, self._start, None, "direction" if direction else "speech"))
            self._start = None
        self._inside = ""


def _read(text: str, name: str) -> Transcript:
    reader = _Reader()
    for one in tags_and_words(text):
        if isinstance(one, str):
            reader.said(one)
        elif one.closing:
            reader.closed(one.name)
        else:
            reader.opened(one)
    reader.finish()
    return assemble(reader.pieces, Origin(name, "podcast-html", Metadata(reader.title or None)), joiner=PARAGRAPHS)


def _duration(text: str) -> float | None:
    """Seconds of "PT1M2S", which the attribute of <time> may hold."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    return round(int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 + float(match[3] or 0), 3)


PODCAST_HTML = Format("podcast-html", (), _sniff, _read)
