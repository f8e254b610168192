"""Which lines begin with a speaker's label, decided over the whole file.

A colon alone proves nothing ("Note:", "The problem: ..."). A beginning is a label when it is made like a name and
recurs, or is written as only labels are (a time before it, ALL CAPS, a title, "Speaker 1"); one that occurs a single
time must look like a person's name and not be a word the file also uses in lower case.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.formats.clock import CLOCK, seconds
from rag.formats.inline_times import leading_time
from rag.formats.metadata import KEYS
from rag.labels import HONORIFICS, PARTICLES, is_unidentified, parse_label
from rag.roles import word_set

_UNTIL = r"\s*(?:-->|[-–—]|to)\s*"
_LINE = re.compile(
    rf"\s*(?:[\[(]?(?P<before>{CLOCK})(?:{_UNTIL}(?P<before_end>{CLOCK}))?[\])]?\s*(?:[-–—|]\s*)?)?"
    r"(?P<label>[^\W_][^:：\n]{0,79}?)"
    rf"(?:\s*[\[(](?P<after>{CLOCK})(?:{_UNTIL}(?P<after_end>{CLOCK}))?[\])])?\s*(?:：\s*|:(?:\s+|$))(?P<rest>.*)",
    re.DOTALL,
)
_LABEL = r"\s*(?P<label>[^\W_][^:：\n\t\[\]]{0,79}?)"
_BEFORE = rf"\s*(?:[\[(]?(?P<after>{CLOCK})(?:{_UNTIL}(?P<end>{CLOCK}))?[\])]?\s*(?:[-–—|]\s*)?)?"
# Forms of their own, tried before the colon.
_OTHERWISE = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        # Trint's "Ann Lee [00:00:03] Good morning.", Rev.ai's columns "Speaker 0    00:00:03    Good morning."
        rf"{_LABEL} \[(?P<after>\d{{1,2}}:\d\d:\d\d)(?P<end>)\] (?P<rest>\S.*)",
        rf"{_LABEL}(?:\t| {{3,}})(?P<after>\d{{1,2}}:\d\d:\d\d)(?P<end>)(?:\t| {{3,}})(?P<rest>\S.*)",
        # Diarisation: "SPEAKER_00 [0.5s - 2.3s]: Good morning.", "[SPEAKER_00]: Good morning.", "(speaker 0) Good ..."
        rf"{_LABEL} [\[(](?P<after>\d{{1,6}}\.\d+)s?\s*[-–]\s*(?P<end>\d{{1,6}}\.\d+)s?[\])]:?\s*(?P<rest>\S.*)",
        rf"{_BEFORE}\[(?P<label>[^\W\d_][^:：\n\[\]]{{0,59}})\]\s*[:：]\s*(?P<rest>.*)",
        rf"{_BEFORE}[\[(](?P<label>(?i:speaker|spk)[ _-]?(?:\d{{1,3}}|[A-Z?]))[\])]\s*(?P<rest>.*)",
        # Press conferences: "Q    Mr. President, ...", where whoever asks has no name.
        r"\s*(?P<label>Q)(?P<after>)(?P<end>)(?:\t| {2,})\s*(?P<rest>\S.*)",
    )
)
# Rev's "Ann Lee: (00:03)", the words on the next line or behind it.
_AFTER_COLON = re.compile(rf"\s*(?:\((?P<closed>{CLOCK})\)(?:\s+|$)|(?P<alone>{CLOCK})\s*$)")
_WORD = re.compile(r"[^\W\d_]+")
_TIME_ALONE = re.compile(rf"\s*[\[(]?({CLOCK})[\])]?\s*")
_NOT_NAMES = KEYS | word_set(
    "note notes warning caution tip update correction example examples ps p.s nb n.b editor's step reason problem "
    "solution result results fact remember summary conclusion introduction background disclaimer translation here "
    "first second third finally also however therefore meanwhile plus again today yes no well so but and or because "
    "if then this that these those it he she they we you what why how when where who to from cc re fwd "
    "subject agenda action actions todo monday tuesday wednesday thursday friday saturday sunday i.e e.g"
)
_OPENERS = word_set(
    "the a an my our your his her their this that these those in on at for from with of to by as if so and but or not "
    "what why how when where who which here there now then it he she they we you i one two three is are was do does "
    "did yes no well breaking first next last more about"
)
_CONNECTING = PARTICLES | frozenset({"and", "&", "of", "the", "from", "for", "at", "on"})


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A line taken apart: its label, what follows on the same line, and the times beside the label in seconds.

    Attributes:
        stamped: Whether a time stands beside the label, so that it can be nothing else.
    """

    label: str
    rest: str
    start: float | None
    end: float | None = None
    stamped: bool = False


