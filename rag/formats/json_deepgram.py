"""Deepgram: the same words several times over, of which the words themselves say best who speaks."""

from __future__ import annotations

from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.json_words import Word, in_order, stage, together
from rag.turns import Piece


def _fits(found: object) -> bool:
    channels = at(found, "results", "channels")
    return is_object_with(first_object(channels), "alternatives") or (
        is_object_with(first_object(at(found, "results", "utterances")), "transcript")
    )


def _read(document: Node) -> Said:
    results = document["results"]
    best = [channel["alternatives"].best() for channel in results["channels"]]
    tracks = [[_word(word) for word in alternative["words"]] for alternative in best]
    several = sum(bool(track) for track in tracks) > 1
    if several or any(word.label is not None for track in tracks for word in track):
        return Said(together(_by_channel(track, n) if several else track for n, track in enumerate(tracks)))
    utterances = [
        stage(Piece(u["transcript"].text, u["speaker"].label, u["start"].time(), u["end"].time()))
        for u in results["utterances"]
    ]
    paragraphs = [piece for alternative in best for piece in _paragraphs(alternative)]
    # Nobody is named by any word: whichever list names somebody, else the one with whole sentences.
    for pieces in (utterances, paragraphs):
        if any(piece.label is not None for piece in pieces):
            return Said(in_order(pieces))
    return Said(
        paragraphs or utterances or together(tracks) or [Piece(alternative["transcript"].text) for alternative in best]
    )


def _word(node: Node) -> Word:
    text = node.first("punctuated_word", "word").text
    return Word(text, node["speaker"].label, node["start"].time(), node["end"].time())


def _by_channel(track: list[Word], channel: int) -> list[Word]:
    """Words of one of several channels: the channel is the speaker, unless several were told apart on it."""
    apart = len({word.label for word in track}) > 1
    name = f"Channel {channel}"
    return [Word(w.text, f"{name} Speaker {w.label}" if apart else name, w.start, w.end) for w in track]


def _paragraphs(alternative: Node) -> list[Piece]:
    return [
        stage(Piece(sentence["text"].text, label, sentence["start"].time(), sentence["end"].time()))
        for paragraph in alternative["paragraphs"]["paragraphs"]
        for label in [paragraph["speaker"].label]
        for sentence in paragraph["sentences"]
    ]


DEEPGRAM = Shape("deepgram", _fits, _read)
