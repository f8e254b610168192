"""How an engine that holds a library's vectors is doing, for those who run it."""

from __future__ import annotations

from dataclasses import dataclass

from index import worded
from index.engine import Engine
from index.remote import name
from index.store.library import Library
from rag.errors import EngineError


@dataclass(frozen=True, slots=True)
class Health:
    """What an engine says of itself, beside what the library says.

    Attributes:
        server: What it calls itself; None where it cannot be reached.
        is_level: Whether both indexes are where the library's history stands.
        passages: How many of the library's passages it holds, and how many the library does.
        trouble: What is wrong, with the cure; None where nothing is.
    """

    server: str | None
    is_level: bool
    passages: tuple[int, int]
    trouble: str | None = None


def health(library: Library, engine: Engine) -> Health:
    """See how an engine is doing; nothing is changed."""
    wanted = library.shared.count()
    try:
        server = engine.version()
        found = engine.standing(name(library), strongly=True)
        held = 0 if found is None else engine.count(found.name, strongly=True)
    except EngineError as error:
        return Health(None, False, (0, wanted), str(error))  # noqa: FBT003 - named by the class
    newest = library.newest()
    is_level = found is not None and found.point == newest
    trouble = None
    if is_level and held != wanted:
        trouble = (
            f"the search engine holds {held:,} passages of the library's {wanted:,};"
            " `transcite reindex` fills it again from the library"
        )
    return Health(server, is_level and worded.point(library) == newest, (held, wanted), trouble)
