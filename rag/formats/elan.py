"""ELAN annotations (.eaf): of each tree of tiers the one that holds whole utterances, under its participant's name."""

from __future__ import annotations

from collections.abc import Iterator

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.metadata import Metadata
from rag.formats.tiers import Annotation, Tier, pieces_of
from rag.formats.timeline import Timeline
from rag.formats.xml_file import Element, attribute, below, local, parse, root_of
from rag.turns import CAPTIONS
from rag.values import Transcript


def _sniff(text: str) -> bool:
    root = root_of(text)
    return root is not None and root[0] == "ANNOTATION_DOCUMENT"


def _read(text: str, name: str) -> Transcript:
    root = parse(text)
    if local(root) != "ANNOTATION_DOCUMENT":
        raise ReadError(f"the root element is <{local(root)[:40]}>, not ELAN's <ANNOTATION_DOCUMENT>; save it again")
    media = (attribute(one, "MEDIA_URL") or "" for one in below(root, "MEDIA_DESCRIPTOR"))
    on_the_web = next((url for url in media if url.startswith(("http://", "https://"))), None)
    metadata = Metadata(media_url=on_the_web)
    return assemble(pieces_of(_tiers(root)), Origin(name, "elan", metadata), joiner=CAPTIONS)


def _tiers(root: Element) -> Iterator[Tier]:
    """Tiers with times; those below another take its times and its participant."""
    elements = {attribute(one, "TIER_ID") or f"tier {n}": one for n, one in enumerate(below(root, "TIER"))}
    parents = {name: attribute(one, "PARENT_REF") for name, one in elements.items()}
    timeline = Timeline.of_elan(root)
    times = _times(root, timeline)
    for name, element in elements.items():
        top = _top(name, parents)
        participant = attribute(elements[top], "PARTICIPANT") if top in elements else None
        annotations = tuple(
            Annotation(_value(one), *times.get(attribute(one, "ANNOTATION_ID") or "", (None, None)))
            for one in below(element, "ALIGNABLE_ANNOTATION", "REF_ANNOTATION")
        )
        kind = attribute(element, "LINGUISTIC_TYPE_REF") or ""
        yield Tier(name, annotations, kind, participant, top if parents[name] is not None else "")


def _top(name: str, parents: dict[str, str | None]) -> str:
    """The tier at the top of the tree; tiers that are each other's parents have none above them."""
    seen = {name}
    while (parent := parents.get(name)) is not None and parent not in seen:
        seen.add(parent)
        name = parent
    return name


def _times(root: Element, timeline: Timeline) -> dict[str, tuple[float | None, float | None]]:
    """Seconds of each annotation by its id; those that refer to another have its times."""
    found: dict[str, tuple[float | None, float | None]] = {}
    refers: dict[str, str] = {}
    for one in below(root, "ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
        key = attribute(one, "ANNOTATION_ID") or ""
        if local(one) == "REF_ANNOTATION":
            refers[key] = attribute(one, "ANNOTATION_REF") or ""
        else:
            found[key] = (timeline.at(attribute(one, "TIME_SLOT_REF1")), timeline.at(attribute(one, "TIME_SLOT_REF2")))
    for key, refers_to in refers.items():
        chain, at = {key}, refers_to
        while at in refers and at not in chain and at not in found:
            chain.add(at)
            at = refers[at]
        # Every link of the chain at once, so that long chains are walked once.
        found.update(dict.fromkeys(chain, found.get(at, (None, None))))
    return found


def _value(annotation: Element) -> str:
    return next(("".join(one.itertext()) for one in below(annotation, "ANNOTATION_VALUE")), "")


ELAN = Format("elan", (".eaf",), _sniff, _read)
