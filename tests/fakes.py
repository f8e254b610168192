"""What stands at the doors in tests: an encoder without weights; and short ways to make transcripts and libraries.

Nothing here replaces what is under test. The encoder is a fake: texts that share words get near vectors, the same text
gets the same vector in every process. So is the searcher in memory, for tests of what is done with what was found.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import os
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from index import encoding
from index.derived import Derived
from index.encoder import Encoder, Meant, Parted, Vectors
from index.search import Search
from index.store.library import Library
from index.store.records import Encoded, Origin, Outcome
from rag.evidence import Sentence, Stretch
from rag.known import Place, Sought
from rag.passages import passages
from rag.periods import Days
from rag.values import Filters, Hit, Searched, Source, Speaker, Transcript, Turn
from rag.words import content_words, words
from tests.waiting import PATIENCE_S

_LABEL = re.compile(r"(?P<speaker>[^:\n]{1,40}): (?P<text>.*)", re.DOTALL)


def settle_hypothesis() -> None:
    """The same examples every time, few enough for every run."""
    settings.register_profile(
        "transcite",
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    settings.load_profile("transcite")


@lru_cache(maxsize=100_000)
def _of_word(word: str, encoder: str, dimension: int) -> npt.NDArray[np.float64]:
    seed = int.from_bytes(hashlib.blake2b(f"{encoder} {word}".encode("utf-8", "surrogatepass"), digest_size=8).digest())
    return np.random.default_rng(seed).standard_normal(dimension)


class HashingEncoder:
    """A bag of words: each word's own direction, summed and scaled to length 1.

    Attributes:
        calls: Batches of documents encoded so far.
        texts: Documents encoded so far.
    """

    def __init__(self, name: str = "hashing", dimension: int = 64) -> None:
        self.name = name
        self.dimension = dimension
        self.calls = 0
        self.texts: list[str] = []

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        self.calls += 1
        self.texts.extend(texts)
        return self._vectors(texts)

    def encode_parted(self, texts: Sequence[Parted]) -> list[Meant]:
        vectors = self.encode_documents([one.text for one in texts])
        parts = [self._vectors([one.text[start:end] for start, end in one.parts]) for one in texts]
        return [Meant(vector, own) for vector, own in zip(vectors, parts, strict=True)]

    def encode_query(self, text: str) -> Vectors:
        return self._vectors([text])

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        return None

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimension))
        for at, text in enumerate(texts):
            rows[at] = sum(_of_word(word, self.name, self.dimension) for word in content_words(text) or ["(nothing)"])
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


class Reading(HashingEncoder):
    """One that reads together: a sentence answers if it has a certain word.

    Attributes:
        heard: What it was given to read.
    """

    def __init__(self, word: str, *, sure: float = 5.0) -> None:
        super().__init__()
        self.word, self.sure = word, sure
        self.heard: list[Stretch] = []

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        self.heard += stretches
        said = [[one.text[start:end] for start, end in one.sentences] for one in stretches]
        return [[self.sure if self.word in text else -self.sure for text in texts] for texts in said]


class Mute(HashingEncoder):
    """One that cannot tell what the parts of a text mean."""

    def encode_parted(self, texts: Sequence[Parted]) -> list[Meant]:
        return [Meant(one.vector, one.parts[:0]) for one in super().encode_parted(texts)]


def turn(number: int, line: str) -> Turn:
    """A turn from "Name: text"; "(text)" is a direction, anything else has no speaker."""
    if line.startswith("(") and line.endswith(")"):
        return Turn(number, line, kind="direction")
    labelled = _LABEL.fullmatch(line)
    return Turn(number, line) if labelled is None else Turn(number, labelled["text"], labelled["speaker"])


def transcript(
    *lines: str, title: str = "Meeting", date: dt.date | None = None, speakers: tuple[Speaker, ...] = ()
) -> Transcript:
    """A transcript of one turn a line (see `turn`)."""
    turns = tuple(turn(number, line) for number, line in enumerate(lines, start=1))
    return Transcript(title, turns, date=date, speakers=speakers)


def origin(name: str, content: str = "", collection: str = "default") -> Origin:
    """A file of that name; equal `content` means equal bytes."""
    return Origin(collection, f"/files/{name}", hashlib.sha256((content or name).encode()).hexdigest())


def encoded(value: Transcript, encoder: HashingEncoder | None = None) -> Encoded:
    """A transcript cut and encoded."""
    cut = passages(value.turns)
    made = encoding.encoded(cut, lambda: encoder or HashingEncoder())
    return Encoded(value, cut, tuple(made))


def library(
    home: Path, *, encoder: str = "hashing", lock_timeout_s: float = PATIENCE_S, url: str | None = None
) -> Library:
    """The library in `home` or at a URL, made when it is not there."""
    return Library(home, encoder=encoder, lock_timeout_s=lock_timeout_s, database_url=url)


def sentences(of: Library) -> dict[tuple[str, int], bytes]:
    """What is known of the sentences of every turn."""
    places = [(entry.source.transcript_id, n + 1) for entry in of.entries() for n in range(entry.turns)]
    return dict(sorted(of.codes(places).items()))


def again(of: Library, *, encoder: str = "hashing") -> Library:
    """The same library opened once more, as another process does."""
    url = of._database.url
    return Library(of.home, encoder=encoder, lock_timeout_s=PATIENCE_S, database_url=url)


def sql(of: Library, statement: str, **values: Any) -> list[Any]:
    """Do something to a library's tables behind its back; the rows that come of it."""
    with of._database.writing() as connection:
        done = connection.execute(sa.text(statement), values)
        return [tuple(row) for row in done] if done.returns_rows else []


