"""The proper names of a claim, and which a turn speaks of: being spoken to, or standing in a label, is not that."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.given_names import FEMALE, MALE
from rag.question import CALENDAR
from rag.words import STOP_WORDS, stem, surface_words
from rag.writing.variants import short_forms

_GIVEN = MALE | FEMALE
_TITLES = frozenset(
    "mr mrs ms dr prof professor sir madam lady lord sen senator rep representative gov governor mayor judge".split()
)
_PART = r"[A-ZÀ-ÖØ-Þ](?:[\w&]|(?<=\w)[.'’-](?=\w))*"
_NAME = re.compile(
    rf"(?<![\w@#])(?:(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|St)\.\s+)?{_PART}(?:\s+(?:(?:of|the|de|van|von|der|la|le|"
    rf"bin|al)\s+)?{_PART})*"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s+|(?<=[a-z][a-z])[.!?]|[\"“”‘(—–-]\s*|\n\s*|\d\.\s+)$")
# What follows a name that begins a sentence, and hardly ever an ordinary word without an article.
_ACTS = re.compile(
    r"\s+(?:said|says|did|does|told|asked|thinks?|thought|believes?|explained|argued|mentioned|claimed|has|had)\b"
)
# What begins a greeting or an aside to somebody: the name after it is spoken to, not of.
_CALLS = (
    r"hey|hi|hello|thanks|thank you|congrats|congratulations|wow|yes|yeah|yep|no|nope|well|so|ok|okay|oh|aw+|"
    r"sure|right|sorry|"
    r"please|welcome|goodbye|bye|cheers|good (?:morning|afternoon|evening|night|job|one|luck|to see you|"
    r"to hear from you)|"
    r"great|nice|cool|awesome|absolutely|exactly|totally|and|but|you know|appreciate it|way to go|woohoo|woah|whoa|now"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name as a claim has it.

    Attributes:
        text: As written.
        words: Its stems, titles left out.
        sure: False for a single word that begins a sentence and may be an ordinary one.
    """

    text: str
    words: frozenset[str]
    sure: bool


def names(text: str) -> list[Name]:
    """The proper names in a claim, in order."""
    found: list[Name] = []
    for match in _NAME.finditer(text):
        possessive = match.group().endswith(("'s", "’s"))
        parts = re.sub(r"['’]s\b", "", match.group()).split()
        first = _SENTENCE_START.search(text[: match.start()]) is not None
        if first and _certainly_plain(parts[0]):
            parts = parts[1:]
        parts = [one for one in parts if one not in CALENDAR]
        words = frozenset(name_words(" ".join(parts)))
        if words:
            sure = not first or len(parts) > 1 or parts[0].lower() in _GIVEN or not parts[0][1:].islower()
            acts = _ACTS.match(text, match.end()) is not None and not parts[0].endswith(("s", "ing"))
            found.append(Name(" ".join(parts), words, sure or possessive or acts))
    return found


def name_words(name: str) -> set[str]:
    """The stems of a name that tell who it is."""
    return {stem(word) for word in surface_words(name) if word not in STOP_WORDS and word not in _TITLES}


def same(claimed: frozenset[str], known: Iterable[str]) -> bool:
    """Whether a name can be that of somebody known by other words: all of one are in the other."""
    there = set(known)
    return bool(there) and (claimed <= there or (there <= claimed and bool(there)))


def spoken_of(text: str, people: Iterable[str]) -> str:
    """A turn without the places where one of some people is merely addressed, or stands as a label.

    Args:
        text: The turn.
        people: First and full names that may be addressed.
    """
    parts = {part for name in people for part in (name, *name.split(), *short_forms(name.split()[0])) if len(part) > 1}
    known = sorted(parts, key=len, reverse=True)
    bare = re.sub(
        r"(?:(?<=^)|(?<=\s)|(?<=[.!?\"“]))[A-Z][\w.'’-]*(?:\s+[A-Z][\w.'’-]*){0,3}\s*(?:\([^)]{0,30}\))?:(?=\s|$)",
        " ",
        text,
    )
    if not known:
        return bare
    who = "|".join(re.escape(one) for one in known)
    nick = rf"(?:{who})"
    bare = re.sub(rf"\b(?:{_CALLS})\b[,!.]?\s+{nick}\b(?!['’]s)(?=\s*[,.!?;:—-]|\s*$)", " ", bare, flags=re.IGNORECASE)
    bare = re.sub(rf"[,—-]\s*{nick}\b(?!['’]s)(?=\s*(?:[.!?;:—]|,\s|$))", " ", bare)
    return re.sub(rf"(?:^|(?<=[.!?]\s)){nick}\s*[,!?]", " ", bare)


def _certainly_plain(word: str) -> bool:
    lower = word.lower()
    return lower in STOP_WORDS or lower in _OPENERS or word in CALENDAR


_OPENERS = frozenset(
    """
    according after although another both each during despite every few first second third finally later meanwhile
    moreover nobody none not only people since someone somebody several speakers speaker they today two three four
    unlike until when while yes yesterday today tonight tomorrow no never instead however
    therefore thus overall here before because either neither above across against along alongside among amid apart
    around aside behind below beneath beside besides between beyond except following given inside near next outside
    past per regarding since thanks throughout toward towards under underneath upon using via with within without
    afterwards again already always anyway else elsewhere ever everywhere finally first fourth fifth further furthermore
    hence indeed last lastly likewise maybe moreover nevertheless nonetheless nothing now nowhere often once otherwise
    perhaps rather sometimes soon still then there third though together twice usually yet additionally
    additional certain enough everyone everybody everything few fewer less lots more most much nobody other others
    several such various whatever whenever wherever whether whichever whoever
    being doing during even ever whose why
    """.split()
)
