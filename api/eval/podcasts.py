"""Questions over an archive of transcript files, each put to all of it; the seeds' questions are of the same kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from api.compose import Parts
from api.eval import libraries
from api.eval.gold import Group, Item, Suite, unique
from api.eval.records import Record, json_lines
from index.store.library import Library
from rag.measures import Place
from rag.values import Filters, Message, Turn

UNANSWERABLE = "unanswerable"

# In Markdown the data counts paragraphs that begin like this, with the unlabelled ones after each.
_LABEL = re.compile(r"\*\*[^*\n]+?:\*\*")
_BLANK = re.compile(r"\n[^\S\n]*\n")
_TIME = re.compile(r"\s*\\?\[[\d:.]+\\?\]")
_HEAD = 60  # letters by which a paragraph is known again


def suite(parts: Parts, file: Path, corpus: Path) -> Suite:
    """The questions of a file over the transcripts below a folder.

    Raises:
        GoldError: A question is broken, or names a turn or a quote that is not there.
        InputError: The file or the folder cannot be read.
    """
    records = json_lines(file)
    drafts = [(record, _draft(record)) for record in records]  # all of it, before anything is encoded
    own, ids = libraries.of_files(parts, corpus)
    with own.library() as library:
        finder = _Finder(library, corpus, ids)
        items = unique([(record, finder.placed(item, record)) for record, item in drafts])
    notes = (
        "Every question is put to the whole archive; one with a 'speaker' with that speaker as filter.",
        "Any turn in 'also' stands for every gold turn of its question, found or cited. Follow-ups are put with their"
        " history, earlier answers included.",
        _explicitly(records),
        "The data counts labelled paragraphs, Transcite turns (one speaker until another speaks): a gold paragraph is"
        " the turn that holds its words.",
    )
    return Suite("podcasts", str(file), (Group(own, items),), notes)


def _explicitly(records: list[Record]) -> str:
    if any(record.values.get("explicit") for record in records):
        return "A follow-up made explicit is the field 'explicit' of its question."
    return (
        "The data has no explicit form of its follow-ups: compared with is the question with the questions before it"
        " and the last answer written out in front."
    )


def _draft(record: Record) -> Item:
    """A question but for its turns."""
    kind, history = record.type("type"), record.records("history")
    unanswerable = kind == UNANSWERABLE
    keys = record.texts("key")
    if unanswerable != (not record.each("evidence")):
        raise record.refuse(f"a question of type {kind!r} has {len(record.each('evidence'))} turns as evidence")
    if not unanswerable and not keys:
        raise record.refuse("an answerable question has no string in 'key'")
    question = record.text("question")
    return Item(
        id=record.text("id"),
        type=kind,
        text=question,
        answerable=not unanswerable,
        history=tuple(message for one in history for message in _messages(one)),
        filters=Filters(speakers=(record.text("speaker"),)) if record.values.get("speaker") is not None else Filters(),
        answer=None if unanswerable else record.text("answer"),
        keys=keys,
        explicit=_explicit(record, question, history) if history else None,
    )


def _messages(record: Record) -> tuple[Message, Message]:
    return Message("user", record.text("question")), Message("assistant", record.text("answer"))


def _explicit(record: Record, question: str, history: list[Record]) -> str:
    if record.values.get("explicit") is not None:
        return record.text("explicit")
    return " ".join([*(one.text("question") for one in history), history[-1].text("answer"), question])


class _Finder:
    """Finds the turns of a library that the data means.

    Args:
        library: What the corpus was read into.
        corpus: Where its files lie.
        ids: The transcripts' ids by path from there.
    """

    def __init__(self, library: Library, corpus: Path, ids: dict[str, str]) -> None:
        self._library, self._corpus, self._ids = library, corpus, ids
        self._read: dict[str, tuple[tuple[Turn, ...], list[str]]] = {}

    def placed(self, item: Item, record: Record) -> Item:
        """The question with its turns.

        Raises:
            GoldError: There is no such file or turn, or a quote is not in it.
        """
        gold, also = (frozenset(self._place(one) for one in record.records(name)) for name in ("evidence", "also"))
        return replace(item, gold=gold, also=also)

    def _place(self, record: Record) -> Place:
        """The turn that `{file, turn, quote?}` means."""
        file, number = record.text("file"), record.number("turn", least=1)
        quote = record.text("quote") if record.values.get("quote") is not None else ""
        if file not in self._ids:
            raise record.refuse(f"{file!r} is not among the transcripts below {self._corpus}")
        transcript_id = self._ids[file]
        turns, paragraphs = self._both(file)
        counted = paragraphs or [one.text for one in turns]
        if number > len(counted):
            raise record.refuse(f"{file} has {len(counted)} turns, so {number} is none of them")
        if letters(quote) not in letters(counted[number - 1]):
            raise record.refuse(f"turn {number} of {file} does not say {quote!r}")
        found = _holding(turns, quote, counted[number - 1], number) if paragraphs else number
        if found is None:
            raise record.refuse(f"turn {number} of {file} has no words to find it by in the library")
        return transcript_id, found

    def _both(self, file: str) -> tuple[tuple[Turn, ...], list[str]]:
        """A transcript's turns, and its paragraphs where the data counts those."""
        if file not in self._read:
            turns = self._library.transcript(self._ids[file])[1].turns
            self._read[file] = (turns, _paragraphs(self._corpus / file))
        return self._read[file]


def _holding(turns: Sequence[Turn], quote: str, paragraph: str, near: int) -> int | None:
    """The number of the turn that holds a paragraph's words, the nearest of several."""
    body = letters(_TIME.sub("", _LABEL.sub("", paragraph, count=1), count=1))
    for words in (letters(quote), body[:_HEAD].strip()):
        holding = [one.turn for one in turns if words and words in letters(one.text)]
        if holding:
            return min(holding, key=lambda number: abs(number - near))
    # A stage direction amid its first words may stand as a turn of its own: the one that shares the most.
    wanted = set(body.split())
    shared = {one.turn: len(wanted & set(letters(one.text).split())) for one in turns}
    best = max(shared, key=lambda number: (shared[number], -abs(number - near)))
    return best if wanted and 2 * shared[best] >= len(wanted) else None


def _paragraphs(file: Path) -> list[str]:
    """The labelled paragraphs of a Markdown file, unlabelled ones joined to those before; none in any other file."""
    if file.suffix.lower() != ".md":
        return []
    found: list[str] = []
    for paragraph in _BLANK.split(file.read_text(encoding="utf-8", errors="replace")):
        if _LABEL.match(paragraph.strip()):
            found.append(paragraph.strip())
        elif found:
            found[-1] += f"\n\n{paragraph.strip()}"
    return found


def letters(text: str) -> str:
    """Letters and digits with single spaces between: what marks, bullets and emphasis do not change."""
    return " ".join(re.sub(r"[\W_]+", " ", text).casefold().split())
