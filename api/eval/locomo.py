"""LoCoMo: long conversations between two friends, each a library of its own with a transcript for every session.

As published, a few questions name turns in ways of their own ("D8:6; D9:17", "D:11:26") or turns that are not there.
What can be read is read; a turn that is not there counts among the gold and is never found, and is named in a note.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from api.compose import Parts
from api.eval import libraries
from api.eval.gold import Group, Item, Suite
from api.eval.records import GoldError, Record, read
from index.made import Made
from index.store.records import Origin
from rag.errors import InputError
from rag.measures import Place
from rag.values import Transcript, Turn

CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: "adversarial"}

_SHAPE = "1"  # raise it when the same data would be made into another library
_SESSION = re.compile(r"session_(\d+)")
_TURN = re.compile(r"D:?(\d+):(\d+)")
# Up to this share of a conversation's references may lead nowhere, as a handful in the published data do.
_LOST = 0.02


def suite(parts: Parts, folder: Path) -> Suite:
    """The questions of a folder of conversations (`*.json`), or of a single one.

    Raises:
        GoldError: A conversation or a question is broken.
        InputError: There is no conversation.
    """
    files = [folder] if folder.is_file() else sorted(folder.glob("*.json"))
    if not files:
        raise InputError(f"{folder} holds no conversation (*.json); name the folder of the LoCoMo conversations")
    read_ = [_Conversation(file) for file in files]  # all of it, before anything is encoded
    items = [conversation.items() for conversation in read_]
    groups = tuple(
        Group(libraries.of_values(parts, conversation.name, conversation.transcripts), own)
        for conversation, own in zip(read_, items, strict=True)
    )
    lost = [one for conversation in read_ for one in conversation.lost]
    notes = [
        "One library for each conversation, one dated transcript for each session; a picture's caption stands at the"
        " end of its turn as [shares a picture: ...].",
        "False premises: questions of category 5 that name one of the two friends when every gold turn is the other's.",
        "Turn recall is over the questions with evidence, token F1 and answer coverage over categories 1 to 4.",
    ]
    if lost:
        notes.append(f"Gold turns that are not there, counted as never found: {'; '.join(lost)}.")
    return Suite("locomo", str(folder), groups, tuple(notes))


class _Conversation:
    """One file: its sessions as transcripts, and its questions.

    Attributes:
        name: Of its library.
        transcripts: One for each session, with origins.
        lost: References to turns that are not there, found while reading the questions.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._text = read(file)
        try:
            document = json.loads(self._text)
        except json.JSONDecodeError as error:
            raise GoldError(file, error.lineno, f"is not JSON ({error.msg})") from error
        self._record = Record(file, 1, document if isinstance(document, dict) else {})
        self._speakers = (self._record.text("speaker_a"), self._record.text("speaker_b"))
        digest = hashlib.sha256(f"{_SHAPE}\0{self._text}".encode()).hexdigest()
        self.name = f"locomo-{re.sub('[^a-z0-9]+', '-', file.stem.lower()).strip('-')}-{digest[:10]}"
        self._places: dict[tuple[int, int], Place] = {}
        self._said_by: dict[Place, str] = {}
        self.transcripts = tuple(self._session(int(found[1]), digest) for found in self._sessions())
        if not self.transcripts:
            raise self._record.refuse("there is no session")
        self.lost: list[str] = []

    def items(self) -> tuple[Item, ...]:
        """The questions.

        Raises:
            GoldError: One of them is broken.
        """
        records = self._records("qa", "question")
        if not records:
            raise self._record.refuse("there is no question")
        found = tuple(self._item(n, record) for n, record in enumerate(records, start=1))
        references = sum(len(one.gold) for one in found)
        if len(self.lost) > _LOST * references:
            raise self._record.refuse(
                f"{len(self.lost)} of {references} gold turns are not there ({'; '.join(self.lost[:3])})"
            )
        return found

    def _sessions(self) -> list[re.Match[str]]:
        """The sessions' names, in order."""
        found = [match for name in self._record.values if (match := _SESSION.fullmatch(name))]
        return sorted(found, key=lambda one: int(one[1]))

    def _session(self, number: int, digest: str) -> Made:
        name = f"session_{number}"
        turns = [self._turn(number, n, one) for n, one in enumerate(self._records(name, "dia_id"), start=1)]
        day = _day(self._record, f"{name}_date_time")
        origin = Origin("locomo", f"{self._file.stem}/{name}", hashlib.sha256(f"{digest} {name}".encode()).hexdigest())
        for n, one in enumerate(turns, start=1):
            place = (origin.transcript_id, n)
            self._places[number, n] = place
            self._said_by[place] = one.speaker or ""
        title = f"{self._speakers[0]} and {self._speakers[1]}, session {number}"
        return origin, Transcript(title, tuple(turns), date=day, format="locomo")

    def _turn(self, session: int, number: int, record: Record) -> Turn:
        if record.text("dia_id") != f"D{session}:{number}":
            raise record.refuse(f"turn {number} of session {session} is called {record.values['dia_id']!r}")
        text, caption = record.text("text").strip(), record.values.get("blip_caption")
        return Turn(number, f"{text} [shares a picture: {caption}]" if caption else text, record.text("speaker"))

    def _item(self, number: int, record: Record) -> Item:
        question, category = record.text("question"), record.number("category", least=1)
        if category not in CATEGORIES:
            raise record.refuse(f"category {category} is none of 1 to 5")
        gold = frozenset(self._gold(record))
        answer = record.values.get("answer") if category != 5 else None
        if category != 5 and (not isinstance(answer, str | int | float) or not str(answer).strip()):
            raise record.refuse(f"the answer is {answer!r}")
        return Item(
            id=f"{self._file.stem}-{number}",
            type=CATEGORIES[category],
            text=question,
            gold=gold,
            answerable=category != 5,
            answer=None if answer is None else str(answer),
            false_premise=category == 5 and self._false(question, gold),
        )

    def _gold(self, record: Record) -> set[Place]:
        found: set[Place] = set()
        for reference in record.texts("evidence"):
            places = [self._places.get((int(one), int(other))) for one, other in _TURN.findall(reference)]
            if not places or None in places:
                self.lost.append(f"{reference} ({self._file.name}, line {record.line})")
                found.add((reference, 0))
            found |= {place for place in places if place is not None}
        return found

    def _false(self, question: str, gold: frozenset[Place]) -> bool:
        named = [name for name in self._speakers if re.search(rf"\b{re.escape(name)}\b", question, re.I)]
        said_by = {self._said_by.get(place) for place in gold}
        return len(named) == 1 and bool(gold) and named[0] not in said_by

    def _records(self, name: str, telling: str) -> list[Record]:
        """The objects of a list, each with the line on which its telling field stands."""
        return [Record(self._file, self._line(telling, one.values), one.values) for one in self._record.records(name)]

    def _line(self, name: str, values: dict[str, Any]) -> int:
        """The line of the first field of that name and value, whichever way its letters are written."""
        value = json.dumps(values.get(name), ensure_ascii=False), json.dumps(values.get(name))
        found = re.search(rf'"{name}"\s*:\s*(?:{"|".join(re.escape(one) for one in value)})', self._text)
        return 1 if found is None else self._text.count("\n", 0, found.start()) + 1


def _day(record: Record, name: str) -> dt.date:
    """The day of "1:56 pm on 8 May, 2023"."""
    text = record.text(name)
    try:
        return dt.datetime.strptime(text.split(" on ")[-1], "%d %B, %Y").date()
    except ValueError as error:
        raise record.refuse(f"{name!r} is {text!r}; a time looks like '1:56 pm on 8 May, 2023'") from error
