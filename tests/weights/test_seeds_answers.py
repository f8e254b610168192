"""The 40 questions of the seeds, asked of the real thing: real encoder, library, indexes, search and quoting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import pytest

from index.derived import Derived
from index.ingest import Ingest
from index.search import Search
from index.sentence_encoder import SentenceEncoder
from index.store.library import Library
from rag.ask import ask
from rag.values import Answer, Filters, Message

pytestmark = pytest.mark.weights

SEEDS = Path(__file__).parents[2] / "seeds"
Turns = set[tuple[str, int]]


@dataclass(frozen=True)
class Asked:
    """A question of the suite, what came of it, and what should have."""

    question: dict[str, object]
    answer: Answer
    found: list[tuple[str, int]]
    gold: Turns
    also: Turns

    @property
    def answerable(self) -> bool:
        return self.question["type"] != "unanswerable"

    @property
    def cited(self) -> Turns:
        return {(Path(one.source.source).name, one.turn.turn) for one in self.answer.citations if not one.nearest}

    @property
    def has_keys(self) -> bool:
        text = " ".join([self.answer.text, *(one.quote for one in self.answer.citations if not one.nearest)]).lower()
        return all(str(key).lower() in text for key in self.question["key"])


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    encoder = SentenceEncoder()
    library = Library(tmp_path_factory.mktemp("home"), encoder=encoder.name)
    report = Ingest(library, lambda: encoder).run([SEEDS])
    assert report.count("added") == len(report.files) == 8
    yield Search(library, encoder, Derived(library, dimension=encoder.dimension))
    library.close()


@pytest.fixture(scope="module")
def suite(search: Search) -> list[Asked]:
    lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [put(search, json.loads(line)) for line in lines]


def put(search: Search, question: dict) -> Asked:
    filters = Filters(speakers=(question["speaker"],)) if question["speaker"] else Filters()
    history = tuple(
        message
        for earlier in question["history"]
        for message in (Message("user", earlier["question"]), Message("assistant", earlier["answer"]))
    )
    answer = ask(question["question"], searcher=search, filters=filters, history=history)
    hits = search.search(answer.standalone_question, filters=filters, top_k=5)
    return Asked(
        question,
        answer,
        [(Path(hit.source.source).name, turn.turn) for hit in hits for turn in hit.turns][:5],
        {(one["file"], one["turn"]) for one in question["evidence"]},
        {(one["file"], one["turn"]) for one in question["also"]},
    )


def test_every_quote_is_what_the_library_holds_character_for_character(search: Search, suite: list[Asked]) -> None:
    cited = [one for asked in suite for one in asked.answer.citations]
    assert len(cited) > 40
    for one in cited:
        source, transcript = search._library.transcript(one.source.transcript_id)
        turn = transcript.turns[one.span.turn - 1]
        assert one.quote == turn.text[one.span.char_start : one.span.char_end] != ""
        assert (one.turn, one.source) == (turn, source)


def test_recall(suite: list[Asked]) -> None:
    shares = [
        1.0 if asked.also & set(asked.found) else len(asked.gold & set(asked.found)) / len(asked.gold)
        for asked in suite
        if asked.answerable
    ]
    assert mean(shares) >= 0.95


def test_keys(suite: list[Asked]) -> None:
    assert mean(asked.answer.status == "quoted" and asked.has_keys for asked in suite if asked.answerable) >= 0.9


def test_citation_precision(suite: list[Asked]) -> None:
    shares = [
        len(asked.cited & (asked.gold | asked.also)) / max(len(asked.cited), 1) for asked in suite if asked.answerable
    ]
    assert mean(shares) >= 0.8


def test_refusals(suite: list[Asked]) -> None:
    wrong = [asked.question["question"] for asked in suite if (asked.answer.status == "not_found") == asked.answerable]
    assert wrong == []


def test_the_grant_money(suite: list[Asked]) -> None:
    [asked] = [one for one in suite if one.question["question"] == "Which county got its grant money and why?"]
    first = asked.answer.citations[0]
    assert (first.turn.turn, first.turn.speaker, first.turn.speaker_inferred) == (4, "Greg Allen", True)
    for said in ("Miami-Dade County would get all the law enforcement grant money", "500000", "detainer orders"):
        assert said in asked.answer.text
    assert len(asked.answer.text.split()) <= 140