def put(into: Library, name: str, *lines: str, collection: str = "default", date: dt.date | None = None) -> str:
    """Store a transcript of these lines under a file's name; returns its id. Other lines are other content."""
    assert store(into, name, *lines, collection=collection, date=date)[0] in {"added", "replaced"}
    return origin(name, collection=collection).transcript_id


def store(
    into: Library, name: str, *lines: str, collection: str = "default", date: dt.date | None = None
) -> tuple[Outcome, str]:
    """The same, whatever the outcome."""
    return into.put(origin(name, "\n".join(lines), collection), encoded(transcript(*lines, title=name, date=date)))


def derived(of: Library, *, lock_timeout_s: float = PATIENCE_S, dimension: int = 64) -> Derived:
    """The library's indexes."""
    return Derived(of, dimension=dimension, lock_timeout_s=lock_timeout_s)


def searching(of: Library, indexes: Derived | None = None) -> Search:
    """What finds in a library."""
    return Search(of, HashingEncoder(), indexes or derived(of))


def found(searcher: Search, query: str, *, filters: Filters | None = None, top_k: int = 10) -> list[tuple[str, int]]:
    """The hits of a search as (transcript id, turn), best first."""
    hits = searcher.search(query, filters=filters or Filters(), top_k=top_k)
    return [(hit.source.transcript_id, one.turn) for hit in hits for one in hit.turns]


def every_turn(of: Library) -> list[tuple[Source, Turn]]:
    """Every turn there is, read one transcript at a time."""
    found: list[tuple[Source, Turn]] = []
    for entry in of.entries():
        source, value = of.transcript(entry.source.transcript_id)
        found.extend((source, one) for one in value.turns)
    return found


