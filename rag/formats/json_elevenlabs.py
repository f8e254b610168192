"""ElevenLabs Scribe: words, the spaces between them, and sounds, each with a speaker."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.json_words import Word, carried, in_order, phrases, spoken
from rag.turns import Piece


def _fits(found: object) -> bool:
    words = first_object(at(found, "words"))
    if is_object_with(words, "text", "type", "start") and at(words, "type") in ("word", "spacing", "audio_event"):
        return True
    return is_object_with(first_object(at(found, "transcripts")), "words") and is_object_with(
        at(found, "transcripts", 0, "words", 0), "text", "type"
    )


def _read(document: Node) -> Said:
    tracks = list(document["transcripts"]) or [document]
    if len(tracks) == 1:
        return Said(list(_pieces(tracks[0]["words"])))
    voices = [[_word(node) for node in track["words"]] for track in tracks]
    return Said(in_order(piece for voice in voices for piece in phrases(voice)))


def _pieces(words: Node) -> Iterator[Piece]:
    """Runs by speaker; a sound between two speakers is nobody's, one amid a speaker's words stays as written there."""
    nodes = list(words)
    found = carried(_word(node) for node in nodes)
    sounds = [node["type"].value == "audio_event" for node in nodes]
    runs = [list(run) for _, run in groupby(range(len(found)), key=lambda n: found[n].label)]
    for run in runs:
        heard = [n for n in run if not sounds[n] and found[n].text.strip()]
        if not heard:
            yield from (Piece(found[n].text, None, found[n].start, found[n].end, "direction") for n in run if sounds[n])
            continue
        first, last = heard[0], heard[-1]
        for part in (
            [n for n in run if n < first and sounds[n]],
            [n for n in run if first <= n <= last],
            [n for n in run if n > last and sounds[n]],
        ):
            if first in part:
                yield from spoken([found[n] for n in part])
            else:
                yield from (Piece(found[n].text, None, found[n].start, found[n].end, "direction") for n in part)


def _word(node: Node) -> Word:
    return Word(node["text"].text, node["speaker_id"].label, node["start"].time(), node["end"].time(), joined=True)


ELEVENLABS = Shape("elevenlabs", _fits, _read)
