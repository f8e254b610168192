"""A question that leans on the conversation before it, written out so that it stands alone. Rules, no model.

People are put in for pronouns; what the conversation is about goes along as the question before; a question that does
not lean is left as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.leaning import leans, only_asks, stands_for_another
from rag.people import Mention, People
from rag.person_names import name_of
from rag.question import MAX_CHARS
from rag.swapping import swapped
from rag.values import Message
from rag.words import surface_words

_CHAIN = 3  # questions before this one that may be needed to understand it
_LABEL = re.compile(r"^(?P<who>[^:\n“”]{2,60}?)(?: \(name inferred\))?: (?=[“\"])", re.M)
_MARKER = re.compile(r"\s*\[\d+\]")
_HE = {"he": "man", "him": "man", "his": "man", "himself": "man"}
_SHE = {"she": "woman", "her": "woman", "hers": "woman", "herself": "woman"}
_PRONOUN = re.compile(r"\b(?:he|him|his|himself|she|her|hers|herself)\b(?P<is>['’](?:s|d|ll|ve|re))?", re.I)
_OWN = frozenset({"his", "hers"})
_HER_OWN = re.compile(
    r" (?!(?:to|in|on|at|for|about|from|with|of|and|or|by|as|than|when|if|that|again|so|do|think|say|get|feel)\b)\w"
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question that was asked before, and what was answered."""

    asked: str
    answered: str


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that needs no conversation.

    Attributes:
        text: The question, with what it leans on before it.
        own: The part of it that is asked now: whom and which days it names is meant as a rule.
    """

    text: str
    own: str


def standalone(question: str, history: tuple[Message, ...], people: People) -> Standalone:
    """The question as it would be asked to somebody who did not hear the conversation before it.

    Args:
        question: As asked.
        history: The conversation, oldest first.
        people: Who speaks in the transcripts: names in answers are told apart from other words by them.
    """
    return _written_out(question, exchanges(history)[-_CHAIN:], people)


def exchanges(history: tuple[Message, ...]) -> tuple[Exchange, ...]:
    """The questions of a conversation with their answers, oldest first; an answer without a question is nobody's."""
    found: list[Exchange] = []
    for one in history:
        said = " ".join(one.content.split()) if one.role == "user" else one.content
        if one.role == "user" and said:
            found.append(Exchange(said, ""))
        elif found and one.role == "assistant":
            found[-1] = Exchange(found[-1].asked, f"{found[-1].answered}\n{said}".strip())
    return tuple(found)


def _written_out(question: str, before: tuple[Exchange, ...], people: People) -> Standalone:
    if not before or not leans(question):
        return Standalone(question, question)
    last = _written_out(before[-1].asked, before[:-1], people)
    instead = swapped(question, last.own, people)
    if instead is not None:
        return Standalone(_fitting(_context(last, instead), instead), instead)
    named = _with_names(question, before, people)
    whole = _fitting(last.text, named)
    # "And why?" asks the same people about the same days as the question before.
    return Standalone(whole, f"{last.own} {named}" if only_asks(question) else named)


def _context(last: Standalone, instead: str) -> str:
    """What the question before leant on itself; it is said again where its words were replaced in full."""
    lead = last.text.removesuffix(last.own).strip()
    return lead if lead and lead not in instead else ""


def _fitting(context: str, question: str) -> str:
    """Both, the end of the context left out first where that is more than a question may be."""
    room = MAX_CHARS - len(question) - 1
    return f"{context[:room].rstrip()} {question}".strip() if room > 0 else question


def _with_names(question: str, before: tuple[Exchange, ...], people: People) -> str:
    """The question with people's names for pronouns that mean nobody in it."""
    named: set[str] = set()  # once is enough: "what had it cost William Falcon to build a box of his own?"

    def name(match: re.Match[str]) -> str:
        pronoun = match.group()[: len(match.group()) - len(match["is"] or "")].lower()
        sex = _HE.get(pronoun) or _SHE[pronoun]
        found = None if sex in named or stands_for_another(question, match) else person(before, sex, people)
        if found is None:
            return match.group()
        named.add(sex)
        rest = question[match.end() :]
        owns = pronoun in _OWN or (pronoun == "her" and _HER_OWN.match(rest) is not None)
        return f"{found}'s" if owns else f"{found}{match['is'] or ''}"

    return _PRONOUN.sub(name, question)


def person(before: tuple[Exchange, ...], sex: str, people: People) -> str | None:
    """Whom "he" or "she" means after these exchanges, the last one that names anybody who may be of that sex.

    In it the question counts before its answer, and in an answer those who are quoted before those they speak of.
    """
    for one in reversed(before):
        answered = _MARKER.sub("", one.answered)
        quoted = [match["who"].strip() for match in _LABEL.finditer(answered)]
        told = [mention.text for mention in people.mentions(answered) if _is_person(mention)]
        asked = [mention.text for mention in people.mentions(one.asked) if _is_person(mention)]
        for names in (asked, quoted, told):
            fitting = [name for name in names if not name_of(name).traits & ({"man", "woman"} - {sex})]
            if fitting:
                return _fullest(max(fitting, key=lambda name: _rank(name, sex)), [*asked, *quoted, *told])
    return None


def _rank(name: str, sex: str) -> tuple[bool, bool]:
    """A name of that sex before one of anybody's, a whole name before half of one; of equals, the first."""
    named = name_of(name)
    return sex in named.traits, len(named.words) > 1


def _is_person(mention: Mention) -> bool:
    """Whether a mention is of a person: of somebody who speaks, or a given name with a surname."""
    if mention.names:
        return mention.whole
    named = name_of(mention.text)
    return len(named.words) > 1 and (bool(named.traits) or named.title is not None)


def _fullest(name: str, names: list[str]) -> str:
    """The whole name: "David Wickes" for "Wickes" where that was said as well."""
    own = set(surface_words(name))
    return max((one for one in names if own <= set(surface_words(one))), key=len, default=name)
