"""QMSum: meetings with queries about a part of each, one meeting a line, all in one library, each searched alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

from api.compose import Parts
from api.eval import libraries
from api.eval.gold import Group, Item, Suite
from api.eval.records import Record, json_lines, read
from index.made import Made
from index.store.records import Origin
from rag.measures import Place
from rag.values import Filters, Transcript, Turn

BUDGET = 800  # words read for each query
_SHAPE = "1"  # raise it when the same data would be made into another library


def suite(parts: Parts, file: Path) -> Suite:
    """The specific queries of a file of meetings.

    Raises:
        GoldError: A meeting or a query is broken.
        InputError: The file cannot be read.
    """
    digest = hashlib.sha256(f"{_SHAPE}\0{read(file)}".encode()).hexdigest()
    meetings = [_Meeting(record, digest) for record in json_lines(file)]
    items = tuple(item for meeting in meetings for item in meeting.items())
    own = libraries.of_values(parts, f"qmsum-{digest[:10]}", [meeting.transcript for meeting in meetings])
    notes = (
        "One library of all meetings; each query is searched in its own meeting only. Empty turns are left out.",
        f"Words are what white space separates, as the data has them (its punctuation stands alone, and counts). The"
        f" first {BUDGET} words found are read: of the turn in which they run out, as many as still fit.",
    )
    return Suite("qmsum", str(file), (Group(own, items),), notes)


class _Meeting:
    """One line: a meeting as a transcript, and its queries."""

    def __init__(self, record: Record, digest: str) -> None:
        self._record = record
        said = record.records("meeting_transcripts")
        for one in said:
            if not isinstance(one.values.get("content"), str):
                raise one.refuse(f"the content of a turn is {one.values.get('content')!r}")
        kept = [at for at, one in enumerate(said) if one.values["content"].strip()]
        if not kept:
            raise record.refuse("nobody says a word in 'meeting_transcripts'")
        origin = Origin(
            "qmsum", f"meeting {record.line}", hashlib.sha256(f"{digest} {record.line}".encode()).hexdigest()
        )
        turns = [
            Turn(n, said[at].text("content").strip(), said[at].text("speaker")) for n, at in enumerate(kept, start=1)
        ]
        self.transcript: Made = (origin, Transcript(f"Meeting {record.line}", tuple(turns), format="qmsum"))
        self._places = {at: (origin.transcript_id, n) for n, at in enumerate(kept, start=1)}
        self._size = len(said)
        self._filters = Filters(transcripts=(origin.transcript_id,))

    def items(self) -> list[Item]:
        """The specific queries.

        Raises:
            GoldError: One of them is broken.
        """
        return [self._item(n, one) for n, one in enumerate(self._record.records("specific_query_list"), start=1)]

    def _item(self, number: int, record: Record) -> Item:
        gold = frozenset(self._gold(record))
        if not gold:
            raise record.refuse(f"no turn with a word answers query {number}")
        return Item(
            id=f"{record.line}-{number}",
            type="specific",
            text=record.text("query"),
            gold=gold,
            filters=self._filters,
        )

    def _gold(self, record: Record) -> set[Place]:
        found: set[Place] = set()
        for span in record.each("relevant_text_span"):
            if not isinstance(span, list) or len(span) != 2:
                raise record.refuse(f"a span is {span!r}; it is the first and the last turn")
            first, last = (
                record.inside(one, "relevant_text_span").number("relevant_text_span", least=0) for one in span
            )
            if not first <= last < self._size:
                raise record.refuse(
                    f"a span goes from {first} to {last}, and the meeting has {self._size} turns from 0"
                )
            found |= {self._places[at] for at in range(first, last + 1) if at in self._places}
        return found
