"""A filter is a rule: what it does not let through is nowhere in the output."""

from __future__ import annotations

from typing import Any

import pytest
from command import Transcite

HEARING, BRIDGE = "Hearing on the Ambulance Grant", "Bridge talk"


def found(transcite: Transcite, *options: str) -> list[dict[str, Any]]:
    result = transcite("search", "the grant and the harbor bridge", "--json", *options)
    assert result.code == 0
    hits: list[dict[str, Any]] = result.document["hits"]
    return hits


def test_speakers(filled: Transcite) -> None:
    assert {hit["speaker"] for hit in found(filled, "--speaker", "ibarra")} == {"José Ibarra"}
    both = found(filled, "--speaker", "José Ibarra", "--speaker", "Leo Sand")
    assert {hit["speaker"] for hit in both} == {"José Ibarra", "Leo Sand"}
    assert "José Ibarra" not in {hit["speaker"] for hit in found(filled, "--not-speaker", "Ibarra")}


def test_an_answer_quotes_nobody_else(filled: Transcite) -> None:
    answer = filled("ask", "What about the grant of Tamarack County?", "--speaker", "Diane Okafor", "--json").document
    assert {one["speaker"] for one in answer["citations"]} <= {"Diane Okafor"}
    assert answer["searched"]["filters"]["speakers"] == ["Diane Okafor"]
    assert answer["searched"]["turns"] == 2


def test_transcripts_collections_and_days(filled: Transcite) -> None:
    ids = filled.ids()
    assert {hit["title"] for hit in found(filled, "--transcript", ids[BRIDGE])} == {BRIDGE}
    assert {hit["title"] for hit in found(filled, "--collection", "default")} == {HEARING, BRIDGE}
    assert {hit["title"] for hit in found(filled, "--since", "2023-05-16", "--until", "2023-05-16")} == {HEARING}


def test_top_k(filled: Transcite) -> None:
    assert len(found(filled, "--top-k", "1")) == 1
    assert len(found(filled, "--top-k", "100")) == 6


@pytest.mark.parametrize(
    "options", [("--collection", "x"), ("--transcript", "x"), ("--speaker", "x"), ("--since", "2024-01-01")]
)
def test_filters_that_let_nothing_through_say_so(filled: Transcite, options: tuple[str, str]) -> None:
    for command in ("search", "ask"):
        result = filled(command, "the grant", *options, "--json")
        assert result.code == 0
        assert result.err == (
            "transcite: the filters let nothing through; drop or correct one (`transcite list` shows what there is)\n"
        )
    assert result.document["status"] == "not_found"
    assert filled.encoders == []


def test_collections_are_apart(filled: Transcite, files: Any) -> None:
    report = filled("ingest", files / "bridge.vtt", "--collection", "Städte", "--json").document
    assert report["added"] == 1
    assert {hit["collection"] for hit in found(filled, "--collection", "Städte")} == {"Städte"}
    listed = filled("list", "--collection", "Städte", "--json").document["transcripts"]
    assert [one["collection"] for one in listed] == ["Städte"]


def test_what_is_removed_is_not_found_and_what_is_renamed_is(filled: Transcite) -> None:
    ids = filled.ids()
    assert filled("rename-speaker", ids[BRIDGE], "Leo Sand", "Leopold Sand").code == 0
    assert {hit["speaker"] for hit in found(filled, "--speaker", "Leopold")} == {"Leopold Sand"}
    assert filled("rm", ids[HEARING]).code == 0
    assert {hit["title"] for hit in found(filled)} == {BRIDGE}


def test_a_new_index_finds_the_same(filled: Transcite) -> None:
    before = found(filled)
    assert filled("reindex").code == 0
    assert filled("info", "--json").document["indexes_level"] is True
    assert found(filled) == before
    assert len(filled.encoders) == 2  # for the two searches, none for the index
