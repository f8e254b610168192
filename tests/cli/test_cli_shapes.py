"""The JSON documents: the contract's fields, all of them, in its order, and nothing else on standard output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command import Transcite

CITATION = (
    "n transcript_id title date collection turn speaker speaker_inferred char_start char_end quote start end url"
).split()
ANSWER = (
    "id question standalone_question status text sentences citations dropped searched model timings_ms conversation_id"
).split()
HIT = "transcript_id title date collection first_turn last_turn speaker text start end score url".split()
FILTERS = "collections transcripts speakers not_speakers since until".split()
DETAIL = "id title date collection source source_url media_url speakers turns".split()
TURN = "turn speaker speaker_inferred text start end".split()
SUMMARY = "id title date collection turns words speakers format added_at".split()
REPORT = "files added replaced unchanged duplicate rejected skipped".split()
FILE = "path outcome transcript_id turns reason line format speakers times".split()
INFO = (
    "home database disk_bytes transcripts turns words collections encoder mismatch generation indexes_level"
    " engine engine_trouble"
).split()

QUESTION = "Why was the grant of Tamarack County taken back?"


def keys(document: dict[str, Any]) -> list[str]:
    return list(document)


def test_answer(filled: Transcite) -> None:
    answer = filled("ask", QUESTION, "--json").document
    assert keys(answer) == ANSWER
    assert answer["status"] == "quoted"
    assert [keys(one) for one in answer["citations"]] == [CITATION] * len(answer["citations"])
    assert [keys(one) for one in answer["sentences"]] == [["text", "citations", "support"]] * len(answer["sentences"])
    assert keys(answer["searched"]) == ["collections", "transcripts", "turns", "filters"]
    assert keys(answer["searched"]["filters"]) == FILTERS
    assert all(f"[{one['n']}]" in answer["text"] for one in answer["citations"])


def test_every_quote_is_the_stored_turn_verbatim(filled: Transcite) -> None:
    citations = filled("ask", QUESTION, "--json").document["citations"]
    assert citations
    for one in citations:
        turns = filled("show", one["transcript_id"], "--json").document["turns"]
        turn = turns[one["turn"] - 1]
        assert turn["turn"] == one["turn"]
        assert turn["text"][one["char_start"] : one["char_end"]] == one["quote"]
        assert turn["speaker"] == one["speaker"]
        assert one["url"] == f"/t/{one['transcript_id']}#turn-{one['turn']}"


def test_answer_that_is_not_there(filled: Transcite) -> None:
    result = filled("ask", "Which violins did the zookeeper auction?", "--json")
    assert (result.code, result.err) == (0, "")
    assert result.document["status"] == "not_found"
    assert all(keys(one) == [*CITATION, "role"] for one in result.document["citations"])
    assert all(one["role"] == "nearest" for one in result.document["citations"])


def test_hits(filled: Transcite) -> None:
    hits = filled("search", "harbor bridge", "--json").document
    assert keys(hits) == ["hits"]
    assert [keys(hit) for hit in hits["hits"]] == [HIT] * len(hits["hits"])
    first = hits["hits"][0]
    assert (first["title"], first["date"]) == ("Bridge talk", None)
    assert first["text"].startswith(("The harbor", "Painting"))
    assert first["start"] in {3.0, 3723.5}


def test_transcripts_and_one_of_them(filled: Transcite) -> None:
    document = filled("list", "--json").document
    assert keys(document) == ["transcripts"]
    assert [keys(one) for one in document["transcripts"]] == [SUMMARY] * 2
    hearing = next(one for one in document["transcripts"] if one["date"] == "2023-05-16")
    assert (hearing["turns"], hearing["speakers"], hearing["collection"]) == (4, 2, "default")
    detail = filled("show", hearing["id"], "--json").document
    assert keys(detail) == DETAIL
    assert [keys(turn) for turn in detail["turns"]] == [TURN] * 4
    assert detail["speakers"] == ["Diane Okafor", "José Ibarra"]


def test_ingest_report(transcite: Transcite, files: Path) -> None:
    (files / "empty.txt").write_text("")
    result = transcite("ingest", files, files / "hearing.txt", "--json")
    report = result.document
    assert keys(report) == REPORT
    assert [keys(one) for one in report["files"]] == [FILE] * 3
    assert {one["outcome"] for one in report["files"]} == {"added", "rejected"}
    assert (result.code, report["added"], report["rejected"]) == (1, 2, 1)
    assert result.err.startswith(f"transcite: {files / 'empty.txt'}: ")
    assert (
        transcite("ingest", "/no/such", "/or/such").err
        == "transcite: 2 of 2 files were rejected; the report says why\n"
    )


def test_what_was_done(filled: Transcite) -> None:
    hearing = filled.ids()["Hearing on the Ambulance Grant"]
    renamed = filled("rename-speaker", hearing, "José Ibarra", "J.  Ibarra", "--json").document
    assert renamed == {"transcript_id": hearing, "old": "José Ibarra", "new": "J. Ibarra", "turns": 2}
    assert keys(renamed) == ["transcript_id", "old", "new", "turns"]
    assert filled("rm", hearing, hearing, "--json").document == {"removed": [hearing], "turns": 4}


def test_info(filled: Transcite) -> None:
    info = filled("info", "--json").document
    assert keys(info) == INFO
    assert (info["transcripts"], info["turns"], info["collections"]) == (2, 6, ["default"])
    assert (info["home"], info["generation"], info["indexes_level"]) == (str(filled.home), 2, True)
    assert info["disk_bytes"] > 10_000
    assert (info["engine"], info["engine_trouble"]) == (None, None)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_whole_in_any_encoding(filled: Transcite, encoding: str) -> None:
    hearing = filled.ids()["Hearing on the Ambulance Grant"]
    assert "José Ibarra" in filled("show", hearing, "--json", encoding=encoding).document["speakers"]
