"""AssemblyAI: times in milliseconds; utterances by speaker, or words that may carry one."""

from __future__ import annotations

from rag.errors import ReadError
from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, first_object, is_object_with
from rag.formats.json_words import Word, in_order, spoken, stage
from rag.formats.metadata import Metadata, metadata_of
from rag.turns import Piece

_MARKS = (
    "status audio_url acoustic_model language_model webhook_status_code speaker_labels audio_duration speech_model "
    "language_code"
).split()
_MS = 0.001


def _fits(found: object) -> bool:
    if not isinstance(found, dict) or "id" not in found or not any(key in found for key in _MARKS):
        return False
    if is_object_with(found, "status", "audio_url"):
        return True
    lists = ("utterances", "words", "sentences", "paragraphs")
    return any(is_object_with(first_object(found.get(key)), "text", "start") for key in lists)


def _read(document: Node) -> Said:
    status = document["status"].value
    if status in ("queued", "processing", "error"):
        why = document["error"].value
        because = f" ({' '.join(why.split())[:120]})" if isinstance(why, str) else ""
        raise ReadError(f'the transcription\'s status is "{status}"{because}; fetch it again when it is completed')
    return Said(_pieces(document), _metadata(document))


def _pieces(document: Node) -> list[Piece]:
    utterances = list(document["utterances"])
    if utterances:
        return in_order(_segment(node) for node in utterances)
    words = [Word(w["text"].text, _label(w), w["start"].time(_MS), w["end"].time(_MS)) for w in document["words"]]
    for key in ("sentences", "paragraphs"):
        segments = list(document[key])
        if segments and all(word.label is None for word in words):
            return [piece for node in segments for piece in _with_words(node)]
    return spoken(words) if words else [Piece(document["text"].text)]


def _segment(node: Node) -> Piece:
    return stage(Piece(node["text"].text, _label(node), node["start"].time(_MS), node["end"].time(_MS)))


def _with_words(node: Node) -> list[Piece]:
    """A paragraph or sentence; by its words where only they say who speaks."""
    words = [Word(w["text"].text, _label(w), w["start"].time(_MS), w["end"].time(_MS)) for w in node["words"]]
    if node["speaker"].value is None and any(word.label is not None for word in words):
        return spoken(words)
    return [_segment(node)]


def _label(node: Node) -> str | None:
    return node.first("speaker", "channel").label


def _metadata(document: Node) -> Metadata:
    """Links; what was uploaded to the service itself is gone soon after."""
    url = document["audio_url"].value
    kept = isinstance(url, str) and "assemblyai.com" not in url and "?" not in url
    return metadata_of({"audio_url": url} if kept and isinstance(url, str) else {})


ASSEMBLYAI = Shape("assemblyai", _fits, _read)
