"""The JSON of unitedstates/congressional-record: speeches among titles, roll calls and what is only printed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.metadata import metadata_of
from rag.turns import PARAGRAPHS, Piece

_RULE = re.compile(r"\s*[_=-]{4,}(?:\s*(?:END )?NOTE\s*[_=-]*)?\s*")
_PAGE = re.compile(r"\[\[Page [^\]]{1,20}\]\]|<bullet>")


def _fits(found: object) -> bool:
    first = first_object(at(found, "content"))
    return is_object_with(first, "kind", "text", "speaker") and (
        is_object_with(first, "itemno") or is_object_with(found, "doc_title")
    )


def _read(document: Node) -> Said:
    header = document["header"]
    fields = {}
    if isinstance(header.value, dict):
        fields["date"] = " ".join(header[key].label or "" for key in ("month", "day", "year"))
    title = next((t for key in ("doc_title", "title") if (t := document[key].label) not in (None, "None")), None)
    if title is not None:
        fields["title"] = title
    return Said([piece for item in document["content"] for piece in _item(item)], metadata_of(fields), PARAGRAPHS)


def _item(item: Node) -> Iterator[Piece]:
    """A speech's paragraphs; what the clerk or the printer says, and what is inserted, as directions."""
    speaker = item["speaker"].label
    speech = item["kind"].value == "speech" and speaker not in (None, "None")
    for n, paragraph in enumerate(_paragraphs(item["text"].text)):
        if speech:
            text = paragraph.removeprefix(f"{speaker}.").lstrip() if n == 0 else paragraph
            yield Piece(text, speaker)
        elif item["kind"].value != "linebreak":
            yield Piece(paragraph, kind="direction")


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs begin with two spaces; a blank line alone is where a page ended."""
    run: list[str] = []
    for line in text.split("\n"):
        words = " ".join(_PAGE.sub("", line).split())
        if not words or _RULE.fullmatch(line):
            continue
        if run and line.startswith("  "):
            yield " ".join(run)
            run = []
        run.append(words)
    if run:
        yield " ".join(run)


CONGRESS = Shape("congressional-record-json", _fits, _read)
