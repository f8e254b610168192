"""Google Speech-to-Text, versions 1 and 2: version 1 tags speakers only where it repeats every word."""

from __future__ import annotations

from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.json_words import Word, in_order, phrases, spoken, stage
from rag.turns import Piece


def _fits(found: object) -> bool:
    return _has_results(found) or _by_file(found)


def _has_results(found: object) -> bool:
    results = at(found, "results")
    if not isinstance(results, list):
        return False
    first = next((r for r in results if first_object(at(r, "alternatives")) is not None), None)
    return first is not None and not is_object_with(first, "type")


def _by_file(found: object) -> bool:
    """Version 2's batch answer: an object of one entry a file."""
    files = at(found, "results")
    return (
        isinstance(files, dict)
        and len(files) == 1
        and all(
            _has_results(at(file, "transcript")) or _has_results(at(file, "inlineResult", "transcript"))
            for file in files.values()
        )
    )


def _read(document: Node) -> Said:
    results = document["results"]
    if isinstance(results.value, dict):
        file = results[next(iter(results.value))]
        inner = file["transcript"] if file["transcript"].value is not None else file["inlineResult"]["transcript"]
        results = inner["results"]
    final = [r for r in results if r.first("isFinal", "is_final").value is not False]
    channels = {channel for r in final if (channel := _channel(r)) is not None}
    kept: list[tuple[Node, list[Word]]] = []
    for result in final:
        words = [_word(node, result) for node in result["alternatives"].best()["words"]]
        if any(word.label is not None for word in words):
            kept = [(r, w) for r, w in kept if _channel(r) != _channel(result) or not _repeated(w, by=words)]
        kept.append((result, words))
    # Words first: where some are tagged, a text without any says the same again.
    tagged = any(word.label is not None for _, words in kept for word in words)
    pieces = [
        piece
        for result, words in kept
        if words or not tagged
        for piece in _pieces(result, words, several=len(channels) > 1)
    ]
    return Said(in_order(pieces))


def _channel(result: Node) -> str | None:
    return result.first("channelTag", "channel_tag").label


def _repeated(words: list[Word], *, by: list[Word]) -> bool:
    """Whether a later result, whose words are tagged, holds an earlier one's again: all of them, from the beginning."""
    return not words or (by[0].start or 0.0) <= (words[0].start or 0.0)


def _pieces(result: Node, words: list[Word], *, several: bool) -> list[Piece]:
    best = result["alternatives"].best()
    channel = f"Channel {_channel(result)}" if several else None
    if any(word.label is not None for word in words):
        return spoken(words)
    text = best["transcript"].text
    if words and not text.strip():
        return phrases([Word(w.text, channel, w.start, w.end) for w in words])
    start = words[0].start if words else None
    end = words[-1].end if words else result.first("resultEndTime", "result_end_time", "resultEndOffset").time()
    return [stage(Piece(text, channel, start, end if start is not None else None))]


def _word(node: Node, result: Node) -> Word:
    text = node["word"].text
    if "|" in text and str(result.first("languageCode", "language_code").value or "ja").lower().startswith("ja"):
        text = text.split("|", 1)[0]  # Japanese words carry their reading.
    label = node.first("speakerTag", "speaker_tag", "speakerLabel", "speaker_label").label
    start = node.first("startTime", "start_time", "startOffset", "start_offset").time()
    end = node.first("endTime", "end_time", "endOffset", "end_offset").time()
    # A start of zero is left out, and a tag of zero is none.
    return Word(text, None if label == "0" else label, 0.0 if start is None and end is not None else start, end)


GOOGLE = Shape("google-stt", _fits, _read)
