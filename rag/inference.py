"""Who speaks in text without labels, worked out from what the text itself says and from nothing else.

Three kinds of evidence name a turn: somebody is introduced, addressed, thanked or names himself; a clip is announced
with the name of whose voice it is; two people whose turns are fixed at several places alternate in between. Where
evidence is missing or contradicts itself the turn stays without a name: a wrong name is worse than none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.addressing import Addressing
from rag.clips import clip_voice, mentioned
from rag.clues import Clue, clues_in
from rag.speakers import fullest_names

# Turns between two fixed ones are filled in by alternation only over stretches this short: an unnoticed third voice, or
# somebody who goes on after a break, shifts everything after it.
LONGEST_STRETCH = 30
# Fewer clues may agree by chance; where more than this share of them disagree, more than two people talk.
ENOUGH_CLUES = 3
DISAGREEING = 0.1
# People name themselves in the first and last turns; in between, "I'm Steven Spielberg" is a joke. In the first ones
# whoever is called on answers; later somebody else may throw in a word, but hardly one this long.
OPENING, CLOSING = 6, 3
LONG_ANSWER_WORDS = 150
_BY_FIRST_NAME = frozenset({"asked", "answered"})
_CALLING = frozenset({"asked", "called", "welcomed"})


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
    talk = Addressing(["" if turn.set_off else turn.text for turn in said])
    clues = [clue for n, turn in enumerate(said) if not turn.set_off for clue in clues_in(turn.text, n)]
    clues = [clue for clue in clues if clue.kind != "self" or not OPENING <= clue.turn < len(said) - CLOSING]
    clues = [clue for clue in clues if clue.kind not in _BY_FIRST_NAME or talk.is_name(clue.name)]
    clues += talk.called()
    clues += talk.in_passing(frozenset(clue.name.split()[0] for clue in clues))
    # Only people who take part count: a Robert who is spoken to is not the Robert Smith who is spoken about.
    people = fullest_names(clue.name for clue in clues)
    votes = list(_votes(clues, places, people))
    named = _certain_alone(votes, texts, talk)
    if len(set(people.values())) == 2 and not talk.others(frozenset(w for name in people for w in name.split())):
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


def _alternating(votes: Sequence[_Vote]) -> dict[int, Inferred]:
    """Names for the places between clues that agree on two people speaking in turn; none where too many disagree."""
    reasons: dict[str, str] = {}
    for vote in votes:
        reasons.setdefault(vote.name, vote.clue.reason)
    if len(reasons) != 2 or not all(_takes_part(name, votes) for name in reasons):
        return {}
    both = [Inferred(name, reason) for name, reason in reasons.items()]
    # Whose places are the even ones, as each place's votes say: 0 for the first of both, 1 for the second.
    at: defaultdict[int, set[int]] = defaultdict(set)
    for vote in votes:
        at[vote.place].add((vote.place + vote.against + (vote.name == both[1].name)) % 2)
    agreed = [(place, next(iter(evens))) for place, evens in sorted(at.items()) if len(evens) == 1]
    steps = list(pairwise(agreed))
    disagreeing = len(at) - len(agreed) + sum(before[1] != after[1] for before, after in steps)
    enough = len({vote.clue.turn for vote in votes})
    if enough < ENOUGH_CLUES or disagreeing > DISAGREEING * enough:
        return {}
    return {
        place: both[(place + even) % 2]
        for (first, even), (last, same) in steps
        if even == same and last - first <= LONGEST_STRETCH
        for place in range(first, last + 1)
    }


def _takes_part(name: str, votes: Sequence[_Vote]) -> bool:
    """Whether somebody is heard of twice, or at once as people are where a conversation opens.

    A single "we had Ann Lee join us" in the middle may be about another day.
    """
    heard = [vote.clue for vote in votes if vote.name == name]
    at_once = any(clue.turn < OPENING and clue.kind != "addressed" for clue in heard)
    return at_once or len({clue.turn for clue in heard}) >= 2


def _certain_alone(votes: Iterable[_Vote], texts: Sequence[str], talk: Addressing) -> dict[int, Inferred]:
    """Undisputed names that need no alternation: by the speaker, by who calls on him, or by two kinds of clues."""
    at: defaultdict[int, list[_Vote]] = defaultdict(list)
    spoken_to: defaultdict[int, set[str]] = defaultdict(set)
    for vote in votes:
        at[vote.place].append(vote)
        if vote.against:
            spoken_to[vote.clue.turn].add(vote.name)
    certain: dict[int, Inferred] = {}
    for place, here in at.items():
        given = [vote for vote in here if not vote.against]
        names, denied = {vote.name for vote in given}, {vote.name for vote in here if vote.against}
        proofs = [vote for vote in given if _proves(vote.clue, texts, talk)]
        # "Jon, Ian, any thoughts?" calls on nobody in particular.
        proofs = [vote for vote in proofs if vote.clue.offset == 0 or spoken_to[vote.clue.turn] <= names]
        if len(names) == 1 and not names & denied and (proofs or _two_kinds(given)):
            certain[place] = Inferred(given[0].name, (proofs or given)[0].clue.reason)
    return certain


def _proves(clue: Clue, texts: Sequence[str], talk: Addressing) -> bool:
    """Whether one clue is enough for a name: the speaker's own word, or a call on somebody whose full name is said."""
    if clue.offset == 0:
        return True
    name = clue.name.split()[0]
    if clue.kind not in _CALLING or not talk.is_name(name):
        return False
    if clue.kind == "welcomed" or clue.turn < OPENING:
        return talk.has_full_name(name, clue.turn) or (clue.kind != "welcomed" and name in talk.presented)
    return name in talk.presented and len(texts[clue.turn + 1].split()) >= LONG_ANSWER_WORDS


def _two_kinds(given: Sequence[_Vote]) -> bool:
    """Whether clues of two kinds from two turns give a name, or somebody is both introduced and called on."""
    kinds = {vote.clue.kind for vote in given}
    return len(kinds) >= 2 and (len({vote.clue.turn for vote in given}) >= 2 or kinds <= _CALLING | {"introduced"})
