"""The transcripts and answers of a library as one caller sees them: what is not theirs is not there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from api.access import Caller
from index.store.answers import unknown
from index.store.library import Library
from index.store.listing import Part
from index.store.reading import missing
from index.store.records import Counts, Entry
from rag.values import Filters, Source, Transcript


class Holdings:
    """What a library holds.

    Args:
        library: All of it.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def entries(self, caller: Caller, part: Part) -> list[Entry]:
        """A part of the list of transcripts."""
        return self._library.entries(replace(part, collections=caller.within(part.collections)))

    def counts(self, caller: Caller, collections: tuple[str, ...] = ()) -> Counts:
        """How much there is, in some collections or all."""
        return self._library.counts(self._library.scope(caller.narrowed(Filters(collections=collections))))

    def collections(self, caller: Caller) -> list[str]:
        """The collections that hold something they may see, by name."""
        return [one for one in self._library.collections() if caller.sees(one)]

    def speakers(self, caller: Caller, most: int) -> list[str]:
        """The people heard in most transcripts of those that they may see, by name."""
        return self._library.speakers(caller.collections, most)

    def transcript(self, caller: Caller, transcript_id: str) -> tuple[Source, Transcript]:
        """One transcript, whole.

        Raises:
            NotFoundError: It is not there, or not theirs to see: who asks cannot tell which.
        """
        self._see(caller, transcript_id)
        return self._library.transcript(transcript_id)

    def amend(
        self,
        caller: Caller,
        transcript_id: str,
        *,
        names: Mapping[str, str],
        facts: Mapping[str, str | dt.date | None],
    ) -> None:
        """Rename speakers and correct facts, all or nothing.

        Raises:
            NotFoundError: It is not there or not theirs, or nobody of one of the old names speaks in it.
            InputError: A new name cannot be one.
        """
        self._see(caller, transcript_id)
        self._library.amend(transcript_id, names=names, facts=facts)

    def remove(self, caller: Caller, transcript_id: str) -> int:
        """Remove a transcript and the answers that quote it; returns how many turns went.

        Raises:
            NotFoundError: It is not there, or not theirs.
        """
        self._see(caller, transcript_id)
        return self._library.remove((transcript_id,))

    def answer(self, caller: Caller, answer_id: str) -> str:
        """An answer that was given to them, as JSON; who keeps everything sees every one.

        What quotes a collection that they may not see any more is not there for them.

        Raises:
            NotFoundError: There is none.
        """
        document = self._given(caller, answer_id)
        if not all(caller.sees(one["collection"]) for one in json.loads(document)["citations"]):
            raise unknown(answer_id)
        return document

    def vote(self, caller: Caller, answer_id: str, vote: Literal["up", "down"], comment: str | None) -> None:
        """Keep what a reader thought of an answer that was given to them.

        Raises:
            NotFoundError: There is none.
        """
        self._given(caller, answer_id)
        self._library.answers.vote(answer_id, vote, comment)

    def _given(self, caller: Caller, answer_id: str) -> str:
        document, asker = self._library.answers.get(answer_id)
        if asker != caller.id and not caller.keeps_everything:
            raise unknown(answer_id)
        return document

    def _see(self, caller: Caller, transcript_id: str) -> None:
        if not caller.sees(self._library.collection(transcript_id)):
            raise missing(transcript_id)
