"""The three suites from the command line: which questions count in which figure, and what they come to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from suites import Measured

from index.store.library import Library

QUESTION = "id type question answerable gold found status answer cited grounds scores error".split()
DOCUMENT = """
    suite data version encoder only questions errors seconds notes figures recall refusals false_premises cautions
    caution decided results
""".split()


def test_locomo(measured: Measured) -> None:
    result = measured.locomo("--json")
    assert result.code == 0
    assert result.document["questions"] == 4
    assert result.figure("turn recall@25") == (1.0, 3)  # the question without evidence has no part in recall
    assert result.figure("turn recall@25", "adversarial") == (1.0, 1)
    assert result.figure("answer coverage") == (1.0, 2)
    assert result.figure("answer coverage", "single-hop") == (1.0, 1)
    assert result.figure("citation recall") == (1.0, 2)
    assert result.figure("refusal recall")[1] == 4
    assert result.figure("false premises refused")[1] == 1  # "Ann's" concert is Bob's
    assert result.figure("other unanswerable refused")[1] == 1
    assert "key accuracy" not in result.names()


def test_locomo_turns_are_those_of_the_sessions_captions_and_days_included(measured: Measured) -> None:
    measured.locomo("--only", "search", "--json")
    [home] = (measured.home / "eval").iterdir()
    measured.home = home
    titles = {one["title"]: one for one in measured.run("list", "--json").document["transcripts"]}
    assert {title: (one["date"], one["turns"]) for title, one in titles.items()} == {
        "Ann and Bob, session 1": ("2023-05-08", 2),
        "Ann and Bob, session 2": ("2023-12-25", 2),
    }
    turns = measured.run("show", titles["Ann and Bob, session 1"]["id"], "--json").document["turns"]
    assert turns[1]["text"] == "Splendid! My violin concert went badly. [shares a picture: a hall]"


def test_locomo_references_as_published(measured: Measured) -> None:
    measured.conversation["qa"][0]["evidence"] = ["D1:1; D2:2", "D:1:02"]
    result = measured.locomo("--only", "search", "--json")
    assert len(result.document["results"][0]["gold"]) == 3


def test_a_published_reference_that_leads_nowhere_is_told_and_never_found(measured: Measured) -> None:
    question = measured.conversation["qa"][0]
    measured.conversation["qa"] = [dict(question, question=f"{question['question']} ({n})") for n in range(60)]
    measured.conversation["qa"][7]["evidence"] = ["D1:1", "D9:9"]
    result = measured.locomo("--only", "search", "--json")
    assert result.document["results"][7]["scores"]["turn recall@25"] == 0.5
    assert any("D9:9 (7.json, line" in note for note in result.document["notes"])


def test_qmsum(measured: Measured) -> None:
    result = measured.qmsum("--json")
    assert result.code == 0
    # Eight words, and five: the empty turn counts nowhere. Both fit into the budget.
    assert result.figure("gold words in 800") == (1.0, 2)
    assert result.figure("words read of 800") == (13.0, 2)
    assert "refusal F1" not in result.names()
    assert result.document["results"][1]["gold"] == [
        {"transcript_id": result.document["results"][0]["gold"][0]["transcript_id"], "turn": 2}
    ]


def test_podcasts(measured: Measured) -> None:
    result = measured.podcasts("--json")
    assert result.code == 0
    assert result.figure("turn recall@25") == (1.0, 3)
    assert result.figure("key accuracy") == (1.0, 3)
    assert result.figure("citation recall") == (1.0, 3)
    assert result.figure("refusal F1") == (1.0, 4)
    assert result.figure("refused", "unanswerable") == (1.0, 1)
    assert result.figure("refused", "fact") == (0.0, 1)
    assert result.figure("follow-ups: history / explicit") == (1.0, 1)
    assert result.figure("speaker in the question only: own turns cited")[1] == 1
    assert "token F1" not in result.names()


def test_a_follow_up_may_bring_its_explicit_form(measured: Measured) -> None:
    assert any("no explicit form" in note for note in measured.podcasts("--json").document["notes"])
    measured.rows[2]["explicit"] = "Which zeppelin did the mayor of Ulm steer?"
    result = measured.podcasts("--only", "search", "--json")
    assert any("the field 'explicit'" in note for note in result.document["notes"])
    assert result.figure("follow-up recall@10, history") == (1.0, 1)


def test_a_gold_paragraph_is_the_turn_that_holds_its_words(measured: Measured) -> None:
    turns = {one["id"]: one["gold"] for one in measured.podcasts("--json").document["results"]}
    [transcript_id] = {place["transcript_id"] for places in turns.values() for place in places}
    measured.home = next((measured.home / "eval").iterdir())
    shown = measured.run("show", transcript_id, "--json").document["turns"]
    said = {name: shown[places[0]["turn"] - 1]["text"] for name, places in turns.items() if places}
    assert said["p-1"].startswith("The lantern was lit")
    assert said["p-2"].startswith("The harbour board paid")  # the paragraph's number alone: there is no quote
    assert said["p-3"] == said["p-1"]  # an unlabelled paragraph belongs to the one before


def test_the_document_has_these_fields(measured: Measured) -> None:
    document = measured.podcasts("--json").document
    assert list(document) == DOCUMENT
    assert [list(one) for one in document["results"]] == [QUESTION] * 4
    assert [list(one) for one in document["figures"]] == [["name", "group", "value", "low", "high", "n"]] * len(
        document["figures"]
    )
    assert all(one["low"] <= one["value"] <= one["high"] for one in document["figures"] if one["low"] is not None)
    [whole] = [one for one in document["recall"] if one["group"] == "all"]
    assert len(whole["values"]) == 25
    assert whole["values"] == sorted(whole["values"])
    assert document["refusals"][-1]["refused"] == 4
    assert document["decided"]["recall"] == 1.0


def test_a_table_for_people(measured: Measured) -> None:
    result = measured.podcasts()
    assert result.code == 0
    assert "turn recall@10" in result.out
    assert "unanswerable" in result.out
    assert "4 questions" in result.out


def test_half_of_it(measured: Measured) -> None:
    searched = measured.podcasts("--only", "search", "--json")
    assert "turn recall@10" in searched.names()
    assert not {"refusal F1", "key accuracy"} & searched.names()
    assert all(one["status"] is None for one in searched.document["results"])
    asked = measured.podcasts("--only", "answers", "--json")
    assert {"refusal F1", "key accuracy"} <= asked.names()
    assert not {"turn recall@10", "follow-up recall@10, history"} & asked.names()
    assert all(one["found"] is None for one in asked.document["results"])


def test_a_sample_is_spread_over_all_questions(measured: Measured) -> None:
    document = measured.podcasts("--limit", "2", "--json").document
    assert [one["id"] for one in document["results"]] == ["p-1", "p-3"]
    assert document["notes"][0] == "A sample: 2 of 4 questions, evenly spaced."


@pytest.mark.parametrize(("suite", "text"), [("locomo", "charity"), ("qmsum", "rubber"), ("podcasts", "lantern")])
def test_nothing_is_encoded_twice(measured: Measured, suite: str, text: str) -> None:
    run = getattr(measured, suite)
    first = run("--json").document
    assert any(text in one for one in measured.encoder.texts)
    stored = [path.stat().st_mtime_ns for path in sorted((measured.home / "eval").glob("*/library.db"))]
    again = run("--json").document
    assert [one["scores"] for one in again["results"]] == [one["scores"] for one in first["results"]]
    assert [path.stat().st_mtime_ns for path in sorted((measured.home / "eval").glob("*/library.db"))] == stored


def test_a_library_of_the_same_files_is_used_as_it_is(measured: Measured) -> None:
    measured.podcasts("--only", "search", "--json")
    shutil.rmtree(measured.home)
    measured.run("ingest", measured.folder / "corpus")
    measured.encoder.texts.clear()
    assert measured.podcasts("--only", "search", "--json").code == 0
    assert measured.encoder.texts == ["", "loads the encoder"]
    assert not (measured.home / "eval").exists()


def test_a_library_with_anything_else_in_it_is_left_alone(measured: Measured, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("ANN LEE: The lantern was lit with colza oil.\n\nBO KIM: Was it, now, really, in the end?\n")
    measured.run("ingest", other)
    result = measured.podcasts("--json")
    assert result.figure("turn recall@1") == (1.0, 3)
    assert measured.run("info", "--json").document["transcripts"] == 1


def test_what_left_the_folder_is_not_searched(measured: Measured) -> None:
    gone = measured.folder / "corpus" / "show" / "two.md"
    gone.parent.mkdir(parents=True)
    gone.write_text(
        "**Una Fox:** What oil lit the lantern? Whale oil.\n\n**Ivo Dean:** I do not believe that at all.\n"
    )
    assert measured.podcasts("--json").document["results"][0]["found"][0]["transcript_id"].startswith("two")
    gone.unlink()
    found = measured.podcasts("--json").document["results"][0]["found"]
    assert all(place["transcript_id"].startswith("one") for place in found)


@pytest.mark.parametrize("suite", ["locomo", "podcasts"])
def test_an_eval_library_of_another_encoder_is_made_again(measured: Measured, suite: str) -> None:
    run = getattr(measured, suite)
    first = run("--json").document
    [home] = (measured.home / "eval").iterdir()
    made_with_another_encoder(home)
    measured.encoder.texts.clear()
    assert [one["scores"] for one in run("--json").document["results"]] == [one["scores"] for one in first["results"]]


def test_a_library_of_ones_own_by_another_encoder_is_refused_and_kept(measured: Measured) -> None:
    measured.podcasts("--only", "search")
    shutil.rmtree(measured.home)
    measured.run("ingest", measured.folder / "corpus")
    made_with_another_encoder(measured.home)
    result = measured.podcasts("--json")
    assert (result.code, result.out) == (1, "")
    assert "run `transcite reindex`" in result.err
    assert (measured.home / "library.db").exists()


def made_with_another_encoder(home: Path) -> None:
    library = Library(home, encoder="another")
    library.replace_vectors([], generation=library.generation())
    library.close()
