"""Akoma Ntoso (LegalDocML) debates, with any version's namespace or none, as parliaments and SayIt write them."""

from __future__ import annotations

from collections.abc import Iterator

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.debate import asides, direction, full_name, paragraphs_of, reference
from rag.formats.metadata import Metadata, parse_date, titled
from rag.formats.xml_file import Element, attribute, below, local, parse, root_of, words_of
from rag.turns import PARAGRAPHS, Piece
from rag.values import Transcript

_SPEECHES = frozenset({"speech", "question", "answer"})
_DIRECTIONS = frozenset({"heading", "subheading", "narrative", "scene", "summary", "other", "recordedTime", "p"})
# Who voted how, and what is said of the document rather than in the debate.
_SKIPPED = frozenset({"meta", "coverPage", "preface", "rollCall", "attachments", "components", "num", "from"})
_ASIDES = ("remark", "authorialNote", "noteRef", "recordedTime")
_UNSAID = frozenset({*_ASIDES, "from", "num", "heading", "subheading"})


def _sniff(text: str) -> bool:
    root = root_of(text)
    return root is not None and root[0] == "akomaNtoso"


def _read(text: str, name: str) -> Transcript:
    root = parse(text)
    if next(below(root, *_SPEECHES), None) is None:
        kind = local(root[0])[:40] if len(root) else "nothing"
        raise ReadError(f"Akoma Ntoso holding <{kind}> without a <speech>; give the file of the debate")
    names = {key: full_name(shown) for key, shown in _shown(root, "TLCPerson")}
    roles = dict(_shown(root, "TLCRole"))
    pieces = [piece for child in root for piece in _pieces(child, names, roles)]
    return assemble(pieces, Origin(name, "akoma-ntoso", _metadata(root)), joiner=PARAGRAPHS)


def _shown(root: Element, kind: str) -> Iterator[tuple[str, str]]:
    for one in below(root, kind):
        key, shown = attribute(one, "eId", "id"), attribute(one, "showAs")
        if key is not None and shown is not None:
            yield key, shown


def _pieces(element: Element, names: dict[str, str], roles: dict[str, str]) -> Iterator[Piece]:
    kind = local(element)
    if kind in _SPEECHES:
        yield from asides(element, "heading", "subheading")
        words = paragraphs_of(element, is_aside=lambda one: local(one) in _UNSAID)
        label, role = _speaker(element, names, roles)
        yield Piece(words, label, role=role)
        yield from asides(element, *_ASIDES)
    elif kind in _DIRECTIONS:
        yield from direction(element)
    elif kind not in _SKIPPED:
        for child in element:
            yield from _pieces(child, names, roles)


def _speaker(speech: Element, names: dict[str, str], roles: dict[str, str]) -> tuple[str | None, str | None]:
    """The person's name by the list of persons, else as printed, else the id; and the role that `as` names."""
    by, role = reference(speech, "by"), roles.get(reference(speech, "as") or "")
    printed = next((words_of(one) for one in speech if local(one) == "from"), "").strip(": ")
    return names.get(by or "") or printed or (f"#{by}" if by else role), role


def _metadata(root: Element) -> Metadata:
    titles = [*below(root, "docTitle"), *below(root, "docType")]
    headings = [one for one in below(root, "heading") if words_of(one)]
    # A file of one section is named by its heading; of several, no single one names it.
    title = next(filter(None, map(words_of, titles)), None) or (words_of(headings[0]) if len(headings) == 1 else None)
    works = [one for kind in ("FRBRWork", "FRBRExpression") for one in below(root, kind)]
    written = [attribute(one, "date") or "" for work in works for one in below(work, "FRBRdate")]
    printed = [attribute(one, "date") or words_of(one) for one in below(root, "docDate")]
    day = next(filter(None, map(parse_date, [*written, *printed])), None)
    return Metadata(titled(title).title if title else None, day)


AKOMA_NTOSO = Format("akoma-ntoso", (".an", ".akn"), _sniff, _read)
