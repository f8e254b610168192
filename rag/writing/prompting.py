"""Evidence to what a model is given: numbered turns within a budget, and what to do with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from prompts import REFUSAL, render
from rag.evidence import Evidence
from rag.question import MAX_CHARS
from rag.sentences import bounded_ranges
from rag.spoken_dates import counted_from
from rag.values import Dropped, Message, Span
from rag.words import content_words
from rag.writing.model import Prompt

BUDGET = 3000  # tokens of evidence; small local models have room for 4,096 in all
_CHARS_A_TOKEN = 4  # of English; others take more tokens, and the budget leaves room for them
_OVERHEAD = 40  # tokens of the line around a turn
_LONGEST = 350  # words of one turn; of a speech, the part that has most of the question
_LOOKED_BACK = 6  # messages of the conversation that a follow-up is read with
_MESSAGE = 600  # characters of each


@dataclass(frozen=True, slots=True)
class Numbered:
    """A turn as a model sees it.

    Attributes:
        n: Its number in the prompt, from 1.
        evidence: The turn.
        span: The part of it that is shown.
    """

    n: int
    evidence: Evidence
    span: Span

    @property
    def text(self) -> str:
        """What is shown of the turn, verbatim."""
        return self.evidence.turn.text[self.span.char_start : self.span.char_end]


def numbered(evidence: Sequence[Evidence], question: str, *, budget: int = BUDGET) -> tuple[Numbered, ...]:
    """The most useful turns that fit, in order of speaking, numbered.

    Args:
        evidence: Best first.
        question: Decides which part of a long turn is shown.
        budget: Tokens that may be spent, estimated; the best turn is there in any case.
    """
    asked = set(content_words(question))
    chosen: list[tuple[Evidence, Span]] = []
    left = budget
    for one in evidence:
        span = _part(one, asked)
        cost = _OVERHEAD + (span.char_end - span.char_start) // _CHARS_A_TOKEN
        if chosen and cost > left:
            continue
        chosen.append((one, span))
        left -= cost
    rank: dict[str, int] = {}
    for one, _ in chosen:
        rank.setdefault(one.source.transcript_id, len(rank))
    chosen.sort(key=lambda pair: (rank[pair[0].source.transcript_id], pair[0].turn.turn))
    return tuple(Numbered(n, one, span) for n, (one, span) in enumerate(chosen, start=1))


def answer_prompt(question: str, turns: Sequence[Numbered], *, by_block: bool) -> Prompt:
    """What to give a model for an answer.

    Args:
        question: Standing alone.
        turns: What it may rest on.
        by_block: Its server cites the turns by itself.
    """
    citing = render("cite_by_block") if by_block else render("cite_by_marker")
    return Prompt(
        render("answer", citing=citing, refusal=REFUSAL),
        tuple(_block(one) for one in turns),
        render("question", question=question),
    )


def repair_prompt(answered: Prompt, question: str, dropped: Sequence[Dropped]) -> Prompt:
    """What to give a model whose sentences were refused: the same turns, the sentences, and why."""
    refused = "\n".join(f"- {_tame(one.text)} (refused: {one.reason})" for one in dropped)
    return Prompt(
        answered.system, answered.evidence, render("repair", question=question, refused=refused, refusal=REFUSAL)
    )


def condense_prompt(question: str, history: Sequence[Message]) -> Prompt:
    """What to give a model to make a follow-up stand alone."""
    names = {"user": "Reader", "assistant": "Answer"}
    said = "\n".join(
        f"{names[one.role]}: {_tame(' '.join(one.content.split()))[:_MESSAGE]}" for one in history[-_LOOKED_BACK:]
    )
    return Prompt("", (), render("condense", conversation=said, question=question[:MAX_CHARS]))


def _block(one: Numbered) -> str:
    source, turn = one.evidence.source, one.evidence.turn
    return render(
        "turn",
        n=str(one.n),
        speaker=_value(turn.speaker or "unknown"),
        date=_date(one),
        time="unknown" if turn.start is None else f"{int(turn.start) // 60}:{int(turn.start) % 60:02d}",
        title=_value(source.title),
        text=_tame(" ".join(one.text.split())),
    )


def _date(one: Numbered) -> str:
    """When a turn was said, and what "yesterday" and the like in it come to: small models count days badly."""
    day = one.evidence.source.date
    if day is None:
        return "unknown"
    return "; ".join([str(day), *(f"{_value(said)} is {meant}" for said, meant in counted_from(day, one.text))])


def _value(text: str) -> str:
    """Text inside a quoted value: nothing in it ends the value."""
    return _tame(" ".join(text.split())).replace('"', "'")


def _tame(text: str) -> str:
    """What people said, in which nothing can pass for a marker of ours or for the line around a turn."""
    bare = re.sub(r"<(?=\s*/?\s*(?:turn|conversation)\b)", "(", text, flags=re.IGNORECASE)
    return re.sub(r"[\[【](\d[\d\s,;–-]*)[\]】]", r"(\1)", bare)


def _part(one: Evidence, asked: set[str]) -> Span:
    """All of a turn, or of a long one the run of sentences with most of what is asked."""
    text = one.turn.text
    if len(text.split()) <= _LONGEST:
        return Span(one.turn.turn, 0, len(text))
    ranges = bounded_ranges(text, max_words=_LONGEST // 4, max_chars=2 * _LONGEST)
    counts = [len(text[start:end].split()) for start, end in ranges]
    has = [set(content_words(text[start:end])) & asked for start, end in ranges]
    best, worth = (0, 0), -1
    for first in range(len(ranges)):
        words, last = 0, first
        while last < len(ranges) and words + counts[last] <= _LONGEST:
            words += counts[last]
            last += 1
        found = len(set().union(*has[first:last])) * 100 + sum(len(some) for some in has[first:last])
        if last > first and found > worth:
            best, worth = (first, last - 1), found
    return Span(one.turn.turn, ranges[best[0]][0], ranges[best[1]][1])
