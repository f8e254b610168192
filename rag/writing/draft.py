"""What a model writes to sentences, as it writes: each is given out as soon as it is certain where it ends."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.sentences import sentence_ranges
from rag.writing.markers import is_open, leading

_THINKING = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,200}>")
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]*[^\]\d\s,;-][^\]\n]*)\]\([^)\n]*\)")  # its words stay, its address goes
_DECORATION = re.compile(
    r"(?m)^\s{0,8}(?:#{1,6}\s+|>\s*|[-*+•]\s+|\d{1,2}[.)]\s+)|\*\*|__|`+|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)"
)
_ITEM = re.compile(r"^\s*(?:#{1,6}|>|[-*+•]|\d{1,2}[.)])\s+")
_ENDS = re.compile(r"[.!?…。！？:;]")
MAX_CHARS = 1500  # of a sentence; a longer one is none, and is not checked
_CERTAIN = 12  # characters of the next sentence that settle where the one before it ends ("Mr." may need them)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sentence as a model wrote it, markers and all, mark-up taken off; and whether it begins a line."""

    text: str
    begins_line: bool


class Splitter:
    """Takes what a model writes, piece by piece, and gives whole sentences with their markers behind them."""

    def __init__(self) -> None:
        self._rest = ""
        self._pending = False  # a sentence may have ended, but what follows is not long enough to tell
        self._in_line = False  # part of the present line is given out already

    def feed(self, piece: str) -> list[Drafted]:
        """The sentences that are certain now."""
        self._rest += piece
        if _is_hidden(self._rest):
            return []
        *whole, self._rest = _THINKING.sub("", self._rest).split("\n")
        found = [one for line in whole for one in self._line(sentences(line), ends=True)]
        if not self._in_line:
            self._rest = _ITEM.sub("", self._rest)
        certain, self._rest = _certain(self._rest) if _ENDS.search(piece) or self._pending else ([], self._rest)
        self._pending = _ENDS.search(self._rest) is not None
        if len(self._rest) > MAX_CHARS:
            certain, self._rest = [*certain, bare(self._rest)], ""
        return found + self._line(certain, ends=False)

    def end(self) -> list[Drafted]:
        """What is left when nothing more comes."""
        rest, self._rest = self._rest, ""
        lines = _THINKING.sub("", rest).split("\n")
        return [one for line in lines for one in self._line(sentences(line), ends=True)]

    def _line(self, found: list[str], *, ends: bool) -> list[Drafted]:
        began = self._in_line
        self._in_line = not ends and (began or bool(found))
        return [Drafted(text, begins_line=at == 0 and not began) for at, text in enumerate(found)]


def sentences(line: str) -> list[str]:
    """The sentences of one line, markers that follow a full stop with the sentence before it."""
    found: list[str] = []
    line = _ITEM.sub("", line)
    for start, end in sentence_ranges(line):
        sentence = line[start:end]
        cut = leading(sentence) if found else 0
        if cut:
            found[-1] = f"{found[-1]} {sentence[:cut].strip()}"
            sentence = sentence[cut:].strip()
        if sentence:
            found.append(sentence)
    return [plain for one in found if (plain := bare(one))]


def bare(text: str) -> str:
    """A sentence as plain text: no mark-up, no pictures, of links the words only."""
    plain = _DECORATION.sub("", _LINK.sub(r"\1", _IMAGE.sub("", _TAG.sub("", text))))
    return " ".join(plain.split())


def _certain(text: str) -> tuple[list[str], str]:
    """The sentences of an unfinished line that nothing to come can change, and the rest of it."""
    ranges = sentence_ranges(text)
    cut = 0
    for start, after in ranges[1:]:
        following = text[start:after]
        marks = leading(following)
        if is_open(following[marks:]) or len(following[marks:].strip()) < _CERTAIN:
            break
        cut = start + marks
    return (sentences(text[:cut]), text[cut:]) if cut else ([], text)


def _is_hidden(text: str) -> bool:
    """Whether the model is thinking aloud, and has not come to its answer."""
    opened = re.search(r"<(think|thinking|reasoning)>", text, re.IGNORECASE)
    return opened is not None and f"</{opened[1]}>".lower() not in text.lower()
