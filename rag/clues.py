"""What one turn of a conversation gives away about who speaks in it, before it and after it.

English only. Each pattern asks for a proof beside the name (a verb of introduction, an interjection and a pronoun, a
word of thanks), because a capitalised word alone may be a place, a party or a product.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.clips import FULL_NAME as _FULL
from rag.clips import NAME_WORD as _WORD
from rag.clips import untitled
from rag.roles import word_set

_ORG = r"(?:(?:[A-Z]{2,6}|[Oo]ur|[Mm]y)(?:['’]s)? (?:[a-z]+ ){0,3})?"
_ASIDE = r"(?:,[^,.?!]{2,80},)?"
_GOES_ON = r"(?=[,.!?]|\s(?:I|I['’]m|it|it['’]s|the|you|we|they|there|this|that|what|as|thanks|thank|for|it)\b)"

_INTRODUCED = re.compile(
    rf"\b{_ORG}(?P<name_a>{_FULL}){_ASIDE} (?:now )?(?:joins|is joining|join) (?:us|me)\b"
    rf"|\b{_ORG}(?P<name_b>{_FULL}){_ASIDE} (?:is|is here|is back) (?:with (?:us|me)|on the line)\b"
    rf"|\b(?:joined|joining (?:us|me))(?: now| today| here| again)*"
    rf"(?: is| by| from [A-Z]\w+ (?:is|by)) {_ORG}(?P<name_c>{_FULL})"
    rf"|\b(?:[Oo]ur|[Mm]y) (?:special )?guest(?: today| this week)?,? is (?P<name_d>{_FULL})"
    rf"|(?P<name_e>{_FULL}), (?:welcome|(?:thank you|thanks) for (?:joining|being))\b"
)
# What every introduction contains: cheap to look for, so that names are only looked for where it stands.
_INTRODUCING = re.compile(r"join|with (?:us|me)\b|on the line|guest|welcome|(?:is|are) back\b|for being")
_SELF = re.compile(
    rf"(?:^|[.!?,] |\band |\bso )(?:I['’]m|I am|[Mm]y name is|[Mm]y name['’]s) "
    rf"(?P<name>{_FULL})(?=[,.!?]| and| in\b| with\b|$)"
)
_ANSWERS = re.compile(
    r"(?:Well|Hi|Hello|Good (?:morning|afternoon|evening)|"
    r"Thanks(?: so much| very much| a lot)?|Thank you(?: so much| very much)?)(?: there)?,? "
    rf"(?P<name>{_WORD}){_GOES_ON}"
)
_ASKED = re.compile(rf"(?P<before>[\w’'-]+)(?P<comma>,?) (?P<name>{_WORD})\?\s*$")
_DISMISSED = re.compile(
    rf"\b(?P<name_a>{_FULL})(?: (?:in|at|from) {_WORD}(?: {_WORD})?)?{_ASIDE},?"
    r" (?:[Tt]hanks|[Tt]hank you)\b[^.?!]*[.!]?\s*$"
    rf"|\b(?:[Tt]hanks|[Tt]hank you)(?: so much| very much)?,? (?P<name_b>{_FULL})[.!]?\s*$"
)
NOT_PEOPLE = word_set(
    "thanks thank everyone everybody folks guys america american americans god today sir ma'am doctor president "
    "mr mrs ms dr senator congressman congresswoman governor mayor secretary general judge professor welcome"
)
# People are introduced, greeted and thanked where one turn meets the next; of a long one only its ends are looked at.
_EDGE = 2000


@dataclass(frozen=True, slots=True)
class Clue:
    """A name for the speaker of turn `turn + offset` (0-based); offset None names somebody who takes part somewhere.

    `kind` tells independent clues apart: "introduced", "self", "answered", "asked", "dismissed".
    """

    turn: int
    name: str
    offset: int | None
    reason: str
    kind: str


def clues_in(text: str, turn: int) -> Iterator[Clue]:
    """Everything one turn gives away, in the order of its patterns.

    Args:
        text: The turn's words.
        turn: Its 0-based place, repeated in the clues.
    """
    text = text if len(text) <= 2 * _EDGE else f"{text[:_EDGE]} {text[-_EDGE:]}"
    yield from _introductions(text, turn)
    for match in _SELF.finditer(text):
        yield _clue(match, turn, 0, "self")
    answered, asked, dismissed = _ANSWERS.match(text), _ASKED.search(text[-200:]), None
    if "hank" in text[-300:]:
        dismissed = _DISMISSED.search(text[-300:])
    if answered and answered["name"].lower() not in NOT_PEOPLE:
        yield _clue(answered, turn, -1, "answered")
    if asked and _is_addressed(asked, text):
        yield _clue(asked, turn, 1, "asked")
    if dismissed:
        yield _clue(dismissed, turn, 1, "dismissed")
        yield _clue(dismissed, turn, -1, "dismissed")


def _introductions(text: str, turn: int) -> Iterator[Clue]:
    """One person introduced speaks next; of several, nobody can tell who does."""
    found = list(_INTRODUCED.finditer(text)) if _INTRODUCING.search(text) else []
    for match in found:
        yield _clue(match, turn, 1 if len(found) == 1 else None, "introduced")


def _clue(match: re.Match[str], turn: int, offset: int | None, kind: str) -> Clue:
    quoted = match[0].strip(" .,!?")
    return Clue(turn, untitled(_name_in(match)), offset, f'turn {turn + 1} says "{quoted[-80:]}"', kind)


def _name_in(match: re.Match[str]) -> str:
    """The name a pattern found: its group that is called `name...` and not empty."""
    return next(value for key, value in match.groupdict().items() if key.startswith("name") and value)


def _is_addressed(match: re.Match[str], text: str) -> bool:
    """Whether the name that ends a question is the person asked, not what is asked about ("in Miami, Florida?")."""
    name = match["name"]
    if name.lower() in NOT_PEOPLE:
        return False
    if any(untitled(_name_in(found)).startswith(name + " ") for found in _INTRODUCED.finditer(text)):
        return True
    return bool(match["comma"]) and match["before"] == match["before"].lower()
