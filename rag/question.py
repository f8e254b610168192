"""What a question asks for, read from its words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from rag.errors import QuestionError
from rag.words import STOP_WORDS, content_words, stem, surface_words

Wanted = Literal["number", "reason", "time", "name"]

MAX_CHARS = 4000

_THINGS = (
    "brand|company|firm|university|college|school|city|town|country|state|county|ship|band|book|song|film|paper|"
    "newspaper|magazine|station|team|street"
)
_WANTED: tuple[tuple[Wanted, re.Pattern[str]], ...] = (
    (
        "number",
        re.compile(
            r"\bhow (?:many|much|long|often|old|far|big|large|tall|high|deep|fast)\b"
            r"|\bwhat (?:share|per ?cent|number|price|cost|amount)",
            re.I,
        ),
    ),
    (
        "reason",
        re.compile(
            r"\bwhy\b|\bhow come\b|\bwhat (?:made|led|caused|drove|kept|stopped)\b|\b(?:reason|because)\b", re.I
        ),
    ),
    # "When discussing ..." asks for no time.
    (
        "time",
        re.compile(
            r"(?:^|[,;] |\b(?:and|or|but|since|until) )when\b(?! \w+ing\b)"
            r"|\b(?:which|what) (?:year|month|week|day|date|time)\b",
            re.I,
        ),
    ),
    (
        "name",
        re.compile(
            rf"\bwho(?:se|m)?\b|\bname of\b|\b(?:which|what) (?:{_THINGS})\b",
            re.I,
        ),
    ),
)
_NAME = re.compile(r"[^\W\d_][^\W_]*(?:['’.-][^\W_]+)*")
_HEAD = re.compile(
    r"\bname of (?:the |a |an )?((?:[\w-]+ ?){1,2}?)"
    r"(?= (?:that|who|which|of|in|at|for|from|by|he|she|it|they)\b|[?,]|$)"
    rf"|\b(?:which|what) (?P<thing>(?:{_THINGS})(?: of \w+)?)\b",
    re.I,
)
# Capitalised, and nobody's name.
CALENDAR = frozenset(
    """January February March April May June July August September October November December Monday Tuesday Wednesday
    Thursday Friday Saturday Sunday I""".split()
)
# A question about what was discussed, in meetings above all; and the words that say no more than that.
_BROAD = re.compile(
    r"\b(?:summari[sz]e|outline|overview|recap|debate[ds]?|conclusions?|conclude[ds]?|opinions?|attitudes?|thoughts|stance)\b"
    r"|\bdiscuss(?:ed|ions?|ing|es)?\b|^(?:please )?describe\b|\bdecisions? (?:of|on|about|regarding)\b"
    r"|\b(?:think|thought|say|said|talk(?:ed)?|argue[ds]?|question(?:ed|ing)?|comment(?:ed|s)?)"
    r" (?:of|on|about|towards?|regarding)\b"
    r"|\b(?:dis)?agree[ds]? (?:up)?on\b|\bwhen (?:discussing|presenting|talking)\b"
    r"|\b(?:did|does|do|would|will|could|should|has|have|had|by) the(?: whole| entire)?"
    r" (?:group|team|committee|council|board|panel|meeting|members)\b"
    r"|\b(?:problems?|advantages?|disadvantages?|impact|solutions?|controversy|challenges|presentations?|status)"
    r" (?:of|to|with|for|on|about|facing|encountered|mainly)\b"
    r"|\b(?:drawbacks?|benefits?|pros and cons|trade-?offs?|downsides?|weaknesses|limitations?)"
    r" (?:of|to|with|for|about|in)\b"
    r"|\b(?:polic(?:y|ies)|strateg(?:y|ies)|findings?|directions?|proposals?|recommendations?|descriptions?|future)"
    r" (?:of|on|about|for|to|towards?|between|regarding)\b"
    r"|\b(?:respond|react)(?:ed|s)? to\b|\b(?:was|were|been) (?:decided|agreed|concluded|proposed|recommended)\b"
    r"|^how (?:did|does|do|would|will|should) .*\b(?:introduce|design|approach|ensure|justify|defend|evaluate)\b"
    r"|^why (?:did|does|do|would) .*\b(?:propose|suggest|recommend|prefer|disagree|oppose|object|insist|argue)\b",
    re.I,
)
# A question with several answers, to be collected: "which languages did ...", "who have ...", "where has she been".
_SEVERAL = re.compile(
    r"\b(?:what|which) (?:[\w'’+/-]+ ){0,2}?"
    r"(?!(?:is|was|does|has|this|his|its|us|always|news|business|process|access|success|status|class|series|address|"
    r"focus|progress|basis|analysis)\b)\w{3,}(?<![su])s,? "
    r"(?:has|have|had|do|does|did|are|were|can|could|would|will|might|besides)\b"
    r"|^(?:what|who) (?:are|were)\b|^who have\b|^(?:where|what|who) (?:has|have) (?!to\b|it\b)|\bways\b"
    r"|\b(?:which|what) (?:two|three|four|five|six|seven)\b|^(?:please )?(?:name|list) (?:the|all|some|every)\b",
    re.I,
)
_WHO = re.compile(r"who|whose|whom|which", re.I)
_OF_TALK = frozenset(
    stem(word)
    for word in """summarize summarise summary describe outline overview recap discuss discussion opinion think thought
    attitude conclusion conclude decision decide meeting group member talk please presentation present comment
    introduce towards according""".split()
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, taken apart.

    Attributes:
        text: As asked, white space tidied.
        words: Its stemmed content words, each once, in order.
        names: The stemmed words of the proper names in it.
        wants: What kind of thing an answer has to hold.
        heads: Where a name of something is wanted, the stemmed words for that something ("brand", "recorder").
        broad: Whether it asks what was discussed, which minutes of talk answer, rather than for a fact.
        several: Whether it asks for several things of a kind.
    """

    text: str
    words: tuple[str, ...]
    names: frozenset[str]
    wants: frozenset[Wanted]
    heads: frozenset[str] = frozenset()
    broad: bool = False
    several: bool = False

    @property
    def sought(self) -> tuple[str, ...]:
        """The words to look for: all of them, but where talk is asked for, not the words that say so."""
        about = tuple(word for word in self.words if word not in _OF_TALK)
        return about if self.broad and about else self.words

    def without(self, stems: frozenset[str]) -> Question:
        """The same without some words: of those whose turns alone may answer, the name tells no turn from another."""
        return replace(self, words=tuple(one for one in self.words if one not in stems), names=self.names - stems)


