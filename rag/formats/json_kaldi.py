"""Kaldi's and Vosk's words, the BBC's transcript editors, and lists of who spoke when, which hold no words."""

from __future__ import annotations

from rag.errors import ReadError
from rag.formats.json_segments import NO_WORDS, lists_of
from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.json_voices import Voices
from rag.formats.json_words import Word, spoken, stage
from rag.turns import Piece


def _fits_kaldi(found: object) -> bool:
    inner = at(found, "retval") if is_object_with(found, "retval") else found
    return is_object_with(first_object(at(inner, "words")), "word", "start", "punct")


def _read_kaldi(document: Node) -> Said:
    inner = document["retval"] if document["retval"].value is not None else document
    segmentation = inner["segmentation"] if inner["segmentation"].value is not None else document["segmentation"]
    voices = _voices(segmentation["segments"])
    return Said(spoken([_word(node, node.first("punct", "word"), voices) for node in inner["words"]]))


def _fits_paper(found: object) -> bool:
    words = first_object(at(found, "words"))
    return is_object_with(words, "text", "start") and is_object_with(first_object(at(found, "paragraphs")), "speaker")


def _read_paper(document: Node) -> Said:
    voices = _voices(document["paragraphs"])
    return Said(spoken([_word(node, node["text"], voices) for node in document["words"]]))


def _voices(segments: Node) -> Voices:
    spans = []
    for segment in segments:
        start, end, lasts = (segment[key].time() for key in ("start", "end", "duration"))
        speaker = segment["speaker"]
        label = (speaker["@id"] if isinstance(speaker.value, dict) else speaker).label
        if start is not None and label is not None:
            spans.append((start, end if end is not None else start + (lasts or 0.0), label))
    return Voices(tuple(sorted(spans)))


def _word(node: Node, text: Node, voices: Voices) -> Word:
    start, end = node["start"].time(), node["end"].time()
    return Word(text.text, voices.at(start, end), start, end)


def _fits_draft(found: object) -> bool:
    return is_object_with(found, "blocks", "entityMap") and is_object_with(first_object(at(found, "blocks")), "text")


def _read_draft(document: Node) -> Said:
    return Said([_block(node) for node in document["blocks"]])


def _block(node: Node) -> Piece:
    data = node["data"]
    words = list(data["words"])
    start = data["start"].time() if data["start"].value is not None else (words[0]["start"].time() if words else None)
    return stage(Piece(node["text"].text, data["speaker"].label, start, words[-1]["end"].time() if words else None))


def _fits_vosk(found: object) -> bool:
    result = first_object(found) if isinstance(found, list) else found
    return is_object_with(first_object(at(result, "result")), "word", "start")


def _read_vosk(document: Node) -> Said:
    results = list(document) if isinstance(document.value, list) else [document]
    return Said([piece for result in results for piece in _vosk_pieces(result)])


def _vosk_pieces(result: Node) -> list[Piece]:
    """A result is what lies between two silences; one without words is a silence, or was not final."""
    words = [Word(w["word"].text, None, w["start"].time(), w["end"].time()) for w in result["result"]]
    return spoken(words) if words else []


def _fits_diarisation(found: object) -> bool:
    """Who spoke when, without a word: Kaldi's segmentation, pyannote's and others' lists."""
    if not isinstance(found, dict) or lists_of(found):
        return False
    segments = at(found, "segmentation", "segments")
    listed = [segments, *(found.get(key) for key in ("diarization", "exclusiveDiarization", "segments", "content"))]
    if any(_is_span(first_object(value)) for value in listed):
        return True
    # {"SPEAKER_00": [[0.0, 1.5], ...], ...}
    return bool(found) and all(isinstance(at(value, 0, 1), (int, float)) for value in found.values())


def _is_span(value: object) -> bool:
    named = any(is_object_with(value, key) for key in ("speaker", "label", "speaker_id"))
    return named and (is_object_with(value, "start") or is_object_with(value, "segment"))


def _refuse(document: Node) -> Said:  # noqa: ARG001  all of them are alike
    raise ReadError(NO_WORDS)


BBC_KALDI = Shape("bbc-kaldi", _fits_kaldi, _read_kaldi)
PAPER_EDIT = Shape("digital-paper-edit", _fits_paper, _read_paper)
DRAFT_JS = Shape("draft-js", _fits_draft, _read_draft)
VOSK = Shape("vosk", _fits_vosk, _read_vosk)
DIARISATION = Shape("diarisation", _fits_diarisation, _refuse)
