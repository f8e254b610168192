"""What caption formats share: who speaks in each cue, and the order of cues that overlap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.formats.cue_names import names_in, people_in_brackets
from rag.turns import Piece, is_direction

# ">>" before a broadcast caption, and "-" where a caption holds two people, say that somebody else speaks.
_CHEVRON = re.compile(r"(?:^|(?<=\s))(?:>>>?|＞＞)[ \t]*", re.MULTILINE)
_DASH = re.compile(r"^[ \t]*[-–—](?![-–—>])[ \t]*", re.MULTILINE)
_NAMED_AFTER_DASH = re.compile(r"[ \t]*[-–—][ \t]?(?:\[[^\]]{1,40}\]|[A-Z][A-Z .']{1,30}:)[ \t]*\S")
_BRACKETED_AFTER_DASH = re.compile(r"[ \t]*[-–—][ \t]?\[[^\]]{1,40}\][ \t]*\S")
_DASH_ALONE = re.compile(r"^[ \t]*[-–—][ \t]*$", re.MULTILINE)
_DASHED_SHARE = 0.2  # of captions that begin with a dash, where that is how the file writes it
# Descriptions that say what they are; without a voice of their own they are not the last one's words.
_DESCRIBED = re.compile(
    r"[\[(](?:action|caption|scene|stage directions?|sfx|sound(?: effects?)?|on-?screen(?: text)?|title(?: card)?|"
    r"credits|graphic|slide)[\])]\s*\S.*",
    re.IGNORECASE | re.DOTALL,
)
_SPLIT = "\x1e"  # stands where the speaker changes; a control character that no caption holds

# A cue this much earlier than the one before begins another part of the file, not an overlap.
_LONGEST_OVERLAP_S = 60.0


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption, or one voice's part of it.

    Attributes:
        start, end: Seconds; the end is None where the format does not say.
        text: The words, without markup; line ends are kept, for names stand at the beginning of lines.
        voice: The name that the format itself gives; "" where it says that nobody is known, None where it says nothing
            and the one before goes on.
    """

    start: float | None
    end: float | None
    text: str
    voice: str | None = None


def pieces_of(cues: Iterable[Cue]) -> list[Piece]:
    """Pieces in the order of speaking. A cue without a name goes on with the one before, as the formats intend."""
    kept = [replace(cue, text=cue.text.replace(_SPLIT, " ")) for cue in cues]
    parts = [part for cue in _marked(kept) for part in _parts(cue)]
    voiced = any(cue.voice for cue in kept)
    lines = [cue.text.split("\n") for cue, _ in parts]
    dashed = any(_BRACKETED_AFTER_DASH.match(cue.text) for cue in kept)
    names = {} if voiced else names_in(lines, dashed=dashed)
    # Films name in brackets whoever is not seen, and nobody else: the next caption is not theirs for sure.
    fleeting = bool(names) and any(map(_holds_two, kept)) and bool(people_in_brackets(lines, dashed=dashed))
    pieces: list[Piece] = []
    speaker: str | None = None
    begins = False
    for n, (cue, changes) in enumerate(parts):
        if changes:
            speaker, begins = None, True
        elif fleeting:
            speaker = None
        speaker = speaker if cue.voice is None else cue.voice or None
        run: list[str] = []
        for k, line in enumerate(cue.text.split("\n")):
            name = names.get((n, k))
            if name is not None:
                pieces.append(_piece(cue, run, speaker, begins=begins))
                begins, run, speaker = begins and not pieces[-1].text, [name.rest], name.label
            else:
                run.append(line)
        pieces.append(_piece(cue, run, speaker, begins=begins))
        begins = begins and not pieces[-1].text
    return in_time(pieces)


def one_line(lines: Sequence[str]) -> str:
    """Lines of a cue as one, single spaces between words."""
    return " ".join(" ".join(lines).split())


def in_time(pieces: Iterable[Piece]) -> list[Piece]:
    """Pieces that overlap, by their start; what was in order stays as it was."""
    found: list[Piece] = []
    run: list[tuple[float, Piece]] = []
    latest = 0.0
    for piece in pieces:
        # What has no time of its own stays behind the one before it.
        start = latest if piece.start is None else piece.start
        if run and latest - start > _LONGEST_OVERLAP_S:
            found += [one for _, one in sorted(run, key=lambda timed: timed[0])]
            run, latest = [], start
        run.append((start, piece))
        latest = max(latest, start)
    return found + [one for _, one in sorted(run, key=lambda timed: timed[0])]


def _piece(cue: Cue, lines: Sequence[str], speaker: str | None, *, begins: bool) -> Piece:
    text = one_line(lines)
    # An end before the start is a slip of the exporter's: not known.
    end = None if cue.end is None or (cue.start is not None and cue.end < cue.start) else cue.end
    if is_direction(text) or (not cue.voice and _DESCRIBED.fullmatch(text)):
        return Piece(text, None, cue.start, end, "direction", begins=begins)
    return Piece(text, speaker, cue.start, end, begins=begins)


def _marked(cues: Sequence[Cue]) -> list[Cue]:
    """The cues with a mark wherever the speaker changes without a name, if the file has a way of writing that."""
    marks = []
    if any(cue.text.lstrip().startswith((">>", "＞＞")) for cue in cues):
        marks.append(_CHEVRON)
    dashed = sum(cue.text.lstrip().startswith(("- ", "– ", "— ")) for cue in cues)
    if dashed >= max(2, _DASHED_SHARE * len(cues)) or any(map(_shows_dashes, cues)):
        marks.append(_DASH)
    for mark in marks:
        cues = [replace(cue, text=mark.sub(_SPLIT, cue.text)) for cue in cues]
    return list(cues)


def _shows_dashes(cue: Cue) -> bool:
    """Whether a caption shows that dashes part people: before a name, on a line of their own, before two lines."""
    alone = "\n" in cue.text and _DASH_ALONE.search(cue.text) is not None
    return alone or _NAMED_AFTER_DASH.match(cue.text) is not None or _holds_two(cue)


def _holds_two(cue: Cue) -> bool:
    return len(_DASH.findall(cue.text)) > 1


def _parts(cue: Cue) -> Iterator[tuple[Cue, bool]]:
    """(part, whether somebody new speaks it) of one cue; all have the times of the whole."""
    first, *rest = cue.text.split(_SPLIT)
    if first.strip() or not rest:
        yield replace(cue, text=first.strip()), False
    for text in rest:
        yield replace(cue, text=text.strip()), True
