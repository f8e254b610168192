"""Praat TextGrid, long and short text files, read as Praat itself reads them.

Praat looks only at free-standing numbers, texts in double quotes and `<flags>`; everything else ("xmin =", "item [1]:")
is comment. That is why the two forms are one, and why files of other programs, laid out differently, are read too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.tiers import Annotation, Tier, pieces_of
from rag.turns import CAPTIONS
from rag.values import Transcript

_HEAD = re.compile(r"\s*(?:File type\s*=\s*)?\"ooTextFile(?: short)?\"\s*(?:Object class\s*=\s*)?\"TextGrid\"")
# A number stands free: white space (or the file's end) on both sides. Quotes are doubled within a text.
_TOKEN = re.compile(
    r"\"((?:[^\"]|\"\")*+)\"|(?<!\S)([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?%?)(?!\S)|(<[a-z]+>)|(?<!\S)!.*"
)
_MOST_TIERS = 1000


def _sniff(text: str) -> bool:
    return _HEAD.match(text) is not None


def _read(text: str, name: str) -> Transcript:
    head = _HEAD.match(text)
    if head is None:
        raise ReadError('not a TextGrid in text form: "ooTextFile" is missing; in Praat, save as text file', line=1)
    tiers = _Tokens(text, head.end()).tiers()
    return assemble(pieces_of(tiers), Origin(name, "textgrid"), joiner=CAPTIONS)


class _Tokens:
    """The numbers and texts of a file, one after the other."""

    def __init__(self, text: str, at: int) -> None:
        self._text = text
        self._at = at

    def tiers(self) -> Iterator[Tier]:
        """The tiers, as far as the file says there are."""
        self._number("where the recording begins")
        self._number("where it ends")
        if self._next("whether there are tiers") != "<exists>":
            raise ReadError("a TextGrid without tiers holds no words; annotate it first")
        count = self._count("the number of tiers")
        if count > _MOST_TIERS:
            raise self._wrong(f"at most {_MOST_TIERS} tiers")
        for _ in range(count):
            yield self._tier()

    def _tier(self) -> Tier:
        kind, name = self._quoted("the class of a tier"), self._quoted("the name of a tier")
        if kind not in ("IntervalTier", "TextTier"):
            raise self._wrong('"IntervalTier" or "TextTier"')
        self._number("where the tier begins")
        self._number("where the tier ends")
        annotations: list[Annotation] = []
        for _ in range(self._count("the number of intervals")):
            start = self._number("a time")
            end = self._number("a time") if kind == "IntervalTier" else start
            annotations.append(Annotation(self._quoted("a text"), max(start, 0.0), max(end, 0.0)))
        return Tier(name, tuple(annotations), kind="" if kind == "IntervalTier" else "events")

    def _next(self, what: str) -> str | float:
        """A number as a float, a flag as it stands, a text with a quote before it."""
        while (match := _TOKEN.search(self._text, self._at)) is not None:
            self._at = match.end()
            if match[1] is not None:
                return '"' + match[1].replace('""', '"')
            if match[2] is not None:
                return float(match[2].rstrip("%"))
            if match[3] is not None:
                return match[3]
        raise ReadError(f"the TextGrid ends where {what} should be; save it again in Praat", line=self._line())

    def _number(self, what: str) -> float:
        found = self._next(what)
        if not isinstance(found, float) or not math.isfinite(found):
            raise self._wrong(what)
        return found

    def _count(self, what: str) -> int:
        found = self._number(what)
        if found < 0 or found != int(found):
            raise self._wrong(what)
        return int(found)

    def _quoted(self, what: str) -> str:
        found = self._next(what)
        if not isinstance(found, str) or not found.startswith('"'):
            raise self._wrong(what)
        return found[1:]

    def _wrong(self, what: str) -> ReadError:
        return ReadError(f"not a TextGrid here: {what} is missing; save it again in Praat", line=self._line())

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1


TEXTGRID = Format("textgrid", (".textgrid",), _sniff, _read)
