"""Turns by their words: BM25 over turns, windows of three and of seven, and whole transcripts. The door to tantivy."""

from __future__ import annotations

import errno
import json
import math
import mmap
import shutil
import struct
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tantivy

from index.store.records import Point
from rag.errors import LibraryError, LibraryFullError, LibraryLockedError

_ALONE, _WINDOW, _WIDE, _WHOLE, _SAID = "alone", "window", "wide", "whole", "said"
_TURN, _ORDINAL, _GENERATION, _STAMP = "turn_id", "ordinal", "generation", "stamp"
_LIST = "meta.json"  # names the segments; tantivy's own
_FOOTER_MAGIC = 1337
_HEAP_BYTES = 64_000_000
_SCARCE_BYTES = 8_000_000  # a disk with less than this is full, whatever the error says
_PIECES = 16  # segments beyond which they are merged; tantivy merges eight of a size
_TRIES, _PAUSE_S = 20, 0.05  # a folder is tried to be removed so often, and so long in between
_MANIFEST_ORDINAL = 0  # ordinals of transcripts begin at 1


@dataclass(frozen=True, slots=True)
class TurnWords:
    """The words of one turn, as `rag.words` gives them.

    Attributes:
        alone: Of its speaker's name and of what was said, those that carry meaning.
        window: The same with the turns next to it.
        wide: The same with the three turns on either side.
        said: Every word that was said, in order; not the speaker's name.
    """

    turn_id: int
    alone: list[str]
    window: list[str]
    wide: list[str]
    said: list[str]


