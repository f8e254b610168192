"""A question to an answer in which everything said is cited. One function, in numbered steps."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from time import perf_counter

from prompts import REFUSAL, render
from rag import quote, refusal
from rag.evidence import Searcher, gather
from rag.question import checked, parse, standalone
from rag.values import Answer, Citation, Filters, Message, Searched, Sentence
from rag.writing.writer import NOTHING, Writer

_NEAREST = 3  # passages shown when there is no answer
TOP_K = 10


def ask(  # noqa: PLR0913 - each is something else that a caller may have
    question: str,
    *,
    searcher: Searcher,
    filters: Filters | None = None,
    history: tuple[Message, ...] = (),
    top_k: int = TOP_K,
    writer: Writer | None = None,
) -> Answer:
    """Answer a question from the transcripts: in the words of those who spoke, or a model's, each sentence checked.

    Args:
        question: 1 to 4,000 characters.
        searcher: The library.
        filters: Which turns may be looked at and quoted.
        history: The conversation before, oldest first.
        top_k: How many hits to look at, from 1.
        writer: Writes with a language model; None for quotes.

    Returns:
        An `answered` one where a model wrote what holds; else a `quoted` one, or `not_found` with the nearest passages.

    Raises:
        QuestionError: The question is empty or too long.
    """
    began = perf_counter()
    filters = filters or Filters()
    # 1. Make the question stand alone.
    asked = checked(question)
    alone = standalone(asked, history)
    if writer is not None and history:
        alone = writer.condensed(asked, history, otherwise=alone)
    parsed = parse(alone)
    # 2. Search, and widen the hits to the exchanges they belong to.
    searched = searcher.searched(filters)
    hits = searcher.search(alone, filters=filters, top_k=top_k) if searched.turns else []
    evidence = gather(hits, searcher, filters)
    found_at = perf_counter()
    # 3. Draft: the best sentences, verbatim.
    extracts = quote.extracts(parsed, evidence, searcher)
    # 4. Decide whether they answer at all.
    answers = refusal.answerable(refusal.grounds(parse(asked), extracts, evidence))
    decided_at = perf_counter()
    # 5. Have it written where there is a model, every sentence checked; what does not hold is dropped.
    written = writer.write(alone, evidence, searcher) if writer is not None and answers else NOTHING
    # 6. Resolve citations and write it down.
    if written.sentences:
        sentences, citations, text = written.sentences, written.citations, written.text
    elif answers and not written.refused:
        sentences, citations, text = _quoted(extracts)
    else:
        sentences, citations, text = (), _nearest(extracts), _not_found(searched)
    ended = perf_counter()
    return Answer(
        id=uuid.uuid4().hex,
        question=asked,
        standalone_question=alone,
        status="answered" if written.sentences else "quoted" if sentences else "not_found",
        text=text,
        sentences=sentences,
        citations=citations,
        dropped=written.dropped,
        searched=searched,
        model=writer.model.name if writer is not None and written.sentences else None,
        timings_ms={
            "search": _ms(found_at - began),
            "quote": _ms(decided_at - found_at),
            **({} if writer is None else {"write": _ms(ended - decided_at)}),
            "total": _ms(ended - began),
        },
    )


def _quoted(extracts: Sequence[quote.Extract]) -> tuple[tuple[Sentence, ...], tuple[Citation, ...], str]:
    ordered = _in_order(extracts)
    citations = tuple(
        Citation(n, extract.source, extract.turn, extract.span) for n, extract in enumerate(ordered, start=1)
    )
    sentences = tuple(Sentence(f"{_who(one)}: “{one.quote}”", (one.n,), 1.0) for one in citations)
    return sentences, citations, "\n".join(f"{_unmarked(one.text)} [{one.citations[0]}]" for one in sentences)


def _unmarked(quote: str) -> str:
    """A quote as it stands in the answer's text, where "[2]" can only be a marker of ours."""
    return re.sub(r"\[(\d+)\]", r"(\1)", quote)


def _in_order(extracts: Sequence[quote.Extract]) -> list[quote.Extract]:
    """Transcripts in order of their best extract, the extracts of each in order of speaking."""
    rank: dict[str, int] = {}
    for extract in extracts:
        rank.setdefault(extract.source.transcript_id, len(rank))
    return sorted(extracts, key=lambda one: (rank[one.source.transcript_id], one.span.turn, one.span.char_start))


def _who(citation: Citation) -> str:
    if citation.turn.speaker is None:
        return "Unknown speaker"
    return f"{citation.turn.speaker}{' (name inferred)' if citation.turn.speaker_inferred else ''}"


def _nearest(extracts: Sequence[quote.Extract]) -> tuple[Citation, ...]:
    return tuple(
        Citation(n, extract.source, extract.turn, extract.span, nearest=True)
        for n, extract in enumerate(extracts[:_NEAREST], start=1)
    )


def _not_found(searched: Searched) -> str:
    if searched.turns == 0:
        narrow = searched.filters != Filters()
        why = (
            "no turn passes the filters; drop or correct one (`transcite list` shows what there is)"
            if narrow
            else "the library is empty; add transcripts with `transcite ingest PATH`"
        )
        return render("nothing_to_search", refusal=REFUSAL, why=why)
    looked = f"{_counted(searched.turns, 'turn')} of {_counted(searched.transcripts, 'transcript')}"
    return render("not_found", refusal=REFUSAL, searched=looked)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
