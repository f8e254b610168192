# ruff: noqa: PLC0415 - the encoder, FAISS and tantivy take seconds to import; each waits until it is needed
"""The composition root: settings to library, encoder, indexes and search, each made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from api import settings_index
from api.settings import Settings
from index.store.database import called, is_there
from index.store.embedded import gone, left_behind
from index.store.library import FILE, Library
from rag.errors import LibraryError, LibraryFullError, LibraryMismatchError
from rag.known import Place, Sought
from rag.periods import Days
from rag.values import Filters, Hit, Searched, Source, Turn

if TYPE_CHECKING:
    from index.encoder import Encoder
    from index.engine import Engine
    from index.search import Indexes
    from rag.evidence import Searcher, Sentence, Stretch
    from rag.writing.model import Model

EMPTY = "the library in {place} is empty; add transcripts with `transcite ingest PATH`"


class Parts:
    """The parts of one process.

    Args:
        settings: What the environment decided.
        load: Makes an encoder from its name; None for the sentence-transformers one.
        model: Writes answers; None for the one that the settings name, if they name one.
    """

    def __init__(
        self, settings: Settings, load: Callable[[str], Encoder] | None = None, model: Model | None = None
    ) -> None:
        self.settings = settings
        self.load = load
        self._model = model

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder, loaded."""
        return (self.load or _sentence_encoder)(self.settings.encoder)

    @cached_property
    def model(self) -> Model | None:
        """The language model; None where answers are quotes."""
        settings = self.settings
        if self._model is not None or settings.llm is None:
            return self._model
        from rag.llm import ChatModel, Limits

        return ChatModel(settings.llm, limits=Limits(total=settings.llm_timeout_s))

    def quoting(self) -> Parts:
        """The same parts without a language model."""
        return Parts(replace(self.settings, llm=None), self.load)

    @contextmanager
    def library(self) -> Iterator[Library]:
        """The library, made when it is not there."""
        settings = self.settings
        library = Library(settings.home, encoder=settings.encoder, database_url=settings.database_url)
        try:
            yield library
        finally:
            library.close()

    @contextmanager
    def existing(self) -> Iterator[Library | None]:
        """The library if it is there, for those who only read; nothing is made."""
        home = self.settings.home
        if home.exists() and not home.is_dir():
            raise LibraryError(f"{home} is not a folder; set TRANSCITE_HOME to one")
        url = self.settings.database_url
        if not is_there(home / FILE, url):
            if url is None and left_behind(home / FILE) is not None:
                raise gone(home / FILE)
            yield None
            return
        with self.library() as library:
            yield library

    @property
    def database(self) -> str:
        """What holds the library, or will, for people."""
        return called(self.settings.home / FILE, self.settings.database_url)

    @property
    def place(self) -> str:
        """Where the library is, for people: its folder, or the database on a server that holds it."""
        return str(self.settings.home) if self.settings.database_url is None else self.database

    def indexes(self, library: Library, *, dimension: int) -> Indexes:
        """The indexes of a library: in this process, or with its vectors in the engine that the settings name."""
        if self.engine is None:
            from index.derived import Derived

            return Derived(library, dimension=dimension)
        from index.remote import Remote

        return Remote(library, self.engine, dimension=dimension)

    @cached_property
    def engine(self) -> Engine | None:
        """The engine that holds the vectors, not connected to yet; None where this process does.

        Raises:
            InputError: What speaks to it is not installed.
        """
        if self.settings.index is None:
            return None
        settings_index.need_extra()
        from index.milvus.engine import Milvus

        return Milvus(self.settings.index)

    def is_empty(self) -> bool:
        """Whether there is no transcript at all."""
        with self.existing() as library:
            return _left(library, Filters()).transcripts == 0

    @contextmanager
    def searching(self, filters: Filters) -> Iterator[Searcher]:
        """What finds in the library; where `filters` leave nothing to find, the encoder is not loaded."""
        with self.existing() as library:
            left = _left(library, filters)
            if library is None or left.turns == 0:
                yield NothingToSearch(left)
                return
            from index.remembering import Remembering
            from index.search import Search

            library.check()
            derived = self.indexes(library, dimension=self.encoder.dimension)
            yield Search(library, Remembering(self.encoder), derived)
            # What was found is out already and the vectors are derived: the next search makes up for a full disk.
            with suppress(LibraryFullError):
                derived.save()


