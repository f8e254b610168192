"""Whether those whom a sentence names are in the turns it cites, and say there what it has them say."""

from __future__ import annotations

import re

from rag.given_names import FEMALE, MALE
from rag.words import surface_words, words
from rag.writing.cited import Cited
from rag.writing.claims import Claim, reports, tells_of
from rag.writing.names import Name, name_words, same
from rag.writing.variants import calls, is_written, short_forms


def misnamed(told: Claim, read: Cited) -> str | None:
    """Which name of a claim is not in the turns it cites; None when all are."""
    subject = True
    for name in told.names:
        speaks = takes_part(name, read)
        if not (name.sure or speaks or _stands_alone(name)):
            continue
        if not (_is_there(name, read, speaks=speaks) or (speaks and not subject)):
            following = told.names[told.names.index(name) + 1 :]
            if speaks and following and f"{name.text} and {following[0].text}" in told.text:
                continue  # of two who did something together, one may tell
            return f"the name {name.text} is not in what it cites"
        subject = False
    return None


def _stands_alone(name: Name) -> bool:
    """Whether a word that begins a sentence is a name, or else a thing without an article ("Chicago", "Freight").

    Either has to be in the turns; plurals and what is done ("Margins", "Painting") may be told in other words.
    """
    return len(name.words) == 1 and len(name.text) > 2 and not name.text.endswith(("s", "ing", "ly", "ed"))


def takes_part(name: Name, read: Cited) -> bool:
    """Whether a name is that of somebody who speaks there."""
    return any(_is(name, person, read) for person in read.people)


def _is(name: Name, person: str, read: Cited) -> bool:
    """Whether a name is that of somebody there, or what they alone can be called for short."""
    known = name_words(person)
    return same(name.words, known) or calls(
        surface_words(name.text), surface_words(person), [name_words(one) for one in read.people if one != person]
    )


def _is_there(name: Name, read: Cited, *, speaks: bool) -> bool:
    """A speaker of the cited turns, or somebody or something they speak of; beside them, only who takes no part."""
    if any(_is(name, one.turn.speaker or "", read) for one in read.cited):
        return True
    if any(name.words <= set(words(text)) for text in read.third):
        return True
    if speaks:
        shorter = short_forms(name.text.split()[0])
        return any(shorter & set(re.findall(r"[A-Z]\w+", text)) for text in read.third)
    said = f"{read.near} {' '.join(read.third)}"
    return name.words <= set(words(said)) or is_written(name.text, said)


def misattributed(told: Claim, read: Cited) -> str | None:
    """Whom a claim has say what is another's; None when nobody."""
    for name in told.said_by:
        if not name.sure and not takes_part(name, read):
            continue
        spoken = any(_is(name, one.turn.speaker or "", read) for one in read.cited)
        if not spoken and not any(reports(text, name.text) or _is_source(name, text, read) for text in read.third):
            return f"it has {name.text} say what another says in the cited turn"
    return None


def _is_source(name: Name, text: str, read: Cited) -> bool:
    """Whether a turn passes on what somebody says who is not there, or what is no person's ("according to")."""
    if takes_part(name, read):
        return False
    given = set(surface_words(name.text)) & (MALE | FEMALE)
    return tells_of(text, name.text) if given else name.words <= set(words(text)) or is_written(name.text, text)