def checked(text: str, *, what: str = "question") -> str:
    """`text` with its white space tidied.

    Raises:
        QuestionError: It is empty, or longer than a question can be.
    """
    tidy = " ".join(text.split())
    if not any(char.isalnum() for char in tidy):
        raise QuestionError(f"the {what} is empty; write what you want to know")
    if len(tidy) > MAX_CHARS:
        raise QuestionError(f"the {what} has {len(tidy):,} characters, {MAX_CHARS:,} are allowed; shorten it")
    return tidy


def parse(text: str) -> Question:
    """Take a question apart."""
    wants = frozenset(kind for kind, pattern in _WANTED if pattern.search(text))
    return Question(
        text=text,
        words=tuple(dict.fromkeys(content_words(text))),
        names=frozenset(_names(text)),
        wants=wants,
        heads=_heads(text),
        broad=not wants & {"time", "number"} and not _WHO.match(text) and _BROAD.search(text) is not None,
        several=_SEVERAL.search(text) is not None,
    )


def _heads(text: str) -> frozenset[str]:
    """What a name is wanted of: "which brand of recorder", "the name of the ship"."""
    found = _HEAD.search(text)
    if found is None:
        return frozenset()
    # Of "the two-person firm" the last word is the thing; of "brand of recorder" both are.
    return frozenset(content_words(found["thing"]) if found["thing"] else content_words(found.group(1))[-1:])


def _names(text: str) -> list[str]:
    """Stems of capitalised words; the first word of a sentence counts only inside a run of them."""
    names: list[str] = []
    found = list(_NAME.finditer(text))
    for at, match in enumerate(found):
        word = match.group()
        first = at == 0 or text[: match.start()].rstrip()[-1:] in {".", "?", "!", ":", ""}
        follows = at + 1 < len(found) and found[at + 1].group()[0].isupper()
        if word[0].isupper() and (not first or follows) and word not in CALENDAR:
            names.extend(stem(part) for part in surface_words(word) if part not in STOP_WORDS)
    return names
