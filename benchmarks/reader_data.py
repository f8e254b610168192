"""What the reader learns from: questions with what `ask` would have it read, and which sentences answer."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.search import Search
from index.store.library import Library
from rag.ask import ask
from rag.evidence import Evidence, Stretch
from rag.reading import stretch
from rag.scoring import together
from rag.sentences import quotable_ranges
from rag.values import Filters, Message, Source, Turn

QUESTIONS = Path(__file__).with_name("reader") / "questions.jsonl"
_HELD_OUT = 7  # one episode of so many is not learnt from

Labels = tuple[int, ...]
"""Of each sentence of a stretch: 2 says the answer, 1 is of a turn that does, 0 is neither."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question and what may answer it.

    Attributes:
        question: Standing alone.
        answerable: Whether anything in the archive answers it.
        stretches: What is read, those that answer among them.
        labels: Of each stretch.
        held_out: Not to be learnt from.
    """

    question: str
    answerable: bool
    stretches: tuple[Stretch, ...]
    labels: tuple[Labels, ...]
    held_out: bool


class _Listening(Search):
    """A search that only writes down what it is asked to read."""

    heard: tuple[str, Sequence[Stretch]] = ("", ())

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        self.heard = (question, stretches)
        return None


def examples(library: Library, search: Search) -> Iterator[Example]:
    """All questions of the file, over a library of the whole corpus."""
    listening = _Listening(library, search._encoder, search._derived)
    named = {"/".join(source.source.split("/")[-2:]): source for source in search.sources(Filters())}
    for line in QUESTIONS.open(encoding="utf-8"):
        record = json.loads(line)
        source = named[record["file"]]
        gold = _gold(library, source, record)
        history = tuple(_messages(record.get("history", [])))
        speakers = (record["speaker"],) if "speaker" in record else ()
        ask(record["question"], searcher=listening, history=history, filters=Filters(speakers=speakers))
        question, stretches = listening.heard
        told = {one.text for one, _ in gold}
        some = [*gold, *((one, (0,) * len(one.sentences)) for one in stretches if one.text not in told)]
        held_out = zlib.crc32(record["file"].encode()) % _HELD_OUT == 0
        yield Example(
            question, bool(gold), tuple(one for one, _ in some), tuple(labels for _, labels in some), held_out
        )


def _gold(library: Library, source: Source, record: dict[str, Any]) -> list[tuple[Stretch, Labels]]:
    """The stretches that answer."""
    found = []
    for number, sentences in [*record.get("evidence", []), *record.get("also", [])]:
        before, turn = _turns(library, source, number)
        one = Evidence(source, turn, 1.0, before, None)
        ranges = quotable_ranges(turn.text)
        for run in together(turn.text):
            if set(run) & set(sentences):
                labels = tuple(2 if at in sentences else 1 for at in run)
                found.append((stretch(one, [ranges[at] for at in run]), labels))
    return found


def _turns(library: Library, source: Source, number: int) -> tuple[Turn | None, Turn]:
    turns = library.turn_range(source.transcript_id, number - 1, number, filters=Filters())
    return (turns[0] if len(turns) == 2 else None), turns[-1]


def _messages(history: Sequence[tuple[str, str]]) -> Iterator[Message]:
    for question, answer in history:
        yield Message("user", question)
        yield Message("assistant", answer)
