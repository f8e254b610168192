"""Answers to questions after everything: where words were said, counted over all turns there are, none left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from prompts import REFUSAL, render
from rag.exhaustive import Exhaustive
from rag.known import Knowing, Place, Sought
from rag.sentences import bounded_ranges
from rag.values import Citation, Filters, Sentence, Source, Span, Turn
from rag.wording import counted, quoted, unmarked
from rag.words import words

_SHOWN = 10  # lines of a listing
_NAMED = 5  # speakers whose shares are told
_MAX_WORDS, _MAX_CHARS = 50, 400  # of a quote

Drafted = tuple[tuple[Sentence, ...], tuple[Citation, ...], str]
"""Sentences, citations and text of an answer."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One transcript, or one speaker, of a listing; `places` best first."""

    places: tuple[Place, ...]

    @property
    def key(self) -> tuple[str, int]:
        """Transcript and turn of the best place."""
        return self.places[0].source.transcript_id, self.places[0].turn


def listing(asked: Exhaustive, knowing: Knowing, filters: Filters, *, looked: str) -> Drafted | None:
    """Count where the words were said, and quote one place of each transcript or speaker, those with the most first.

    Args:
        asked: What is to be listed.
        knowing: The library.
        filters: Which turns count.
        looked: How much that is, in words.

    Returns:
        None when no turn says it; then `not_said` is the answer.
    """
    sought, places = _found(asked, knowing, filters)
    lines = _lines(places, asked.by)
    shown, left = lines[:_SHOWN], lines[_SHOWN:]
    read = {
        (source.transcript_id, turn.turn): (source, turn)
        for source, turn in (knowing.read([line.places[0] for line in shown]) if shown else ())
    }
    if not read:  # nobody says it, or what says it was removed meanwhile
        return None
    there = [(line, read[line.key]) for line in shown if line.key in read]
    citations = tuple(_citation(n, *place, sought) for n, (_, place) in enumerate(there, start=1))
    head, tail = f"{_head(places, sought, asked)} Searched {looked}.", _left_out(left, asked.by)
    every = tuple(one.n for one in citations)
    sentences = (
        Sentence(head, every, 1.0),
        *(Sentence(quoted(one), (one.n,), 1.0) for one in citations),
        *(Sentence(told, every, 1.0) for told in tail),
    )
    quotes = [
        f"{unmarked(quoted(one))} [{one.n}] ({unmarked(_where(line, asked.by))})"
        for one, (line, _) in zip(citations, there, strict=True)
    ]
    return sentences, citations, "\n".join([unmarked(head), *quotes, *tail])


def not_said(asked: Exhaustive, *, looked: str) -> str:
    """What is answered when no turn says it."""
    words_sought = unmarked(_words(asked.tries[-1], asked.topic))
    return render("not_said", refusal=REFUSAL, words=words_sought, searched=looked)


def _found(asked: Exhaustive, knowing: Knowing, filters: Filters) -> tuple[Sought, tuple[Place, ...]]:
    """The first way of looking that finds something, and all that it finds."""
    for sought in asked.tries:
        places = knowing.saying(sought, filters)
        if places:
            return sought, places
    return asked.tries[-1], ()


def _lines(places: Sequence[Place], by: str) -> list[_Line]:
    """Places of each transcript or speaker, those with the most first; of equals, the one with the best place."""
    together: defaultdict[str, list[Place]] = defaultdict(list)
    for one in places:
        together[one.source.transcript_id if by == "transcript" else one.speaker or ""].append(one)
    lines = [_Line(tuple(own)) for own in together.values()]
    return sorted(lines, key=lambda line: -len(line.places))


def _left_out(left: Sequence[_Line], by: str) -> list[str]:
    """How much is not shown; nothing when all is."""
    turns = sum(len(line.places) for line in left)
    return [f"And {counted(len(left), f'more {by}')} with {counted(turns, 'turn')}."] if left else []


def _where(line: _Line, by: str) -> str:
    """Where a line is from: "Harrow Bay council, 2024-03-12: 11 turns", "11 turns of 2 transcripts"."""
    turns = counted(len(line.places), "turn")
    if by == "speaker":
        return f"{turns} of {counted(len({one.source.transcript_id for one in line.places}), 'transcript')}"
    source = line.places[0].source
    return f"{source.title}{'' if source.date is None else f', {source.date}'}: {turns}"


def _head(places: Sequence[Place], sought: Sought, asked: Exhaustive) -> str:
    """How often, where and by whom."""
    transcripts = len({one.source.transcript_id for one in places})
    verb = "says" if len(places) == 1 else "say"
    head = (
        f"{counted(len(places), 'turn')} of {counted(transcripts, 'transcript')} {verb} {_words(sought, asked.topic)}."
    )
    speakers = Counter(one.speaker for one in places)
    if len(speakers) < 2:
        return head
    named = speakers.most_common(_NAMED)
    told = [f"{name or 'nobody known'} {count:,}" for name, count in named]
    if len(speakers) > len(named):
        rest = sum(speakers.values()) - sum(count for _, count in named)
        told.append(f"{counted(len(speakers) - len(named), 'other')} {rest:,}")
    return f"{head} By speaker: {', '.join(told)}."


def _words(sought: Sought, topic: str) -> str:
    """Which words were looked for, and how."""
    if len(sought.words) == 1:
        return f"“{topic}”, in any form of the word"
    if sought.together:
        return f"“{topic}”, in any form of these words"
    return f"all the words of “{topic}”, in any form and order"


def _citation(n: int, source: Source, turn: Turn, sought: Sought) -> Citation:
    """The sentence of a turn that says the most of what was sought, the first of equals."""
    ranges = bounded_ranges(turn.text, max_words=_MAX_WORDS, max_chars=_MAX_CHARS)
    start, end = max(ranges, key=lambda place: _said(words(turn.text[place[0] : place[1]]), sought))
    return Citation(n, source, turn, Span(turn.turn, start, end))


def _said(said: list[str], sought: Sought) -> float:
    """How much of what was sought a sentence says; words that follow each other count double."""
    own = set(sought.words)
    size = len(sought.words)
    run = any(tuple(said[at : at + size]) == sought.words for at in range(len(said) - size + 1))
    return len(own & set(said)) / len(own) + run
