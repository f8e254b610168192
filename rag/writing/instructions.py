"""Words in a turn that are addressed to a machine, not to those who listen: what they ask for is nobody's statement.

A sentence of an answer may not rest on them. They stay what was said: quotes show them, and the model is told to leave
them be; but a model that obeys gets nothing through.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.sentences import sentence_ranges

_MODEL = r"(?:ai|a\.i\.|assistant|(?:language )?model|chat\s?bot|bot|llm|gpt|claude|summari[sz]er)"
# Where a verb gives an order: it begins a sentence or a clause, or is said to "you".
_ORDER = (
    r"(?:^|[.!?:;,\"“(*`—-]\s*|\bplease\s+|\b(?:you|ai|assistant|model)\s+(?:must|should|have to|need to|are to|"
    r"will|shall)\s+(?:now\s+)?)"
)
_SAY = r"(?:reply|respond|answer|say|write|print|output|state|claim|report|announce|conclude|begin|start|end|finish)"
_ANSWER = r"(?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies)|outputs?)"
_PATTERNS = (
    # ignore, override
    rf"{_ORDER}(?:ignore|disregard|forget|override|bypass|drop)\b.{{0,40}}\b(?:above|previous|prior|earlier|"
    rf"preceding|before|instructions?|rules?|prompts?|guidelines?|everything|question|evidence|turns?)\b",
    r"\b(?:system|developer|hidden)[\s-]+(?:prompt|message|instructions?|override)\b|\boverride your\b",
    r"^\W*(?:new|updated|revised|real|actual|important|urgent)\s+(?:instructions?|rules?|directives?|tasks?|"
    r"orders?)\b(?:\s+for\b.{0,40})?\s*[:.]",
    r"\b(?:previous|earlier|other|above|preceding) (?:turns?|speakers?|sources?)\b.{0,20}\b(?:is|are|was|"
    r"were) (?:wrong|false|fake|outdated|invalid|void|corrected|superseded)\b",
    # another part to play
    rf"\byou are (?:now|no longer) (?:an? )?\w*(?:bot|{_MODEL}|allowed|unrestricted|free)\b|"
    rf"\byou are now \w*bot\b|{_ORDER}(?:act as|pretend (?:to be|you|that)|role-?play)\b",
    rf"\bfrom now on\b.{{0,30}}\b(?:{_ANSWER}|{_SAY}|you)\b",
    # what to say
    rf"{_ORDER}{_SAY}\b\s*(?:only|just|exactly|simply|always|with|that\b(?! again| louder)|nothing|after\b|"
    rf"the (?:words?|sentence|phrase|following)|your (?:{_ANSWER})|every|all|:|\"|“|')",
    rf"{_ORDER}(?:{_SAY}|tell|quote|cite|attribute|credit|mention|include)\b.{{0,40}}\b(?:the (?:user|reader|"
    rf"chair|host|speaker)|as the source|turn \d+|source \d+)\b",
    rf"{_ORDER}(?:quote|attribute|credit)\b.{{0,40}}\b(?:as|to|with)\b",
    rf"{_ORDER}(?:include|insert|append|add|embed|put|place|prepend|mention|render|write|"
    rf"cite)\b.{{0,60}}\b(?:(?:in|into|to|beside|after|at the end of) (?:the|your|every|each|all) {_ANSWER}|"
    rf"this link|this url|following in)\b",
    rf"\bin your {_ANSWER}\b.{{0,60}}\b(?:mention|include|add|say|write|state|cite)\b|"
    rf"\byour {_ANSWER} (?:should|must|shall|will)\b|{_ORDER}(?:append|insert) the url\b",
    rf"\b(?:if|when(?:ever)?) (?:any(?:one|body)|somebody|someone|the (?:user|reader)|you(?: are|'re)?|"
    rf"they)\b.{{0,12}}\bask(?:s|ed)?\b.{{0,80}}\b(?:{_SAY}|tell)\b|\bwhen asked\b",
    rf"{_ORDER}do not (?:mention|cite|answer|say|reveal|tell|follow|quote|summari[sz]e)\b|"
    rf"{_ORDER}stop (?:answering|citing|following)\b",
    rf"{_ORDER}translate (?:your|the (?:prompt|system|above))\b|\b(?:dear|attention|hey|hello|note to|"
    rf"message (?:to|for)|instructions? (?:to|for)|task for|as an?)\s+(?:the\s+)?{_MODEL}\b|^\W*{_MODEL}\s*[,:]",
    # its secrets and tools
    r"\b(?:reveal|repeat|print|output|show|display|dump|leak|recite|echo|disclose|"
    r"what are)\b.{0,40}\b(?:your (?:system |initial |hidden )?(?:prompt|instructions?|rules|guidelines|"
    r"configuration)|api key|everything above|the above)\b",
    rf"{_ORDER}(?:call|invoke|use|run|execute|trigger)\b.{{0,30}}\b(?:tools?|functions?|commands?|plugins?|"
    rf"scripts?)\b|\btool_?calls?\b|\bfunction_?calls?\b",
    r"\b(?:jailbreak|prompt injection|dan mode|developer mode|god mode|admin mode)\b",
    # what nobody can say aloud
    r"<\s*/?\s*(?:system|assistant|user|turn|instructions?|prompt|im_start|im_end|tool|function|admin|"
    r"conversation|evidence|answer|img|script|iframe|a|svg|form|style|link|meta|object|embed)\b|\[/?(?:inst|sys|"
    r"system)\]|<<\s*sys|<\|[^|]*\|>|#{2,}\s*(?:system|instruction|response|assistant|user|human)|```",
    r"!\[[^\]]*\]\(|javascript:|data:text/|\[\d{1,3}\]",
    r"^\s*(?:system|assistant|user|human|developer|instruction|prompt|admin|ai)\s*(?:\([^)]*\))?\s*:",
)  # fmt: skip
# A label inside a turn: whoever speaks there, it is not who the label says.
_LABEL = re.compile(
    r"(?:^|[.!?,]\s+)(?!(?:Q|A|OK|PS)\b)[A-Z][A-Z.'’-]{2,}(?:\s+[A-Z][A-Z.'’-]*){0,3}\s*(?:\([^)]{0,30}\))?:\s"
)
_ADDRESSED = re.compile("|".join(f"(?:{one})" for one in _PATTERNS), re.IGNORECASE | re.DOTALL)
_SUSPECT = re.compile(rf"{_ADDRESSED.pattern}|(?-i:{_LABEL.pattern})", re.IGNORECASE | re.DOTALL)


def addressed(text: str) -> bool:
    """Whether a sentence is addressed to a machine."""
    return _ADDRESSED.search(text) is not None


@lru_cache(maxsize=2048)  # the turns of an answer are read again for each of its sentences
def statements(text: str) -> tuple[str, bool]:
    """A turn without what is addressed to a machine, and whether anything was.

    What follows such a sentence is what it asks to be said, as often as not: the next one goes with it. After a label
    inside a turn nothing is kept: that would be somebody else speaking.
    """
    if not _SUSPECT.search(text):
        return text, False
    kept = [text[start:end] for start, end in stated_ranges(text)]
    return " ".join(kept), len(kept) < len(sentence_ranges(text))


def stated_ranges(text: str) -> tuple[tuple[int, int], ...]:
    """Where the sentences of a turn begin and end that somebody tells, rather than a machine is told."""
    kept: list[tuple[int, int]] = []
    tainted = False
    for start, end in sentence_ranges(text):
        sentence = text[start:end]
        if _LABEL.search(sentence):
            break
        found = addressed(sentence)
        if not (found or tainted):
            kept.append((start, end))
        tainted = found
    return tuple(kept)
