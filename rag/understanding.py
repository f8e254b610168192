"""A question understood before anything is searched: what is asked, of whom, of when, of how much."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from rag.exhaustive import Exhaustive, exhaustive
from rag.followups import standalone
from rag.known import Knowing
from rag.people import People, people
from rag.periods import Days
from rag.timing import When, when
from rag.values import Filters, Message
from rag.voices import Voices, voices
from rag.words import content_words, surface_words


@dataclass(frozen=True, slots=True)
class Understood:
    """A question with its conversation, understood.

    Attributes:
        text: As it would be asked without the conversation before it.
        own: The part of it that is asked now, people's names in place of "he" and "she".
        filters: Those given with the question, and what it lays down itself.
        rules: What it lays down itself, in words: "only what Greg Allen said"; empty where that is nothing.
        query: What to search for: `text` without the names of those who may not answer.
        aside: Stems of names that tell no turn from another: all turns that may answer have them, or none has.
        named: The people in the part asked now who speak in the library, as the library has them, each once.
        unknown: Who it says spoke, though nobody who speaks has the name; each with the name it may be a slip for.
        near: Days that it names, first and last.
        listing: What it wants listed, all over; None for every other question.
    """

    text: str
    own: str
    query: str
    filters: Filters
    rules: tuple[str, ...] = ()
    aside: frozenset[str] = frozenset()
    named: tuple[str, ...] = ()
    unknown: tuple[tuple[str, str | None], ...] = ()
    near: tuple[Days, ...] = ()
    listing: Exhaustive | None = None


def understand(
    question: str, *, history: tuple[Message, ...], filters: Filters, knowing: Knowing, today: dt.date | None
) -> Understood:
    """Understand a question.

    Args:
        question: As asked.
        history: The conversation before it, oldest first.
        filters: Given with it: they bind, whatever the question says.
        knowing: The library.
        today: What "last week" is counted from; None where that is not known.
    """
    there = people(knowing.speakers(filters))
    alone = standalone(question, history, there)
    who = voices(alone.own, there)
    then = when(alone.own, today=today, sources=lambda: knowing.sources(filters))
    return Understood(
        text=alone.text,
        own=alone.own,
        filters=_of_days(_of_speakers(filters, who), then),
        rules=_rules(who, then),
        query=_without(alone.text, there, who.never),
        aside=_told_by_all(who),
        named=tuple(dict.fromkeys(name for one in there.mentions(alone.own) for name in one.names)),
        unknown=tuple((name, there.close(name)) for name in who.unknown),
        near=then.near,
        listing=exhaustive(alone.own, there, leave_out=_said_of(who, there, alone.own)),
    )


def _of_speakers(filters: Filters, who: Voices) -> Filters:
    never = tuple(dict.fromkeys((*filters.not_speakers, *who.never)))
    if not who.only:
        return replace(filters, not_speakers=never)
    if not filters.speakers:
        return replace(filters, speakers=who.only, not_speakers=never)
    both = tuple(name for name in who.only if any(_has(name, given) for given in filters.speakers))
    if both:
        return replace(filters, speakers=both, not_speakers=never)
    # Whom the question asks for is not among those who may be quoted: nobody is left.
    return replace(filters, not_speakers=(*never, *filters.speakers))


def _has(name: str, given: str) -> bool:
    """Whether a filter for `given` lets `name` through."""
    words = set(surface_words(given))
    return bool(words) and words <= set(surface_words(name))


def _of_days(filters: Filters, then: When) -> Filters:
    since = max((one for one in (filters.since, then.since) if one is not None), default=None)
    until = min((one for one in (filters.until, then.until) if one is not None), default=None)
    return replace(filters, since=since, until=until, transcripts=then.transcripts or filters.transcripts)


def _rules(who: Voices, then: When) -> tuple[str, ...]:
    found = []
    if who.only:
        found.append(f"only what {_either(who.only)} said")
    if who.never:
        found.append(f"not what {_either(who.never)} said")
    if then.transcripts:
        found.append(
            "only the transcript that the question is about"
            if len(then.transcripts) == 1
            else "only the transcripts that the question is about"
        )
    elif then.since is not None and then.since == then.until:
        found.append(f"only of {then.since}")
    elif then.since is not None or then.until is not None:
        days = (f"from {then.since}" if then.since else "", f"until {then.until}" if then.until else "")
        found.append(f"only {' '.join(filter(None, days))}")
    return tuple(found)


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _told_by_all(who: Voices) -> frozenset[str]:
    only = [set(content_words(name)) for name in who.only]
    shared = set.intersection(*only) if only else set()
    return frozenset(shared | {word for name in who.never for word in content_words(name)})


def _without(text: str, there: People, names: tuple[str, ...]) -> str:
    for one in reversed(there.mentions(text) if names else []):
        if set(one.names) & set(names):
            text = f"{text[: one.start]}{text[one.end :]}"
    return " ".join(text.split())


def _said_of(who: Voices, there: People, text: str) -> tuple[str, ...]:
    """How the question writes those whose turns alone count, or do not."""
    return tuple(one.text for one in there.mentions(text) if set(one.names) & {*who.only, *who.never})
