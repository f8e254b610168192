"""Speechmatics: transcripts of versions 1 and 2, and the messages of real-time transcription."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.json_voices import Voices
from rag.formats.json_words import Word, spoken, together


def _fits(found: object) -> bool:
    if isinstance(found, list):
        return any(is_object_with(m, "message") and _is_message(at(m, "message")) for m in found[:200])
    if at(found, "message") == "AddTranscript":
        return True
    result = first_object(at(found, "results"))
    typed = is_object_with(result, "type") and is_object_with(result, "start_time")
    return typed and (is_object_with(result, "alternatives") or at(result, "type") == "speaker_change")


def _is_message(name: object) -> bool:
    return name in ("AddTranscript", "AddPartialTranscript", "RecognitionStarted", "EndOfTranscript")


def _read(document: Node) -> Said:
    messages = list(document) if isinstance(document.value, list) else [document]
    final = [m for m in messages if m["message"].value in (None, "AddTranscript")]
    # Said once, in the metadata or when recognition starts; "" in languages that put no space between words.
    packs = [m.first("metadata", "language_pack_info") for m in messages]
    packs = [p["language_pack_info"] if is_object_with(p.value, "language_pack_info") else p for p in packs]
    spaceless = any(at(pack.value, "word_delimiter") == "" for pack in packs)
    tracks: defaultdict[str | None, list[Word]] = defaultdict(list)
    for result, word in _words((r for m in final for r in m["results"]), spaceless=spaceless):
        tracks[result["channel"].label].append(word)
    return Said(together(tracks.values()), joiner="" if spaceless else None)


def _words(results: Iterator[Node], *, spaceless: bool) -> Iterator[tuple[Node, Word]]:
    attaches = begins = False
    for result in results:
        kind = result["type"].value
        if kind == "speaker_change":
            begins = True
            continue
        best = result["alternatives"].best()
        # A mark goes with the word before it unless told otherwise.
        side = (result["attaches_to"].text or "previous") if kind == "punctuation" else "none"
        label = best["speaker"].label or result["channel"].label
        times = result["start_time"].time(), result["end_time"].time()
        joined = spaceless or attaches or side in ("previous", "both")
        yield result, Word(best["content"].text, label, *times, joined=joined, begins=begins)
        attaches, begins = side in ("next", "both"), False


def _fits_1(found: object) -> bool:
    return is_object_with(first_object(at(found, "words")), "name", "time")


def _read_1(document: Node) -> Said:
    spans = []
    for speaker in document["speakers"]:
        start, lasts, label = speaker["time"].time(), speaker["duration"].time(), speaker["name"].label
        if start is not None and label is not None:
            spans.append((start, start + (lasts or 0.0), label))
    voices = Voices(tuple(sorted(spans)))
    return Said(spoken([_word_1(node, voices) for node in document["words"]]))


def _word_1(node: Node, voices: Voices) -> Word:
    text, start, lasts = node["name"].text, node["time"].time(), node["duration"].time()
    end = None if start is None or lasts is None else round(start + lasts, 6)
    mark = not any(c.isalnum() for c in text)
    return Word(text, None if mark else voices.at(start, end), start, end, joined=mark)


SPEECHMATICS = Shape("speechmatics", _fits, _read)
SPEECHMATICS_1 = Shape("speechmatics-1", _fits_1, _read_1)