@dataclass(frozen=True, slots=True)
class NothingToSearch:
    """A searcher that has nothing: the library is empty, or the filters let nothing through."""

    left: Searched

    # What is not used below is the shape of a Searcher.
    def search(self, query: str, *, filters: Filters, top_k: int, near: Sequence[Days] = ()) -> list[Hit]:  # noqa: ARG002
        """Nothing."""
        return []

    def around(self, hit: Hit, *, before: int, after: int, filters: Filters) -> tuple[Turn, ...]:  # noqa: ARG002
        """Nothing."""
        return ()

    def searched(self, filters: Filters) -> Searched:  # noqa: ARG002
        """How little there is."""
        return self.left

    def speakers(self, filters: Filters) -> tuple[str, ...]:  # noqa: ARG002
        """Nobody."""
        return ()

    def sources(self, filters: Filters) -> tuple[Source, ...]:  # noqa: ARG002
        """No transcript."""
        return ()

    def saying(self, sought: Sought, filters: Filters) -> tuple[Place, ...]:  # noqa: ARG002
        """Nowhere."""
        return ()

    def read(self, places: Sequence[Place]) -> tuple[tuple[Source, Turn], ...]:  # noqa: ARG002
        """Nothing."""
        return ()

    def similarity(self, query: str, texts: Sequence[str]) -> list[float]:  # noqa: ARG002
        """No nearness."""
        return [0.0] * len(texts)

    def meanings(self, query: str, sentences: Sequence[Sentence]) -> list[float]:  # noqa: ARG002
        """No nearness."""
        return [0.0] * len(sentences)

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:  # noqa: ARG002
        """Nothing is read."""
        return None

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """No word tells anything."""
        return dict.fromkeys(words, 0.0)

    def rarity_within(self, words: Sequence[str], transcript_id: str) -> dict[str, float]:  # noqa: ARG002
        """No word tells anything."""
        return dict.fromkeys(words, 0.0)


def level(parts: Parts, library: Library) -> None:
    """Bring both indexes to the library's generation, without the encoder."""
    dimension = library.dimension()
    if dimension is not None:
        indexes = parts.indexes(library, dimension=dimension)
        indexes.catch_up()
        indexes.save()


def condition(parts: Parts, library: Library) -> tuple[bool, str | None]:
    """Whether both indexes are where the library's history stands; and what is wrong with the engine of one."""
    if parts.engine is None:
        from index.derived import is_level

        return is_level(library), None
    from index.remote_health import health

    found = health(library, parts.engine)
    return found.is_level, found.trouble


def _is_of(library: Library) -> bool:
    """Whether the library's vectors are of its settings."""
    try:
        library.check()
    except LibraryMismatchError:
        return False
    return True


def rebuild(parts: Parts, library: Library, on_progress: Callable[[int, int], None], *, encode: bool = False) -> None:
    """Make both indexes again, from the library's vectors or, when another encoder made them, from new ones.

    Args:
        parts: Of the program.
        library: Whose indexes.
        on_progress: Called with how many transcripts of how many are encoded.
        encode: Make new vectors in any case.
    """
    from index.derived import discard
    from index.reindex import reindex

    if encode or not _is_of(library):
        reindex(library, parts.encoder, on_progress=on_progress)
    else:
        discard(library.home)
    dimension = library.dimension()
    if parts.engine is not None and dimension is not None:
        from index.remote import Remote

        Remote(library, parts.engine, dimension=dimension).renew()
    level(parts, library)


def _left(library: Library | None, filters: Filters) -> Searched:
    if library is None:
        return Searched((), 0, 0, filters)
    counts = library.counts(library.scope(filters))
    return Searched(counts.collections, counts.transcripts, counts.turns, filters)


def _sentence_encoder(name: str) -> Encoder:
    from index.sentence_encoder import SentenceEncoder

    return SentenceEncoder(name)
