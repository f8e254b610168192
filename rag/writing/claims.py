"""A sentence of a draft taken apart: what has to be found in the turns it cites."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.sentences import sentence_ranges
from rag.words import STOP_WORDS, stem, surface_words
from rag.writing.days import Day, weekdays, without_days, written_days
from rag.writing.figures import figures
from rag.writing.names import Name, names

_SAYING = (
    r"(?:said|says|say|stated?s?|told|tells|explain(?:ed|s)?|argue[ds]?|claim(?:ed|s)?(?! to\b)|mention(?:ed|s)?|"
    r"note[ds]?|noted|"
    r"added|adds|ask(?:ed|s)?|answer(?:ed|s)?|repl(?:ied|ies)|report(?:ed|s)?|describe[ds]?|suggest(?:ed|s)?|"
    r"recommend(?:ed|s)?|"
    r"advise[ds]?|warn(?:ed|s)?|promise[ds]?(?! to\b)|admit(?:ted|s)?|believe[ds]?|think(?:s)?|thought|"
    r"point(?:ed|s)? out|"
    r"announce[ds]?|insist(?:ed|s)?|emphasi[sz]e[ds]?|confirm(?:ed|s)?|remark(?:ed|s)?|observe[ds]?|recall(?:ed|s)?|"
    r"complain(?:ed|s)?|agree[ds]?|propose[ds]?|predict(?:ed|s)?|express(?:ed|es)?|"
    r"stress(?:ed|es)?|"
    r"wrote|writes|quote[ds]?|likened?)"
)
_SAID_BY = re.compile(
    rf"(?P<who>{{name}})(?:,[^,]{{{{0,60}}}},|\s+\([^)]{{{{0,40}}}}\))?\s+(?:\w+ly\s+|also\s+|then\s+|had\s+|"
    rf"has\s+|did\s+|does\s+|is\s+|was\s+)*(?P<verb>{_SAYING}|saying|asking|arguing)\b"
    rf"|\b(?i:according to)\s+(?P<after>{{name}})|\b[Ii]n (?P<view>{{name}})['’]s? (?:view|opinion|words|"
    rf"account|experience)\b"
    rf"|^(?P<label>{{name}}):\s"
)
_ASKS = re.compile(r"\b(?:ask|question|wonder|inquir|wants? to know|wanted to know)", re.IGNORECASE)
# Words by which a sentence tells of the telling, not of what is told.
_FRAME = frozenset(
    stem(word)
    for word in """
    said say state tell told explain argue claim mention note add ask answer reply report describe suggest recommend
    according speaker speakers transcript meeting conversation episode discussion interview turn question also asked
    explained added noted stated mentioned discussed discuss talk talked transcripts opinion view believe think
    feel felt thought believed recall recalled back called not no never
    """.split()
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence says.

    Attributes:
        text: The sentence, without markers.
        words: The stems it is about: names, numbers, dates and words of telling left out; each once.
        names: Its proper names.
        said_by: The names that it says said it.
        numbers: Its amounts with the words they are written in.
        days: Its dates.
        weekdays: The days of the week it names.
        asks: It tells that somebody asked.
    """

    text: str
    words: tuple[str, ...]
    names: tuple[Name, ...]
    said_by: tuple[Name, ...]
    numbers: dict[float, str]
    days: tuple[Day, ...]
    weekdays: frozenset[str]
    asks: bool


def claim(text: str) -> Claim:
    """Take a sentence apart."""
    found = names(text)
    plain = without_days(text)
    named = {word for one in found if one.sure for word in one.words}
    numbers = figures(plain)
    told = {stem(word) for words in numbers.values() for word in surface_words(words)}
    words = [
        stem(word) for word in surface_words(plain) if word not in STOP_WORDS and word.strip() and not word[0].isdigit()
    ]
    days = weekdays(text)
    about = (word for word in words if word not in named | told | _FRAME and word not in {stem(day) for day in days})
    return Claim(
        text=text,
        words=tuple(dict.fromkeys(about)),
        names=tuple(found),
        said_by=tuple(one for one in found if _says(text, one.text)),
        numbers=numbers,
        days=tuple(written_days(text)),
        weekdays=frozenset(days),
        asks=_ASKS.search(text) is not None,
    )


def reports(text: str, name: str) -> bool:
    """Whether a turn tells that somebody said something ("Sessions said that ...", "she told Ana: ...")."""
    return any(_says(text, part) for part in {name, *name.split()} if len(part) > 2)


def tells_of(text: str, name: str) -> bool:
    """Whether a turn tells, further on in the sentence that names somebody, that something was said or written."""
    return any(
        re.search(rf"\b{re.escape(name)}\b.*\b{_SAYING}\b", text[start:end]) for start, end in sentence_ranges(text)
    )


def _says(text: str, name: str) -> bool:
    if name not in text:
        return False
    pattern = _SAID_BY.pattern.replace("{name}", re.escape(name)).replace("{{", "{").replace("}}", "}")
    return re.search(pattern, text) is not None
