"""Gold that is broken is refused, by file and line; a figure on it would be none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from suites import Measured, Result


def refused(result: Result, *said: str) -> None:
    assert (result.code, result.out) == (1, "")
    [line] = [line for line in result.err.splitlines() if ", line " in line]
    for one in said:
        assert one in line
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda row: row.update(question=""), "'question' has to be text"),
        (lambda row: row.update(question=7), "'question' has to be text, and is 7"),
        (lambda row: row.pop("id"), "'id' has to be text"),
        (lambda row: row.update(id="p-1"), "another question with the id 'p-1'"),
        (lambda row: row.update(type="<b>"), "'type' is '<b>'"),
        (lambda row: row.update(evidence=[]), "of type 'speaker' has 0 turns as evidence"),
        (lambda row: row.update(type="unanswerable"), "of type 'unanswerable' has 1 turns as evidence"),
        (lambda row: row.update(evidence="turn 5"), "'evidence' has to be a list"),
        (lambda row: row.update(evidence=["turn 5"]), "'evidence' has to hold objects only"),
        (lambda row: row.update(key=[]), "no string in 'key'"),
        (lambda row: row.update(key=[""]), "'key' has to be text"),
        (lambda row: row.update(answer=None), "'answer' has to be text"),
        (lambda row: row.update(speaker=""), "'speaker' has to be text"),
        (lambda row: row.update(history=[{"question": "And?"}]), "'answer' has to be text"),
        (lambda row: row["evidence"][0].update(file="show/two.md"), "'show/two.md' is not among the transcripts"),
        (lambda row: row["evidence"][0].update(turn=6), "show/one.md has 5 turns, so 6 is none of them"),
        (lambda row: row["evidence"][0].update(turn=0), "'turn' has to be a whole number from 1, and is 0"),
        (lambda row: row["evidence"][0].update(turn=True), "'turn' has to be a whole number"),
        (lambda row: row["evidence"][0].update(quote="fifty guineas"), "does not say 'fifty guineas'"),
        (lambda row: row["evidence"][0].update(turn=2), "turn 2 of show/one.md has no words to find it by"),
        (lambda row: row.update(also=[{"file": "show/one.md", "turn": 99}]), "so 99 is none of them"),
    ],
)
def test_podcasts(measured: Measured, change: Callable[[dict[str, Any]], Any], said: str) -> None:
    change(measured.rows[1])
    refused(measured.podcasts("--json"), "dev.jsonl, line 2: ", said)


def test_a_line_that_is_not_json(measured: Measured) -> None:
    file = measured.folder / "dev.jsonl"
    for text, said in (("\n{\n", "is not JSON"), ("[]", "has to be an object"), ("", "there is no question")):
        file.write_text(text)
        refused(
            measured("podcasts", file, "--corpus", measured.folder), f"line {2 if text[:1] == chr(10) else 1}: {said}"
        )


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (lambda it: it["qa"][1].update(category=6), 41, "category 6 is none of 1 to 5"),
        (lambda it: it["qa"][1].pop("category"), 41, "'category' has to be a whole number"),
        (lambda it: it["qa"][1].update(answer=""), 41, "the answer is ''"),
        (lambda it: it["qa"][1].update(evidence=[3]), 41, "'evidence' has to be text"),
        (
            lambda it: it["qa"][1].update(evidence=["D9:1"]),
            1,
            "1 of 3 gold turns are not there (D9:1 (7.json, line 41))",
        ),
        (lambda it: it["qa"][1].update(question=" "), 41, "'question' has to be text"),
        (lambda it: it.update(qa=[]), 1, "there is no question"),
        (lambda it: it.update(speaker_b=None), 1, "'speaker_b' has to be text"),
        (lambda it: it.update(session_1_date_time="yesterday"), 1, "'session_1_date_time' is 'yesterday'"),
        (lambda it: it["session_1"][1].update(dia_id="D1:3"), 13, "turn 2 of session 1 is called 'D1:3'"),
        (lambda it: it["session_1"][1].update(text=""), 13, "'text' has to be text"),
    ],
)
def test_locomo(measured: Measured, change: Callable[[dict[str, Any]], Any], line: int, said: str) -> None:
    change(measured.conversation)
    refused(measured.locomo("--json"), f"7.json, line {line}: ", said)


def test_a_conversation_that_is_not_json(measured: Measured) -> None:
    file = measured.folder / "8.json"
    file.write_text('{\n "speaker_a": \n}')
    refused(measured("locomo", file), "8.json, line 3: is not JSON")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda it: it["specific_query_list"][0].update(query=None), "'query' has to be text"),
        (
            lambda it: it["specific_query_list"][0].update(relevant_text_span=[["0", "3"]]),
            "the meeting has 3 turns from 0",
        ),
        (lambda it: it["specific_query_list"][0].update(relevant_text_span=[["1", "0"]]), "a span goes from 1 to 0"),
        (lambda it: it["specific_query_list"][0].update(relevant_text_span=[["0"]]), "a span is ['0']"),
        (lambda it: it["specific_query_list"][0].update(relevant_text_span=[["x", "1"]]), "a whole number from 0"),
        (
            lambda it: it["specific_query_list"][0].update(relevant_text_span=[["1", "1"]]),
            "no turn with a word answers",
        ),
        (lambda it: it["specific_query_list"][0].update(relevant_text_span=[]), "no turn with a word answers query 1"),
        (lambda it: it["meeting_transcripts"][0].pop("speaker"), "'speaker' has to be text"),
        (lambda it: it["meeting_transcripts"][0].update(content=None), "the content of a turn is None"),
        (lambda it: it.update(meeting_transcripts=[]), "nobody says a word"),
    ],
)
def test_qmsum(measured: Measured, change: Callable[[dict[str, Any]], Any], said: str) -> None:
    change(measured.meeting)
    refused(measured.qmsum("--json"), "val.jsonl, line 1: ", said)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("locomo", "."), "holds no conversation (*.json)"),
        (("locomo", "/no/such"), "holds no conversation"),
        (("qmsum", "/no/such.jsonl"), "cannot be read (No such file or directory)"),
        (("qmsum", "."), "cannot be read (Is a directory)"),
    ],
)
def test_what_is_not_there(
    measured: Measured, argv: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(measured.folder)
    result = measured(*argv)
    assert (result.code, result.out) == (1, "")
    assert said in result.err


def test_a_corpus_that_is_not_there_or_empty(measured: Measured) -> None:
    (measured.folder / "none").mkdir()
    for folder, said in (("nowhere", "is not a folder"), ("none", "holds no transcript")):
        file = measured._lines("dev.jsonl", measured.rows)
        result = measured("podcasts", file, "--corpus", measured.folder / folder)
        assert (result.code, result.out) == (1, "")
        assert said in result.err


def test_wrong_usage(measured: Measured) -> None:
    assert measured("podcasts", "x.jsonl").code == 2  # without --corpus
    assert measured("locomo", ".", "--limit", "0").code == 2
    assert measured("locomo", ".", "--only", "both").code == 2
