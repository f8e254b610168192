"""Answers as Markdown, for chat windows that render it.

What was said, and what people and transcripts are called, is data: whatever is in it, it becomes neither link nor
image nor HTML, nor anything else that Markdown and its usual extensions (tables, mathematics, directives) make of text.
Brackets are written as character references: with a backslash, chat windows take them for the limits of a formula.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from api import wire
from api.render import clock
from api.streams import shown

_MARKER = re.compile(r"\[(\d+)\]")
_ALWAYS = str.maketrans(
    {char: f"&#{ord(char)};" for char in "\\`[]{}|"}
    | {"<": "&lt;", ">": "&gt;"}
    | {char: f"\\{char}" for char in "*_~$"}
)
_REFERENCE = re.compile(r"&(?=#?\w+;)")  # text that reads like one
# Characters that mean something only where they stand.
_SOMETIMES = (
    (re.compile(r":(?=[A-Za-z:/])"), r"\:"),  # https://, :directive
    (re.compile(r"(?<=\w\w)\.(?=[^\W\d_]{2})"), r"\."),  # evil.example, which some make a link by themselves
    (re.compile(r"(?<=\w)@(?=\w)"), r"\@"),
    (re.compile(r"!$"), r"\!"),  # a marker may follow, and make an image of it
)
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_URL_SAFE = "/:#?&=%~@+,;-._[]"  # what else there may be in an address would end it, or the link
_LONGEST = 240  # of a quote in the list of sources: the text has it whole


@dataclass(frozen=True, slots=True)
class Link:
    """A marker in the text: `text[start:end]` is the link to what it cites."""

    citation: wire.Citation
    url: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as Markdown, and where its markers stand."""

    text: str
    links: tuple[Link, ...]


def written(answer: wire.Answer, base: str) -> Written:
    """An answer as Markdown: its text, every marker a link, and then its sources.

    Args:
        answer: The answer.
        base: Put before the addresses of transcripts: "https://transcripts.example".
    """
    body = linked(answer.text, [one for one in answer.citations if one.role is None], base)
    listed = [_listed(one, base) for one in answer.citations]
    heading = "Nearest passages" if answer.status == "not_found" else "Sources"
    sources = [f"**{heading}**", "\n".join(listed)] if listed else []
    return Written("\n\n".join([body.text, *sources]), body.links)


def linked(said: str, citations: Sequence[wire.Citation], base: str) -> Written:
    """The text of an answer as Markdown, every marker a link; that of its beginning is the beginning of it."""
    cited = {one.n: one for one in citations}
    text, links = "", []
    for line in filter(None, (line.strip() for line in said.splitlines())):
        text += "\n\n" if text else ""
        for at, piece in enumerate(_MARKER.split(line)):
            if at % 2 == 0:
                text += _begun(escaped(piece)) if at == 0 else escaped(piece)
            elif (one := cited.get(int(piece))) is not None:
                link = _link(f"[{one.n}]", url := address(base, one.url))
                links.append(Link(one, url, len(text), len(text) + len(link)))
                text += link
            else:
                text += escaped(f"[{piece}]")
    return Written(text, tuple(links))


def escaped(text: str) -> str:
    """`text` as Markdown that renders as that text and nothing else; for use within a line."""
    line = shown(" ".join(text.splitlines()))
    safe = _REFERENCE.sub("&amp;", line).translate(_ALWAYS)
    for pattern, instead in _SOMETIMES:
        safe = pattern.sub(instead, safe)
    return safe


def address(base: str, url: str) -> str:
    """The whole address of a page of this server, with nothing in it that would end a link early."""
    return quote(base + url, safe=_URL_SAFE)


def _begun(line: str) -> str:
    """An escaped line that begins no heading, list, rule or directive."""
    line = line.lstrip()
    if line[:1] in {"#", "-", "+", "=", ":"}:
        return f"\\{line}"
    return _NUMBERED.sub(lambda found: f"{found[1]}&#{ord(found[2])};", line)


def _link(label: str, url: str) -> str:
    return f"[{label}]({url})"


def _listed(one: wire.Citation, base: str) -> str:
    """A line of the list of sources. Nearest passages have no marker in the text, so none here."""
    url = address(base, one.url)
    speaker = escaped(one.speaker or "Unknown speaker") + (" (name inferred)" if one.speaker_inferred else "")
    title = escaped(one.title)
    facts = [speaker, title] if one.role is None else [_link(title, url), speaker]
    facts += [str(one.date)] if one.date is not None else []
    facts += [clock(one.start)] if one.start is not None else []
    said = f"{', '.join(facts)}: “{escaped(_short(one.quote))}”"
    return f"- {_link(f'[{one.n}]', url)} {said}" if one.role is None else f"- {said}"


def _short(quote: str) -> str:
    """A quote in one line, only its beginning when it is long."""
    line = " ".join(quote.split())
    if len(line) <= _LONGEST:
        return line
    return line[:_LONGEST].rsplit(" ", 1)[0] + " …"
