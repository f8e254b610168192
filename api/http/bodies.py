"""What requests carry, each with an example that works once the example transcript is in."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Annotated, Literal, Self, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from api.wire import Wire
from index.documents import Facts
from rag import values
from rag.errors import FilterError

Model = TypeVar("Model", bound=Wire)
_CONTROL = {"Cc", "Zl", "Zp"}


def _writable(text: str) -> str:
    """Text as UTF-8 can write it; JSON's escapes can make other."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("must not hold half a character") from error
    return text


def _one_line(text: str) -> str:
    tidy = text.strip()
    if not tidy or any(unicodedata.category(char) in _CONTROL for char in tidy):
        raise ValueError("must not be empty or hold control characters")
    return tidy


def _bare(filename: str) -> str:
    """A file name without the folders that some clients send along."""
    name = re.split(r"[/\\]", filename)[-1]
    if name in {"", ".", ".."}:
        raise ValueError("must be the name of a file")
    return name


def _day(given: object) -> object:
    """A day as it is documented: not a number of seconds, not a time of a day."""
    if not isinstance(given, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", given, re.ASCII):
        raise ValueError("must be a day, YYYY-MM-DD")
    return given


Date = Annotated[dt.date, BeforeValidator(_day)]
Text = Annotated[str, AfterValidator(_writable)]
Name = Annotated[Text, StringConstraints(min_length=1, max_length=300)]
Names = Annotated[tuple[Name, ...], Field(max_length=1000)]
Title = Annotated[Text, StringConstraints(max_length=500), AfterValidator(_one_line)]
Collection = Annotated[Text, StringConstraints(max_length=100), AfterValidator(_one_line)]
Filename = Annotated[Text, StringConstraints(max_length=255), AfterValidator(_one_line), AfterValidator(_bare)]
Url = Annotated[Text, StringConstraints(max_length=2000, pattern=r"^https?://[^\s\x00-\x1f]+$")]
TopK = Annotated[int, Field(ge=1, le=100)]


class TurnFilters(Wire):
    """Which turns may be looked at and quoted; empty and null mean no rule."""

    collections: Names = ()
    transcripts: Names = ()
    speakers: Names = ()
    not_speakers: Names = ()
    since: Date | None = None
    until: Date | None = None

    def value(self) -> values.Filters:
        """The filters they mean.

        Raises:
            FilterError: The days are the wrong way round.
        """
        if self.since is not None and self.until is not None and self.since > self.until:
            raise FilterError(f"since {self.since} is after until {self.until}; nothing can pass; swap them")
        return values.Filters(
            self.collections, self.transcripts, self.speakers, self.not_speakers, self.since, self.until
        )


class Message(Wire):
    """One message of the conversation so far."""

    role: Literal["user", "assistant"]
    content: Annotated[Text, StringConstraints(max_length=20_000)]


class Ask(Wire):
    """A question; `conversation_id` is handed back with the answer."""

    question: Text
    filters: TurnFilters = TurnFilters()
    history: Annotated[tuple[Message, ...], Field(max_length=200)] = ()
    conversation_id: Annotated[Text, StringConstraints(min_length=1, max_length=200)] | None = None
    top_k: TopK = 10


class Search(Wire):
    """Some words to look for."""

    query: Text
    filters: TurnFilters = TurnFilters()
    top_k: TopK = 10


class Described(Wire):
    """What can be said of a transcript beside it; it overrides what the text itself says."""

    collection: Collection | None = None
    title: Title | None = None
    date: Date | None = None
    source_url: Url | None = None
    media_url: Url | None = None

    def facts(self) -> Facts:
        """Those of title, date and addresses that are said."""
        facts = Facts()
        if self.title is not None:
            facts["title"] = self.title
        if self.date is not None:
            facts["date"] = self.date
        if self.source_url is not None:
            facts["source_url"] = self.source_url
        if self.media_url is not None:
            facts["media_url"] = self.media_url
        return facts


class Upload(Described):
    """A transcript, in any format that files may have."""

    filename: Filename
    content: Text


class Filenames(Wire):
    """What the files of a form are called."""

    files: list[Filename]


class Amend(Wire):
    """What to correct; what is left out stays, and null takes a date or an address away."""

    rename_speakers: Annotated[dict[Name, Name], Field(max_length=1000, default_factory=dict)]
    title: Title = ""
    date: Date | None = None
    source_url: Url | None = None
    media_url: Url | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("there is nothing to correct")
        return self

    def facts(self) -> dict[str, str | dt.date | None]:
        """The facts that are corrected, with what they are corrected to."""
        said: dict[str, str | dt.date | None] = {
            "title": self.title,
            "date": self.date,
            "source_url": self.source_url,
            "media_url": self.media_url,
        }
        return {name: value for name, value in said.items() if name in self.model_fields_set}


class Feedback(Wire):
    """What a reader thought of an answer."""

    vote: Literal["up", "down"]
    comment: Annotated[Text, StringConstraints(max_length=4000)] | None = None


def checked(model: type[Model], given: object) -> Model:
    """What a request carries, as a model.

    Raises:
        RequestValidationError: It is not as documented.
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([one | {"loc": ("body", *one["loc"])} for one in found]) from error


def invalid(field: str, problem: str) -> RequestValidationError:
    """What is wrong with one field."""
    return RequestValidationError([{"type": "value_error", "loc": ("body", field), "msg": problem}])
