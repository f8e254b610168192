"""How answers are worded: who says a quote, counts with their nouns, brackets that are no markers."""

from __future__ import annotations

import re

from rag.values import Citation


def quoted(citation: Citation) -> str:
    """A quote with who says it."""
    return f"{speaker(citation)}: “{citation.quote}”"


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
