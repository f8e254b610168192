"""The seeds' gold is true: every quote is in its turn, as the product itself reads the files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.formats import read_transcript
from rag.values import Transcript

SEEDS = Path(__file__).parent.parent / "seeds"
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line) for line in (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
# Those of the podcasts' dev set, so that one evaluation reads both.
FIELDS = ["id", "type", "question", "history", "speaker", "answer", "key", "evidence", "also"]
TYPES = {"fact", "number", "list", "why", "who", "opinion", "speaker", "multi", "followup", "unanswerable"}
QUOTED = ("evidence", "also")


@pytest.fixture(scope="module")
def transcripts() -> dict[str, Transcript]:
    paths = [path for path in SEEDS.iterdir() if path.name not in {"README.md", "questions.jsonl"}]
    return {path.name: read_transcript(path.read_bytes(), path.name) for path in paths}


def each_question() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("question", QUESTIONS, ids=[question["id"] for question in QUESTIONS])


def test_there_are_forty_and_eight_have_no_answer() -> None:
    assert len(QUESTIONS) == 40
    assert len({question["id"] for question in QUESTIONS}) == 40
    assert len({question["question"] for question in QUESTIONS}) == 40
    assert sum(question["type"] == "unanswerable" for question in QUESTIONS) == 8


@each_question()
def test_fields(question: dict[str, Any]) -> None:
    assert list(question) == FIELDS
    assert question["type"] in TYPES
    assert (question["type"] == "followup") == bool(question["history"])
    gold = [question["answer"], question["key"], question["evidence"]]
    if question["type"] == "unanswerable":
        assert gold == [None, [], []]
    else:
        assert all(gold)


@each_question()
def test_quotes_are_verbatim(question: dict[str, Any], transcripts: dict[str, Transcript]) -> None:
    for where in QUOTED:
        for gold in question[where]:
            assert list(gold) == ["file", "turn", "quote"]
            turn = transcripts[gold["file"]].turns[gold["turn"] - 1]
            assert turn.turn == gold["turn"]
            assert gold["quote"].strip()
            assert gold["quote"] in turn.text


@each_question()
def test_keys_are_in_the_gold_turns(question: dict[str, Any], transcripts: dict[str, Transcript]) -> None:
    texts = [
        transcripts[gold["file"]].turns[gold["turn"] - 1].text.casefold()
        for where in QUOTED
        for gold in question[where]
    ]
    assert [key for key in question["key"] if not any(key.casefold() in text for text in texts)] == []


@each_question()
def test_the_speaker_asked_for_is_who_speaks(question: dict[str, Any], transcripts: dict[str, Transcript]) -> None:
    if question["speaker"] is not None:
        speakers = {transcripts[gold["file"]].turns[gold["turn"] - 1].speaker for gold in question["evidence"]}
        assert speakers <= {question["speaker"]}
        assert question["speaker"] in {name for read in transcripts.values() for name in read.speaker_names()}


def test_every_seed_is_asked_about(transcripts: dict[str, Transcript]) -> None:
    assert {gold["file"] for question in QUESTIONS for gold in question["evidence"]} == set(transcripts)


def test_the_readme_counts_the_turns(transcripts: dict[str, Transcript]) -> None:
    readme = (SEEDS / "README.md").read_text(encoding="utf-8")
    table = [line.split("|") for line in readme.splitlines() if line.startswith("| `")]
    counts = {row[1].strip(" `"): int(row[4]) for row in table}
    assert counts == {name: len(read.turns) for name, read in transcripts.items()}
    assert counts["npr-sanctuary-cities.txt"] == 14