@dataclass(frozen=True, slots=True)
class Matches:
    """BM25 scores: of turns alone and as narrow and wide windows, by turn id; of whole transcripts, by ordinal."""

    alone: dict[int, float]
    windows: dict[int, float]
    wide: dict[int, float]
    transcripts: dict[int, float]


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which turns may be found: by transcript, by turn, and never. None means no rule."""

    ordinals: Sequence[int] | None = None
    only: Sequence[int] | None = None
    never: Sequence[int] = ()


class Lexicon:
    """An index on disk, made when it is not there.

    Args:
        folder: Where it lives; what is there and is not a whole index is thrown away, being derived.
        lock_timeout_s: How long to wait for another process that writes to it.
    """

    def __init__(self, folder: Path, *, lock_timeout_s: float) -> None:
        self._lock_timeout_s = lock_timeout_s
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = self._opened()
        except OSError as error:
            raise LibraryError(f"{folder}: {error.strerror}; check its permissions and free space") from error

    @staticmethod
    def found(folder: Path) -> Point | None:
        """The point that an index which is there is caught up to; None where none can be read. Makes nothing."""
        if not (folder / _LIST).exists():
            return None
        with _panics_told():
            return _point(_open(folder))
        return None

    def point(self) -> Point:
        """The point of the library's history it is caught up to."""
        self._index.reload()
        return _point(self._index)

    def update(
        self,
        *,
        since: Point,
        point: Point,
        gone: Iterable[int] | None,
        come: Iterable[tuple[int, Iterable[TurnWords]]],
    ) -> bool:
        """Drop transcripts and add others, in one commit that also records the point.

        Args:
            since: The point the change starts from.
            point: The one it leads to.
            gone: Ordinals whose turns go (those that come again included); None for all there are.
            come: Ordinals with their turns' words.

        Returns:
            False, with nothing changed, when another process moved the index on from `since` meanwhile.

        Raises:
            LibraryLockedError: Another process writes for longer than the time-out.
            LibraryFullError: The disk is full; the index is as it was.
            LibraryError: It cannot be written for another reason.
        """
        writer = self._writer()
        try:
            if self.point() != since:
                return False
            # A process killed in its commit leaves files under the very names this commit will use.
            writer.garbage_collect_files()
            if gone is None:
                writer.delete_all_documents()
            for ordinal in [*(gone or ()), _MANIFEST_ORDINAL]:
                # By query: delete_documents_by_term takes the number for a signed one and silently deletes nothing.
                writer.delete_documents_by_query(tantivy.Query.term_query(self._index.schema, _ORDINAL, ordinal))
            for ordinal, turns in come:
                whole: list[str] = []
                for turn in turns:
                    whole.extend(turn.alone)
                    document = tantivy.Document()
                    document.add_unsigned(_ORDINAL, ordinal)
                    document.add_unsigned(_TURN, turn.turn_id)
                    document.add_text(_ALONE, " ".join(turn.alone))
                    document.add_text(_WINDOW, " ".join(turn.window))
                    document.add_text(_WIDE, " ".join(turn.wide))
                    document.add_text(_SAID, " ".join(turn.said))
                    writer.add_document(document)
                if whole:
                    document = tantivy.Document()
                    document.add_unsigned(_ORDINAL, ordinal)
                    document.add_text(_WHOLE, " ".join(whole))
                    writer.add_document(document)
            manifest = tantivy.Document()
            manifest.add_unsigned(_ORDINAL, _MANIFEST_ORDINAL)
            manifest.add_unsigned(_GENERATION, point.generation)
            manifest.add_unsigned(_STAMP, point.stamp)
            writer.add_document(manifest)
            writer.commit()
            if gone is None:
                writer.wait_merging_threads()
        except (ValueError, OSError) as error:
            raise _unwritable(self._folder, error) from error
        finally:
            del writer  # gives the lock back
        self._index.reload()
        return True

    def tidy(self) -> None:
        """Merge what many updates left in pieces, once they are many; whoever searches does not wait for it.

        Raises:
            LibraryError: It cannot be written; the index is as it was.
        """
        if self._index.searcher().num_segments <= _PIECES:
            return
        writer = self._writer()
        try:
            writer.commit()  # tantivy looks for what to merge when it commits
            writer.wait_merging_threads()
        except (ValueError, OSError) as error:
            raise _unwritable(self._folder, error) from error
        finally:
            del writer  # gives the lock back

    def find(self, words: Sequence[str], *, limit: int, allowed: Allowed) -> Matches:
        """The best turns and transcripts for `words`.

        Args:
            words: The question's words, each once.
            limit: At most this many of each kind.
            allowed: Which turns may be found.
        """
        if not words:
            return Matches({}, {}, {}, {})
        inside = self._rules(Allowed(ordinals=allowed.ordinals))
        rules = self._rules(allowed)
        return Matches(
            self._scores(_ALONE, words, rules, by=_TURN, limit=limit),
            self._scores(_WINDOW, words, rules, by=_TURN, limit=limit),
            self._scores(_WIDE, words, rules, by=_TURN, limit=limit),
            self._scores(_WHOLE, words, inside, by=_ORDINAL, limit=limit),
        )

    def _scores(
        self, field: str, words: Sequence[str], rules: list[tuple[tantivy.Occur, tantivy.Query]], *, by: str, limit: int
    ) -> dict[int, float]:
        searcher = self._index.searcher()
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._index.schema, field, word, "freq")) for word in words
        ]
        query = tantivy.Query.boolean_query(
            [*rules, (tantivy.Occur.Must, tantivy.Query.boolean_query(terms))] if rules else terms
        )
        hits = searcher.search(query, limit=limit, count=False).hits
        keys = _integers(searcher, by, [address for _, address in hits])
        return {key: float(score) for key, (score, _) in zip(keys, hits, strict=True)}

    def saying(self, words: Sequence[str], *, together: bool, allowed: Allowed) -> list[int]:
        """Ids of every turn in which all of the words were said, best first; exact, however many there are.

        Args:
            words: Stems, at least one.
            together: Whether they have to follow each other as given; else each may be anywhere in the turn.
            allowed: Which turns may be found.
        """
        schema, searcher = self._index.schema, self._index.searcher()
        if together and len(words) > 1:
            found = tantivy.Query.phrase_query(schema, _SAID, list(words))
        else:
            terms = [tantivy.Query.term_query(schema, _SAID, word, "freq") for word in dict.fromkeys(words)]
            found = tantivy.Query.boolean_query([(tantivy.Occur.Must, term) for term in terms])
        query = tantivy.Query.boolean_query([*self._rules(allowed), (tantivy.Occur.Must, found)])
        hits = searcher.search(query, limit=max(searcher.num_docs, 1), count=False).hits
        return _integers(searcher, _TURN, [address for _, address in hits])

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """How telling each word is: BM25's inverse document frequency over turns, ln(1 + (N - n) / (n + 1/2)).

        N counts the few documents of whole transcripts too.
        """
        searcher = self._index.searcher()
        total = searcher.num_docs
        known = {word: searcher.doc_freq(_ALONE, word) for word in words}
        return {word: math.log(1 + max(total - n, 0.5) / (n + 0.5)) for word, n in known.items()}

    def rarity_within(self, words: Sequence[str], ordinal: int, *, turns: int) -> dict[str, float]:
        """The same inside one transcript of so many turns, of those words that are said in it."""
        searcher = self._index.searcher()
        rarity = {}
        # A set of one, as rules have it, takes 35 times as long.
        inside = (tantivy.Occur.Must, tantivy.Query.term_query(self._index.schema, _ORDINAL, ordinal))
        for word in words:
            said = tantivy.Query.term_query(self._index.schema, _ALONE, word, "freq")
            rules = [inside, (tantivy.Occur.Must, said)]
            found = searcher.search(tantivy.Query.boolean_query(rules), limit=1, count=True)
            n = int(found.count)  # type: ignore[attr-defined]  # the stub leaves it out
            if n:
                rarity[word] = math.log(1 + max(turns - n, 0.5) / (n + 0.5))
        return rarity

    def _opened(self) -> tantivy.Index:
        # What is damaged, not whole or of an older schema is made again: it is derived.
        if not damaged_files(self._folder):
            with _panics_told():
                index = _open(self._folder)
                _point(index)  # some damage shows only when it is read
                return index
        _thrown_away(self._folder)
        self._folder.mkdir(exist_ok=True)
        return _open(self._folder)

    def _writer(self) -> tantivy.IndexWriter:
        deadline = time.monotonic() + self._lock_timeout_s
        while True:
            try:
                return self._index.writer(_HEAP_BYTES, 1)
            except ValueError as error:
                if "lock" not in str(error).lower():
                    raise _unwritable(self._folder, error) from error
                if time.monotonic() > deadline:
                    raise LibraryLockedError(
                        f"{self._folder} is locked by another process (waited {self._lock_timeout_s:g} s);"
                        " try again when it has finished"
                    ) from error
                time.sleep(0.05)

    def _rules(self, allowed: Allowed) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        rules = []
        for occur, field, ids in (
            (tantivy.Occur.Must, _ORDINAL, allowed.ordinals),
            (tantivy.Occur.Must, _TURN, allowed.only),
            (tantivy.Occur.MustNot, _TURN, allowed.never or None),
        ):
            if ids is not None:
                query = tantivy.Query.term_set_query(self._index.schema, field, list(ids))
                rules.append((occur, tantivy.Query.const_score_query(query, 0.0)))
        return rules


