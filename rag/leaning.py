"""Whether a question leans on what was said before it: it has a word that stands for something which is not in it."""

from __future__ import annotations

import re

from rag.words import STOP_WORDS, content_words, surface_words

_OPENING = re.compile(
    r"^(?:and|but|so|or|then|also)\b|^(?:what|how) about\b|^(?:why|how come|why not|really|how so|since when|"
    r"in what way|"
    r"like what|such as|for example|for instance|tell me more|say more|go on|more|anything else|what else|who else|"
    r"anyone else|where else|when else|how else|by whom|with whom|to whom|about what)\W*$"
    r"|\b(?:agree|disagree)\W*$",
    re.I,
)
# "when was that?", "about this", "did that begin": not "the county that got", "said that Chen", "this year".
_PLAIN_AFTER = (
    r"(?:on|in|at|for|to|as|with|from|of|about|because|when|if|so|then|before|after|and|or|but|again|instead|"
    r"happen\w*|"
    r"begin|began|start\w*|mean\w*|work\w*|change\w*|come|came|go|went|end\w*|help\w*|affect\w*|take|took|be|"
    r"been|under|"
    r"look\w*|turn\w*|compare|differ|cost|matter\w*|sound\w*|apply|possible|true|right|wrong|different|easy|"
    r"hard|good|bad)"
)
_AUXILIARY = (
    r"(?:is|was|are|were|did|does|has|had|will|would|could|can|should|may|might|isn['’]t|wasn['’]t|"
    r"didn['’]t|doesn['’]t)"
)
_PREPOSITION = (
    r"(?:about|of|on|in|to|for|with|by|from|at|after|before|like|than|without|under|over|behind|against|despite|"
    r"during|"
    r"into|through|since|until|besides|except)"
)
_VERB = (
    r"(?:say|said|think|do|did|doing|mean|make|made|cause[ds]?|change[ds]?|solve[ds]?|fix|fixed|handle[ds]?|"
    r"explain|condemning|like|see|know|use|achieve|prevent|avoid)"
)
_THAT = re.compile(
    rf"\bthat(?=\W*$|\W*[?.,;!]| {_PLAIN_AFTER}\b)|(?:^|\b)(?:{_AUXILIARY}|{_PREPOSITION}) (?:all )?that\b"
    r"(?! (?:he|she|it|they|we|you|the|a|an|has|have|is|are|was|were|can|could|would|will|did|does|put|\w+ed|"
    r"\w*[^s\W]s)\b)"
    rf"|\b{_VERB} (?:all )?that(?=\W*$|\W*[?.,;!]| {_PLAIN_AFTER}\b)",
    re.I,
)
_DAYS = (
    r"(?:year|month|week|weekend|quarter|morning|evening|afternoon|night|day|time|spring|summer|autumn|fall|"
    r"winter|decade|century)"
)
_THIS = re.compile(rf"\b(?:this|these|those)\b(?! {_DAYS}\b)(?! (?:who|that|which|with|in|of|from)\b)", re.I)
_THERE = re.compile(
    rf"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbe )(?<!\bbeen )\bthere\b(?=\W*$| {_PREPOSITION}\b|"
    rf" (?:now|today|then)\b)",
    re.I,
)
_ONE = re.compile(
    r"\b(?:the|a|an|this|that|which|another|other|first|second|third|last|\w+er|\w+est|strict|new|old|big|small|"
    r"good|bad) ones?\b(?=\W*$|\W*[,;.?!]| (?:is|was|are|were|did|does|do|has|had|will|would|in|on|at|for|"
    r"from|with)\b)",
    re.I,
)
_HE = re.compile(r"\b(?:he|him|his|himself|she|her|hers|herself)\b", re.I)
_IT = re.compile(r"\b(?:it|its|itself)\b", re.I)
_THEY = re.compile(r"\b(?:they|them|their|theirs|themselves|both of them|each of them)\b", re.I)
_REST = re.compile(
    r"\b(?:the (?:former|latter|same|other|others|second|first|third|rest|reverse|opposite))\b(?=\W*$|\W*[?.,;]|"
    r" (?:thing|one|reason|point)\b)",
    re.I,
)
_ELSE = re.compile(r"\b(?:who|what|where|anyone|anybody|anything|someone|something|nobody|nothing) else\b", re.I)
_IT_COMES = re.compile(
    r"\bit(?: (?:is|was|will be|would be|has been|takes?|took|did|does|be|seems?|makes sense|should|could|might|"
    r"mean|means|mattered?|matters?|become|became|costs?))* (?:\w+ )?(?:that|to|for|when|if|like|possible)\b",
    re.I,
)
# "it" as what something is done to: whoever does it is somebody or something else, and so what it means is not in a
# question that has nothing but that.
_DONE_TO = re.compile(
    r"(?<!\bthat )(?<!\bif )(?<!\bwhen )(?<!\bhow )(?<!\bwhy )(?<!\bbecause )(?<!\bmade )(?<!\bmake )\bit\b"
    r"(?=\W*$|\W*[?.,;]| (?:out|up|down|off|away|back|over|in|on|for|to|with|from|at|by|about|when|if|after|"
    r"before|again|so|"
    r"like|as|then|now|today|through|into|under|without|against|all|first|better|so)\b)",
    re.I,
)
# "How many ambulances was it for?", "which county did it help?": what is asked for is never what "it" is.
_CROSSED = re.compile(
    rf"^(?:and |but |so )?(?:which|what|whose|how many|how much) (?:[^\W_][\w'’-]* ){{1,4}}{_AUXILIARY} it"
    r"(?: [\w'’-]+){1,2}\W*$",
    re.I,
)
_FEW = 2  # words for who does and what is done
_PARTED = re.compile(
    r"[,;:]|\b(?:and|or|but|after|before|when|while|if|because|that|which|who|whose|so|then|until|since|unless|"
    r"though|as|by|than)\b",
    re.I,
)
# Words for people, before which "he" is not yet anybody.
_PERSON = re.compile(
    r"\b(?:man|woman|boy|girl|guy|lady|person|who|whose|mayor|"
    r"senator|president|governor|king|queen|father|mother|wife|husband|son|daughter|brother|sister|friend|guest|"
    r"host|boss|"
    r"neighbou?r|chief|judge|nurse|student|kid|child|dad|mom|uncle|aunt|player|\w{3,}(?:or|ist|ian|ant|man|"
    r"woman|eer)|"
    r"(?!other|after|ever|never|over|under|rather|whether|number|later|together|paper|power|water|summer|winter|"
    r"order|"
    r"another|either|neither|per|letter|matter|member|cover|offer|answer|river|center|computer|server|longer|better|"
    r"higher|lower|older|younger|bigger|smaller|cheaper|faster|earlier|december|november|october|"
    r"september)\w{3,}er)\b",
    re.I,
)
_NAME = re.compile(r"(?<=[^\s.?!:“\"] )[A-Z][\w'’-]+")
_CONDITION = re.compile(
    r"(?:if|after|before|when|while|since|despite|although|though|as|on|with|by|in)\b[^,?]+, "
    r"(?=(?:what|why|how|who|whom|whose|when|where|which|did|does|is|was|were|are|will|would)\b)",
    re.I,
)
# What verbs and adverbs of a question leave of it are the things it is about.
_THIN = STOP_WORDS | frozenset(
    "long much many often far big old happen happened make made come came take took second first amount start "
    "started "
    "begin began end ended change changed work worked cost mean meant put give gave use used differ rather exactly "
    "finally later next instead again still ever never yet too even else anyone anybody someone somebody "
    "everyone nobody "
    "anything something nothing".split()
)


