"""What is learnt from: questions with the turns that answer them, put to the libraries that have those turns.

`benchmarks/learning/` has the questions; its README says how they came about and which are held out.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.compose import Parts
from api.eval import locomo
from api.eval.gold import Item
from api.eval.podcasts import letters
from api.settings import read
from index.derived import Derived
from index.encoder import Encoder
from index.search import Indexes, Search
from index.sentence_encoder import SentenceEncoder
from index.store.library import Library
from rag.ask import TOP_K
from rag.evidence import Evidence, Stretch, gather
from rag.measures import Place
from rag.question import Question, parse
from rag.quote import extracts
from rag.reading import stretch
from rag.scoring import together
from rag.sentences import quotable_ranges
from rag.understanding import Understood, understand
from rag.values import Filters, Message, Source, Turn

_FOLDER = Path(__file__).with_name("learning")
_QUESTIONS, _CHATS = _FOLDER / "questions.jsonl", _FOLDER / "chats.jsonl"
# One episode of so many is not learnt from, and one chat.
_HELD_OUT, _CHATS_HELD_OUT = 7, 6
# A sentence says what is quoted if it holds the quote, is part of it and longer than so many letters, or has this share
# of its words, where those are more than so many.
_SHORT, _MOSTLY, _FEW = 12, 0.75, 3

Labels = tuple[int, ...]
"""Of each sentence of a stretch: 2 says the answer, 1 is of a turn that does, 0 is neither."""


@dataclass(frozen=True, slots=True)
class Posed:
    """A question as it is put.

    Attributes:
        answers: The turns that answer, each with the numbers of the sentences that say the answer.
        meant: The turns that answer; of a false premise, those that it is about.
        held_out: Not to be learnt from.
    """

    text: str
    history: tuple[Message, ...]
    filters: Filters
    answers: Mapping[Place, Collection[int]]
    meant: frozenset[Place]
    held_out: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """A library and the questions put to it.

    Attributes:
        sources: Its transcripts, by id.
    """

    library: Library
    derived: Derived
    search: Search
    sources: Mapping[str, Source]
    questions: tuple[Posed, ...]

    def alone(self, posed: Posed) -> tuple[Understood, Question]:
        """The question as `ask` understands it, standing alone."""
        found = understand(posed.text, history=posed.history, filters=posed.filters, knowing=self.search, today=None)
        return found, parse(found.text).without(found.aside)


@dataclass(frozen=True, slots=True)
class Example:
    """A question and what may answer it.

    Attributes:
        question: Standing alone.
        answerable: Whether anything in the library answers it.
        stretches: What is read: those that answer, then what `ask` would have read, best first.
        labels: Of each stretch.
        held_out: Not to be learnt from.
    """

    question: str
    answerable: bool
    stretches: tuple[Stretch, ...]
    labels: tuple[Labels, ...]
    held_out: bool


def shelves(encoder: SentenceEncoder, home: Path, chats: Path, *, limit: int | None) -> Iterator[Shelf]:
    """The podcasts with their questions, then one chat after another with its own.

    Args:
        encoder: The packaged one.
        home: A library of the whole corpus.
        chats: The folder for the libraries that are made of the chats.
        limit: Of questions of podcasts, spread over all, and of questions of chats, from the first; None for all.
    """
    library = Library(home, encoder=encoder.name)
    yield _shelf(encoder, library, _of_podcasts(library, limit))
    left = limit
    for line in _CHATS.open(encoding="utf-8"):
        if left == 0:
            break
        chat = json.loads(line)
        file = chats / f"{chat['name']}.json"
        file.write_text(line, encoding="utf-8")
        [group] = locomo.suite(Parts(read({"TRANSCITE_HOME": str(chats)}), lambda _: encoder), file).groups
        with group.parts.library() as library:
            some = _of_chat(library, chat, group.items)[:left]
            yield _shelf(encoder, library, some)
        left = None if left is None else left - len(some)


def examples(shelf: Shelf) -> Iterator[Example]:
    """The questions of a library with what is read to answer them."""
    listening = _Listening(shelf.library, shelf.search._encoder, shelf.derived)
    for one in shelf.questions:
        understood, question = shelf.alone(one)
        hits = listening.search(understood.query, filters=understood.filters, top_k=TOP_K, near=understood.near)
        listening.heard.clear()
        extracts(question, gather(hits, listening, understood.filters), listening)
        gold = dict(_labelled(shelf, one))
        known = {told.text: labels for told, labels in gold.items()}
        answering = {told.text: told for told, labels in gold.items() if 2 in labels}
        every = [*answering.values(), *(told for told in listening.heard if told.text not in answering)]
        labels = tuple(known.get(told.text, (0,) * len(told.sentences)) for told in every)
        yield Example(question.text, bool(one.answers), tuple(every), labels, one.held_out)


class _Listening(Search):
    """A search that writes down what it is asked to read, and has nothing answer, so that it is asked of all of it."""

    def __init__(self, library: Library, encoder: Encoder, derived: Indexes) -> None:
        super().__init__(library, encoder, derived)
        self.heard: list[Stretch] = []

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:  # noqa: ARG002
        self.heard.extend(stretches)
        return [[0.0] * len(one.sentences) for one in stretches]


def _shelf(encoder: SentenceEncoder, library: Library, questions: tuple[Posed, ...]) -> Shelf:
    derived = Derived(library, dimension=encoder.dimension)
    derived.catch_up()
    sources = {one.transcript_id: one for one in library.sources(library.scope(Filters()))}
    return Shelf(library, derived, Search(library, encoder, derived), sources, questions)


def _of_podcasts(library: Library, limit: int | None) -> tuple[Posed, ...]:
    named = {"/".join(one.source.split("/")[-2:]): one for one in library.sources(library.scope(Filters()))}
    lines = _QUESTIONS.read_text(encoding="utf-8").splitlines()
    most = len(lines) if limit is None else min(limit, len(lines))
    records = [json.loads(lines[at * len(lines) // most]) for at in range(most)]
    return tuple(_of_podcast(named[record["file"]].transcript_id, record) for record in records)


def _of_podcast(transcript_id: str, record: dict[str, Any]) -> Posed:
    history = ((Message("user", asked), Message("assistant", told)) for asked, told in record.get("history", []))
    answers: dict[Place, set[int]] = {}
    for turn, sentences in [*record.get("evidence", []), *record.get("also", [])]:
        answers.setdefault((transcript_id, turn), set()).update(sentences)
    return Posed(
        record["question"],
        tuple(message for pair in history for message in pair),
        Filters(speakers=(record["speaker"],) if "speaker" in record else ()),
        answers,
        frozenset(answers),
        zlib.crc32(record["file"].encode()) % _HELD_OUT == 0,
    )


def _of_chat(library: Library, chat: dict[str, Any], items: Sequence[Item]) -> tuple[Posed, ...]:
    held_out = zlib.crc32(chat["name"].encode()) % _CHATS_HELD_OUT == 0
    return tuple(
        Posed(
            item.text,
            item.history,
            item.filters,
            {place: _said(library, place, record["quotes"]) for place in item.gold} if item.answerable else {},
            item.gold,
            held_out,
        )
        for item, record in zip(items, chat["qa"], strict=True)
    )


def _said(library: Library, place: Place, quotes: Sequence[str]) -> frozenset[int]:
    """Which sentences of a turn say what is quoted."""
    text = _turns(library, place)[1].text
    sentences = [text[start:end] for start, end in quotable_ranges(text)]
    return frozenset(at for at, one in enumerate(sentences) if any(_says(one, quote) for quote in quotes))


def _says(sentence: str, quote: str) -> bool:
    said, quoted = letters(sentence), letters(quote)
    if quoted in said or (len(said) > _SHORT and said in quoted):
        return True
    words = set(quoted.split())
    return len(words) > _FEW and len(words & set(said.split())) >= _MOSTLY * len(words)


def _labelled(shelf: Shelf, posed: Posed) -> Iterator[tuple[Stretch, Labels]]:
    """The stretches of the turns that answer."""
    for place, sentences in posed.answers.items():
        before, turn = _turns(shelf.library, place)
        one = Evidence(shelf.sources[place[0]], turn, 1.0, before, None)
        ranges = quotable_ranges(turn.text)
        for run in together(turn.text):
            yield stretch(one, [ranges[at] for at in run]), tuple(2 if at in sentences else 1 for at in run)


def _turns(library: Library, place: Place) -> tuple[Turn | None, Turn]:
    """The turn before, and the turn."""
    turns = library.turn_range(place[0], place[1] - 1, place[1], filters=Filters())
    return (turns[0] if len(turns) == 2 else None), turns[-1]
