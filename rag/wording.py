"""How answers are worded: who says a quote and of when it is, counts with their nouns, brackets that are no markers."""

from __future__ import annotations

import re

from rag.spoken_dates import counted_from, written
from rag.values import Citation


def quoted(citation: Citation, *, when: bool = False) -> str:
    """A quote with who says it.

    Args:
        citation: What is quoted.
        when: Whether the day matters: then it is told, and what "yesterday" and the like in the quote come to. Speakers
            hardly ever say a date; this is arithmetic on that of the transcript.
    """
    said = f"{speaker(citation)}: “{citation.quote}”"
    if not when or citation.source.date is None:
        return said
    counted = "".join(f"; {said} is {meant}" for said, meant in counted_from(citation.source.date, citation.quote))
    return f"{said} ({written(citation.source.date)}{counted})"


def speaker(citation: Citation) -> str:
    """Who is quoted."""
    if citation.turn.speaker is None:
        return "Unknown speaker"
    return f"{citation.turn.speaker}{' (name inferred)' if citation.turn.speaker_inferred else ''}"


def unmarked(text: str) -> str:
    """A text as it stands in an answer's, where "[2]" can only be a marker of ours."""
    return re.sub(r"\[(\d+)\]", r"(\1)", text)


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 turn", "1,204 turns"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