def leans(question: str) -> bool:
    """Whether a question says too little by itself."""
    return bool(
        _OPENING.search(question)
        or not _things(question)
        or _THAT.search(question)
        or _REST.search(question)
        or any(not stands_for_another(question, one) for one in _HE.finditer(question))
        or _CROSSED.search(question)
        or _stands_for_nothing(question)
        or (_ELSE.search(question) and len(_things(question)) < _FEW)
    )


def _stands_for_nothing(question: str) -> bool:
    """Whether there is an "it", "this", "they", "one" or "there" for which the question has nothing."""
    later = _later(question)
    comes = [one.start() for one in _IT_COMES.finditer(question)]
    plain = [one.start() for one in (*_THIS.finditer(question), *_ONE.finditer(question))]
    things = [
        one.start()
        for one in (*_IT.finditer(question), *_THEY.finditer(question), *_THERE.finditer(question))
        if one.start() >= later and one.start() not in comes
    ]
    done_to = [one.start() for one in _DONE_TO.finditer(question) if one.start() >= later]
    return (
        any(_about_nothing(question, at) for at in plain)
        or any(_about_nothing(question, at, names=True) for at in things)
        or any(_not_within(question, at) for at in done_to)
    )


def _later(question: str) -> int:
    """Where a question begins that says first under which condition: "if it was not a log, what broke the blade?"."""
    found = _CONDITION.match(question)
    return found.end() if found is not None and len(_things(question[found.end() :])) > 1 else 0


def only_asks(question: str) -> bool:
    """Whether a question has no word of its own that says what it is about: "why?", "when was that?"."""
    return not content_words(question)


def stands_for_another(question: str, pronoun: re.Match[str]) -> bool:
    """Whether "he" or "she" may mean somebody whom the question itself names before it, or after a condition."""
    at = pronoun.start()
    if at < _later(question):
        return True
    before = question[:at]
    return _NAME.search(before) is not None or _PERSON.search(before) is not None


def _not_within(question: str, at: int) -> bool:
    """Whether all before a pronoun at `at` is who does something to it: "why did the city drop it?"."""
    before = question[:at]
    asked = re.match(
        rf"(?:and |but |so )?(?:(?:what|why|how|when|where|who|whom)(?: (?:much|many|often|long|"
        rf"else))? )?(?:{_AUXILIARY} )?",
        before,
        re.I,
    )
    inside = before[asked.end() :] if asked is not None else before
    return (
        _PARTED.search(inside) is None
        and 0 < len(_things(inside)) <= _FEW
        and not re.search(rf"\b{_AUXILIARY} $", before, re.I)
    )


def _about_nothing(question: str, at: int, *, names: bool = False) -> bool:
    """Whether nothing that a word at `at` could stand for comes before it in the question."""
    before = question[:at]
    if names and _NAME.search(before):
        return False
    return not _things(before)


def _things(text: str) -> list[str]:
    return [word for word in surface_words(text) if word not in _THIN]
