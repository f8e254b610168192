"""Research corpora in JSON: QMSum's meetings and MediaSum's interviews, whose summaries and queries nobody says."""

from __future__ import annotations

import re

from rag.errors import ReadError
from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.json_words import stage
from rag.formats.metadata import metadata_of
from rag.turns import PARAGRAPHS, Piece

# "{vocalsound}", "{disfmarker}" and the like stand for noises; amid words they stay where they are.
_NOISES = re.compile(r"[\s.,?!-]*(?:\{[^{}]*\}[\s.,?!-]*)+")


def _fits_qmsum(found: object) -> bool:
    return is_object_with(first_object(at(found, "meeting_transcripts")), "speaker", "content")


def _read_qmsum(document: Node) -> Said:
    return Said([_meeting_turn(node) for node in document["meeting_transcripts"]], joiner=PARAGRAPHS)


def _meeting_turn(node: Node) -> Piece:
    text = node["content"].text
    return Piece(text, kind="direction") if _NOISES.fullmatch(text) else stage(Piece(text, node["speaker"].label))


def _fits_mediasum(found: object) -> bool:
    return isinstance(at(found, "utt"), list) and isinstance(at(found, "speaker"), list)


def _read_mediasum(document: Node) -> Said:
    words, speakers = list(document["utt"]), list(document["speaker"])
    if len(words) != len(speakers):
        reason = f'{len(words)} texts in "utt" and {len(speakers)} names in "speaker": one each is needed'
        raise ReadError(reason)
    pieces = [stage(Piece(text.text, label.label)) for text, label in zip(words, speakers, strict=True)]
    fields = {key: value for key in ("title", "date", "url") if isinstance(value := document[key].value, str)}
    return Said(pieces, metadata_of(fields), joiner=PARAGRAPHS)


QMSUM = Shape("qmsum", _fits_qmsum, _read_qmsum)
MEDIASUM = Shape("mediasum", _fits_mediasum, _read_mediasum)
