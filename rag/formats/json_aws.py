"""Amazon Transcribe: the standard output with its numbers as strings, and the calls of Call Analytics and Connect."""

from __future__ import annotations

from collections.abc import Iterator

from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.json_voices import Voices
from rag.formats.json_words import Word, in_order, spoken, stage, together
from rag.turns import Piece

_MS = 0.001


def _fits(found: object) -> bool:
    results = at(found, "results")
    if not isinstance(results, dict):
        return False
    keys = {"items": "alternatives", "audio_segments": "transcript", "transcripts": "transcript"}
    return any(is_object_with(first_object(results.get(key)), inner) for key, inner in keys.items())


def _read(document: Node) -> Said:
    results = document["results"]
    channels = list(results["channel_labels"]["channels"])
    if channels:
        return Said(together(list(_words(c["items"], None, c["channel_label"].label)) for c in channels))
    words = list(_words(results["items"], _Spoken(results["speaker_labels"])))
    if words and not (results["audio_segments"].value and all(word.label is None for word in words)):
        return Said(spoken(words))
    segments = [_audio_segment(node) for node in results["audio_segments"]]
    return Said(in_order(segments) or [Piece(node["transcript"].text) for node in results["transcripts"]])


class _Spoken:
    """Who speaks when: by the start of each word where the list has them, else by the segments' times."""

    def __init__(self, labels: Node) -> None:
        self._starts: dict[float | None, str] = {}
        spans = []
        for segment in labels["segments"]:
            own = segment["speaker_label"].label
            start, end = segment["start_time"].time(), segment["end_time"].time()
            for item in segment["items"]:
                label = item["speaker_label"].label or own
                if label is not None:
                    self._starts[item["start_time"].time()] = label
            if own is not None and start is not None and end is not None:
                spans.append((start, end, own))
        self._voices = Voices(tuple(sorted(spans)))

    def at(self, start: float | None, end: float | None) -> str | None:
        """The speaker of a word, None where it has no time."""
        return None if start is None else self._starts.get(start) or self._voices.at(start, end)


def _words(items: Node, who: _Spoken | None, label: str | None = None) -> Iterator[Word]:
    for item in items:
        start, end = item["start_time"].time(), item["end_time"].time()
        text = item["alternatives"].best()["content"].text
        punctuation = item["type"].value == "punctuation"
        # Punctuation has no time, so it goes with the word before it.
        told = who.at(start, end) if who is not None else None
        speaker = label or (None if punctuation else item["speaker_label"].label or told)
        yield Word(text, speaker, start, end, joined=punctuation)


def _audio_segment(node: Node) -> Piece:
    label = node.first("speaker_label", "channel_label").label
    return stage(Piece(node["transcript"].text, label, node["start_time"].time(), node["end_time"].time()))


def _fits_call(found: object) -> bool:
    if is_object_with(first_object(at(found, "Transcript")), "Content"):
        return True
    return is_object_with(at(found, "Segments", 0, "Transcript"), "Content") or is_object_with(
        at(found, "Segments", 0, "Utterance"), "PartialContent"
    )


def _read_call(document: Node) -> Said:
    roles = {p["ParticipantId"].label: p["ParticipantRole"].label for p in document["Participants"]}
    turns = list(document["Transcript"]) or [segment["Transcript"] for segment in document["Segments"]]
    return Said(in_order(_call_turn(turn, roles) for turn in turns if turn.value is not None))


def _call_turn(turn: Node, roles: dict[str | None, str | None]) -> Piece:
    participant = turn["ParticipantId"].label
    label = turn["ParticipantRole"].label or roles.get(participant) or participant
    times = turn["BeginOffsetMillis"].time(_MS), turn["EndOffsetMillis"].time(_MS)
    return stage(Piece(turn["Content"].text, label, *times))


AWS_TRANSCRIBE = Shape("aws-transcribe", _fits, _read)
AWS_CALL_ANALYTICS = Shape("aws-call-analytics", _fits_call, _read_call)
