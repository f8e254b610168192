"""Whose own words a question asks for: "what did X say", "according to X", "did anyone other than X".

What X did, got or promised others may tell as well: such questions are no rule about who speaks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.people import People, listed

# What people do with words of their own. Promises, votes and the like are reported by others as often as not.
_SAY = (
    "say|tell|think|believe|argue|claim|mention|explain|describe|suggest|recommend|state|note|point out|comment|"
    "remark|"
    "talk|speak|discuss|respond|reply|answer|compare|liken|characteri[sz]e|define|insist|emphasi[sz]e|stress|"
    "complain|warn|admit|elaborate|refer|bring up|use the (?:words?|phrase|term)|feel about|feel that|have to say|"
    "use the expression|sum up|put it|see (?:[\\w-]+ ){0,4}?as"
)
_SAID = (
    "sa(?:id|ys)|t(?:old|ells)|th(?:ought|inks)|believe[sd]|argue[sd]|claim(?:s|ed)|mention(?:s|ed)|explain(?:s|ed)|"
    "describe[sd]|suggest(?:s|ed)|recommend(?:s|ed)|state[sd]|note[sd]|points? out|pointed out|comment(?:s|ed)|"
    "remark(?:s|ed)|talk(?:s|ed)|sp(?:oke|eaks)|discuss(?:es|ed)|respond(?:s|ed)|repli(?:es|ed)|answer(?:s|ed)|"
    "compare[sd]|insist(?:s|ed)|warn(?:s|ed)|brings? up|brought up|had to say|has to say|puts?|told of"
)
_SAYING = (
    "saying|telling|thinking|arguing|claiming|mentioning|explaining|describing|suggesting|talking|speaking|referring"
)
_ADVERB = r"(?:(?:really|also|actually|just|even|first|then|ever|never|not|later|once|finally|have|\w+ly|n['’]t) )*"
_ASIDE = r"(?:(?:both|either|neither) )?"
_AUXILIARY = r"(?:did|does|do|has|have|had|would|will|could|can|might|may|should)(?:n['’]t| not)?"
_VIEW = (
    r"(?:own |main |first |overall |general |personal )?"
    r"(?:opinions?|views?|take|thoughts?|stance|advice|argument|arguments|explanation|definition|description|"
    r"account|words|assessment|comments?|remarks?|recommendations?|reasoning|perspective|point of view|"
    r"opening statement|"
    r"statement|testimony|response|answer|reply|telling|estimate|prediction)"
)
_BEFORE_ASKED = re.compile(rf"\b{_AUXILIARY} {_ASIDE}$", re.I)
_BEFORE_BEING = re.compile(rf"\b(?:is|was|are|were|been) {_ASIDE}$", re.I)
_AFTER_ASKED = re.compile(rf" {_ADVERB}(?:{_SAY})\b", re.I)
_AFTER_BEING = re.compile(rf" {_ADVERB}(?:{_SAYING})\b", re.I)
# "everything X said", "tell me what X thought", "the reason X mentioned": not "after X said that ...".
_BEFORE_TOLD = re.compile(
    r"\b(?:what|why|how|where|who(?:m|se)?|which|everything|anything|things?|points?|reasons?|times?|episodes?|"
    r"meetings?"
    rf"|(?:what|which|how many|how much)(?! {_AUXILIARY}\b)(?: [\w-]+){{1,2}}) (?:that )?{_ASIDE}$",
    re.I,
)
# "Did X say that the county would pay?" may be answered by whoever tells what X said.
_WHETHER = re.compile(rf"^(?:(?:and|but|so) )?{_AUXILIARY} {_ASIDE}$", re.I)
_AFTER_WHETHER = re.compile(
    rf" {_ADVERB}(?:say|tell|think|believe|argue|claim|suggest|state|note|insist|admit|warn|explain|feel that)\b", re.I
)
_AFTER_TOLD = re.compile(rf" {_ADVERB}(?:{_SAID})\b", re.I)
_BEFORE_SOURCE = re.compile(
    r"\b(?:according to|as (?:told|explained|described|reported|seen|recalled|remembered|put) by|"
    r"(?:said|told|mentioned|suggested|recommended|explained|described|quotes?|quoted|statements?|remarks?|"
    r"comments?) by|"
    rf"(?:quotes?|comments?|remarks?) (?:from|of)) {_ASIDE}$",
    re.I,
)
_BEFORE_AS = re.compile(r"(?:^|[, ])as $", re.I)
_AFTER_AS = re.compile(
    r" (?:puts?|explain(?:s|ed)|describe[sd]|tells?|told|sa(?:id|ys)|sees?|saw|recall(?:s|ed)) ?(?:it)?\b"
)
_BEFORE_VIEW = re.compile(
    r"(?:^|\b(?:is|are|was|were|in|by|hear|know|give|me|describe|summari[sz]e|explain|list|quote|about|and|what) )$",
    re.I,
)
_AFTER_VIEW = re.compile(rf"['’]s? {_VIEW}\b", re.I)
_BEFORE_BUT = re.compile(
    r"\b(?:other than|besides|beside|apart from|aside from|except(?: for| by)?|excluding|but not|not counting|"
    r"leaving out|"
    r"(?:any|every|some|no)(?:one|body)(?: else)? but|no one but|without counting) (?:by |what )?(?:both )?$",
    re.I,
)
_OWNING = re.compile(r"['’]s? ?\w", re.I)
_CLAUSE = re.compile(
    r"[;:] |[.?!] |,? (?:and|but|while|whereas|or) (?=(?:what|why|how|who|whose|when|where|which|did|does|do) )", re.I
)


@dataclass(frozen=True, slots=True)
class Voices:
    """Who may answer a question.

    Attributes:
        only: Speakers whose turns alone may; empty for no rule.
        never: Speakers whose turns may not.
        unknown: Names of whom it asks what they said, and nobody who speaks has them.
    """

    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def voices(text: str, people: People) -> Voices:
    """Read who may answer a question.

    A question of two parts asks everybody either part is about: "what does Rennie say, and whom does Sæther blame?".

    Args:
        text: The question, able to stand alone.
        people: Who speaks.
    """
    only: dict[str, None] = {}
    never: dict[str, None] = {}
    unknown: dict[str, None] = {}
    besides: dict[str, None] = {}
    for start, end in _clauses(text):
        clause = text[start:end]
        mentions, at = people.mentions(clause), 0
        own: dict[str, None] = {}
        named: dict[str, None] = {}
        while at < len(mentions):
            together = listed(clause, mentions, at)
            at += len(together)
            names = dict.fromkeys(name for one in together for name in one.names)
            before, after = clause[: together[0].start], clause[together[-1].end :]
            if _BEFORE_BUT.search(before) and not _OWNING.match(after):
                never |= names
            elif _speak(before, after):
                own |= names
                unknown |= dict.fromkeys(one.text for one in together if not one.names and one.whole)
            else:
                named |= {name: None for one in together if one.whole for name in one.names}
        only |= own
        besides |= {} if own else named
    allowed = {**only, **besides} if only else {}
    return Voices(tuple(one for one in allowed if one not in never), tuple(never), tuple(unknown))


def _clauses(text: str) -> list[tuple[int, int]]:
    """The parts of a question that ask something of their own."""
    cuts = [(one.start(), one.end()) for one in _CLAUSE.finditer(text)]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def _speak(before: str, after: str) -> bool:
    """Whether what stands around names makes them those who speak."""
    if _WHETHER.match(before) and _AFTER_WHETHER.match(after):
        return False
    return bool(
        (_BEFORE_ASKED.search(before) and _AFTER_ASKED.match(after))
        or (_BEFORE_BEING.search(before) and _AFTER_BEING.match(after))
        or (_BEFORE_TOLD.search(before) and _AFTER_TOLD.match(after))
        or _BEFORE_SOURCE.search(before)
        or (_BEFORE_AS.search(before) and _AFTER_AS.match(after))
        or (_BEFORE_VIEW.search(before) and _AFTER_VIEW.match(after))
    )