def find_labels(lines: Sequence[str]) -> dict[int, LabelLine]:
    """The lines that begin a speaker's words, by 0-based line number."""
    found = {n: line for n, text in enumerate(lines) if (line := _split(text)) is not None}
    keys = {label: parse_label(label).name.casefold() for label in {line.label for line in found.values()}}
    counts = Counter(keys[line.label] for line in found.values())
    common = _lower_case_words(lines) if 1 in counts.values() else frozenset[str]()
    accepted = {
        label: counts[key] > 1 or _is_marked(label) or _is_name_once(label, common) for label, key in keys.items()
    }
    return {n: line for n, line in found.items() if line.stamped or accepted[line.label]}


def time_alone(line: str) -> float | None:
    """Seconds, for a line that holds nothing but a time."""
    match = _TIME_ALONE.fullmatch(line) if len(line) <= 40 else None
    return seconds(match[1]) if match else None


def _split(line: str) -> LabelLine | None:
    begin = line[:120]
    if "[" in begin or "(" in begin or "  " in begin or "\t" in begin:
        match = next((found for pattern in _OTHERWISE if (found := pattern.match(line)) is not None), None)
        if match is not None and is_shaped_like_label(match["label"]):
            start, end = (seconds(match[time]) if match[time] else None for time in ("after", "end"))
            own = match["label"] == "Q" or is_unidentified(match["label"])
            return LabelLine(match["label"], match["rest"], start, end, stamped=start is not None or own)
    match = _LINE.match(line) if ":" in begin or "：" in begin else None
    if match is None or not is_shaped_like_label(match["label"]):
        return None
    clock, end_clock = match["before"] or match["after"], match["before_end"] or match["after_end"]
    behind = _AFTER_COLON.match(match["rest"]) if clock is None else None
    if behind is not None:
        moment = seconds(behind["closed"] or behind["alone"])
        return LabelLine(match["label"], match["rest"][behind.end() :], moment, stamped=behind["closed"] is not None)
    start = seconds(clock) if clock else leading_time(match["rest"])
    return LabelLine(
        match["label"], match["rest"], start, seconds(end_clock) if end_clock else None, stamped=bool(clock)
    )


def _head(label: str) -> str:
    """The part before a role or organisation."""
    return re.split(r"[,(（\[]", label, maxsplit=1)[0].strip()


def is_shaped_like_label(label: str) -> bool:
    """Whether a label is made as a speaker's is: few words, each capitalised, no sentence. Says nothing of its line."""
    head = _head(label)
    words = head.split()
    if not is_balanced(label):  # "Acme Corp (NYSE: ACM)"
        return False
    if not 1 <= len(words) <= 6 or len(label.split()) > 14 or head.lower().rstrip(".") in _NOT_NAMES:
        return False
    if is_unidentified(label):
        return True
    if words[0][0] != words[0][0].upper() or head.isdigit():
        return False
    return all(_is_label_word(word) for word in words)


def is_balanced(label: str) -> bool:
    """Whether every bracket in a label is closed."""
    return label.count("(") == label.count(")") and label.count("[") == label.count("]")


def _is_label_word(word: str) -> bool:
    bare = word.strip("'’\"“”")
    if not bare or any(c in "?!;<>{}=|\\/*@" for c in bare):
        return False
    if bare.endswith(".") and not (len(bare) <= 3 or "." in bare[:-1] or _is_abbreviation(bare)):
        return False
    return bare[0] != bare[0].lower() or not bare[0].isalpha() or bare[0].upper() == bare[0] or bare in _CONNECTING


def _is_abbreviation(word: str) -> bool:
    return word.rstrip(".").lower() in HONORIFICS | {"jr", "sr", "st"}


def _is_marked(label: str) -> bool:
    """Whether a label is written as only labels are."""
    head = _head(label)
    capitals = head.isupper() and sum(c.isalpha() for c in head) >= 2
    return capitals or _is_abbreviation(head.split()[0]) or is_unidentified(label)


def _is_name_once(label: str, common: frozenset[str]) -> bool:
    words = _head(label).lower().split()
    if words[0] in _OPENERS:
        return False
    return not any(word in common for word in words if word not in _CONNECTING)


def _lower_case_words(lines: Iterable[str]) -> frozenset[str]:
    words: set[str] = set()
    for line in lines:
        words.update(_WORD.findall(line))
    return frozenset(filter(str.islower, words))
