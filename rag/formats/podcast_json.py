"""Podcasting 2.0 JSON transcripts: `segments` of sentences or single words with `speaker`, `startTime`, `body`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.json_words import Word, in_order, spoken


def _fits(found: object) -> bool:
    segment = first_object(at(found, "segments"))
    return is_object_with(segment, "body") and not is_object_with(segment, "text")


def _read(document: Node) -> Said:
    words = list(_words(document["segments"]))
    return Said(in_order(replace(piece, label=piece.label or None) for piece in spoken(words)))


def _words(segments: Node) -> Iterator[Word]:
    """A word a segment. Some writers give the speaker only where it changes; before the first, nobody is known."""
    speaker = ""
    nameless = all(segment["speaker"].label is None for segment in segments)
    for segment in segments:
        speaker = segment["speaker"].label or speaker
        start, end = segment["startTime"].time(), segment["endTime"].time()
        if start is not None and end is not None and end < start:
            end = None
        yield Word(" ".join(segment["body"].text.split()), None if nameless else speaker, start, end)


PODCAST_JSON = Shape("podcast-json", _fits, _read)
