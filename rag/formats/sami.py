"""SAMI captions (.smi): HTML-like, times in milliseconds, one paragraph class a language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.cues import Cue, pieces_of
from rag.formats.metadata import Metadata
from rag.formats.tags import Tag, tags_and_words
from rag.turns import CAPTIONS, clean_text
from rag.values import Transcript

_SOURCE = "source"  # ID of a paragraph that names who speaks
_MOST_MILLISECONDS = 10**9


def _sniff(text: str) -> bool:
    return (
        re.match(r"\s*(?:<\?xml[^>]{0,200}>\s*|<!--.{0,500}?-->\s*)?<SAMI\b", text, re.IGNORECASE | re.DOTALL)
        is not None
    )


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """What is shown from a time (milliseconds) on; `name` is the paragraph's ID."""

    start: int
    language: str
    name: str
    text: str


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    """Paragraphs, and words right below a SYNC; nothing needs to be closed."""
    start: int | None = None
    language = name = ""
    words: list[str] = []
    for one in tags_and_words(text):
        if isinstance(one, str):
            # Line ends of the file are spaces; those of the caption are <br>.
            words.append(re.sub(r"[ \t\n]+", " ", one))
        elif one.name == "br":
            words.append("\n")
        elif one.name in ("sync", "p", "style", "title", "body"):
            if start is not None and "".join(words).strip(" \n"):
                yield _Paragraph(start, language, name, "".join(words))
            words = []
            if one.closing or one.name == "sync":
                language = name = ""
            if one.name == "sync" and not one.closing:
                start = _milliseconds(one.attributes.get("start", ""), one.line)
            elif one.name == "p" and not one.closing:
                language, name = (one.attributes.get(key, "").lower() for key in ("class", "id"))
    if start is not None and "".join(words).strip(" \n"):
        yield _Paragraph(start, language, name, "".join(words))


def _title(text: str) -> str | None:
    """The words of the first <title>."""
    inside = False
    for one in tags_and_words(text):
        if isinstance(one, Tag):
            if inside or one.name == "sync":
                return None
            inside = one.name == "title" and not one.closing
        elif inside:
            return clean_text(" ".join(one.split())) or None
    return None


def _read(text: str, name: str) -> Transcript:
    paragraphs = list(_paragraphs(text))
    if not paragraphs:
        raise ReadError('read as sami, but no <SYNC Start="..."> with words is in it; export the captions again')
    return assemble(pieces_of(_cues(paragraphs)), Origin(name, "sami", Metadata(_title(text))), joiner=CAPTIONS)


def _cues(paragraphs: Sequence[_Paragraph]) -> Iterator[Cue]:
    """The captions of the language that says most; each lasts until the next one, be it only to clear the screen."""
    spoken = Counter(one.language for one in paragraphs if one.text.strip() and one.name != _SOURCE)
    language = max(spoken, key=lambda one: spoken[one], default="")
    own = [one for one in paragraphs if one.language == language]
    until = dict(pairwise(sorted({one.start for one in own})))
    voice: str | None = None
    for one in own:
        if one.name == _SOURCE:
            voice = " ".join(one.text.split()) or voice
        else:
            end = until.get(one.start)
            yield Cue(one.start / 1000, None if end is None else end / 1000, one.text.replace("\xa0", " "), voice)


def _milliseconds(text: str, line: int) -> int:
    digits = re.fullmatch(r"(\d{1,9})(?:ms)?", text)
    if digits is None or int(digits[1]) > _MOST_MILLISECONDS:
        raise ReadError(f'"{text[:40]}" is not a time in milliseconds; write <SYNC Start="1000">', line=line)
    return int(digits[1])


SAMI = Format("sami", (".smi", ".sami"), _sniff, _read)
