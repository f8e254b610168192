"""Gladia: utterances by speaker, deep inside the answer of version 2, a list of predictions in version 1."""

from __future__ import annotations

from rag.errors import ReadError
from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.json_words import in_order, stage
from rag.turns import Piece

_NOBODY = ("not_activated", "speaker_not_activated", "unknown", "unassigned")


def _fits(found: object) -> bool:
    if is_object_with(first_object(found), "transcription", "time_begin"):
        return True
    if is_object_with(found, "full_transcript", "utterances"):
        return True
    if is_object_with(found, "request_params", "status") and not isinstance(at(found, "result"), dict):
        return True
    return is_object_with(first_object(at(found, "utterances")), "text", "words", "language", "channel")


def _read(document: Node) -> Said:
    if isinstance(document.value, list):
        return Said(in_order(_piece(node, "transcription", "time_begin", "time_end") for node in document))
    if document["utterances"].value is None:
        status = document["status"].label or "unknown"
        raise ReadError(f'the transcription\'s status is "{status[:40]}"; fetch it again when it is done')
    pieces = in_order(_piece(node, "text", "start", "end") for node in document["utterances"])
    return Said(pieces or [Piece(document["full_transcript"].text)])


def _piece(node: Node, text: str, start: str, end: str) -> Piece:
    label = node["speaker"].label
    if label is None or label in _NOBODY:
        label = None
    return stage(Piece(node[text].text, label, node[start].time(), node[end].time()))


GLADIA = Shape("gladia", _fits, _read)
