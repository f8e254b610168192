"""What the XML of debates shares: people by their id, names as labels, and running text without its tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rag.formats.xml_file import Element, attribute, below, local, words_of
from rag.turns import Piece

IsAside = Callable[[Element], bool]

# Blocks set off what they hold from what follows, white space or not.
_PARAGRAPHS = frozenset({"p", "ul", "ol", "table", "blockList", "block", "blockquote", "quotation", "list"})
_BLOCKS = _PARAGRAPHS | frozenset({"seg", "s", "l", "lb", "br", "eol", "item", "li", "tr", "td", "th"})
_SURNAME_FIRST = re.compile(r"([^\s,][^,]{0,60}), ([^\s,.][^,.]{0,60})")
_GLUE = "\x02"  # no XML holds it
_GLUED = re.compile(rf"\s*{_GLUE}\s*")


def reference(element: Element, *names: str) -> str | None:
    """The id that an attribute such as who="#AbbottDiane" points to, without the "#"; None where there is none.

    Of several ids the first counts: a turn has one speaker.
    """
    value = attribute(element, *names)
    return None if value is None else value.split()[0].removeprefix("#") or None


def full_name(name: str) -> str:
    """Turn "Abbott, Diane" into "Diane Abbott"; other names with white space tidied.

    Only for names that a list of persons gives: in a printed label, what follows the comma is a role.
    """
    tidy = " ".join(name.split())
    match = _SURNAME_FIRST.fullmatch(tidy)
    return f"{match[2]} {match[1]}" if match else tidy


def direction(element: Element) -> Iterator[Piece]:
    """What an element tells of the room rather than what is said in it; nothing where it has no words."""
    words = words_of(element)
    if any(c.isalpha() for c in words):
        yield Piece(words, kind="direction")


def asides(element: Element, *names: str) -> Iterator[Piece]:
    """The elements of these names within a speech, each as a direction."""
    for one in below(element, *names):
        yield from direction(one)


def text_of(element: Element, *, is_aside: IsAside) -> str:
    """What is said within an element, white space as single spaces, asides left out.

    Corpora that tag every word (`<w>`, `<pc>`) say with join="right" where no space follows.
    """
    return _tidy("".join(_inside(element, is_aside)))


def paragraphs_of(element: Element, *, is_aside: IsAside) -> str:
    """As `text_of`, with a blank line between the paragraphs that stand directly in the element."""
    paragraphs, run = list[str](), element.text or ""
    for child in element:
        if local(child) in _PARAGRAPHS and not is_aside(child):
            paragraphs += [run, text_of(child, is_aside=is_aside)]
            run = child.tail or ""
        else:
            run += "".join(_one(child, is_aside))
    return "\n\n".join(filter(None, map(_tidy, [*paragraphs, run])))


def _inside(element: Element, is_aside: IsAside) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield from _one(child, is_aside)


def _one(child: Element, is_aside: IsAside) -> Iterator[str]:
    """An element's text and what follows it."""
    name = local(child)
    if name in ("w", "pc"):
        join = attribute(child, "join")
        yield _GLUE if join in ("left", "both") else ""
        yield "".join(child.itertext()).strip()
        yield _GLUE if join in ("right", "both") else " "
        return  # the white space after a tagged word is layout
    if name and not is_aside(child):
        yield from _inside(child, is_aside)
        yield " " if name in _BLOCKS else ""
    yield child.tail or ""


def _tidy(text: str) -> str:
    return " ".join(_GLUED.sub("", text).split())