def write(folder: Path, texts: Mapping[str, str | bytes]) -> list[Path]:
    """Files by name."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        paths.append(path)
    return paths


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of that size on a folder, where this user may mount one; else the test is skipped."""
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=False
    ).returncode:
        pytest.skip("no small file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class MemorySearcher:
    """A searcher over transcripts in memory, by meaning alone; without filters. It counts in the plainest way."""

    def __init__(self, *transcripts: Transcript, encoder: Encoder | None = None) -> None:
        self._encoder = encoder or HashingEncoder()
        self._sources = [Source(f"t{n}", one.title, "default", one.date) for n, one in enumerate(transcripts)]
        self._turns = {source.transcript_id: one.turns for source, one in zip(self._sources, transcripts, strict=True)}
        self._words = {
            (transcript_id, one.turn): set(content_words(one.text))
            for transcript_id, turns in self._turns.items()
            for one in turns
        }

    def search(self, query: str, *, filters: Filters, top_k: int, near: Sequence[Days] = ()) -> list[Hit]:
        near = [
            Hit(source, (one,), score)
            for source in self._sources
            for one, score in zip(
                self._turns[source.transcript_id],
                self.similarity(query, [one.text for one in self._turns[source.transcript_id]]),
                strict=True,
            )
        ]
        return sorted(near, key=lambda hit: -hit.score)[:top_k]

    def around(self, hit: Hit, *, before: int, after: int, filters: Filters) -> tuple[Turn, ...]:
        first, last = hit.turns[0].turn - before, hit.turns[-1].turn + after
        return tuple(one for one in self._turns[hit.source.transcript_id] if first <= one.turn <= last)

    def searched(self, filters: Filters) -> Searched:
        return Searched(("default",), len(self._sources), len(self._words), filters)

    def speakers(self, filters: Filters) -> tuple[str, ...]:
        return tuple(sorted({one.speaker for turns in self._turns.values() for one in turns if one.speaker}))

    def sources(self, filters: Filters) -> tuple[Source, ...]:
        return tuple(self._sources)

    def saying(self, sought: Sought, filters: Filters) -> tuple[Place, ...]:
        return tuple(
            Place(source, one.turn, one.speaker)
            for source in self._sources
            for one in self._turns[source.transcript_id]
            if says(one.text, sought)
        )

    def read(self, places: Sequence[Place]) -> tuple[tuple[Source, Turn], ...]:
        return tuple((one.source, self._turns[one.source.transcript_id][one.turn - 1]) for one in places)

    def similarity(self, text: str, texts: Sequence[str]) -> list[float]:
        if not texts:
            return []
        vectors = self._encoder.encode_documents([text, *texts])
        return [float(one) for one in vectors[1:] @ vectors[0]]

    def meanings(self, query: str, sentences: Sequence[Sentence]) -> list[float]:
        return self.similarity(query, [one.spoken for one in sentences])

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        return self._encoder.answering(question, stretches)

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        return {word: self._idf(word, list(self._words.values())) for word in words}

    def rarity_within(self, words: Sequence[str], transcript_id: str) -> dict[str, float]:
        inside = [said for (own, _), said in self._words.items() if own == transcript_id]
        return {word: self._idf(word, inside) for word in words if any(word in said for said in inside)}

    def _idf(self, word: str, turns: list[set[str]]) -> float:
        n = sum(word in said for said in turns)
        return math.log(1 + (len(turns) - n + 0.5) / (n + 0.5))


def says(text: str, sought: Sought) -> bool:
    """Whether a text says what is sought: what the word index has to agree with."""
    said, size = words(text), len(sought.words)
    if sought.together:
        return any(tuple(said[at : at + size]) == sought.words for at in range(len(said) - size + 1))
    return set(sought.words) <= set(said)


def inferred(one: Turn) -> Turn:
    """The same turn, its speaker's name worked out rather than read."""
    return replace(one, speaker_inferred=one.speaker is not None)


def with_turns(value: Transcript, turns: tuple[Turn, ...]) -> Transcript:
    """The same transcript with other turns."""
    return replace(value, turns=turns)


def let_through(turns: Sequence[tuple[Source, Turn]], filters: Filters) -> set[tuple[str, int]]:
    """The (transcript id, turn) that filters let through, one turn at a time: what the database has to agree with.

    A name in a filter is somebody's whole name, or, where nobody that the other rules leave has it, words of one.
    """
    inside = [
        (source, one)
        for source, one in turns
        if (not filters.collections or source.collection in filters.collections)
        and (not filters.transcripts or source.transcript_id in filters.transcripts)
        and (filters.since is None or (source.date is not None and source.date >= filters.since))
        and (filters.until is None or (source.date is not None and source.date <= filters.until))
    ]
    names = {one.speaker for _, one in inside if one.speaker is not None}

    def meant(wanted: str) -> set[str]:
        whole = {name for name in names if folded(name) == folded(wanted)}
        some = {name for name in names if folded(wanted) and set(folded(wanted)) <= set(folded(name))}
        return whole or some

    only = {name for wanted in filters.speakers for name in meant(wanted)}
    never = {name for wanted in filters.not_speakers for name in meant(wanted)}
    return {
        (source.transcript_id, one.turn)
        for source, one in inside
        if (not filters.speakers or one.speaker in only) and one.speaker not in never
    }


def folded(name: str) -> list[str]:
    """The words of a name, case and accents aside."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    return re.findall(r"[^\W_]+", bare.casefold())
