"""Markdown transcripts: `**Name:** text` paragraphs, or `### Name:` headings with the words below."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.formats.base import Format, Origin, assemble
from rag.formats.clock import CLOCK, seconds
from rag.formats.inline_times import without_times
from rag.formats.labelled import paragraphs, read_header
from rag.formats.lines import find_labels
from rag.formats.metadata import KEYS, front_matter, metadata_of
from rag.formats.notices import without_notices
from rag.turns import PARAGRAPHS, Piece, is_direction
from rag.values import Transcript

_BOLD = re.compile(
    rf"[ \t]*(?P<item>[-*+][ \t]+)?(?:[\[(\\]{{0,2}}(?P<before>{CLOCK})[\])\\]{{0,2}}[ \t]*(?:[-–—][ \t]*)?)?"
    rf"\*\*(?P<bold>[^*\n]{{1,120}})\*\*(?:[ \t]*[\[(](?P<after>{CLOCK})[\])](?=[ \t]?[:：]))?(?P<colon>[ "
    rf"\t]?[:：])?(?P<rest>.*)"
)
# A time beside the name, inside the label: "Ann Lee (00:01)", "[00:01] Ann Lee".
_BESIDE = re.compile(rf"[ \t]*[-–—]?[ \t]*[\[(\\]{{1,2}}({CLOCK})[\])\\]{{1,2}}[ \t]*[-–—]?[ \t]*")
_TIME_LINE = re.compile(rf"[ \t]*#{{0,6}}[ \t]*\**[\[(\\]{{0,2}}({CLOCK})[\])\\]{{0,2}}\**[ \t]*")
_HEADING = re.compile(r"#{2,6}[ \t]+(?P<label>[^\n]{1,120}?)[ \t]*[:：][ \t]*#*[ \t]*")
# "\[00:04:01.06\]", and as typists leave it: "\[\\00:14:34.07\]", "\[00:08:01.28\\\]", "\ \[15:56\]", "[3:54]".
_TIME = re.compile(rf"(?P<left>(?:\\?[ \t])*)\\?\[\\{{0,3}}(?P<clock>{CLOCK})(?::\d\d)?\\{{0,4}}\](?P<right>[ \t]*)")
# A backslash stands for the mark behind it; before white space or at the end it escapes that (a hard line break, a
# space kept), which is no speech.
_ESCAPE = re.compile(r"\\(?:([!-/:-@\[-`{-~“”])|(?=\s|\Z))")
_QUOTED = re.compile(r">[ \t]?(.*)", re.DOTALL)
_NOT_PEOPLE = frozenset({"break", "ad break", "jingle", "music", "intro", "outro", "promo", "sponsor", "ad"})


def _sniff(text: str) -> bool:
    lines = text.split("\n")
    labels = _labels(lines)
    if len(labels) >= 2:
        # Where few lines have such labels, they may be emphasis in a text whose labels are plain.
        sparse = 5 * len(labels) < sum(map(bool, lines))
        return not sparse or len(find_labels(lines)) <= len(labels)
    _, skip = front_matter(lines)
    content = (n for n in range(skip, len(lines)) if lines[n].strip() and not lines[n].startswith("# "))
    return next(content, -1) in labels


def _read(text: str, name: str) -> Transcript:
    lines = without_notices(text.split("\n"))
    fields, skip = front_matter(lines)
    lines, labels = _timed(lines, {n: label for n, label in _labels(lines).items() if n >= skip})
    first = min(labels, default=len(lines))
    metadata, header = read_header([_without_times(line) for line in lines[skip:first]], metadata_of(fields))
    pieces = [_unlabelled(paragraph) for paragraph in paragraphs(header)]
    starts = [*sorted(labels), len(lines)]
    headings = any(_HEADING.fullmatch(lines[n]) for n in labels)
    for n, end in pairwise(starts):
        label, rest = labels[n]
        pieces.extend(_spoken(label, [rest, *lines[n + 1 : end]], notes=headings))
    return assemble(pieces, Origin(name, "markdown", metadata), joiner=PARAGRAPHS)


def _timed(lines: list[str], labels: dict[int, tuple[str, str]]) -> tuple[list[str], dict[int, tuple[str, str]]]:
    """The same with each time that stands alone put before the words it belongs to, which come next."""
    lines, labels = list(lines), dict(labels)
    alone = [
        (n, match[1]) for n, line in enumerate(lines) if ":" in line[:40] and (match := _TIME_LINE.fullmatch(line))
    ]
    for n, clock in reversed(alone):
        lines[n] = ""
        after = next((m for m in range(n + 1, min(n + 6, len(lines))) if lines[m].strip()), None)
        if after in labels:
            label, rest = labels[after]
            labels[after] = label, rest if _TIME.match(rest) else f"[{clock}] {rest}"
        elif after is not None:
            lines[after] = f"[{clock}] {lines[after].lstrip()}"
    return lines, labels


def _labels(lines: Sequence[str]) -> dict[int, tuple[str, str]]:
    """(label, rest of the line) by line number. A heading's rest is empty."""
    inside: dict[int, tuple[str, str]] = {}
    outside: dict[int, tuple[str, str]] = {}
    for n, line in enumerate(lines):
        if line.startswith("#"):
            heading = _HEADING.fullmatch(line)
            if heading is not None:
                inside[n] = heading["label"], ""
        elif "**" in line[:24]:
            bold = _BOLD.match(line)
            if bold is not None:
                _sort_bold(bold, n, inside=inside, outside=outside)
    found = {**inside, **_people(outside, {label for label, _ in inside.values()})}
    return {n: line for n, line in found.items() if line[0].lower() not in KEYS}


