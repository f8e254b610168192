"""How questions after everything are put: what comes after a form is what they are about."""

from __future__ import annotations

import re
from typing import Literal

By = Literal["transcript", "speaker"]

TALK = (
    r"(?:episode|meeting|transcript|session|show|interview|hearing|recording|conversation|podcast|call|talk|"
    r"discussion)s?"
)
MENTION = (
    r"(?:(?:mention|discuss|cover|feature|contain|include)(?:s|es|ed|d|ing)?|(?:talk(?:s|ed|ing)?|sp(?:eak|eaks|"
    r"oke|eaking)) "
    r"(?:about|of|on)|(?:refer(?:s|red|ring)?) to|(?:touch(?:es|ed)?) on|deal(?:s|t)? with|br(?:ing|ings|ought) up|"
    r"(?:say|says|said|use|uses|used) (?:the )?(?:words?|terms?|phrases?|names?)|(?:is|are|was|were) about|"
    r"name(?:s|d))"
)
RAISED = (
    r"(?:mentioned|discussed|covered|talked about|spoken (?:about|of)|referred to|brought up|raised|named|used|said|"
    r"c[ao]mes? up|come up)"
)
AUXILIARY = r"(?:did|does|do|has|have|had|is|are|was|were|been|be|get|gets|got)"
_ALL = (
    r"(?:every|each|any|all(?: of)?(?: the)?|(?:list|find|show|name|give|count)(?: me)?(?: all|"
    r" every)?(?: of)?(?: the)?)"
)
_TAIL = r"(?P<tail>[^?]+)"
_KIND = rf"(?:(?!(?:{AUXILIARY}|the|a|an|would|will|should|could|can|may)\b)[\w'’-]+ ){{0,2}}?"  # "Go Time episodes"
FORMS: tuple[tuple[By, re.Pattern[str]], ...] = (
    (
        "transcript",
        re.compile(
            rf"\b(?:{_ALL}|which|what|how many|in which|in how many) {_KIND}{TALK} (?P<verb>(?:(?:where|"
            rf"in which|that|which|when) )?"
            rf"(?:{AUXILIARY} |all |ever |also )*{MENTION}) {_TAIL}",
            re.I,
        ),
    ),
    (
        "transcript",
        re.compile(rf"\b{_ALL} {_KIND}{TALK} (?:about|on|concerning|regarding|with (?:a )?mentions? of) {_TAIL}", re.I),
    ),
    ("transcript", re.compile(rf"\b{_ALL} {_KIND}{TALK} (?:where|in which|that|which|when) {_TAIL}", re.I)),
    (
        "transcript",
        re.compile(
            rf"\b(?:in|on|at|during) (?:which|what|"
            rf"how many) {_KIND}{TALK} {AUXILIARY} (?P<tail>[^?]*\b(?:{MENTION}|{RAISED})\b[^?]*)",
            re.I,
        ),
    ),
    (
        "transcript",
        re.compile(rf"\b(?:which|what|how many) {_KIND}{TALK} (?P<tail>[^?]*\b(?:{MENTION})\b[^?]*)(?= in\W*$)", re.I),
    ),
    (
        "transcript",
        re.compile(
            rf"\bhow (?:many times|often|frequently|much) {AUXILIARY} (?P<tail>[^?]*\b(?:{MENTION}|"
            rf"{RAISED})(?! that\b)[^?]*)",
            re.I,
        ),
    ),
    (
        "transcript",
        re.compile(
            rf"\b(?:number|count) of times (?P<tail>[^?]*\b(?:{MENTION}|"
            rf"{RAISED})\b[^?]*)",
            re.I,
        ),
    ),
    (
        "transcript",
        re.compile(
            rf"\b(?:every|all(?: of)?(?: the)?|each|list(?: all)?(?: the)?|(?:find|show)(?: me)?(?: all|"
            rf" every)(?: the)?) times? (?:that |when )?(?P<tail>[^?]*\b(?:{MENTION}|{RAISED})\b[^?]*)",
            re.I,
        ),
    ),
    (
        "transcript",
        re.compile(
            r"\b(?:every|all(?: of)?(?: the)?|each|how many|list(?: all)?(?: the)?|(?:find|show|"
            r"count)(?: me)?(?: all| every)?(?: the)?|number of) "
            rf"(?:mentions?|references?|occurrences?|instances?) (?:of|to) {_TAIL}",
            re.I,
        ),
    ),
    (
        "speaker",
        re.compile(
            r"\b(?:who all|every(?:one|body) (?:who|that)|(?:all|list|name)(?: all| of| the| every)* (?:people|"
            r"speakers?|guests?|members?|persons?|those) (?:who|that)|"
            rf"list (?:everyone|everybody|all|those)? ?who|how many (?:different )?(?:people|speakers|guests|"
            rf"members|persons)) (?:{AUXILIARY} |all |ever |also )*(?P<verb>{MENTION}) {_TAIL}",
            re.I,
        ),
    ),
    (
        "transcript",
        re.compile(
            r"\b(?:everything|all) (?:that )?(?:[\w'’.-]+ ){1,4}?(?:said|says|has said|had to say|"
            r"mentioned) (?:about|on|of) " + _TAIL,
            re.I,
        ),
    ),
)
