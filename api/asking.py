"""The commands that ask the library: `ask` and `search`."""

from __future__ import annotations

import datetime as dt

from api import render, wire
from api.compose import EMPTY, Parts
from api.streams import document, tell
from rag.ask import ask as answer_to
from rag.errors import ModelError
from rag.question import checked
from rag.timing import days_named
from rag.values import Filters, Searched
from rag.writing.writer import Writer


def ask(parts: Parts, question: str, filters: Filters, *, top_k: int, as_json: bool) -> None:
    """Answer a question in the words of those who spoke, or those of a language model where there is one.

    Raises:
        QuestionError: The question is empty or too long.
    """
    checked(question)  # before the encoder takes its seconds
    with parts.searching(filters) as searcher:
        answer = answer_to(
            question,
            searcher=searcher,
            filters=filters,
            top_k=top_k,
            today=dt.date.today(),
            caution=parts.settings.caution,
            writer=_writer(parts),
        )
        if as_json:
            document(wire.Answer.of(answer))
        else:
            render.show(render.answer(answer))
    if answer.searched.filters == filters:  # else it is what the question itself lays down, and the answer tells
        _note(parts, answer.searched)


def search(parts: Parts, query: str, filters: Filters, *, top_k: int, as_json: bool) -> None:
    """Show the turns that best match some words.

    Raises:
        QuestionError: The query is empty or too long.
    """
    wanted = checked(query, what="query")
    with parts.searching(filters) as searcher:
        near = days_named(wanted, today=dt.date.today(), sources=lambda: searcher.sources(filters))
        hits = searcher.search(wanted, filters=filters, top_k=top_k, near=near)
        if as_json:
            document(wire.Hits(hits=[wire.Hit.of(hit) for hit in hits]))
        else:
            render.show(render.hits(hits))
        searched = searcher.searched(filters)
    _note(parts, searched)


def _writer(parts: Parts) -> Writer | None:
    """Writes with the model there is, and says on standard error why that failed."""
    if parts.model is None:
        return None

    def trouble(error: ModelError) -> None:
        tell(f"{error}{f' ({error.detail})' if error.detail else ''}; answering with quotes")

    return Writer(parts.model, on_trouble=trouble, budget=parts.settings.llm_evidence)


def _note(parts: Parts, searched: Searched) -> None:
    """Say on standard error why nothing was found, when nothing could be."""
    if searched.turns:
        return
    if parts.is_empty():
        tell(EMPTY.format(place=parts.place))
    else:
        tell("the filters let nothing through; drop or correct one (`transcite list` shows what there is)")