def _sort_bold(
    bold: re.Match[str], n: int, *, inside: dict[int, tuple[str, str]], outside: dict[int, tuple[str, str]]
) -> None:
    """`**Name:** text` goes inside; `**Name**: text`, which also writes list entries, outside, to be judged."""
    clock = bold["before"] or bold["after"]
    beside = _BESIDE.search(bold["bold"]) if clock is None else None
    clock = beside[1] if beside else clock
    name = _BESIDE.sub("", bold["bold"], count=1) if beside else bold["bold"]
    label, colon, first_words = name.strip().replace("：", ":").lstrip(":").partition(":")
    stamp = f"[{clock}] " if clock else ""
    if bold["colon"] is not None and not colon:
        outside[n] = label.strip(), stamp + bold["rest"]
    elif bold["item"] and not stamp and colon and label.strip():
        outside[n] = label.strip(), first_words + bold["rest"]
    elif (colon or bold["bold"].startswith(":")) and label.strip():
        # "**Ann Lee: I**ndeed" was marked too far; "**Ann Lee: Ann Lee:**" names her twice.
        words = "" if first_words.strip(" :") in ("", label.strip()) else first_words.lstrip()
        inside[n] = label.strip(), stamp + words + (bold["colon"] or "") + bold["rest"]


def _people(outside: dict[int, tuple[str, str]], known: set[str]) -> dict[int, tuple[str, str]]:
    numbers = list(outside)
    as_text = find_labels([f"{outside[n][0]}: {outside[n][1]}" for n in numbers])
    named = {n for k, n in enumerate(numbers) if k in as_text}
    recurring = {label for label, count in Counter(label for label, _ in outside.values()).items() if count > 1}
    sure = known | recurring | _NOT_PEOPLE
    return {n: v for n, v in outside.items() if n in named or v[0] in sure or v[0].lower() in sure}


def _spoken(label: str, lines: Sequence[str], *, notes: bool) -> Iterator[Piece]:
    """The paragraphs under one label. Where labels are headings, a block quote is a note and nobody's words."""
    person = html.unescape(_ESCAPE.sub(r"\1", label))
    found = list(paragraphs(lines))
    clocks = [_TIME.match(paragraph) for paragraph in found]
    starts = [seconds(clock["clock"]) if clock else None for clock in clocks]
    timed = [without_times(paragraph, pattern=_TIME, plain=_plain) for paragraph in found]
    texts = [text for text, _ in timed]
    if person.lower() in _NOT_PEOPLE:
        yield Piece(PARAGRAPHS.join(texts).strip() or person, None, starts[0] if starts else None, kind="direction")
        return
    for n, text in enumerate(texts):
        quoted = _QUOTED.fullmatch(text) if notes else None
        if quoted and not is_direction(quoted[1]):
            yield Piece(quoted[1], kind="direction")
        elif quoted:
            yield Piece(quoted[1], person)
        else:
            yield Piece(text, person, starts[n], marks=timed[n][1])


def _unlabelled(paragraph: str) -> Piece:
    if paragraph.startswith("#"):
        return Piece(paragraph.strip("# \t"), kind="direction")
    return Piece(paragraph, kind="direction" if is_direction(paragraph) else "speech")


def _without_times(line: str) -> str:
    return without_times(line, pattern=_TIME, plain=_plain)[0]


def _plain(text: str) -> str:
    """Without escapes and entities."""
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    return html.unescape(text) if "&" in text else text


MARKDOWN = Format("markdown", (".md", ".markdown"), _sniff, _read)
