"""What the tools take, and what they give beyond the contract's shapes."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any, Self, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from api.http.bodies import Name, Text
from api.wire import Wire
from api.wire_library import Turn
from rag.errors import FilterError, InputError
from rag.values import Filters, Source, Transcript

MOST_TURNS = 200  # in one call

_Taken = TypeVar("_Taken", bound=Wire)


def _listed(given: object) -> object:
    """A list where an assistant wrote one name, or a list as text, as some do."""
    if not isinstance(given, str):
        return () if given is None else given
    if given.lstrip().startswith("["):
        try:
            return json.loads(given)
        except (ValueError, RecursionError):
            pass
    return (given,) if given.strip() else ()


_Names = Annotated[list[Name], BeforeValidator(_listed), Field(max_length=100)]


class Narrowed(Wire):
    """Which turns may be looked at; what is left out is no rule."""

    collections: _Names = Field(default=[], description="Only these collections, by name.")
    speakers: _Names = Field(default=[], description="Only what these people said, by name.")
    transcripts: _Names = Field(default=[], description="Only these transcripts, by id.")
    since: dt.date | None = Field(default=None, description="Only of this day or later, as YYYY-MM-DD.")
    until: dt.date | None = Field(default=None, description="Only of this day or earlier, as YYYY-MM-DD.")
    top_k: int = Field(default=10, ge=1, le=100, description="How many passages to look at.")

    def filters(self) -> Filters:
        """The filters they mean.

        Raises:
            FilterError: The days are the wrong way round.
        """
        if self.since is not None and self.until is not None and self.since > self.until:
            raise FilterError(f"since {self.since} is after until {self.until}; nothing can pass; swap them")
        return Filters(
            collections=tuple(self.collections),
            transcripts=tuple(self.transcripts),
            speakers=tuple(self.speakers),
            since=self.since,
            until=self.until,
        )


class _Query(Wire):
    query: Text = Field(description="Words or a question to look for.")


class _Question(Wire):
    question: Text = Field(description="One question, complete in itself.")


class SearchArguments(Narrowed, _Query):
    """Of `search_transcripts`; the fields of the last base come first."""


class AskArguments(Narrowed, _Question):
    """Of `ask_transcripts`."""


class TurnsArguments(Wire):
    """Of `get_transcript_turns`."""

    transcript_id: Name = Field(description="As other tools give it.")
    first_turn: int = Field(default=1, ge=1, description="The first one wanted; turns are numbered from 1.")
    last_turn: int | None = Field(
        default=None, ge=1, description=f"The last one wanted; {MOST_TURNS} turns at most come at a time."
    )

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.last_turn is not None and self.last_turn < self.first_turn:
            raise ValueError(f"last_turn {self.last_turn} is before first_turn {self.first_turn}; swap them")
        return self


class Turns(Wire):
    """Part of a transcript; `next_turn` is where what was asked for goes on, null when it does not."""

    id: str
    title: str
    date: dt.date | None
    collection: str
    url: str
    turns_in_all: int
    turns: list[Turn]
    next_turn: int | None

    @classmethod
    def of(cls, source: Source, transcript: Transcript, wanted: TurnsArguments) -> Self:
        """The turns that are wanted, as far as they come at a time."""
        in_all = len(transcript.turns)
        last = in_all if wanted.last_turn is None else min(wanted.last_turn, in_all)
        end = min(last, wanted.first_turn + MOST_TURNS - 1)
        return cls(
            id=source.transcript_id,
            title=source.title,
            date=source.date,
            collection=source.collection,
            url=source.url(min(wanted.first_turn, max(in_all, 1))),
            turns_in_all=in_all,
            turns=[Turn.of(one) for one in transcript.turns[wanted.first_turn - 1 : end]],
            next_turn=end + 1 if end < last else None,
        )


def understood(model: type[_Taken], given: dict[str, Any]) -> _Taken:
    """The arguments of a call.

    Raises:
        InputError: They are not as documented; it says where, for the assistant to correct.
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        said = (f"{'.'.join(str(part)[:100] for part in one['loc']) or 'arguments'}: {one['msg']}" for one in found)
        raise InputError("; ".join(said)) from error
