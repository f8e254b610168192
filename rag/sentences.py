"""Where the sentences of a turn begin and end, as character ranges of the text as it stands."""

from __future__ import annotations

import re
from functools import lru_cache

import blingfire

# Words after which a full stop ends no sentence, though the splitter thinks so.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"“])(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Col|Sgt|Capt|Lt|Rev|Hon|St|Jr|Sr|Inc|Co|Corp|Ltd|vs|etc|approx|No|Vol"
    r"|Jan|Feb|Mar|Apr|Aug|Sept|Oct|Nov|Dec|[A-Z])\.$"
)


_GAP = re.compile(r"(?<=\S)\s+")

QUOTABLE_WORDS = 90  # of what is quoted as one sentence; what runs on without end is cut to a quotable length
_QUOTABLE_CHARS = 8 * QUOTABLE_WORDS


@lru_cache(maxsize=1024)  # an answer looks at the sentences of fifty turns time and again
def sentence_ranges(text: str) -> tuple[tuple[int, int], ...]:
    """The sentences of `text` as (start, end) character offsets, in order, outer white space left out.

    Between two ranges there is only white space: nothing said is lost.
    """
    ranges: list[tuple[int, int]] = []
    for start, end in _paragraph_ranges(text):
        found = _split(text[start:end])
        ranges.extend((start + first, start + last) for first, last in found)
    return tuple(ranges)


def bounded_ranges(text: str, *, max_words: int, max_chars: int) -> tuple[tuple[int, int], ...]:
    """The same, but a sentence too long is cut between words, or anywhere where there are no spaces.

    Automatic captions run on for minutes without a full stop, and some scripts have no spaces.
    """
    pieces: list[tuple[int, int]] = []
    for first, end in sentence_ranges(text):
        start = first
        while not fits(text[start:end], max_words=max_words, max_chars=max_chars):
            cut = _last_cut(text, start, min(end, start + max_chars), max_words)
            pieces.append(_trimmed(text, start, cut))
            start = cut
        pieces.append((start, end))
    return tuple(pieces)


def quotable_ranges(text: str) -> tuple[tuple[int, int], ...]:
    """The sentences of a turn as they are compared with a question, and quoted."""
    return bounded_ranges(text, max_words=QUOTABLE_WORDS, max_chars=_QUOTABLE_CHARS)


def fits(text: str, *, max_words: int, max_chars: int) -> bool:
    """True when `text` is within both limits."""
    return len(text) <= max_chars and len(text.split()) <= max_words


def _last_cut(text: str, start: int, limit: int, max_words: int) -> int:
    """Where white space last ends within the limits, or the hard limit where there is none."""
    best = limit
    for words, gap in enumerate(_GAP.finditer(text, start, limit), start=1):
        if words > max_words:
            break
        best = gap.end()
    return best


def _paragraph_ranges(text: str) -> list[tuple[int, int]]:
    ranges, start = [], 0
    for gap in re.finditer(r"\n\s*", text):
        ranges.append((start, gap.start()))
        start = gap.end()
    ranges.append((start, len(text)))
    return [(first, last) for first, last in ranges if text[first:last].strip()]


def _split(paragraph: str) -> list[tuple[int, int]]:
    starts = _starts(paragraph)
    if not starts:
        return [_trimmed(paragraph, 0, len(paragraph))]
    starts[0] = 0
    joined: list[int] = [0]
    for start in starts[1:]:
        before = paragraph[joined[-1] : start].rstrip()
        if not _ABBREVIATION.search(before):
            joined.append(start)
    ends = [*joined[1:], len(paragraph)]
    trimmed = [_trimmed(paragraph, start, end) for start, end in zip(joined, ends, strict=True)]
    return [(start, end) for start, end in trimmed if start < end]


def _starts(paragraph: str) -> list[int]:
    """Where the splitter sees sentences begin.

    Its own way to tell goes through every byte. Looking for the sentences, where it left them as they were, takes half
    the time.
    """
    starts, end = [], 0
    for sentence in blingfire.text_to_sentences(paragraph).split("\n"):
        start = paragraph.find(sentence, end)
        if start < 0 or paragraph[end:start].strip() or not sentence:
            return [first for first, _ in blingfire.text_to_sentences_and_offsets(paragraph)[1]]
        starts.append(start)
        end = start + len(sentence)
    return starts


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
