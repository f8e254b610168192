"""Prose without labels: turns are set apart by white space, speakers only where the text itself tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.errors import ReadError
from rag.formats.base import Format, Origin, transcript_of
from rag.formats.labelled import is_heading, read_header
from rag.formats.metadata import Metadata, front_matter, header_field, metadata_of
from rag.inference import Inferred, Said, infer
from rag.turns import clean_text, is_direction
from rag.values import Speaker, Transcript, Turn

_MARKUP = re.compile(r"\s*(?:<[!?/a-zA-Z]|\{\\|#!|[{}])")
_SENTENCE_GAP = re.compile(r"[.!?][\"'”’)]?( +)(?=[^ \n])")
_GAP = re.compile(r"(?P<spaces> {2,})|[ \t]*\n[ \t]*\n\s*")
_PARAGRAPH = re.compile(r"[ \t]*\n[ \t]*\n\s*")


def _sniff(text: str) -> bool:
    """Prose: mostly letters and spaces, at least one sentence, no markup or data at the start."""
    sample = text[:20_000]
    wordy = sum(c.isalpha() or c in " \n'" for c in sample)
    sentences = re.search(r"[.!?…。！？]", sample) is not None
    return _MARKUP.match(sample) is None and sentences and wordy >= 0.85 * len(sample)


def _read(text: str, name: str) -> Transcript:
    if not _sniff(text):
        line = next(n for n, line in enumerate(text.split("\n"), start=1) if line.strip())
        seen = text.strip().split("\n", 1)[0][:60]
        reason = f'"{seen}" begins neither prose nor a known transcript; write one "Name: words" paragraph a turn'
        raise ReadError(reason, line=line)
    lines = text.split("\n")
    fields, skip = front_matter(lines)
    metadata, body = _without_header(lines[skip:], metadata_of(fields))
    said = list(_split("\n".join(body)))
    named = infer(said)
    turns = tuple(_turn(n, words, who) for n, (words, who) in enumerate(zip(said, named, strict=True), start=1))
    reasons = {who.name: Speaker(who.name, reason=who.reason) for who in reversed(named) if who is not None}
    speakers = tuple(reasons[turn] for turn in dict.fromkeys(t.speaker for t in turns) if turn is not None)
    return transcript_of(turns, speakers, origin=Origin(name, "unlabelled", metadata))


def _without_header(lines: list[str], known: Metadata) -> tuple[Metadata, list[str]]:
    """Metadata, and the lines of the conversation. Only lines before the first words can be a header."""
    words = (n for n, line in enumerate(lines) if line.strip() and header_field(line) is None)
    end = next(words, len(lines)) + 2
    metadata, rest = read_header(lines[:end], known, titles=_is_title)
    return metadata, rest + lines[end:]


def _is_title(line: str) -> bool:
    """Whether a first line is no speech: here, a question, an exclamation and more than a sentence are somebody's."""
    return is_heading(line) and line[-1] not in "?!…？！" and _SENTENCE_GAP.search(line) is None


def _split(text: str) -> Iterator[Said]:
    """Turns between gaps of two and more spaces or blank lines; after three and more spaces, a turn is set off."""
    gap = _GAP if _spaces_part_turns(text) else _PARAGRAPH
    begin, set_off = 0, False
    for match in gap.finditer(text):
        yield from _said(text[begin : match.start()], set_off=set_off)
        begin, set_off = match.end(), gap is _GAP and len(match["spaces"] or "") >= 3
    yield from _said(text[begin:], set_off=set_off)


def _spaces_part_turns(text: str) -> bool:
    """False for typists who put two spaces after every sentence and a blank line between turns."""
    gaps = [len(gap) for gap in _SENTENCE_GAP.findall(text)]
    doubled = sum(gap >= 2 for gap in gaps)
    return not (doubled > 0.6 * len(gaps) and _PARAGRAPH.search(text.strip()))


def _said(text: str, *, set_off: bool) -> Iterator[Said]:
    words = clean_text(" ".join(text.split()))
    if words:
        yield Said(words, set_off=set_off)


def _turn(n: int, said: Said, who: Inferred | None) -> Turn:
    if who is None:
        return Turn(n, said.text, kind="direction" if is_direction(said.text) else "speech")
    return Turn(n, said.text, who.name, speaker_inferred=True)


UNLABELLED = Format("unlabelled", (), _sniff, _read)
