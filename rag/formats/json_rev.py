"""Rev.ai and Rev: monologues of elements, which hold their own spaces."""

from __future__ import annotations

from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.json_words import in_order_if_overlapping, stage
from rag.turns import Piece


def _fits(found: object) -> bool:
    return is_object_with(first_object(at(found, "monologues")), "elements")


def _read(document: Node) -> Said:
    names = {
        speaker["id"].label: speaker["name"].label
        for speaker in document["speakers"]
        if isinstance(speaker.value, dict)
    }
    return Said(in_order_if_overlapping([_piece(node, names) for node in document["monologues"]]))


def _piece(monologue: Node, names: dict[str | None, str | None]) -> Piece:
    elements = list(monologue["elements"])
    text = "".join(_text(element) for element in elements)
    starts = [t for e in elements if (t := e.first("ts", "timestamp").time()) is not None]
    ends = [t for e in elements if (t := e.first("end_ts", "end_timestamp").time()) is not None]
    number = monologue["speaker"].label
    label = monologue["speaker_info"]["display_name"].label or names.get(number) or number
    return stage(Piece(text, label, min(starts, default=None), max(ends, default=None)))


def _text(element: Node) -> str:
    """A word, or a mark with its spaces; "[crosstalk]" for what is tagged so."""
    if element["type"].value == "tag":
        name = element["name"].label
        return f"[{name}]" if name else ""
    return element["value"].text


REV = Shape("rev-ai", _fits, _read)
