"""Questions after everything: "every episode where ...", "how many times did ...", "who all spoke about ...".

They ask where words were said, all over, and how often; "how many counties got money?" does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.exhaustive_forms import AUXILIARY, FORMS, MENTION, RAISED, TALK, By
from rag.known import Sought
from rag.people import People
from rag.words import STOP_WORDS, content_words, surface_words, words

_QUOTED = re.compile(r"[\"“”«](?P<said>[^\"“”»]{2,100})[\"“”»]|(?<!\w)['‘](?P<single>[^'’]{2,100})['’](?!\w)")
_ACTIVE = re.compile(rf"^(?P<who>.*?)\b(?:{MENTION})(?: about| of| to)? (?P<what>.+)$", re.I)
_PASSIVE = re.compile(
    rf"^(?P<what>.+?) (?:(?:{AUXILIARY}|ever|explicitly|"
    rf"actually) )*{RAISED}\b(?P<rest>.*)$",
    re.I,
)
_LEAD = re.compile(
    rf"^(?:(?:{AUXILIARY}|ever|explicitly|actually|they|we|people|anyone|anybody|someone|somebody|there) )+", re.I
)
_TRAIL = re.compile(
    r"[ ,]+(?:(?:in|across|throughout|over|on|during|from) (?:all |any |the |our |this |these |total|every |"
    r"entire |whole |my )*"
    rf"(?:{TALK}|archive|library|corpus|collection|total|podcasts?)|in total|altogether|overall|at all|so far|"
    rf"ever|by anyone|please"
    r"|(?:is|are|was|were) there|do we have|did we have)\W*$",
    re.I,
)
_GENERIC = re.compile(
    r"^(?:the (?:word|words|term|phrase|name|topic|topics|subject|idea|question|issue) (?:of )?|"
    r"something about )",
    re.I,
)
_MOST = 6  # telling words; with more a question describes rather than names


@dataclass(frozen=True, slots=True)
class Exhaustive:
    """What is to be listed.

    Attributes:
        topic: The words to look for, as asked.
        tries: How to look for them: the first that finds something counts.
        by: What is counted besides turns.
    """

    topic: str
    tries: tuple[Sought, ...]
    by: By


def exhaustive(text: str, people: People, *, leave_out: tuple[str, ...] = ()) -> Exhaustive | None:
    """What a question wants listed; None for a question of another kind.

    Args:
        text: The question, able to stand alone.
        people: Who speaks: those whose mentions are counted are no part of what is mentioned.
        leave_out: Parts of the text that are rules about speakers or days already.
    """
    for by, form in FORMS:
        found = form.search(text)
        if found is None:
            continue
        quoted = _QUOTED.search(text)
        if quoted is not None:
            said = quoted["said"] or quoted["single"]
            return Exhaustive(said.strip(), (Sought(tuple(words(said)), together=True),), by)
        topic = _topic(found["tail"], people, leave_out, active=bool(found.groupdict().get("verb")))
        tries = _tries(topic)
        return Exhaustive(topic, tries, by) if tries else None
    return None


def _topic(tail: str, people: People, leave_out: tuple[str, ...], *, active: bool) -> str:
    """What was talked about, without who talked and when."""
    topic = tail
    for part in leave_out:
        topic = topic.replace(part, " ")
    topic = " ".join(topic.split())
    if not active:
        topic = _object(topic, people)
    before = None
    while before != topic:
        before, topic = topic, _GENERIC.sub("", _TRAIL.sub("", _LEAD.sub("", topic.strip(" ,.;:!")))).strip(" ,.;:!")
    topic = re.sub(r"(?:^| )(?:in|on|during|from|since|before|after|between|by)$", "", topic)
    return re.sub(r"^(?:the|a|an|any|about|of|on) ", "", topic, flags=re.I)


def _object(topic: str, people: People) -> str:
    """What it is about: the bridge, of "Ann mentioned the bridge" and of "the bridge was mentioned"."""
    passive, active = _PASSIVE.match(topic), _ACTIVE.match(topic)
    if active is not None and (passive is None or not _is_thing(active["who"], people)):
        return str(active["what"])
    return str(passive["what"]) if passive is not None else topic


def _is_thing(who: str, people: People) -> bool:
    """Whether what stands before the verb is what is talked about, rather than somebody who talks."""
    subject = _LEAD.sub("", who).strip()
    if not set(surface_words(subject)) - STOP_WORDS:
        return False
    named = people.mentions(subject)
    return not (named and named[0].names and named[0].start == 0)


def _tries(topic: str) -> tuple[Sought, ...]:
    telling = tuple(dict.fromkeys(content_words(topic)))
    if not telling or len(telling) > _MOST:
        return ()
    together = Sought(tuple(words(topic)), together=True)
    apart = Sought(telling)
    if len(telling) == 1:
        return (apart,)
    # "bike lane" is one thing, "parking on Foundry Street" more than one.
    return (together, apart) if len(together.words) == len(telling) else (apart,)
