"""TTML and DFXP captions, Apple Podcasts' transcripts among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.cues import Cue, pieces_of
from rag.formats.metadata import Metadata
from rag.formats.rolling import Shown, said_once
from rag.formats.ttml_body import Around, Reading, walk
from rag.formats.ttml_clock import clock_of
from rag.formats.xml_file import Element, attribute, below, local, parse, root_of, words_of
from rag.turns import CAPTIONS
from rag.values import Transcript

_APPLE = "apple.com"  # in the namespaces of its documents


def _sniff(text: str) -> bool:
    root = root_of(text)
    return root is not None and root[0] == "tt"


def _read(text: str, name: str) -> Transcript:
    root = parse(text)
    if local(root) != "tt":
        raise ReadError(f"not TTML: the document is a <{local(root)[:40]}>; rename the file or export it again")
    reading = Reading(clock_of(root), _people(root), absolute=_APPLE in text[:4000])
    around = Around(language=attribute(root, "lang") or "")
    found = [one for body in below(root, "body") for one in walk(body, around, reading)]
    title = next((words_of(one) for head in below(root, "head") for one in below(head, "title")), None)
    origin = Origin(name, "ttml", Metadata(title or None))
    return assemble(pieces_of(_in_one_language(found)), origin, joiner=CAPTIONS)


def _in_one_language(found: Sequence[tuple[str, Cue]]) -> list[Cue]:
    """The cues of the language that most are in; others say the same again."""
    most = Counter(language for language, _ in found).most_common(1)
    cues = [cue for language, cue in found if language == most[0][0]]
    if any(cue.start is None or cue.voice is not None for cue in cues):
        return cues
    shown = [Shown(cue.start or 0.0, cue.end, tuple(cue.text.split("\n"))) for cue in cues]
    fresh = said_once(shown, str)
    return [replace(cue, text="\n".join(one.lines)) for cue, one in zip(cues, fresh, strict=True)]


def _people(root: Element) -> dict[str, str]:
    """Names by id; an agent without a name is known by its id."""
    found = {}
    for agent in below(root, "agent"):
        names = [words_of(name) for name in below(agent, "name")]
        key = attribute(agent, "id")
        if key is not None:
            found[key] = next(filter(None, names), key)
    return found


TTML = Format("ttml", (".ttml", ".dfxp"), _sniff, _read)
