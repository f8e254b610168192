"""Whisper's JSON, from OpenAI's program and API, faster-whisper, WhisperX, Transformers and whisper.cpp."""

from __future__ import annotations

from collections.abc import Iterator

from rag.formats.json_segments import pieces_of
from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.json_voices import spaced_as
from rag.formats.json_words import Word, are_words, spoken, stage, tokens
from rag.turns import Piece

_MARKS = ("seek", "tokens", "avg_logprob", "no_speech_prob", "compression_ratio", "temperature")
_TURN = "[SPEAKER_TURN]"


def _has_marks(segment: object) -> bool:
    return isinstance(segment, dict) and "text" in segment and any(key in segment for key in _MARKS)


def _fits_x(found: object) -> bool:
    if not isinstance(found, dict) or not is_object_with(first_object(found.get("segments")), "text"):
        return False
    scored = is_object_with(first_object(at(found, "segments", 0, "words")), "word", "score")
    return scored or "word_segments" in found


def _fits(found: object) -> bool:
    if isinstance(found, list):
        # faster-whisper's segments are tuples: id, seek, start, end, text, tokens, ...
        tuples = isinstance(at(found, 0, 4), str) and isinstance(at(found, 0, 2), (int, float))
        return _has_marks(first_object(found)) or (tuples and isinstance(at(found, 0, 3), (int, float)))
    if not isinstance(found, dict):
        return False
    segments = first_object(found.get("segments"))
    if isinstance(found.get("text"), str):
        told = any(key in found for key in ("language", "task", "usage", "duration"))
        words = is_object_with(first_object(found.get("words")), "word", "start") and "segments" not in found
        chunks = is_object_with(first_object(found.get("chunks")), "timestamp", "text")
        if chunks or (told and (words or is_object_with(segments, "text", "start"))):
            return True
    return _has_marks(segments)


def _read(document: Node) -> Said:
    if isinstance(document.value, list):
        segments = [Node(_named(node), node.key, node.parent) for node in document]
        return Said(pieces_of(segments))
    # Transformers' chunks say nothing of speakers; insanely-fast-whisper lists the same text by speaker beside them.
    by_speaker = is_object_with(first_object(document["speakers"].value), "speaker", "text")
    segments = list(document["speakers"] if by_speaker else document.first("segments", "chunks"))
    if segments or document["words"].value is None:
        return Said(pieces_of(segments))
    words = [Word(w["word"].text, w["speaker"].label, w["start"].time(), w["end"].time()) for w in document["words"]]
    return Said(spoken(spaced_as(words, document["text"].text)))


def _named(segment: Node) -> object:
    """A segment written as a tuple, with names."""
    if not isinstance(segment.value, list):
        return segment.value
    names = ("id", "seek", "start", "end", "text")
    return dict(zip(names, segment.value, strict=False))


def _fits_cpp(found: object) -> bool:
    first = first_object(at(found, "transcription"))
    return is_object_with(first, "text") and (is_object_with(first, "offsets") or is_object_with(first, "timestamps"))


def _read_cpp(document: Node) -> Said:
    segments = list(_cpp_segments(document))
    if are_words([segment.text for segment in segments[:200]]):
        return Said(tokens(segments))
    return Said([stage(Piece(s.text.strip(), s.label, s.start, s.end, begins=s.begins)) for s in segments])


def _cpp_segments(document: Node) -> Iterator[Word]:
    """Segments; where the model marks that somebody else speaks next, without saying who, a turn ends."""
    begins = False
    for segment in document["transcription"]:
        offsets, stamps = segment["offsets"], segment["timestamps"]
        exact = offsets.value is not None
        start, end = (offsets[key].time(0.001) if exact else stamps[key].time() for key in ("from", "to"))
        text, label = segment["text"].text, segment["speaker"].label
        yield Word(text.replace(_TURN, ""), None if label == "?" else label, start, end, begins=begins)
        begins = segment["speaker_turn_next"].value is True or text.rstrip().endswith(_TURN)


def _fits_text(found: object) -> bool:
    """The API's shortest answer: a text and nothing else that could be one."""
    return isinstance(found, dict) and isinstance(found.get("text"), str) and "transcript" not in found


def _read_text(document: Node) -> Said:
    return Said([Piece(document["text"].text)])


WHISPERX = Shape("whisperx", _fits_x, _read)
WHISPER = Shape("whisper", _fits, _read)
WHISPER_CPP = Shape("whisper-cpp", _fits_cpp, _read_cpp)
WHISPER_TEXT = Shape("whisper-text", _fits_text, _read_text)
