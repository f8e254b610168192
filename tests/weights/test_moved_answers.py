"""The questions of the seeds, asked of a library in a file, in PostgreSQL and in a file again: the same answers."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.derived import Derived
from index.ingest import Ingest
from index.search import Search
from index.sentence_encoder import SentenceEncoder
from index.store import moving
from index.store.database import Database
from index.store.library import FILE, Library
from rag.ask import ask
from rag.values import Answer, Filters

pytestmark = [pytest.mark.weights, pytest.mark.postgres]
SEEDS = Path(__file__).parents[2] / "seeds"


def answers(home: Path, encoder: SentenceEncoder, url: str | None = None) -> list[Answer]:
    """What a server with fresh indexes answers."""
    lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    with closing(Library(home, encoder=encoder.name, database_url=url)) as library:
        search = Search(library, encoder, Derived(library, dimension=encoder.dimension))
        return [asked(json.loads(line), search) for line in lines[::8]]


def asked(question: dict[str, Any], search: Search) -> Answer:
    filters = Filters(speakers=(question["speaker"],)) if question["speaker"] else Filters()
    found = ask(question["question"], searcher=search, filters=filters)
    return replace(found, id="", timings_ms={})


def move(source: tuple[Path, str | None], target: tuple[Path, str | None]) -> moving.Moved:
    with (
        closing(Database(source[0] / FILE, url=source[1])) as one,
        closing(Database(target[0] / FILE, url=target[1])) as other,
    ):
        return moving.move(one, other)


def test_answers_are_the_same_before_and_after(tmp_path: Path, database_url: str) -> None:
    encoder = SentenceEncoder()
    with closing(Library(tmp_path / "file", encoder=encoder.name)) as library:
        assert Ingest(library, lambda: encoder).run([SEEDS]).count("added") == 8
    before = answers(tmp_path / "file", encoder)
    assert sum(one.status == "quoted" for one in before) >= 3
    over = move((tmp_path / "file", None), (tmp_path, database_url))
    assert answers(tmp_path / "server", encoder, database_url) == before
    back = move((tmp_path, database_url), (tmp_path / "again", None))
    assert answers(tmp_path / "again", encoder) == before
    assert over == back
