"""A question to an answer in which everything said is cited. One function, in numbered steps."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from time import perf_counter

from prompts import REFUSAL, render
from rag import quote, refusal
from rag.evidence import Searcher, gather
from rag.exhaustive import Exhaustive
from rag.listing import Drafted, listing, not_said
from rag.premise import LOOKED_AT, premise
from rag.question import checked, parse
from rag.understanding import Understood, understand
from rag.values import Answer, Citation, Filters, Message, Searched, Sentence
from rag.wording import counted, quoted, unmarked
from rag.writing.writer import NOTHING, Writer

_NEAREST = 3  # passages shown when there is no answer
TOP_K = 10
# What is counted over everything is there or is not: these grounds lie beyond any line.
_COUNTED = 100.0


def ask(  # noqa: PLR0913 - what a question is asked of, and what it comes with
    question: str,
    *,
    searcher: Searcher,
    filters: Filters | None = None,
    history: tuple[Message, ...] = (),
    top_k: int = TOP_K,
    today: dt.date | None = None,
    caution: refusal.Caution = "balanced",
    writer: Writer | None = None,
) -> Answer:
    """Answer a question from the transcripts: in the words of those who spoke, or a model's, each sentence checked.

    Args:
        question: 1 to 4,000 characters.
        searcher: The library.
        filters: Which turns may be looked at and quoted.
        history: The conversation before, oldest first.
        top_k: How many hits to look at, from 1.
        today: What "last week" in the question is counted from; None where that is not known.
        caution: How sure the evidence must be before it is quoted.
        writer: Writes with a language model; None for quotes.

    Returns:
        An `answered` one where a model wrote what holds; else a `quoted` one, or `not_found` with the nearest passages.

    Raises:
        QuestionError: The question is empty or too long.
    """
    began = perf_counter()
    # 1. Understand it: what it leans on, and what it says of whose turns, of when, of how much.
    asked, filters = checked(question), filters or Filters()
    understood = understand(asked, history=history, filters=filters, knowing=searcher, today=today)
    if writer is not None and history:
        alone = writer.condensed(asked, history, otherwise=understood.text)
        understood = understand(alone, history=(), filters=filters, knowing=searcher, today=today)
    searched = searcher.searched(understood.filters)
    # 2. What is asked of everything is counted, not sampled.
    if understood.listing is not None and searched.turns:
        found_at, written = began, NOTHING
        sentences, citations, text = _listed(understood.listing, understood, searcher, searched)
        decided_at, worth = perf_counter(), _COUNTED if sentences else -_COUNTED
    else:
        # 3. Search, and widen the hits to the exchanges they belong to.
        depth = max(top_k, LOOKED_AT) if searched.turns else 0
        chosen, days = understood.filters, understood.near
        hits = searcher.search(understood.query, filters=chosen, top_k=depth, near=days) if depth else []
        evidence = gather(hits[:top_k], searcher, chosen)
        found_at = perf_counter()
        # 4. Draft: the best sentences, verbatim.
        extracts = quote.extracts(parse(understood.text).without(understood.aside), evidence, searcher)
        # 5. Decide whether they answer at all.
        own = parse(understood.own).without(understood.aside)
        holds = premise(own, understood.named, hits, searcher, understood.filters)
        grounds = refusal.grounds(own, extracts, evidence, holds)
        answers, worth = refusal.answerable(grounds, caution), refusal.worth(grounds)
        decided_at = perf_counter()
        # 6. Have it written where there is a model, every sentence checked; what does not hold is dropped.
        written = writer.write(understood.text, evidence, searcher) if writer is not None and answers else NOTHING
        # 7. Resolve citations.
        if written.sentences:
            sentences, citations, text = written.sentences, written.citations, written.text
        elif answers and not written.refused:
            sentences, citations, text = _quoted(extracts, when="time" in own.wants)
        else:
            sentences, citations, text = (), _nearest(extracts), _not_found(searched, understood)
    # 8. Write it down.
    ended = perf_counter()
    return Answer(
        id=uuid.uuid4().hex,
        question=asked,
        standalone_question=understood.text,
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
        grounds=worth,
    )


def _listed(asked: Exhaustive, understood: Understood, searcher: Searcher, searched: Searched) -> Drafted:
    looked = _looked(searched, understood)
    return listing(asked, searcher, understood.filters, looked=looked) or ((), (), not_said(asked, looked=looked))


def _quoted(extracts: Sequence[quote.Extract], *, when: bool) -> Drafted:
    ordered = _in_order(extracts)
    citations = tuple(
        Citation(n, extract.source, extract.turn, extract.span) for n, extract in enumerate(ordered, start=1)
    )
    sentences = tuple(Sentence(quoted(one, when=when), (one.n,), 1.0) for one in citations)
    return sentences, citations, "\n".join(f"{unmarked(one.text)} [{one.citations[0]}]" for one in sentences)


def _in_order(extracts: Sequence[quote.Extract]) -> list[quote.Extract]:
    """Transcripts in order of their best extract, the extracts of each in order of speaking."""
    rank: dict[str, int] = {}
    for extract in extracts:
        rank.setdefault(extract.source.transcript_id, len(rank))
    return sorted(extracts, key=lambda one: (rank[one.source.transcript_id], one.span.turn, one.span.char_start))


def _nearest(extracts: Sequence[quote.Extract]) -> tuple[Citation, ...]:
    return tuple(
        Citation(n, extract.source, extract.turn, extract.span, nearest=True)
        for n, extract in enumerate(extracts[:_NEAREST], start=1)
    )


def _not_found(searched: Searched, understood: Understood) -> str:
    if searched.turns:
        return render("not_found", refusal=REFUSAL, searched=_looked(searched, understood)) + _strangers(understood)
    if understood.rules:
        why = f"the question asks for {', '.join(understood.rules)}, and there is none"
    elif searched.filters != Filters():
        why = "no turn passes the filters; drop or correct one (`transcite list` shows what there is)"
    else:
        why = "the library is empty; add transcripts with `transcite ingest PATH`"
    return render("nothing_to_search", refusal=REFUSAL, why=why)


def _looked(searched: Searched, understood: Understood) -> str:
    """How much was looked at, and what of the question narrowed it."""
    turns, transcripts = counted(searched.turns, "turn"), counted(searched.transcripts, "transcript")
    return f"{turns} of {transcripts}{_in_words(understood)}"


def _in_words(understood: Understood) -> str:
    return f" ({', '.join(understood.rules)})" if understood.rules else ""


def _strangers(understood: Understood) -> str:
    """Who was asked about and does not speak."""
    told = (
        f" Nobody named {name} speaks in them{'' if close is None else f'; {close} does'}."
        for name, close in understood.unknown
    )
    return "".join(told)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
