"""Words in a turn that are addressed to a machine, not to those who listen: what they ask for is nobody's statement.

A sentence of an answer may not rest on them. They stay what was said: quotes show them, and the model is told to leave
them be; but a model that obeys gets nothing through.
"""

from __future__ import annotations

import re

from rag.sentences import sentence_ranges

_MODEL = (
    r"(?:ai|a\.i\.|assistant|model|chat\s?bot|bot|llm|language model|gpt|claude|system|machine|agent|summari[sz]er)"
)
_PATTERNS = (
    r"\b(?:ignore|disregard|forget|override|bypass|drop)\b.{0,40}\b(?:above|previous|prior|earlier|preceding|instructions?|rules?|prompts?|guidelines?|everything|restrictions?|filters?|question|evidence|turns?)\b",
    r"\b(?:system|developer|hidden|secret|initial|original)[\s-]+(?:prompt|message|instructions?|override|notice|note)\b",
    r"\b(?:new|updated|revised|real|actual|important|urgent)\s+(?:instructions?|rules?|directives?|task|orders?)\b\s*[:.,]?",
    r"\byou are (?:now|no longer|actually|an? (?:ai|assistant|language model|unrestricted|helpful))\b|\bfrom now on\b|\bact as\b|\bpretend (?:to be|you|that)\b|\brole-?play\b",
    r"\b(?:reveal|repeat|print|output|show|display|dump|leak|recite|echo|paste|disclose)\b.{0,40}\b(?:prompt|instructions?|rules|system|key|secrets?|password|api|token|context|above|verbatim|configuration)\b",
    r"\b(?:reply|respond|answer|say|write|print|output|state|tell|claim|report|announce|conclude|begin|start|end|finish)\b\s*(?:only|just|exactly|simply|always|back|by saying|with|that|to (?:every|any|all|the) (?:question|user|reader)|the (?:user|reader|following)|:|\"|“|')",
    r"\b(?:reply|respond|answer)\b.{0,30}\b(?:with|that|only|as|in)\b",
    r"\b(?:call|invoke|use|run|execute|trigger)\b.{0,30}\b(?:tools?|functions?|commands?|plugins?|api|shell|code|script|browser)\b|\btool_?calls?\b|\bfunction_?calls?\b",
    r"\b(?:dear|attention|hey|hello|note to|message (?:to|for)|instructions? (?:to|for)|as an?|if you are an?|any|every|to the|for the|you,? the)\s+" + _MODEL + r"\b",
    r"<\s*/?\s*(?:system|assistant|user|turn|instructions?|prompt|im_start|im_end|tool|function|admin|conversation|evidence|answer)\b|\[/?(?:inst|sys|system)\]|<<\s*sys|<\|[^|]*\|>|#{2,}\s*(?:system|instruction|response|assistant|user|human)",
    r"^\s*(?:system|assistant|user|human|developer|instruction|prompt|admin|ai)\s*(?:\([^)]*\))?\s*:",
    r"\b(?:cite|citing|quote|attribute|credit)\b.{0,40}(?:\[\d+\]|\bturn \d+|\bsource \d+|\bas (?:the )?(?:source|speaker|evidence)\b|\bto (?:the )?(?:host|chair|mayor|speaker)\b)",
    r"\bwhen (?:you are )?asked\b|\bif (?:any(?:one|body)|somebody|someone|the user|the reader|you are|they) asks?\b|\bin your (?:answer|reply|response|summary)\b|\byour (?:answer|reply|response|summary|instructions|rules|prompt|system|training|guidelines|next message|final answer|output)\b",
    r"\b(?:include|insert|append|add|embed|put|place|prepend|mention)\b.{0,40}\b(?:link|url|image|html|markdown|in (?:the|your|every|each|all) (?:answers?|reply|replies|summary|summaries|responses?|output)|sentence|phrase|following|words?)\b",
    r"\b(?:translate|summari[sz]e|rewrite|replace)\b.{0,30}\b(?:as|into|with|to say|by)\b|\bdo not (?:mention|cite|answer|say|reveal|tell|follow|quote|use|summari[sz]e)\b|\bstop (?:answering|citing|following)\b",
    r"\b(?:jailbreak|prompt injection|dan mode|developer mode|god mode|debug mode|admin mode|maintenance mode|sudo)\b|\bbase64\b|\bdecode (?:this|the following)\b",
    r"!\[[^\]]*\]\(|<\s*(?:img|script|iframe|a|svg|form|style|link|meta|object|embed)\b|javascript:|data:text/",
    r"\b(?:the )?(?:transcripts?|previous speakers?|turns? (?:above|before)|sources?|evidence)\b.{0,20}\b(?:is|are|was|were) (?:wrong|false|fake|outdated|invalid|void|corrected|superseded)\b",
)  # fmt: skip
_ADDRESSED = re.compile("|".join(f"(?:{one})" for one in _PATTERNS), re.IGNORECASE | re.DOTALL)


def addressed(text: str) -> bool:
    """Whether a sentence is addressed to a machine."""
    return _ADDRESSED.search(text) is not None


def statements(text: str) -> tuple[str, bool]:
    """A turn without what is addressed to a machine, and whether anything was.

    What follows such a sentence is what it asks to be said, as often as not: the next one goes with it.
    """
    kept: list[str] = []
    tainted = any_found = False
    for start, end in sentence_ranges(text):
        sentence = text[start:end]
        found = addressed(sentence)
        if not (found or tainted):
            kept.append(sentence)
        any_found |= found
        tainted = found
    return " ".join(kept), any_found
