"""Who speaks in text without labels, worked out from what the text itself says and from nothing else.

Three kinds of evidence name a turn: somebody is introduced, addressed, thanked or names himself; a clip is announced
with the name of whose voice it is; two people whose turns are fixed at several places alternate in between. Where
evidence is missing or contradicts itself the turn stays without a name: a wrong name is worse than none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.clips import clip_voice, mentioned
from rag.clues import Clue, clues_in
from rag.speakers import fullest_names

# Turns between two fixed ones are filled in by alternation only over stretches this short: an unnoticed third voice
# shifts everything after it.
LONGEST_STRETCH = 12
# Fewer clues within one stretch may agree by chance.
ENOUGH_CLUES = 3
# People name themselves in the first and last turns; in between, "I'm Steven Spielberg" is a joke.
OPENING, CLOSING = 6, 3


@dataclass(frozen=True, slots=True)
class Said:
    """One turn's words, and whether white space sets it off from the conversation as a clip is."""

    text: str
    set_off: bool = False


@dataclass(frozen=True, slots=True)
class Inferred:
    """A name for one turn and the evidence for it, quoted."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Vote:
    """A clue's word on one place: `name` speaks there, or (`against`) does not."""

    place: int
    name: str
    clue: Clue
    against: bool = False


def infer(said: Sequence[Said]) -> tuple[Inferred | None, ...]:
    """A name for each turn, or None where the text does not tell. Same length as `said`."""
    texts = [turn.text for turn in said]
    clips = _clips(said, texts)
    places = _places(said, clips)
    clues = [clue for n, turn in enumerate(said) if not turn.set_off for clue in clues_in(turn.text, n)]
    clues = [clue for clue in clues if clue.kind != "self" or not OPENING <= clue.turn < len(said) - CLOSING]
    # Only people who take part count: a Robert who is spoken to is not the Robert Smith who is spoken about.
    people = fullest_names(clue.name for clue in clues)
    votes = list(_votes(clues, places, people))
    named = _certain_alone(votes)
    if len(set(people.values())) <= 2 and _take_turns(votes):
        named |= _alternating(votes)
    at_place = [named.get(place) if place is not None else None for place in places]
    return tuple(clips.get(n, found) for n, found in enumerate(at_place))


def _clips(said: Sequence[Said], texts: Sequence[str]) -> dict[int, Inferred]:
    set_off = [n for n, turn in enumerate(said) if n and turn.set_off]
    known = mentioned(texts) if set_off else frozenset[str]()
    return {n: Inferred(*voice) for n in set_off if (voice := clip_voice(texts, n, known))}


def _places(said: Sequence[Said], clips: Iterable[int]) -> list[int | None]:
    """The place of each turn in the conversation, even for one of two people and odd for the other; None for clips.

    Whoever plays a clip goes on after it. A clip of an unknown voice may be more than a clip, so a wide gap of places
    keeps alternation from being filled in across it.
    """
    places: list[int | None] = []
    place, known, after_clip = -1, set(clips), False
    for n, turn in enumerate(said):
        clip = n > 0 and (n in known or turn.set_off)
        if clip and n not in known:
            place += 2 * LONGEST_STRETCH
        elif not clip and not after_clip:
            place += 1
        places.append(None if clip else place)
        after_clip = clip
    return places


def _votes(clues: Iterable[Clue], places: Sequence[int | None], people: Mapping[str, str]) -> Iterator[_Vote]:
    """What the clues say of places; each also says whose place it is not: nobody greets or thanks himself by name."""
    for clue in clues:
        name, here = people[clue.name], places[clue.turn]
        if clue.offset != 0 and here is not None:
            yield _Vote(here, name, clue, against=True)
        if clue.offset is not None and 0 <= clue.turn + clue.offset < len(places):
            there = places[clue.turn + clue.offset]
            if there is not None:
                yield _Vote(there, name, clue)


def _take_turns(votes: Iterable[_Vote]) -> bool:
    """Whether all votes fit two people speaking in turn."""
    side_of: dict[str, int] = {}
    for vote in votes:
        side = (vote.place + vote.against) % 2
        if side_of.setdefault(vote.name, side) != side:
            return False
    return len(set(side_of.values())) == len(side_of)


def _alternating(votes: Iterable[_Vote]) -> dict[int, Inferred]:
    """Names for all places from the first to the last clue of each stretch that has enough of them."""
    reasons: dict[str, str] = {}
    side_of: dict[str, int] = {}
    for vote in votes:
        side_of[vote.name] = (vote.place + vote.against) % 2
        reasons.setdefault(vote.name, vote.clue.reason)
    sides = {side: Inferred(name, reasons[name]) for name, side in side_of.items()}
    filled = {place for first, last in _stretches(votes) for place in range(first, last + 1)}
    return {place: sides[place % 2] for place in filled if place % 2 in sides}


def _stretches(votes: Iterable[_Vote]) -> Iterator[tuple[int, int]]:
    """First and last place of votes that lie close to one another and come from enough clues."""
    stretch: list[_Vote] = []
    for vote in sorted(votes, key=lambda vote: vote.place):
        if stretch and vote.place - stretch[-1].place > LONGEST_STRETCH:
            yield from _ends(stretch)
            stretch = []
        stretch.append(vote)
    yield from _ends(stretch)


def _ends(stretch: Sequence[_Vote]) -> Iterator[tuple[int, int]]:
    if len({vote.clue for vote in stretch}) >= ENOUGH_CLUES:
        yield stretch[0].place, stretch[-1].place


def _certain_alone(votes: Iterable[_Vote]) -> dict[int, Inferred]:
    """Undisputed names that need no alternation: given by the speaker, or by two kinds of clues to one place."""
    at: defaultdict[int, list[_Vote]] = defaultdict(list)
    for vote in votes:
        at[vote.place].append(vote)
    certain: dict[int, Inferred] = {}
    for place, here in at.items():
        given = [vote for vote in here if not vote.against]
        names, denied = {vote.name for vote in given}, {vote.name for vote in here if vote.against}
        proven = len({vote.clue.kind for vote in given}) >= 2 or any(vote.clue.offset == 0 for vote in given)
        if len(names) == 1 and proven and not names & denied:
            certain[place] = Inferred(given[0].name, given[0].clue.reason)
    return certain
