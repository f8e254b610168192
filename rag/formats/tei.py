"""TEI transcriptions of speech: ParlaMint, Parla-CLARIN, ISO 24624, and any other TEI with `<u who="#id">`.

A turn goes on over the notes, votes and applause that a record puts within and between the utterances of one speaker;
they follow it as directions. The printed label before an utterance (`<note type="speaker">`) repeats what `who` says.
"""

from __future__ import annotations

from collections.abc import Iterator

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.debate import direction, full_name, reference, text_of
from rag.formats.metadata import Metadata, parse_date
from rag.formats.timeline import Timeline
from rag.formats.xml_file import Element, attribute, below, local, parse, root_of, words_of
from rag.turns import PARAGRAPHS, Piece
from rag.values import Transcript

_ROOTS = frozenset({"TEI", "TEI.2", "teiCorpus"})
_EVENTS = frozenset({"note", "vocal", "kinesic", "incident", "writing", "head", "stage", "trailer"})
_UNSAID = _EVENTS | frozenset(
    {"desc", "gap", "pause", "shift", "linkGrp", "link", "fw", "pb", "speaker", "time", "spanGrp", "anchor"}
)
# Notes about the transcription rather than the room: printed labels, and the editor's marks.
_NOT_SHOWN = frozenset({"speaker", "editorial", "comment", "footnote", "page"})


def _sniff(text: str) -> bool:
    root = root_of(text)
    return root is not None and root[0] in _ROOTS


def _read(text: str, name: str) -> Transcript:
    root = parse(text)
    if local(root) not in _ROOTS:
        known = "TEI, Akoma Ntoso, publicwhip, ELAN or TTML"
        raise ReadError(f"XML with the root element <{local(root)[:40]}> is no transcript known here; write {known}")
    if next(below(root, "u"), None) is None:
        raise ReadError("TEI without utterances (<u>): a header, a list or a written text; give the file with speech")
    return assemble(_pieces(root), Origin(name, "tei", _metadata(root)), joiner=PARAGRAPHS)


def _pieces(root: Element) -> Iterator[Piece]:
    """Utterances and what happened beside them; what happened within a speaker's turn comes after it."""
    people, timeline = dict(_people(root)), Timeline.of_tei(root)
    speaker: str | None = None
    waiting: list[Piece] = []
    for element, around in _said_and_noted(root, root):
        if local(element) != "u":
            waiting += _happening(element)
            continue
        key = reference(element, "who") or reference(around, "who")
        # Else the id as the file writes it, "#" included: it is not a name.
        label = None if key is None else people.get(key) or f"#{key}"
        if label is None or label != speaker:
            yield from waiting
            waiting = []
        speaker = label
        start = timeline.at(reference(element, "start") or reference(around, "start"))
        end = timeline.at(reference(element, "end") or reference(around, "end"))
        yield Piece(text_of(element, is_aside=lambda one: local(one) in _UNSAID), label, start, end)
        waiting += [piece for one in below(element, *_EVENTS) for piece in _happening(one)]
    yield from waiting


def _said_and_noted(element: Element, around: Element) -> Iterator[tuple[Element, Element]]:
    """Utterances and events of the text, outermost ones only, in document order, each with what it stands in."""
    for child in element:
        if local(child) in _EVENTS or local(child) == "u":
            yield child, around
        elif local(child) != "teiHeader":
            yield from _said_and_noted(child, child)


def _happening(element: Element) -> Iterator[Piece]:
    if (attribute(element, "type") or "").lower() not in _NOT_SHOWN:
        yield from direction(element)


def _people(root: Element) -> Iterator[tuple[str, str]]:
    """Id and name of the persons that the file itself lists."""
    for person in below(root, "person", "personGrp"):
        key = attribute(person, "id")
        named = next(below(person, "persName"), None)
        if key is not None and named is not None and (name := _name(named)):
            yield key, name


def _name(named: Element) -> str:
    parts = [words_of(one) for kind in ("forename", "nameLink", "surname") for one in below(named, kind)]
    return " ".join(filter(None, parts)) or full_name(words_of(named))


def _metadata(root: Element) -> Metadata:
    """Title and day of the innermost header: that of the document, not of the corpus it stands in."""
    documents = list(below(root, "TEI", "TEI.2"))
    header = next(below(documents[0] if len(documents) == 1 else root, "teiHeader"), None)
    if header is None:
        return Metadata()
    of_event = [one for kind in ("setting", "recording", "bibl") for one in below(header, kind)]
    dates = [date for one in of_event for date in below(one, "date")]
    written = (attribute(date, "when", "from") or words_of(date) for date in dates)
    return Metadata(_title(header), next(filter(None, map(parse_date, written)), None))


def _title(header: Element) -> str | None:
    """The sub-title where there is one: it names the sitting, the main title the corpus. English if in several."""
    statement = next(below(header, "titleStmt"), None)
    titles = [] if statement is None else [one for one in statement if local(one) == "title" and words_of(one)]
    ranked = sorted(
        titles, key=lambda one: (attribute(one, "type") != "sub", attribute(one, "lang") not in (None, "en"))
    )
    return words_of(ranked[0]) if ranked else None


TEI = Format("tei", (".xml", ".tei"), _sniff, _read)
