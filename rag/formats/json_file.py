"""JSON files: parsed once, recognised by their shape, read by the shape's own module."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.json_scripts import joiner_of
from rag.formats.json_segments import SEGMENTS, lists_of
from rag.formats.json_shape import Shape
from rag.formats.json_shapes import SHAPES
from rag.formats.json_values import Node
from rag.formats.metadata import Metadata, merged, metadata_of
from rag.values import Transcript

# What services and programs put around a transcript.
_WRAPPERS = tuple("data response result results output transcript transcription prediction body items".split())
_DEEPEST = 4


def _sniff(text: str) -> bool:
    return re.match(r'\s*(?:\[\s*[\[{\]"]|\{\s*["}])', text) is not None


def parsed(text: str) -> object:
    """The value of a JSON text; the list of its values where there are several, as in JSON Lines.

    Raises:
        ReadError: It is not JSON; names the line.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if not error.msg.startswith("Extra data"):
            raise _not_json(error) from None
    except (RecursionError, ValueError):
        raise ReadError(_TOO_MUCH) from None
    return list(_values(text))


def _values(text: str) -> Iterator[object]:
    decoder, position = json.JSONDecoder(), 0
    spaces = re.compile(r"[\s\x1e]*")
    while (begin := spaces.match(text, position)) is not None and begin.end() < len(text):
        try:
            value, position = decoder.raw_decode(text, begin.end())
        except json.JSONDecodeError as error:
            raise _not_json(error) from None
        except (RecursionError, ValueError):
            raise ReadError(_TOO_MUCH) from None
        yield value


_TOO_MUCH = "JSON nested too deeply, or with a number too long, to be a transcript"


def _not_json(error: json.JSONDecodeError) -> ReadError:
    return ReadError(f"not JSON: {error.msg} at column {error.colno}; export it again", line=error.lineno)


def _read(text: str, name: str) -> Transcript:
    found = parsed(text)
    for shape in SHAPES:
        for inner in _inside(found):
            if shape.fits(inner):
                return _transcript(shape, inner, outer=found, name=name)
    _refuse_several(found)
    return _transcript(SEGMENTS, found, outer=found, name=name)


def _read_as(shape: Shape, text: str, name: str) -> Transcript:
    """Read as one shape, whatever the others would say."""
    found = parsed(text)
    inner = next((inner for inner in _inside(found) if shape.fits(inner)), None)
    if inner is None:
        raise ReadError(f"this JSON is not of the shape that {shape.name} has; leave the format to be recognised")
    return _transcript(shape, inner, outer=found, name=name)


def _fits(shape: Shape, text: str) -> bool:
    try:
        return _sniff(text) and any(shape.fits(inner) for inner in _inside(parsed(text)))
    except ReadError:
        return False


def _inside(found: object, depth: int = 0) -> Iterator[object]:
    """The document, then what it is wrapped around."""
    yield found
    if depth == _DEEPEST:
        return
    if isinstance(found, list) and len(found) == 1:
        yield from _inside(found[0], depth + 1)
    if isinstance(found, dict):
        for key in _WRAPPERS:
            if isinstance(found.get(key), (dict, list)):
                yield from _inside(found[key], depth + 1)


def _refuse_several(found: object) -> None:
    """Refuse a list of whole transcripts: they would become one conversation."""
    if isinstance(found, dict):
        found = found.get("items")
    if not isinstance(found, list) or len(found) < 2:
        return
    if all(lists_of(item) for item in found):
        raise ReadError(f"{len(found)} transcripts in one file; write each one to a file of its own")
    shapes = [next((s for s in SHAPES[:-1] for inner in _inside(item) if s.fits(inner)), None) for item in found[:2]]
    if None not in shapes:
        reason = f"{len(found)} transcripts in one file ({shapes[0].name if shapes[0] else ''}); "
        raise ReadError(f"{reason}write each one to a file of its own")


def _transcript(shape: Shape, found: object, *, outer: object, name: str) -> Transcript:
    said = shape.read(Node(found))
    metadata = said.metadata if said.metadata is not None else merged(_fields(found), _fields(outer))
    joiner = said.joiner if said.joiner is not None else joiner_of(said.pieces)
    return assemble(said.pieces, Origin(name, shape.name, metadata), joiner=joiner)


def _fields(found: object) -> Metadata:
    """What the strings of an object say of it, by their keys."""
    fields = found.items() if isinstance(found, dict) else ()
    return metadata_of({key: value for key, value in fields if isinstance(value, str) and len(value) <= 500})


# The one that recognises, and one a shape for who names the format.
JSON = Format("json", (".json", ".jsonl", ".ndjson"), _sniff, _read)
JSON_SHAPES: tuple[Format, ...] = tuple(
    Format(shape.name, (), partial(_fits, shape), partial(_read_as, shape)) for shape in SHAPES if shape is not SEGMENTS
)

__all__ = ["JSON", "JSON_SHAPES", "parsed"]
