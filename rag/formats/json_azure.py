"""Azure AI Speech: batch transcription, fast transcription, and the messages of real-time recognition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.json_words import in_order, stage
from rag.formats.metadata import NOTHING_SAID
from rag.turns import Piece

_TICK, _MS = 1e-7, 0.001
# What the service writes of a batch's file is where its sound was fetched (with a signature) and when it was
# transcribed: no title, no link and no date of the recording.
_SAYS_NOTHING = NOTHING_SAID


def _fits_batch(found: object) -> bool:
    phrases = at(found, "recognizedPhrases")
    return isinstance(phrases, list) or is_object_with(first_object(at(found, "AudioFileResults")), "SegmentResults")


def _read_batch(document: Node) -> Said:
    phrases = list(document["recognizedPhrases"])
    phrases += [phrase for file in document["AudioFileResults"] for phrase in file["SegmentResults"]]
    pieces = _labelled(phrases, _batch_phrase)
    # Where nothing was recognised phrase by phrase, the whole is all there is.
    whole = [Piece(node["display"].text) for node in document["combinedRecognizedPhrases"]]
    return Said(pieces or whole, _SAYS_NOTHING)


def _batch_phrase(phrase: Node) -> Piece:
    best = phrase.first("nBest", "NBest").best()
    # Four forms of one text: as displayed comes first.
    text = best.first("display", "Display", "itn", "ITN", "maskedITN", "MaskedITN", "lexical", "Lexical").text
    ticks, milliseconds = phrase.first("offsetInTicks", "Offset"), phrase["offsetMilliseconds"]
    start = _time(ticks, milliseconds, phrase["offset"])
    lasts = _time(phrase.first("durationInTicks", "Duration"), phrase["durationMilliseconds"], phrase["duration"])
    return stage(Piece(text, phrase.first("speaker", "SpeakerId").label, start, _end(start, lasts)))


def _time(ticks: Node, milliseconds: Node, written: Node) -> float | None:
    if ticks.value is not None:
        return ticks.time(_TICK)
    return milliseconds.time(_MS) if milliseconds.value is not None else written.time(_TICK)


def _end(start: float | None, lasts: float | None) -> float | None:
    return None if start is None or lasts is None else round(start + lasts, 6)


def _labelled(phrases: list[Node], read: Callable[[Node], Piece]) -> list[Piece]:
    """Phrases in order of time; where there are several channels and no speakers, the channels are the speakers."""
    found = [(phrase.first("channel", "ChannelNumber").label, read(phrase)) for phrase in phrases]
    channels = {channel for channel, piece in found if piece.text.strip() and channel is not None}
    if len(channels) > 1 and all(piece.label is None for _, piece in found):
        return in_order(stage(replace(piece, label=c and f"Channel {c}")) for c, piece in found)
    return in_order(piece for _, piece in found)


def _fits_fast(found: object) -> bool:
    return is_object_with(first_object(at(found, "phrases")), "text") and (
        is_object_with(found, "combinedPhrases")
        or is_object_with(at(found, "phrases", 0), "offsetMilliseconds")
        or is_object_with(at(found, "phrases", 0), "locale")
    )


def _read_fast(document: Node) -> Said:
    return Said(_labelled(list(document["phrases"]), _fast_phrase), _SAYS_NOTHING)


def _fast_phrase(phrase: Node) -> Piece:
    start = phrase.first("offsetMilliseconds", "offset").time(_MS)
    lasts = phrase.first("durationMilliseconds", "duration").time(_MS)
    return stage(Piece(phrase["text"].text, phrase["speaker"].label, start, _end(start, lasts)))


def _fits_realtime(found: object) -> bool:
    first = first_object(found) if isinstance(found, list) else found
    if not is_object_with(first, "Offset"):
        return False
    return is_object_with(first, "DisplayText") or is_object_with(first_object(at(first, "NBest")), "Display")


def _read_realtime(document: Node) -> Said:
    messages = list(document) if isinstance(document.value, list) else [document]
    return Said(_labelled(messages, _message), _SAYS_NOTHING)


def _message(message: Node) -> Piece:
    text = message["DisplayText"].text or message["NBest"].best()["Display"].text
    start = message["Offset"].time(_TICK)
    return stage(Piece(text, message["SpeakerId"].label, start, _end(start, message["Duration"].time(_TICK))))


AZURE_BATCH = Shape("azure-batch", _fits_batch, _read_batch)
AZURE_FAST = Shape("azure-fast", _fits_fast, _read_fast)
AZURE_REALTIME = Shape("azure-realtime", _fits_realtime, _read_realtime)
