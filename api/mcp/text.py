"""Results as plain text, for assistants to read. Quotes are as they were said, to the letter: nothing is escaped."""

from __future__ import annotations

from collections.abc import Iterable

from api import wire
from api.mcp.shapes import Turns
from api.render import clock
from api.wire_library import Turn


def answer(value: wire.Answer, base: str) -> str:
    """An answer and its sources, or the nearest passages."""
    if not value.citations:
        return value.text
    heading = "Nearest passages, which do not answer it:" if value.status == "not_found" else "Sources:"
    return "\n".join([value.text, "", heading, *(_source(one, base) for one in value.citations)])


def hits(found: wire.Hits, base: str) -> str:
    """What a search found, best first."""
    if not found.hits:
        return "Nothing found."
    return "\n\n".join(_hit(n, one, base) for n, one in enumerate(found.hits, start=1))


def turns(value: Turns) -> str:
    """Turns of a transcript."""
    facts = _joined([value.title, value.date, f"transcript {value.id}", f"{value.turns_in_all} turns in all"])
    lines = [f"[turn {one.turn}] {_spoken(one)}: {one.text}" for one in value.turns]
    left = [] if value.next_turn is None else [f"More follows: ask again with first_turn {value.next_turn}."]
    return "\n".join([facts, *(lines or ["There are no such turns."]), *left])


def _source(one: wire.Citation, base: str) -> str:
    facts = [_speaker(one.speaker, inferred=one.speaker_inferred), one.title, one.date, f"turn {one.turn}"]
    facts += [_time(one.start), f"transcript {one.transcript_id}"]
    number = f"[{one.n}] " if one.role is None else "- "
    return f"{number}{_joined(facts)}: “{one.quote}”{_link(one.url, base)}"


def _hit(n: int, one: wire.Hit, base: str) -> str:
    spoken = f"turn {one.first_turn}" if one.first_turn == one.last_turn else f"turns {one.first_turn}-{one.last_turn}"
    facts = [one.title, one.date, spoken, _time(one.start), f"transcript {one.transcript_id}"]
    return f"{n}. {_joined(facts)}{_link(one.url, base)}\n{_speaker(one.speaker)} speaks first: {one.text}"


def _spoken(one: Turn) -> str:
    return _joined([_speaker(one.speaker, inferred=one.speaker_inferred), _time(one.start)])


def _speaker(name: str | None, *, inferred: bool = False) -> str:
    return f"{name or 'Unknown speaker'}{' (name inferred)' if inferred else ''}"


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else clock(seconds)


def _joined(facts: Iterable[object]) -> str:
    return ", ".join(str(fact) for fact in facts if fact is not None)


def _link(url: str, base: str) -> str:
    """The whole address; without a server, one that leads nowhere is left out."""
    return f" {base}{url}" if base else ""