def _thrown_away(folder: Path) -> None:
    """Remove a folder, in which whoever has the index open may still be putting files, or removing some.

    Raises:
        OSError: It cannot be removed.
    """
    for left in reversed(range(_TRIES)):
        try:
            shutil.rmtree(folder)
        except OSError as error:
            if not folder.exists():
                return
            if left == 0 or error.errno not in {errno.ENOTEMPTY, errno.ENOENT}:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def damaged_files(folder: Path) -> list[str]:
    """The files of an index that are not what was written, by the checksums at their ends; 16 MB take 15 ms.

    Only those its list names: others are being written, or are waiting to be removed.
    """
    try:
        listed = json.loads((folder / _LIST).read_bytes())
        segments = [str(one["segment_id"]).replace("-", "") for one in listed["segments"]]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError):
        return [_LIST]
    files = sorted(path for one in segments for path in folder.glob(f"{one}.*"))
    return [path.name for path in files if not _sound(path)]


def _sound(path: Path) -> bool:
    """Whether a file has the checksum that tantivy wrote behind it: JSON, its length, and a magic number."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            length, magic = struct.unpack("<II", data[-8:])
            told = json.loads(data[-8 - length : -8])["crc"]
            with memoryview(data) as whole, whole[: -8 - length] as body:
                return bool(magic == _FOOTER_MAGIC and zlib.crc32(body) == told)
    except FileNotFoundError:  # merged with others, and removed since it was listed
        return True
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        return False


@contextmanager
def _panics_told() -> Iterator[None]:
    """Go on behind the block when tantivy finds its files not whole, also where it panics over them."""
    try:
        yield
    except ValueError:
        pass
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise


def _open(folder: Path) -> tantivy.Index:
    index = tantivy.Index(_schema(), path=str(folder))
    index.register_tokenizer("stems", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


def _point(index: tantivy.Index) -> Point:
    searcher = index.searcher()
    hits = searcher.search(tantivy.Query.term_query(index.schema, _ORDINAL, _MANIFEST_ORDINAL), limit=1).hits
    addresses = [address for _, address in hits]
    if not addresses:
        return Point()
    return Point(_integers(searcher, _GENERATION, addresses)[0], _integers(searcher, _STAMP, addresses)[0])


def _unwritable(folder: Path, error: Exception) -> LibraryError:
    """What went wrong: tantivy's own words for a full disk are that its writer was killed."""
    if "No space" in str(error) or shutil.disk_usage(folder).free < _SCARCE_BYTES:
        return LibraryFullError(f"no room left for {folder}; free some space and run it again (nothing is lost)")
    return LibraryError(f"{folder} cannot be written ({error}); check its permissions and free space")


def _integers(searcher: tantivy.Searcher, field: str, addresses: list[tantivy.DocAddress]) -> list[int]:
    return [int(value or 0) for value in searcher.fast_field_values(field, addresses)]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in (_ALONE, _WINDOW, _WIDE, _WHOLE, _SAID):
        kept = "position" if field == _SAID else "freq"
        builder.add_text_field(field, stored=False, tokenizer_name="stems", index_option=kept)
    builder.add_unsigned_field(_TURN, stored=False, indexed=True, fast=True)
    builder.add_unsigned_field(_ORDINAL, stored=False, indexed=True, fast=True)
    for field in (_GENERATION, _STAMP):
        builder.add_unsigned_field(field, stored=False, indexed=False, fast=True)
    return builder.build()
