"""The body of a TTML document as cues: times from the elements around, speakers from agents, words from spans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rag.errors import ReadError
from rag.formats.cues import Cue
from rag.formats.ttml_clock import Clock
from rag.formats.xml_file import Element, attribute, local

_ASIDE = frozenset({"metadata", "desc", "title", "copyright", "image", "audio", "animate", "set", "style", "head"})
# Translations and pronunciations repeat the words.
_REPEATED = frozenset({"x-translation", "x-roman", "x-ruby", "x-romanization"})
_RUBY = frozenset({"text", "textContainer", "delimiter"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What holds for the whole document."""

    clock: Clock
    people: Mapping[str, str]
    absolute: bool  # Apple writes times from the beginning at every level; the standard, from that of the parent


@dataclass(frozen=True, slots=True)
class Around:
    """What an element takes from those around it."""

    start: float | None = None
    end: float | None = None
    voice: str | None = None
    language: str = ""


def walk(element: Element, around: Around, reading: Reading) -> Iterator[tuple[str, Cue]]:
    """(language, cue) of each cue of an element that may hold paragraphs, in document order."""
    # No deeper than `parse` lets a document be.
    inside = _inside(element, around, reading)
    if local(element) == "p":
        for cue in _paragraph(element, inside, reading):
            yield inside.language, cue
        return
    for child in element:
        if local(child) not in _ASIDE:
            yield from walk(child, inside, reading)


def _inside(element: Element, around: Around, reading: Reading) -> Around:
    agents = [reading.people.get(key, key) for key in (attribute(element, "agent") or "").split()]
    start, end = (_time(element, name, reading) for name in ("begin", "end"))
    lasts = _time(element, "dur", reading)
    base = around.start or 0.0
    # Some write absolute times inside timed parents against the standard: then the sum is past the parent's end.
    late = start is not None and around.end is not None and base + start >= around.end > start >= base
    if not reading.absolute and not late:
        start, end = (None if one is None else round(base + one, 3) for one in (start, end))
    if end is None and lasts is not None and (start is not None or local(element) != "body"):
        end = round((base if start is None else start) + lasts, 3)
    return Around(
        around.start if start is None else start,
        around.end if end is None else end,
        " and ".join(agents) or around.voice,
        attribute(element, "lang") or around.language,
    )


def _time(element: Element, name: str, reading: Reading) -> float | None:
    written = attribute(element, name)
    if written is None:
        return None
    found = reading.clock.seconds(written)
    if found is None:
        reason = f'{name}="{written[:40]}" of a <{local(element)[:20]}> is no TTML time; write {name}="00:00:01.000"'
        raise ReadError(reason)
    return found


def _paragraph(element: Element, around: Around, reading: Reading) -> Iterator[Cue]:
    """One cue a voice, with the times of the spans that voice has; words stand apart where they are elements."""
    run: list[tuple[Around, str]] = []
    for part in _spans(element, around, reading):
        if run and run[-1][0].voice != part[0].voice and part[1].strip():
            yield from _cue(run)
            run = []
        run.append(part)
    yield from _cue(run)


def _cue(run: list[tuple[Around, str]]) -> Iterator[Cue]:
    text = "".join(words for _, words in run)
    said = [place for place, words in run if words.strip()]
    if said:
        starts = [place.start for place in said if place.start is not None]
        ends = [place.end for place in said if place.end is not None]
        yield Cue(min(starts, default=None), max(ends, default=None), text, said[0].voice)


def _spans(element: Element, around: Around, reading: Reading) -> Iterator[tuple[Around, str]]:
    """The text within, piece by piece, each with its own place; line ends only where <br/> puts them."""
    yield around, _collapsed(element.text)
    for child in element:
        name = local(child)
        if name == "br":
            yield around, "\n"
        elif name and name not in _ASIDE and not _says_again(child):
            inside = _inside(child, around, reading)
            # Apple puts no space between the words, which are an element each.
            apart = attribute(child, "unit") in ("word", "sentence")
            yield around, " " if apart else ""
            yield from _spans(child, inside, reading)
            yield around, " " if apart else ""
        yield around, _collapsed(child.tail)


def _says_again(element: Element) -> bool:
    return attribute(element, "role") in _REPEATED or attribute(element, "ruby") in _RUBY


def _collapsed(text: str | None) -> str:
    words = " ".join((text or "").split())
    if not text or not words:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + words + (" " if text[-1].isspace() else "")
