"""IBM Watson: the words of each result with their times, and apart from them who spoke from when to when."""

from __future__ import annotations

from rag.formats.json_shape import Said, Shape
from rag.formats.json_values import Node, at, first_object, is_object_with
from rag.formats.json_voices import Voices, spaced_as
from rag.formats.json_words import Word, carried, in_order, phrases, spoken, stage
from rag.turns import Piece


def _fits(found: object) -> bool:
    if isinstance(found, list):
        return any(_fits(message) for message in found[:5] if isinstance(message, dict))
    result = first_object(at(found, "results"))
    alternative = first_object(at(result, "alternatives"))
    if not is_object_with(alternative, "transcript"):
        return False
    marked = is_object_with(result, "final") or is_object_with(found, "result_index")
    return marked or is_object_with(found, "speaker_labels") or is_object_with(alternative, "timestamps")


def _read(document: Node) -> Said:
    messages = list(document) if isinstance(document.value, list) else [document]
    spans: dict[float, tuple[float, str]] = {}
    for label in (label for message in messages for label in message["speaker_labels"]):
        start, end, speaker = label["from"].time(), label["to"].time(), label["speaker"].label
        if start is not None and end is not None and speaker is not None:
            spans[start] = end, speaker  # What is said later of the same word is more certain.
    voices = Voices(tuple((start, *spans[start]) for start in sorted(spans)))
    results = (result for message in messages for result in message["results"])
    final = [result for result in results if result["final"].value is not False]
    return Said(in_order(piece for result in final for piece in _pieces(result["alternatives"].best(), voices)))


def _pieces(best: Node, voices: Voices) -> list[Piece]:
    words = [_word(node, voices) for node in best["timestamps"]]
    text = best["transcript"].text
    if not words:
        return [stage(Piece(text))]
    words = carried(words)
    if len({word.label for word in words}) == 1:
        # The text may hold "25" where the words say "twenty five".
        return [stage(Piece(text or " ".join(w.text for w in words), words[0].label, words[0].start, words[-1].end))]
    words = spaced_as(words, text)
    return spoken(words) if voices.spans else phrases(words)


def _word(node: Node, voices: Voices) -> Word:
    parts = list(node)
    if len(parts) < 3:
        raise node.refused("a word with its start and end")
    start, end = parts[1].time(), parts[2].time()
    return Word(parts[0].text, voices.at(start, end), start, end)


IBM = Shape("ibm-watson", _fits, _read)
