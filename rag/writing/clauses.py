"""A text in clauses, and in each the words that stand under a negation: statements are compared clause by clause."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.words import surface_words
from rag.writing.verbs import base

_CUES = frozenset(
    """
    not no never none nobody nothing nowhere neither nor hardly scarcely barely cannot cant dont doesnt didnt
    isnt arent wasnt werent wont wouldnt shouldnt couldnt hasnt havent hadnt aint mustnt neednt
    """.split()
)
# Words that deny what follows them, though a claim may say the same without them; some only before a verb.
_SOFT = frozenset(
    "without unable zero lack lacks lacked lacking deny denies denied denying avoid avoids avoided".split()
)
_SOFT_TO = frozenset("fail fails failed failing refuse refuses refused refusing decline declines declined".split())
_REACH = 5  # words behind a negation that it is about
_HEAD = 2  # of them those that it is surely about
_CANCELS = 2  # words between two negations that make a yes: "not without", "not a single no"
_CLAUSE = re.compile(
    r"[.!?;:—…]\s|,\s|\s[-–]{1,2}\s|[()]|\b(?:but|because|although|though|until|unless|whereas|while)\b"
)
_IDIOMS = re.compile(
    r"\bnot only\b|\bno (?:doubt|matter|problem|wonder|worries|longer than|more than|later than)\b|\bwhy not\b|"
    r"\bor not\b|\bif not\b|"
    r"(?:\b(?:not|never)|n['’]t) (?:be (?:afraid|scared|shy) (?:to|of)|forget|hesitate to|miss)\b|"
    r"\bnot just\b|\bnot to mention\b|\bnothing (?:but|like)\b|"
    r"\b(?:do|does|did|is|are|was|were|have|has|wo|ca|could|would|should)n['’]t (?:you|we|they|it|he|she|i)\b|"
    r"\b(?:can['’]t|cannot|can not) (?:wait|believe|help)\b|\bno[,!.]\s|\bi (?:don['’]t|do not) (?:know|mind)\b",
    re.IGNORECASE,
)
_WHOLE = {"can't": "can", "can’t": "can", "cannot": "can", "won't": "will", "won’t": "will"}
_CONTRACTED = re.compile(r"\b(?:can['’]t|cannot|won['’]t)", re.IGNORECASE)
_DENIES = re.compile(r"n['’]t\b|\b(?:not|never|no)\b", re.IGNORECASE)
_SAYS_NO = re.compile(
    rf"{_DENIES.pattern}|\b(?:cannot|none|nobody|nothing|neither|nor|without|zero|hardly)\b", re.IGNORECASE
)
# Words that carry grammar only. Fewer than an index leaves out: "like", "want" and "get" are what is denied.
_GRAMMAR = frozenset(
    """
    a an the this that these those it its he him his she her hers they them their theirs we us our ours i me my mine
    you your yours who whom whose which what when where why how is are was were be been being am do does did doing
    done has have had having will would shall should can could may might must of to in on at by for from with into onto
    over under as than then there here so too also and or if up down out off about around just really very quite
    actually largely even still yet already ever any some himself herself themselves itself myself yourself
    said say says im ive id ill hes shes were theyre theyve weve youre youve thats theres whats
    """.split()
)
# Between a negation and what it is about: "I don't think it is" says that it is not.
_RAISED = frozenset(
    "think believe feel feeling guess suppose expect imagine thought believed felt necessarily like".split()
)
_ADJECTIVES = (
    r"possib|correct|able|agree|like|honest|appear|secure|stab|effic|effect|complete|depend|visib|accura|direct|"
    r"consist|matur|patien|perfect|formal|suffic|adequat|continu|connect|satisf|respons|legal|regular|relevan|allow|"
    r"approv|trust|belie|qualif|advantag|comfort|capab|flexib|sensitiv|toleran|equal|frequen|definit|expensiv|balanc"
)
_UN = re.compile(rf"un(?!iq|der|ion|it|iv|til|less)(?=[a-z]{{4}})|(?:in|im|ir|il|dis|non)(?={_ADJECTIVES})")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause as far as yes and no go.

    Attributes:
        text: As written.
        words: The stems of its words that carry more than grammar.
        heads: Those right behind a negation.
        under: All that stand under one.
        plain: Those that stand under none.
        denies: It holds a plain "not" or the like.
    """

    text: str
    words: frozenset[str]
    heads: frozenset[str]
    under: frozenset[str]
    plain: frozenset[str]
    denies: bool


def affirmed(text: str) -> str:
    """A text without its noes."""
    return " ".join(_DENIES.sub("", _CONTRACTED.sub(lambda one: _WHOLE[one[0].lower()], text)).split())


def noes(text: str) -> int:
    """How often a text says no."""
    return len(_SAYS_NO.findall(text))


@lru_cache(maxsize=4096)
def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a text that have words in them, in order."""
    found = (_clause(part, surface_words(part)) for part in _CLAUSE.split(_IDIOMS.sub(" , ", text)) if part)
    return tuple(one for one in found if one.words)


def denied(some: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Clauses of a question that is answered with no: all of their words are denied."""
    return tuple(Clause(one.text, one.words, one.words, one.words, frozenset(), denies=True) for one in some)


def together(some: tuple[Clause, ...]) -> Clause:
    """Several clauses as one."""
    return Clause(
        ", ".join(one.text for one in some),
        frozenset().union(*(one.words for one in some)),
        frozenset().union(*(one.heads for one in some)),
        frozenset().union(*(one.under for one in some)),
        frozenset().union(*(one.plain for one in some)),
        any(one.denies for one in some),
    )


def _clause(text: str, words: list[str]) -> Clause:
    cues = [
        at
        for at, word in enumerate(words)
        if word in _CUES or word in _SOFT or (word in _SOFT_TO and words[at + 1 : at + 2] == ["to"])
    ]
    for first, second in pairwise(cues):
        if second - first <= _CANCELS and words[first] in _CUES:
            cues = [at for at in cues if at not in {first, second}]
    heads: set[str] = set()
    under: set[str] = set()
    plain: set[str] = set()
    reach = 0
    for at, word in enumerate(words):
        if at in cues:
            reach = _REACH
        elif reach == _REACH and word in _RAISED and not (word == "like" and at - 1 in cues):
            continue
        elif word not in _GRAMMAR and word not in _CUES:
            found, opposite = _signed(word)
            (plain if (reach > 0) == opposite else under).add(found)
            if (reach > _REACH - _HEAD) != opposite:
                heads.add(found)
            reach -= 1
    return Clause(
        text,
        frozenset(under | plain),
        frozenset(heads),
        frozenset(under),
        frozenset(plain),
        any(words[at] in _CUES for at in cues),
    )


def _signed(word: str) -> tuple[str, bool]:
    """A word's stem, and whether it is the opposite of what that says: "unstable" is "stable" denied."""
    prefix = _UN.match(word)
    return (base(word[prefix.end() :]), True) if prefix else (base(word), False)
