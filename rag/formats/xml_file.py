"""XML as every XML format reads it: no entities, no DTD, no network, bounded. The one module that calls defusedxml.

A document type declaration is never interpreted. It is taken out beforehand, because old parliamentary files carry one
that only names letters (`<!ENTITY pound "&#163;">`); the letters that HTML names are written out here instead, and an
entity of any other name is refused before anything could expand.
"""

from __future__ import annotations

import html.entities
import re
import xml.etree.ElementTree as Tree  # types and the tree only; parsing is defusedxml's
from collections.abc import Iterator

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import XMLParser  # type: ignore[import-untyped]

from rag.errors import ReadError

Element = Tree.Element

DEEPEST = 100  # elements within each other; transcripts have a dozen
MOST_ELEMENTS = 3_000_000  # a day of debates with every word tagged has some hundred thousand

_BEFORE_ROOT = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]{0,1000}(?:\[(?:[^\]\"']++|\"[^\"]*+\"|'[^']*+')*+\][^>]{0,100})?>")
_DECLARED = re.compile(r"<!ENTITY\s+(%?\s*[^\s\"'>]{1,60})")
_ROOT = re.compile(r"<([^\s<>/!?'\"=]{1,100})((?:\s+[^\s<>=/]{1,100}\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*/?>")
_ATTRIBUTE = re.compile(r"\s+([^\s<>=/]{1,100})\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
_FORBIDDEN_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class _Bounded(Tree.TreeBuilder):
    """Builds the tree, no deeper and no larger than a transcript can be."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST:
            raise ReadError(f"XML nested deeper than {DEEPEST} elements is no transcript; export it again")
        if self._count > MOST_ELEMENTS:
            raise ReadError(f"XML of more than {MOST_ELEMENTS:,} elements is too large for one transcript; split it")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def root_of(text: str) -> tuple[str, str] | None:
    """(local name, namespace) of the document's first element; None for a text that is not XML. Never raises."""
    at = _prolog(text)[0]
    match = _ROOT.match(text, at)
    if match is None:
        return None
    prefix, _, local = match[1].rpartition(":")
    declared = "xmlns:" + prefix if prefix else "xmlns"
    namespaces = (double or single for name, double, single in _ATTRIBUTE.findall(match[2]) if name == declared)
    return local, next(namespaces, "")


def parse(text: str) -> Element:
    """The root element of an XML document.

    Raises:
        ReadError: It is not well-formed, declares entities of its own, or is too deep or too large.
    """
    _, doctype = _prolog(text)
    if doctype is not None:
        _refuse_declared(text, doctype)
        # Its lines are kept, so that errors further down name the right ones.
        text = text[: doctype.start()] + "\n" * doctype[0].count("\n") + text[doctype.end() :]
    text = _FORBIDDEN_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
    parser = XMLParser(target=_Bounded(), forbid_dtd=True)
    try:
        parser.feed(_NAMED.sub(_letter, text.lstrip()))
        root = parser.close()
    except Tree.ParseError as error:
        line, column = error.position
        skipped = text[: len(text) - len(text.lstrip())].count("\n")
        reason = f"not well-formed XML at column {column + 1} ({_kind(error)}); export it again"
        raise ReadError(reason, line=line + skipped) from None
    except DefusedXmlException as error:
        raise ReadError(f"XML that declares entities or a DTD is not read ({error}); take the DTD out") from None
    except ValueError as error:  # a declared encoding that Python does not know
        raise ReadError(f"XML that cannot be parsed: {str(error)[:80]}; save it as UTF-8") from None
    assert isinstance(root, Tree.Element)  # noqa: S101 - what TreeBuilder.close returns
    return root


def local(element: Element) -> str:
    """The element's name without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, *names: str) -> str | None:
    """The first of the attributes, by local name, that is there and not blank."""
    plain = {name.rpartition("}")[2]: value.strip() for name, value in element.attrib.items()}
    return next((plain[name] for name in names if plain.get(name)), None)


def below(element: Element, *names: str) -> Iterator[Element]:
    """The elements with one of these local names, at any depth, in document order."""
    return (one for one in element.iter() if local(one) in names)


def words_of(element: Element) -> str:
    """All text within an element, white space as single spaces."""
    return " ".join("".join(element.itertext()).split())


def _prolog(text: str) -> tuple[int, re.Match[str] | None]:
    """Where the root element begins, and the document type declaration before it."""
    at, doctype = 0, None
    while True:
        match = _BEFORE_ROOT.match(text, at)
        if match is None and doctype is None:
            match = doctype = _DOCTYPE.match(text, at)
        if match is None:
            return at, doctype
        at = match.end()


def _refuse_declared(text: str, doctype: re.Match[str]) -> None:
    for name in _DECLARED.findall(doctype[0]):
        if name + ";" not in html.entities.html5:
            line = text.count("\n", 0, doctype.start()) + 1
            reason = f'the document type declares the entity "{name[:40]}"; entities are not expanded: take it out'
            raise ReadError(reason, line=line)


def _letter(match: re.Match[str]) -> str:
    """The letter that HTML calls so; XML's own five are the parser's."""
    letter = None if match[1] in _OF_XML else html.entities.html5.get(match[1] + ";")
    return match[0] if letter is None else letter.replace("&", "&amp;").replace("<", "&lt;")


def _kind(error: Tree.ParseError) -> str:
    return str(error).partition(":")[0]
