"""Fireflies: the API's transcripts with their sentences, and the documents that Onyx's connector makes of them."""

from __future__ import annotations

import datetime as dt
import re

from rag.formats.json_fields import label_of
from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.json_words import in_order_if_overlapping, stage
from rag.formats.metadata import Metadata, merged, metadata_of
from rag.turns import Piece

_OFFSET = re.compile(r"[?&]t=(\d+(?:\.\d+)?)")
_LABELLED = re.compile(r"([^:：\n]{1,80})[:：]\s+(.*)", re.DOTALL)


def _fits(found: object) -> bool:
    first = first_object(at(found, "sentences"))
    return is_object_with(first, "speaker_name") and (
        is_object_with(first, "text") or is_object_with(first, "raw_text")
    )


def _read(document: Node) -> Said:
    pieces = in_order_if_overlapping([_sentence(node) for node in document["sentences"]])
    fields = {
        "title": "title",
        "dateString": "date",
        "transcript_url": "url",
        "audio_url": "audio",
        "video_url": "video",
    }
    said = {to: value for key, to in fields.items() if isinstance(value := document[key].value, str)}
    if "video" in said:
        said.pop("audio", None)
    day = document["date"].value
    written = metadata_of({"date": day}) if isinstance(day, str) else Metadata(date=_day(day))
    return Said(pieces, merged(metadata_of(said), written))


def _sentence(node: Node) -> Piece:
    text = node.first("text", "raw_text").text
    return stage(Piece(text, label_of(node), node["start_time"].time(), node["end_time"].time()))


def _day(milliseconds: object) -> dt.date | None:
    """The day of milliseconds since 1970, as the API gives dates."""
    if not isinstance(milliseconds, (int, float)) or isinstance(milliseconds, bool) or not 0 < milliseconds < 1e14:
        return None
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC).date()


def _fits_onyx(found: object) -> bool:
    first = first_object(at(found, "sections"))
    return is_object_with(found, "semantic_identifier") and is_object_with(first, "text", "link")


def _read_onyx(document: Node) -> Said:
    sections = list(document["sections"])
    link = sections[0]["link"].text if sections else ""
    fields = {"title": document["semantic_identifier"].text, "url": link.split("?", 1)[0]}
    for day in (document["metadata"]["meeting_date"], document["doc_updated_at"]):
        if isinstance(day.value, str):
            fields.setdefault("date", day.value)
    return Said([_section(node) for node in sections], metadata_of(fields))


def _section(node: Node) -> Piece:
    text, offset = node["text"].text, _OFFSET.search(node["link"].text)
    start = float(offset[1]) if offset is not None and len(offset[1]) < 16 else None
    labelled = _LABELLED.fullmatch(text)
    return Piece(text, None, start) if labelled is None else stage(Piece(labelled[2], labelled[1], start))


FIREFLIES = Shape("fireflies", _fits, _read)
ONYX = Shape("fireflies-onyx", _fits_onyx, _read_onyx)
